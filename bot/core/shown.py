"""What GitHub shows of a run, whatever it is about."""

from . import round_views, views
from .publications import Publication
from .state import State


def publications(state: State) -> tuple[Publication, ...]:
    """All that GitHub ought to show now."""
    return tuple(round_views.publications(state)) if state.pinned.round else views.publications(state)


def status(state: State) -> str:
    """The run's one status comment."""
    return round_views.status(state) if state.pinned.round else views.status(state)

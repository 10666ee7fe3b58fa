"""What GitHub shows of a run, whatever it is about."""

from bot.core.publications import Publication
from bot.core.run.state import State
from bot.core.views import concerns as concern_views
from bot.core.views import rounds as round_views
from bot.core.views import run as views


def publications(state: State) -> tuple[Publication, ...]:
    """All that GitHub ought to show now."""
    if state.pinned.round:
        return tuple(round_views.publications(state))
    # The panel's check has to be on each head, whoever made it; the status still comes last.
    *others, last = views.publications(state)
    return (*others, *concern_views.concerns_check(state), last)


def status(state: State) -> str:
    """The run's one status comment."""
    return round_views.status(state) if state.pinned.round else views.status(state)

"""What GitHub shows of a run of any kind: dispatches to the view for its kind."""

from collections.abc import Iterator

from bot.core.publications import Publication
from bot.core.run.state import State
from bot.core.views import concerns as concern_views
from bot.core.views import rounds as round_views
from bot.core.views import run as views


def publications(state: State) -> tuple[Publication, ...]:
    """Everything GitHub should show now."""
    if state.pinned.round:
        return tuple(round_views.publications(state))
    # The panel's check has to be on each head, whoever made it; the status still comes last.
    *others, last = views.publications(state)
    return (*others, *concern_views.concerns_check(state), last)


def status(state: State) -> str:
    """The run's one status comment."""
    return round_views.status(state) if state.pinned.round else views.status(state)


def answers(*states: State) -> Iterator[str]:
    """The answer to `/status`: each run of the subject in turn, and the concerns once."""
    panelled = [state for state in states if state.pinned.round and round_views.has_experts(state)]
    for state in states:
        yield round_views.answer(state) if state in panelled else status(state)
    if not panelled:
        # The database has lost the panel, or people wrote the document.
        told = next((lines for state in states if (lines := list(concern_views.counts(state)))), [])
        yield from ["\n".join(["### Concerns", "", *told])] if told else []

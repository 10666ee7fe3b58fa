"""What a leg leaves behind: the run's row, the delayed leg for a deadline, and messages to runs that wait for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import assert_never

from bot.core.codec import to_json
from bot.core.concerns.decisions import watched
from bot.core.findings import Finding
from bot.core.incoming.messages import Approve, Expired, Message, Pushed, Retry, Start
from bot.core.run.acts import End, Wait
from bot.core.run.record import PhaseCommit, Record, Seen
from bot.core.run.state import State
from bot.engine.durable import step
from bot.engine.services import Services

from .asked import Asked
from .including import forgotten, waiting
from .remembering import kept as remembered

Enqueue = Callable[[str, Asked, float], None]


def leave(services: Services, enqueue: Enqueue, state: State, act: Wait | End, asked: Asked) -> None:
    """Closes the leg: writes the run's row and, if a wait has a deadline, queues the delayed leg."""
    match act:
        case Wait(reason=reason):
            status: str = f"waits for {reason}"
        case End(ending=ending):
            status = ending
        case _:
            assert_never(act)
    kept = {
        "findings": {c.sha: to_json(c.findings, tuple[Finding, ...]) for c in _as_we_wrote_them(state.record)},
        "pull": state.record.pull,
        "closed": state.record.closed,
        "without": list(state.without),
        "now": state.now,
        "seen": to_json(state.awaited) if state.awaited else None,
        "known": remembered(state.record.concerns),
        "concerns": to_json(watched(state.record, state.now), tuple[Seen, ...]),
    }
    run = state.pinned.run
    step("close", lambda: services.runs.close(run, status, kept, state.trouble or "", state.reason))
    if state.pinned.round is not None:
        tell_waiting(services, enqueue, asked)
    _told_of_reviews(services, enqueue, state, act, asked)
    _told_of_decisions(services, enqueue, state, asked)
    if isinstance(act, Wait) and act.seconds is not None:
        # After a stop it is waited for anew: what came due meanwhile was for nothing.
        taken_up = sum(isinstance(entry.message.deed, Start | Retry) for entry in state.record.entries)
        id = f"{run}/expires/{act.about}/{taken_up}"
        message = Message(id, "", step("clock", services.clock.now), state.pinned.url, Expired(act.about, run=run))
        enqueue(id, replace(asked, message=message), act.seconds)


def come_due(services: Services, enqueue: Enqueue, asked: Asked, deed: Expired) -> str:
    """Queues the end of a wait once more, at its proper place: an answer that came before it is handled first.

    The engine starts a delayed leg before everything that was queued while it was delayed.
    """
    id, now = f"{asked.message.id}/due", step("clock", services.clock.now)
    enqueue(id, replace(asked, message=replace(asked.message, id=id, at=now, deed=replace(deed, due=True))), 0.0)
    return "due"


def tell_waiting(services: Services, enqueue: Enqueue, asked: Asked) -> None:
    """Has runs that wait for this one look again, now that it waits or has ended."""
    repository, home = asked.subject.repository.id, asked.subject.home
    for workflow in step("who waits", lambda: waiting(services, repository, home)):
        id = f"{asked.message.id}/told/{workflow}"
        message = Message(id, "", step("clock", services.clock.now), "", Pushed("", workflow=workflow))
        enqueue(id, replace(asked, message=message), 0.0)


def _told_of_reviews(services: Services, enqueue: Enqueue, state: State, act: Wait | End, asked: Asked) -> None:
    """Tells a design's run that a review round committed to its branch, so that it shows its check there."""
    pinned, head = state.pinned, state.record.head
    ours = pinned.round is not None and not pinned.round.into and not pinned.branchless
    if ours and head and isinstance(act, End) and not isinstance(asked.message.deed, Pushed):
        id = f"{pinned.run}/told/{head}"
        message = Message(id, "", step("clock", services.clock.now), pinned.url, Pushed(head))
        enqueue(id, replace(asked, message=message), 0.0)


def _told_of_decisions(services: Services, enqueue: Enqueue, state: State, asked: Asked) -> None:
    """Tells the included panel to show what an approval in this run decided."""
    head, includes = state.record.head, any(phase.phase.source == "workflow" for phase in state.phases)
    if head and includes and isinstance(asked.message.deed, Approve):
        lost = step("who is forgotten", lambda: forgotten(services, state))
        for deed in (Pushed(head, panel=True), *(Pushed(head, workflow=workflow) for workflow in lost)):
            id = f"{state.pinned.run}/decided/{head}/{deed.workflow}"
            message = Message(id, "", step("clock", services.clock.now), state.pinned.url, deed)
            enqueue(id, replace(asked, message=message), 0.0)


def _as_we_wrote_them(record: Record) -> Iterator[PhaseCommit]:
    """The commits whose findings are stored; those that people edited are judged again each time instead."""
    for commit in record.commits:
        if commit.findings and not any(path in record.edited for path in commit.files):
            yield commit

"""The headline of a run's status: where it stands and what it waits for, or how it ended."""

from typing import assert_never

from bot.core.findings import Finding, errors
from bot.core.markdown.safe import line as one_line
from bot.core.run.phase import PhaseState, is_deleted, is_edited
from bot.core.run.record import Included
from bot.core.run.state import State
from bot.core.views import endings

from .questions import author

SHORT = 7


def headline(state: State) -> str:
    """One or two sentences: where the run stands and what it waits for, or how it ended and what to do."""
    asked = author(state)
    if state.stopped:
        return endings.stopped(state)
    if state.trouble is not None:
        return endings.troubled(state)
    if state.lacks_description:
        return f"Waits for a description from {asked}: reply with it, or write `/answer <description>`."
    phase = state.current
    if state.unplaced is not None:
        return f"Finding the documents that the request of @{state.unplaced.message.by} touches …"
    if phase is None:
        return endings.done(state)
    where = _where(state, phase)
    if phase.included is not None and phase.status == "blocked":
        return _held_up(where, phase, phase.included)
    match phase.status:
        case "pending" | "done" | "findings":
            again = _again(phase)
            count = len(to_mend(state))
            back = f": the draft was sent back with {count} finding{'s' if count != 1 else ''}" if count else ""
            what = f"{where}: {phase.phase.title.lower()}" if phase.phase.counted else where
            return f"{what}{again}{back} …"
        case "asking":
            open = len(phase.round.open) if phase.round else 0
            ways = "Reply, or write `/answer recommended`; `/proceed` goes on without."
            return f"{where} waits for answers from {asked} ({open} open). {ways}"
        case "awaiting":
            digest = state.awaited.digest[:SHORT] if state.awaited else ""
            return f"{where} waits for a maintainer's `/approve` or `/reject <why>` of its current text (`{digest}`)."
        case "convened":
            assert phase.included is not None
            return f"{where} waits for “{phase.phase.title}”{_doing(phase.included)}."
        case "blocked":
            return _blocked(state, phase, where)
        case _:
            assert_never(phase.status)


def _again(phase: PhaseState) -> str:
    """Why an existing document is being written again."""
    if phase.wish:
        return ", being revised as asked"
    round = phase.round
    if round is None or not round.closed or round.dropped:
        return ""
    if round.premise:
        return ", being written again after the author's reply"
    if all(answer.assumed for answer in round.answers):
        return ", being finished with the recommended options as assumptions"
    return ", being finished with the answers"


def _blocked(state: State, phase: PhaseState, where: str) -> str:
    """The headline for a document whose findings wait for a person.

    Either the model used all its attempts, or people's edits caused the findings.
    """
    count = len(phase.findings)
    found, them = (f"{count} findings", "them") if count != 1 else ("1 finding", "it")
    if phase.commit is None or not is_edited(phase.commit, phase.phase, state.record):
        return (
            f"{where} has {found} that {state.definition.attempts} attempts did not fix (see the check). "
            f"`/proceed` goes on with {them}, `/retry` tries again."
        )
    number = min(phase.commit.files).rpartition("/")[2][:3]
    again = f"`/revise {number} ...` has it written again."
    if any(is_deleted(path, state.record) for path in phase.commit.files):
        ways = f"Put it back on the branch; `/proceed` goes on without it, {again}"
        return f"{where}: the document was deleted from the branch. {ways}"
    left = f"{found} {'are' if count != 1 else 'is'} left in it (see the check)"
    ways = f"Fix {them} on the branch; `/proceed` goes on with {them}, {again}"
    return f"{where}: people changed the document, and {left}. {ways}"


def _doing(other: Included) -> str:
    """What another run is doing, as a clause, with a link to its status."""
    clause = f", which {'' if other.words.startswith('waits') else 'is '}{other.words}"
    return f"{clause}: see [its status]({other.link})" if other.link else clause


def _held_up(where: str, phase: PhaseState, other: Included) -> str:
    """The headline for a phase that includes another run which didn't finish."""
    how = "was stopped" if other.status == "stopped" else "failed"
    why = f" {one_line(other.words, 300).rstrip('. ')}." if other.words else ""
    ways = "`/retry` begins it anew, `/proceed` goes on without it."
    return f"{where} waits: “{phase.phase.title}” {how}.{why} {ways}"


def _where(state: State, phase: PhaseState) -> str:
    counted = [other.phase.id for other in state.phases if other.phase.counted]
    if phase.phase.id in counted:
        return f"Phase {counted.index(phase.phase.id) + 1} of {len(counted)}"
    return phase.phase.title


def to_mend(state: State) -> tuple[Finding, ...]:
    """The errors of the current draft, which went back to the model; only for phases with a single document."""
    phase = state.current
    if phase is None or phase.phase.each is not None or state.unplaced is not None:
        return ()
    return errors(tuple(finding for draft in state.drafts.values() for finding in draft.findings))

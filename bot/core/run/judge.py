"""Whether a message changes a run, what it is about, and what to say where it does not."""

from dataclasses import replace
from typing import assert_never

from bot.core.concerns.decisions import decided
from bot.core.incoming.messages import (
    Advance,
    Approve,
    Convened,
    Decide,
    Entry,
    Expired,
    Judgement,
    Message,
    OpenTrack,
    PlanStatus,
    Proceed,
    Pushed,
    Reconcile,
    Reject,
    Retry,
    Revise,
    Ruled,
    Say,
    Start,
    Stop,
    Touched,
    Validate,
    Written,
)
from bot.core.questions.hearing import heard
from bot.core.tracks.late import joined
from bot.core.views.headline import SHORT

from .briefs import TOUCHES
from .phase import PhaseState, is_edited
from .record import Record
from .revisions import named
from .state import State, fold

HALTED = "It is kept, but the run has halted: `/resume` continues it."


def judge(state: State, message: Message) -> Judgement:
    """Judges a message against the state that it meets."""
    if any(entry.message.id == message.id for entry in state.record.entries):
        return Judgement()
    judged = _judged(state, message)
    halted = state.stopped or state.trouble is not None
    if halted and judged.entry is not None and not isinstance(message.deed, Start | Stop | Retry):
        return replace(judged, reply=f"{judged.reply} {HALTED}".strip())
    return judged


def said_of(record: Record, id: str) -> Judgement:
    """What was said to the message of an entry that is kept; said again by the same key, it doubles nothing."""
    at = next(n for n, entry in enumerate(record.entries) if entry.message.id == id)
    judged = judge(fold(replace(record, entries=record.entries[:at])), record.entries[at].message)
    return replace(judged, entry=None) if judged.entry is not None else Judgement()


def _judged(state: State, message: Message) -> Judgement:
    phase = state.current
    match message.deed:
        case Start():
            merged = _merged(state)
            return Judgement(reply=merged) if merged else Judgement(Entry(message))
        case Stop():
            return Judgement(Entry(message))
        case Pushed() if (again := joined(state, message) or _to_resolve(state, message)) is not None:
            return Judgement(again)
        case Pushed() | Decide() | Ruled() | OpenTrack():
            return decided(state.record, message)
        case Say(text=text, direct=direct):
            return heard(state, phase, message, text, direct)
        case Proceed():
            return _proceed(state, phase, message)
        case Approve() | Reject():
            return _verdict(state, phase, message)
        case Revise(what=what):
            return _revise(state, message, what)
        case Touched() | Written() | Convened() | Reconcile() | Advance() | PlanStatus() | Validate():
            return Judgement()
        case Retry():
            return _retry(state, phase, message)
        case Expired(about=about):
            waiting = not state.stopped and phase is not None and phase.status == "asking" and phase.about == about
            return Judgement(Entry(message, about)) if waiting else Judgement()
        case _:
            assert_never(message.deed)


def _proceed(state: State, phase: PhaseState | None, message: Message) -> Judgement:
    if state.lacks_description:
        return Judgement(reply="A description is needed first: reply with it, or write `/answer <description>`.")
    if phase is not None and phase.status in ("asking", "blocked"):
        return Judgement(Entry(message, phase.about))
    if phase is not None and phase.status == "awaiting":
        return Judgement(reply="This waits for approval: `/approve`, or `/reject <why>`.")
    return Judgement(reply="Nothing waits for `/proceed`. `/status` says where the run stands.")


def _verdict(state: State, phase: PhaseState | None, message: Message) -> Judgement:
    awaited = state.awaited
    if phase is None or awaited is None:
        return Judgement(reply="Nothing waits for approval. `/status` says where the run stands.")
    if not _saw(state, message):
        verb = "approved" if isinstance(message.deed, Approve) else "rejected"
        stale = f"has changed since you could see it: it is `{awaited.digest[:SHORT]}` now, so nothing was {verb}."
        again = "Read it again; the status shows what waits."
        return Judgement(reply=f"{phase.phase.label} {stale} {again}", looks=True)
    asked = message.author or message.by == state.pinned.started_by
    if isinstance(message.deed, Approve) and asked and state.pinned.policy.not_by_requester:
        return Judgement(
            reply="You asked for this, and nobody here approves what they asked for. Somebody else has to."
        )
    return Judgement(Entry(message, phase.about, awaited.digest))


def _saw(state: State, message: Message) -> bool:
    """Whether what waits now is what could be seen when the message was written.

    Times are in whole seconds: what was written in the second in which it appeared may have been of what was before.
    """
    awaited, seen = state.awaited, state.record.seen
    assert awaited is not None
    if seen is None:
        return message.at >= state.record.head_at
    return seen == awaited and message.at > seen.at


def _to_resolve(state: State, message: Message) -> Entry | None:
    """The resolutions, where they were made before there was a track: they have to know its contract and design."""
    planned = any(phase.phase.given == "tracks" and phase.commit is None for phase in state.phases)
    if not planned or state.stopped or state.trouble is not None:
        return None
    made = (phase for phase in state.phases if phase.phase.output == "resolutions" and phase.commit)
    again = (phase for phase in made if phase.commit and phase.commit.revision == phase.revision)
    return next((Entry(message, phase.about) for phase in again), None)


def _revise(state: State, message: Message, what: str) -> Judgement:
    if hindrance := _hindrance(state):
        return Judgement(reply=hindrance)
    wanted = named(state.definition, state.files, what)
    made = tuple(phase for phase in state.phases if phase.phase.id in wanted and phase.commit)
    if made:
        missing = [phase.phase.title for phase in state.phases if phase.phase.id in wanted and not phase.commit]
        unmade = f"Not written yet, so not revised: {', '.join(missing)}." if missing else ""
        return Judgement(Entry(message, ",".join(phase.about for phase in made)), unmade)
    if wanted or TOUCHES not in state.definition.prompts:
        there = ", ".join(phase.phase.label for phase in state.phases if phase.commit)
        return Judgement(
            reply=f"Please name the documents that this touches, for example `/revise 002 ...`. There are: {there}."
        )
    return Judgement(Entry(message))


def _hindrance(state: State) -> str:
    """Why nothing can be revised now, or nothing."""
    if merged := _merged(state):
        return merged
    if state.record.closed == "closed":
        return f"#{state.record.pull} is closed. Reopen it, and write `/revise` again."
    if state.stopped or state.trouble is not None:
        return "The run has halted. `/resume` continues it; then write `/revise` again."
    if not any(phase.commit for phase in state.phases):
        return "No document is written yet, so there is nothing to revise. `/status` says where the run stands."
    return ""


def _merged(state: State) -> str:
    what = state.definition.thing
    final = f"is merged, so this {what} is final here. A new issue starts another, which can change it."
    return f"#{state.record.pull} {final}" if state.record.closed == "merged" else ""


def _retry(state: State, phase: PhaseState | None, message: Message) -> Judgement:
    if state.pinned.round and state.record.closed and phase is not None:
        again = " Reopen it, and write `/resume` again." if state.record.closed == "closed" else ""
        return Judgement(reply=f"The pull request is {state.record.closed}, so its review does not go on.{again}")
    if merged := _merged(state):
        return Judgement(reply=merged)
    if state.stopped:
        return Judgement(Entry(message))
    if phase is not None and (phase.status == "blocked" or state.trouble == "refused"):
        return _again(state, phase, message)
    if state.trouble is not None:
        return Judgement(Entry(message))
    if phase is not None and phase.status == "pending" and not state.lacks_description:
        # Nobody is at it, or this would still wait in the queue: the engine has lost its work.
        return Judgement(looks=True)
    return Judgement(reply=f"There is nothing to continue: {_standing(state, phase)}")


def _again(state: State, phase: PhaseState, message: Message) -> Judgement:
    """What people wrote is made again where they name it, and not by the way."""
    if phase.status == "blocked" and phase.commit is not None and is_edited(phase.commit, phase.phase, state.record):
        number = min(phase.commit.files).rpartition("/")[2][:3]
        theirs = f"{phase.phase.label} is as people left it, and `/retry` does not write over that"
        return Judgement(reply=f"{theirs}. `/revise {number} <what>` has it written again, `/proceed` goes on with it.")
    return Judgement(Entry(message, phase.about))


def _standing(state: State, phase: PhaseState | None) -> str:
    if state.lacks_description:
        return "the run waits for a description. Reply with it, or write `/answer <description>`."
    if phase is None:
        return "the run is done. `/revise <what>` changes a document."
    if phase.status == "asking":
        return "the run waits for answers. Reply, or write `/answer recommended`."
    if phase.status == "convened":
        return f"the run waits for “{phase.phase.title}”, which goes on by itself. The status says how far it is."
    return "the run waits for approval: `/approve`, or `/reject <why>`."

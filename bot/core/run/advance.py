"""What a run does next, and where it stands after it did. The whole logic of the process, without I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from bot.core.concerns.decisions import due
from bot.core.findings import errors
from bot.core.incoming.messages import Convened, Entry, Message, Revise, Touch, Touched
from bot.core.markdown.sections import fresh
from bot.core.tracks.ratifying import ratified

from .acts import (
    Act,
    Began,
    Commit,
    Committed,
    Convene,
    Converse,
    End,
    Ending,
    Outcome,
    Result,
    Show,
    Shown,
    Wait,
    WaitsFor,
)
from .briefs import READER, briefs, touches_brief
from .committed import after_commit
from .committing import commit_approval, commit_decisions, commit_phase, commit_request, failed, good_drafts
from .phase import PhaseState, is_edited
from .placing import is_closing
from .record import Included, PhaseStatus
from .state import DESCRIPTION, State, fold

DAY = 86_400.0

WAITS: Mapping[PhaseStatus, WaitsFor] = {
    "asking": "answers",
    "awaiting": "approval",
    "blocked": "mending",
    "convened": "another run",
}


def next_act(state: State) -> Act:
    """The next act. 001 and what GitHub shows are brought into line first, so a wait or an end is always seen."""
    halted = state.stopped or state.trouble is not None or state.lacks_description
    behind = state.pinned.has_request and state.request != state.record.request
    if behind and not halted and state.record.request is not None:
        return commit_request(state)
    if not halted and (decided := due(state.record)) is not None:
        return commit_decisions(state, decided)
    if not halted and (approved := ratified(state)) is not None:
        return commit_approval(state, *approved)
    if not state.shown:
        return Show()
    if state.stopped:
        return End("stopped")
    if state.trouble is not None:
        return End("budget" if state.trouble == "budget" else "failed")
    if state.lacks_description:
        return Wait("description", DESCRIPTION)
    if behind:
        return commit_request(state)
    if (wish := state.unplaced) is not None:
        return Converse((touches_brief(state, wish, _wished(wish)),))
    phase = state.current
    if phase is None:
        return End(ending(state))
    if phase.status == "pending":
        return _convened(phase) if phase.phase.source == "workflow" else _draft_or_commit(state, phase)
    reason = WAITS[phase.status]
    return Wait(reason, phase.about, state.definition.wait_days * DAY if reason == "answers" else None)


def after(state: State, act: Act, result: Result) -> State:
    """The state after `act` was performed with this result."""
    match act, result:
        case Show(), Shown(refused="stopped"):
            return replace(state, stopped=True)
        case Show(), Shown():
            record = replace(state.record, pull=result.pull or state.record.pull)
            return replace(state, record=record, shown=True, now=result.at or state.now)
        case Commit(), Committed():
            return after_commit(state, act, result)
        case Convene(), Began():
            return _after_convening(state, act, result)
        case Converse(), tuple():
            return _after_conversations(state, result)
        case _:
            raise AssertionError(f"{type(act).__name__} can't end in {type(result).__name__}")


def _convened(phase: PhaseState) -> Convene:
    return Convene(phase.phase.id, phase.about, phase.included.run if phase.included else "")


def _after_convening(state: State, act: Convene, result: Began) -> State:
    at = result.at or state.now
    id = f"{result.run}/convened/{len(state.record.entries)}"
    entry = Entry(Message(id, "", at, state.pinned.url, Convened(result.run)), act.about)
    others = tuple(each for each in state.record.included if each.run != result.run)
    record = replace(
        state.record,
        entries=(*state.record.entries, entry),
        included=(*others, Included(result.run, "going", "at work")),
    )
    return replace(fold(replace(record, spent=state.spent)), without=state.without, now=at)


def ending(state: State) -> Ending:
    """How a run ends that has no phase left."""
    return "findings" if any(phase.status == "findings" for phase in state.phases) else "done"


def _draft_or_commit(state: State, phase: PhaseState) -> Act:
    wanted = tuple(
        brief for brief in briefs(state, phase) if _unfinished(state, state.drafts.get(brief.address.member))
    )
    return Converse(wanted) if wanted else commit_phase(state, phase)


def _unfinished(state: State, draft: Outcome | None) -> bool:
    """Whether a member still owes a draft: none yet, or one with errors and an attempt left."""
    if draft is None:
        return True
    if draft.ended != "done":
        return False
    return bool(errors(draft.findings)) and draft.address.draft < state.definition.attempts


def _after_conversations(state: State, outcomes: tuple[Outcome, ...]) -> State:
    panel = state.current is not None and state.current.phase.each is not None
    drafts = dict(state.drafts)
    spent = state.spent
    without = set(state.without)
    for outcome in outcomes:
        spent = spent + outcome.spent
        without |= set(outcome.without)
        if outcome.ended == "done" or (panel and outcome.ended in ("failed", "refused")):
            drafts[outcome.address.member] = _told_once(state, outcome)
    at = max((outcome.at for outcome in outcomes), default="") or state.now
    lacking = any("web" in outcome.without for outcome in outcomes)
    record = replace(state.record, web=state.record.web and not lacking)
    state = replace(state, record=record, drafts=drafts, spent=spent, without=tuple(sorted(without)), now=at)
    for outcome in outcomes:
        match outcome.ended:
            case "done":
                pass
            case "stopped":
                return replace(state, stopped=True, shown=False)
            case "failed" | "refused" if panel:
                pass
            case "failed" | "refused" | "budget":
                return replace(state, trouble=outcome.ended, reason=outcome.reason, shown=False)
            case _:
                assert_never(outcome.ended)
    return _placed(state) if state.unplaced else _panelled(_returned(state, outcomes))


def _returned(state: State, outcomes: tuple[Outcome, ...]) -> State:
    """The state, with what the drafts have to mend that go back now; people see it where the phase is one document."""
    phase = state.current
    back = [each for each in outcomes if each.ended == "done" and _unfinished(state, each)]
    if phase is None or not back:
        return state
    sent = tuple(finding for each in back for finding in errors(each.findings))
    return replace(state, sent_back=(*state.sent_back, *sent), shown=state.shown and phase.phase.each is not None)


def _told_once(state: State, outcome: Outcome) -> Outcome:
    """A draft that closes a document, without the findings that the other phases of it were left with."""
    current = state.current
    if current is None or not is_closing(state.definition, current.phase):
        return outcome
    others = (other for other in state.phases if other.phase.into == current.phase.into and other is not current)
    known = [finding for other in others if other.commit for finding in other.commit.findings]
    return replace(outcome, findings=fresh(outcome.findings, known))


def _panelled(state: State) -> State:
    """The state, failed where the last member of a panel has brought nothing either."""
    phase = state.current
    if phase is None or phase.phase.each is None or good_drafts(state, phase):
        return state
    if any(_unfinished(state, state.drafts.get(member)) for member, _ in phase.wanted):
        return state
    lost = failed(state, phase)
    # Where all failed alike, once is enough; an address in the reason has the member's name.
    alike = len({why.replace(member, "") for member, why in lost}) == 1
    reasons = lost[0][1] if alike else "; ".join(f"{member}: {why}" for member, why in lost)
    nothing = "No expert brought a review" if phase.phase.each == "experts" else "Nobody brought a document"
    return replace(state, trouble="failed", reason=f"{nothing}. {reasons}", shown=False, drafts={})


def _wished(wish: Entry) -> str:
    deed = wish.message.deed
    assert isinstance(deed, Revise)
    return deed.what


def _placed(state: State) -> State:
    """The state after it was asked what a wish touches: known, to be asked once more, or left to the person to name."""
    wish, draft = state.unplaced, state.drafts[READER]
    assert wish is not None
    if draft.findings and draft.address.draft < state.definition.attempts:
        return state
    touches = () if draft.findings else tuple(_touches(state, draft.data["documents"]))
    changed = {touch.phase for touch in touches if not touch.kept}
    about = ",".join(phase.about for phase in state.phases if phase.phase.id in changed)
    message = Message(f"{wish.message.id}/touched", "", draft.at, wish.message.link, Touched(wish.message.id, touches))
    folded = fold(replace(state.record, entries=(*state.record.entries, Entry(message, about)), spent=state.spent))
    return replace(folded, without=state.without, now=state.now)


def _touches(state: State, documents: list[dict[str, str]]) -> Iterator[Touch]:
    """What the conversation found, in the workflow's order; a person's artifact is changed only by its name."""
    whys = {document["phase"]: document["why"] for document in documents}
    for phase in state.phases:
        if phase.phase.id in whys and phase.commit is not None:
            theirs = is_edited(phase.commit, phase.phase, state.record)
            yield Touch(phase.phase.id, whys[phase.phase.id], kept=theirs)

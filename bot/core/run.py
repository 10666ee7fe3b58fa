"""What a run does next, and where it stands after it did. The whole logic of the process, without I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

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
from .artifact import Artifact
from .briefs import READER, briefs, filling, touches_brief
from .decisions import DECISION, Due, due
from .definition import Definition
from .findings import errors
from .messages import Convened, Entry, Message, Revise, Touch, Touched
from .outputs.concerns import NAME
from .placing import ground_of, guests, shared_paths
from .questions import Question
from .questions import parse as parse_questions
from .ratifying import ratified
from .record import Included, PhaseCommit, PhaseStatus, Spent, Standing, spent_trailer, with_trailers
from .revisions import Note, with_notes
from .safe import plain
from .sections import Filling, digest_of_part, part_of, spliced
from .state import DESCRIPTION, REQUEST, PhaseState, State, fold, is_edited

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
        return _commit_request(state)
    if not halted and (decided := due(state.record)) is not None:
        return _commit_decisions(state, decided)
    if not halted and (approved := ratified(state)) is not None:
        return _commit_approval(state, *approved)
    if not state.shown:
        return Show()
    if state.stopped:
        return End("stopped")
    if state.trouble is not None:
        return End("budget" if state.trouble == "budget" else "failed")
    if state.lacks_description:
        return Wait("description", DESCRIPTION)
    if behind:
        return _commit_request(state)
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
            return _after_commit(state, act, result)
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


def _commit_request(state: State) -> Commit:
    first = state.record.request is None
    what = "001 user request" if first else "001 what was said since"
    revision = 1 + sum(commit.phase == REQUEST for commit in state.record.commits)
    return Commit(
        phase=REQUEST,
        revision=revision,
        status="done",
        files={state.request_path: state.request},
        message=_message(state, what, REQUEST, revision, "done", "", Spent()),
        parent=state.record.head,
    )


def _commit_decisions(state: State, decided: Due) -> Commit:
    assert state.record.concerns is not None
    return Commit(
        phase=DECISION,
        revision=decided.number,
        status="done",
        files={state.record.concerns.path: decided.text},
        message=_message(state, plain(decided.what, 60), DECISION, decided.number, "done", "", Spent()),
        parent=state.record.head,
    )


def _commit_approval(state: State, phase: PhaseState, files: Mapping[str, str]) -> Commit:
    """What an approval writes, as a commit of the phase: it is done then, whoever reads the branch."""
    what = f"{phase.phase.label.lower()}, approved"
    return Commit(
        phase=phase.phase.id,
        revision=phase.revision,
        status="done",
        files=dict(files),
        message=_message(state, what, phase.phase.id, phase.revision, "done", "", Spent()),
        parent=state.record.head,
    )


def _draft_or_commit(state: State, phase: PhaseState) -> Act:
    wanted = tuple(
        brief for brief in briefs(state, phase) if _unfinished(state, state.drafts.get(brief.address.member))
    )
    return Converse(wanted) if wanted else _commit_phase(state, phase)


def _unfinished(state: State, draft: Outcome | None) -> bool:
    """Whether a member still owes a draft: none yet, or one with errors and an attempt left."""
    if draft is None:
        return True
    if draft.ended != "done":
        return False
    return bool(errors(draft.findings)) and draft.address.draft < state.definition.attempts


def _commit_phase(state: State, phase: PhaseState) -> Commit:
    good = good_drafts(state, phase)
    files = {path: _written(state, phase, path, good[member].text) for member, path in phase.wanted if member in good}
    status = _committed_status(state, phase)
    spent = sum((draft.spent for draft in state.drafts.values()), Spent())
    model = next((draft.model for draft in state.drafts.values() if draft.model), "")
    title = f"{phase.phase.number:03d} {phase.phase.title.lower()}"
    what = title if phase.revision == 1 else f"{title}, revision {phase.revision}"
    message = _message(state, what, phase.phase.id, phase.revision, status, model, spent, _failed(state, phase))
    return Commit(phase.phase.id, phase.revision, status, files, message, state.record.head)


def _written(state: State, phase: PhaseState, path: str, text: str) -> str:
    """The document as it is committed: with what other phases make of it, and with the notes of its revisions."""
    stands, remarks = state.record.shared.get(path, ""), state.record.remarks.get(path, "")
    if fills := filling(state, phase.phase):
        made = spliced(stands, text, fills)
        notes = _notes(state, phase)
        return with_notes(made, notes, remarks) if notes else made
    # What it writes itself again is as it wants it; what it leaves out is another phase's, and stays.
    others = tuple(title for title in guests(state.definition, phase.phase.id) if not part_of(text, (title,)))
    kept = spliced(text, stands, Filling(others, others, "")) if others else text
    return with_notes(kept, phase.notes, remarks)


def _notes(state: State, phase: PhaseState) -> tuple[Note, ...]:
    """The notes of the revisions of all phases of a document, as far as those are made or are being made."""
    found = list(phase.notes)
    for other in state.phases:
        if other.phase.into == phase.phase.into and other.commit and other.phase.id != phase.phase.id:
            found += [note for note in other.notes if note.revision <= other.commit.revision]
    first = {(note.at, note.by, note.what): note for note in reversed(found)}
    return tuple(sorted(first.values(), key=lambda note: note.at))


def _committed_status(state: State, phase: PhaseState) -> PhaseStatus:
    findings = [finding for draft in good_drafts(state, phase).values() for finding in draft.findings]
    if _failed(state, phase):
        return "findings"
    if any(finding.severity == "error" for finding in findings):
        return "blocked"
    if asked(state, phase):
        return "asking"
    if phase.phase.approval or any(finding.severity == "asks" for finding in findings):
        return "awaiting"
    return "findings" if findings else "done"


def good_drafts(state: State, phase: PhaseState) -> dict[str, Outcome]:
    """The drafts that are committed: all of them, but those of members of a panel that failed, or have errors left."""
    if phase.phase.each is None:
        return state.drafts
    return {
        member: draft for member, draft in state.drafts.items() if draft.ended == "done" and not errors(draft.findings)
    }


def _failed(state: State, phase: PhaseState) -> tuple[tuple[str, str], ...]:
    """The members that bring no artifact, each with the reason; of those who were not asked again, the earlier one."""
    good = good_drafts(state, phase)
    wanted = {member for member, _ in phase.wanted}
    before = tuple(pair for pair in (phase.commit.failed if phase.commit else ()) if pair[0] not in wanted)
    return before + tuple((member, _why(draft)) for member, draft in state.drafts.items() if member not in good)


def _why(draft: Outcome) -> str:
    wrong = next((finding.wrong for finding in errors(draft.findings)), "it wrote nothing")
    return plain(draft.reason or wrong, 200).replace(";", ",")


def asked(state: State, phase: PhaseState) -> tuple[Question, ...]:
    """The questions that the drafts in hand put to the author; none once the rounds are used up."""
    if phase.phase.asks is None or phase.rounds >= state.definition.rounds:
        return ()
    texts = (draft.text for draft in state.drafts.values())
    return tuple(question for text in texts for question in parse_questions(Artifact("", text)).questions)


def _message(
    state: State,
    what: str,
    phase: str,
    revision: int,
    status: PhaseStatus,
    model: str,
    spent: Spent,
    failed: tuple[tuple[str, str], ...] = (),
) -> str:
    pinned = state.pinned
    values = {
        "Run": pinned.run,
        "Phase": f"{phase}@{revision}",
        "Status": status,
        "Base": pinned.base,
        "Definition": pinned.definition.digest,
    }
    if spent.calls:
        values |= {"Model": "replay" if spent.replayed else model, "Spent": spent_trailer(spent)}
    if failed:
        values["Failed"] = "; ".join(f"{member}: {why}" for member, why in failed)
    return with_trailers(f"design({pinned.slug}): {what}", "", values)


def _after_commit(state: State, act: Commit, result: Committed) -> State:
    if result.refused == "conflict":
        return replace(state, stale=True)
    if result.refused == "stopped":
        return replace(state, stopped=True, shown=False, drafts={})
    head = state.record.head if state.pinned.branchless else result.sha
    record = replace(state.record, head=head, now=result.at or state.now)
    record = replace(record, there=tuple(sorted({*record.there, *act.files})))
    if state.request_path in act.files:
        record = replace(record, request=act.files[state.request_path])
    if concerns := next(((path, text) for path, text in act.files.items() if path.endswith(NAME)), None):
        seen = record.concerns.seen if record.concerns else ()
        record = replace(record, concerns=Standing(*concerns, seen))
    paths = shared_paths(state.pinned, ground_of(record))
    shared = {path: text for path, text in act.files.items() if path in paths}
    record = replace(record, shared={**record.shared, **shared})
    phase = next((phase for phase in state.phases if phase.phase.id == act.phase), None)
    drafts = tuple(state.drafts.values())
    # An approval may write what is another phase's beside it.
    own = {path for _, path in phase.paths} if phase else set(act.files)
    files = {path: text for path, text in act.files.items() if path in own}
    made = PhaseCommit(
        act.phase,
        act.revision,
        act.status,
        result.sha,
        _files(phase, {path: blob for path, blob in result.files.items() if path in own}),
        next((draft.model for draft in drafts), "") if phase else "",
        sum((draft.spent for draft in drafts), Spent()) if phase else Spent(),
        asked(state, phase) if phase and act.status == "asking" else (),
        tuple(finding for draft in drafts for finding in draft.findings) if phase else (),
        gist_of(state.definition, act.phase, parts_of(state.definition, act.phase, files)),
        result.at,
        files if phase and phase.phase.output else {},
        _failed(state, phase) if phase else (),
        part_of_commit(state.definition, act.phase, files),
        others_of_commit(state.definition, act.phase, act.files),
    )
    folded = fold(replace(record, commits=(*record.commits, made), spent=state.spent))
    return replace(folded, without=state.without)


def _files(phase: PhaseState | None, made: Mapping[str, str]) -> dict[str, str]:
    """The documents of a phase after a commit: those of members that were not made again too."""
    kept = phase.commit.files if phase and phase.commit and phase.phase.each else {}
    return {**kept, **made}


def parts_of(definition: Definition, phase: str, files: Mapping[str, str]) -> Mapping[str, str]:
    """What of these documents the phase made: its sections, or all."""
    known = next((known for known in definition.phases if known.id == phase and known.into), None)
    return files if known is None else {path: part_of(text, known.sections) for path, text in files.items()}


def part_of_commit(definition: Definition, phase: str, files: Mapping[str, str]) -> str:
    """The digest of the sections that a phase made of a document that others fill too; "" where it made it all."""
    known = next((known for known in definition.phases if known.id == phase and known.into), None)
    return "".join(digest_of_part(text, known.sections) for text in files.values()) if known else ""


def others_of_commit(definition: Definition, phase: str, files: Mapping[str, str]) -> tuple[str, ...]:
    """The digests of the sections of other phases, as a commit of this one leaves them: decisions change them too."""
    others = [known for known in definition.phases if known.into and known.id != phase]
    return tuple(
        digest_of_part(text, known.sections)
        for known in others
        for path, text in files.items()
        if path.endswith(f"-{known.into}.md")
    )


def gist_of(definition: Definition, phase: str, files: Mapping[str, str]) -> str:
    """The first section of what the last phase made; "" for any other phase."""
    if phase != definition.phases[-1].id:
        return ""
    sections = (section for path, text in sorted(files.items()) for section in Artifact(path, text).sections)
    return next((section.body.strip() for section in sections if section.heading.level > 1), "")


def _after_conversations(state: State, outcomes: tuple[Outcome, ...]) -> State:
    panel = state.current is not None and state.current.phase.each is not None
    drafts = dict(state.drafts)
    spent = state.spent
    without = set(state.without)
    for outcome in outcomes:
        spent = spent + outcome.spent
        without |= set(outcome.without)
        if outcome.ended == "done" or (panel and outcome.ended in ("failed", "refused")):
            drafts[outcome.address.member] = outcome
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
    return _placed(state) if state.unplaced else _panelled(state)


def _panelled(state: State) -> State:
    """The state, failed where the last member of a panel has brought nothing either."""
    phase = state.current
    if phase is None or phase.phase.each is None or good_drafts(state, phase):
        return state
    if any(_unfinished(state, state.drafts.get(member)) for member, _ in phase.wanted):
        return state
    failed = _failed(state, phase)
    # Where all failed alike, once is enough; an address in the reason has the member's name.
    alike = len({why.replace(member, "") for member, why in failed}) == 1
    reasons = failed[0][1] if alike else "; ".join(f"{member}: {why}" for member, why in failed)
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

"""What a run commits: the request, what people decided or approved, and what a phase made."""

from collections.abc import Mapping

from bot.core.concerns.decisions import DECISION, Due
from bot.core.findings import errors
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import plain
from bot.core.markdown.sections import Filling, part_of, spliced
from bot.core.questions.asking import Question
from bot.core.questions.asking import parse as parse_questions

from .acts import Commit, Outcome
from .briefs import filling
from .phase import PhaseState
from .placing import guests
from .record import PhaseStatus, Spent, spent_trailer, with_trailers
from .revisions import Note, with_notes
from .state import REQUEST, State


def commit_request(state: State) -> Commit:
    """001, as it ought to read now."""
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


def commit_decisions(state: State, decided: Due) -> Commit:
    """What people decided of the concerns, in field and log."""
    assert state.record.concerns is not None
    return Commit(
        phase=DECISION,
        revision=decided.number,
        status="done",
        files={state.record.concerns.path: decided.text},
        message=_message(state, plain(decided.what, 60), DECISION, decided.number, "done", "", Spent()),
        parent=state.record.head,
    )


def commit_approval(state: State, phase: PhaseState, files: Mapping[str, str]) -> Commit:
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


def commit_phase(state: State, phase: PhaseState) -> Commit:
    """What a phase's drafts come to, with its status."""
    good = good_drafts(state, phase)
    files = {path: _written(state, phase, path, good[member].text) for member, path in phase.wanted if member in good}
    status = _committed_status(state, phase)
    spent = sum((draft.spent for draft in state.drafts.values()), Spent())
    model = next((draft.model for draft in state.drafts.values() if draft.model), "")
    title = f"{phase.phase.number:03d} {phase.phase.title.lower()}"
    what = title if phase.revision == 1 else f"{title}, revision {phase.revision}"
    lost, back = failed(state, phase), mended(state)
    message = _message(state, what, phase.phase.id, phase.revision, status, model, spent, lost, back)
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
    if failed(state, phase):
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


def failed(state: State, phase: PhaseState) -> tuple[tuple[str, str], ...]:
    """The members that bring no artifact, each with the reason; of those who were not asked again, the earlier one."""
    good = good_drafts(state, phase)
    wanted = {member for member, _ in phase.wanted}
    before = tuple(pair for pair in (phase.commit.failed if phase.commit else ()) if pair[0] not in wanted)
    return before + tuple((member, _why(draft)) for member, draft in state.drafts.items() if member not in good)


def _why(draft: Outcome) -> str:
    wrong = next((finding.wrong for finding in errors(draft.findings)), "it wrote nothing")
    return plain(draft.reason or wrong, 200).replace(";", ",")


def mended(state: State) -> tuple[str, ...]:
    """The rules for which drafts were sent back, and that find nothing in those that are committed."""
    left = {finding.rule for draft in state.drafts.values() for finding in errors(draft.findings)}
    return tuple(sorted({finding.rule for finding in state.sent_back if finding.rule} - left))


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
    mended: tuple[str, ...] = (),
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
    if mended:
        values["Mended"] = ", ".join(mended)
    return with_trailers(f"design({pinned.slug}): {what}", "", values)

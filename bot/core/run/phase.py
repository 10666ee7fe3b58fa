"""How far one phase is: its commits, and what people said of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.core.concerns import read
from bot.core.concerns.shape import is_undecided
from bot.core.definition import Phase
from bot.core.findings import Finding
from bot.core.incoming.messages import Approve, Convened, Entry, Proceed, Pushed, Reject, Retry, Revise, Start, Touched
from bot.core.markdown.sections import digest_of_part
from bot.core.questions.rounds import Round, with_entry
from bot.core.tracks import Member, resolving

from .placing import Ground, members_of, paths_of, placed
from .record import Included, PhaseCommit, PhaseStatus, Record
from .revisions import Note, named_members


@dataclass(frozen=True)
class PhaseState:
    """How far one phase is. `revision` is the one that is wanted; `commit` the newest one there is.

    `paths` says who writes what: (member, path of their artifact). There are none where the phase goes into a document
    of another run that is not there. `members` are those who write, where there is a conversation for each; `included`
    is the other run that a phase is. `feedback` is what a person said that made it be made again; `notes` all such
    wishes; `round` the questions that this phase last asked.
    """

    phase: Phase
    paths: tuple[tuple[str, str], ...] = ()
    members: tuple[Member, ...] = ()
    revision: int = 1
    status: PhaseStatus = "pending"
    commit: PhaseCommit | None = None
    round: Round | None = None
    rounds: int = 0
    feedback: str = ""
    notes: tuple[Note, ...] = ()
    included: Included | None = None

    @property
    def about(self) -> str:
        """`phase@revision`, as trailers and entries name it."""
        return f"{self.phase.id}@{self.revision}"

    @property
    def finished(self) -> bool:
        """Whether later phases may build on it."""
        return self.status in ("done", "findings")

    @property
    def missing(self) -> tuple[tuple[str, str], ...]:
        """The members that came after their phase was made: a track that was opened late."""
        if self.commit is None or self.phase.each not in ("subsystems", "tracks"):
            return ()
        known = {*self.commit.files, *dict(self.commit.failed)}
        return tuple((member, path) for member, path in self.paths if not {member, path} & known)

    @property
    def wanted(self) -> tuple[tuple[str, str], ...]:
        """Whose documents are to be made now: all, unless people name some of them, or some came late."""
        if self.commit is not None and self.commit.revision == self.revision and self.missing:
            return self.missing
        if self.feedback and self.phase.each in ("subsystems", "tracks"):
            return named_members(self.members, self.paths, self.feedback)
        return self.paths

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that the newest commit was left with; or that the run went on without another."""
        if self.phase.source == "workflow" and self.status == "findings":
            wrong = f"The run went on without “{self.phase.title}”."
            return (Finding(1, wrong, "Its command on the pull request holds it still.", "include", "warning"),)
        return self.commit.findings if self.commit else ()

    @property
    def wish(self) -> Note | None:
        """The newest wish for a revision, while that is still to come."""
        made = self.commit.revision if self.commit else 0
        return self.notes[-1] if self.notes and self.notes[-1].revision > made else None


def _commits(record: Record, phase: str) -> dict[int, PhaseCommit]:
    return {commit.revision: commit for commit in record.commits if commit.phase == phase}


def _about(entry: Entry) -> Mapping[str, int]:
    """The phases that an entry is about, each with its revision."""
    pairs = (each.partition("@") for each in entry.about.split(","))
    return {phase: int(revision or 0) for phase, _, revision in pairs}


def folded(record: Record, phase: Phase, ground: Ground) -> PhaseState:
    """One phase, from the commits of its revisions and the entries that are about it."""
    commits = _commits(record, phase.id)
    rounds = {round.about: round for round in rounds_of(record) if round.about.partition("@")[0] == phase.id}
    wishes = {entry.message.id: entry for entry in record.entries}
    said = _Said()
    for entry in record.entries:
        revision = said.revision
        if _about(entry).get(phase.id) == revision:
            deed = entry.message.deed
            meant = wishes.get(deed.of, entry) if isinstance(deed, Touched) else entry
            said = _heard(said, meant, commits.get(revision))
            round = rounds.get(f"{phase.id}@{revision}")
            if round is not None and round.closed and said.revision == revision:
                said = replace(said, revision=revision + 1)
    state = PhaseState(
        placed(record.pinned, phase, ground),
        paths_of(record.pinned, phase, ground),
        members_of(record.pinned.definition, phase, ground),
        said.revision,
        commit=commits[max(commits)] if commits else None,
        rounds=len(rounds),
        round=rounds.get(f"{phase.id}@{said.revision}") or rounds.get(f"{phase.id}@{said.revision - 1}"),
        feedback=said.feedback,
        notes=said.notes,
    )
    if _is_a_person_s(record, state):
        return replace(state, status="findings" if state.findings else "done")
    status = _status(commits.get(said.revision), said, record)
    settled = status == "awaiting" and phase.output == "resolutions" and _all_decided(record)
    state = replace(state, status="done" if settled else status)
    return replace(state, status="pending") if state.finished and state.missing else state


def _all_decided(record: Record) -> bool:
    """Whether people decided each concern singly, so that no proposal waits any more; a change of the contract does."""
    text = record.concerns.text if record.concerns else ""
    concerns = read(text).concerns
    return bool(concerns) and not any(map(is_undecided, concerns)) and not resolving.read(text).amendments


_OF_INCLUDED: Mapping[str, PhaseStatus] = {
    "going": "convened",
    "done": "done",
    "failed": "blocked",
    "stopped": "blocked",
    "lost": "pending",
}


def included(record: Record, phase: Phase) -> PhaseState:
    """A phase that is another run: which one, as the entries have it, and how that stands."""
    revision, run, accepted, anew = 1, "", False, False
    for entry in record.entries:
        deed = entry.message.deed
        if isinstance(deed, Start):
            anew = True
        elif _about(entry).get(phase.id) == revision:
            match deed:
                case Convened():
                    run, anew = deed.run, False
                case Retry():
                    revision, run = revision + 1, ""
                case Proceed():
                    accepted = True
                case _:
                    pass
    known = next((each for each in record.included if run and each.run == run), None)
    if known is not None and known.status == "stopped" and anew:
        # Both were stopped, and somebody takes the run up again: so is the other.
        known = replace(known, status="lost")
    status: PhaseStatus = _OF_INCLUDED[known.status] if known else "pending"
    status = "findings" if accepted and status != "done" else status
    return PhaseState(phase, revision=revision, status=status, included=known)


@dataclass(frozen=True)
class _Said:
    """What people said of one phase: the revision that they want, why, and what they accepted or approved."""

    revision: int = 1
    feedback: str = ""
    accepted: bool = False
    approved: str = ""
    notes: tuple[Note, ...] = ()


def _heard(said: _Said, entry: Entry, commit: PhaseCommit | None) -> _Said:
    match entry.message.deed:
        case Reject(why=text) | Revise(what=text):
            message = entry.message
            note = Note(said.revision + 1, message.at, message.by, text, message.link)
            # What was asked before and not made yet is still to be minded.
            unmade = said.feedback if commit is None else ""
            feedback = "\n\n".join(words for words in (unmade, text) if words)
            return _Said(note.revision, feedback, notes=(*said.notes, note))
        case Retry() | Pushed():
            return _Said(said.revision + 1, said.feedback, notes=said.notes)
        case Approve():
            return replace(said, approved=entry.digest)
        case Proceed() if commit is not None and commit.status == "blocked":
            return replace(said, accepted=True)
        case _:
            return said


def _is_a_person_s(record: Record, state: PhaseState) -> bool:
    """Whether the artifact was edited by a person since, and nobody asked in so many words to make it again."""
    if state.commit is None or state.feedback or state.commit.revision >= state.revision:
        return False
    return is_edited(state.commit, state.phase, record)


def is_edited(commit: PhaseCommit, phase: Phase, record: Record) -> bool:
    """Whether people changed since what a phase's commit made."""
    if phase.into:
        ours = {commit.part, *(part for other in record.commits for part in other.others)}
        return any(_part(path, phase, record) not in ours for path in commit.files)
    return any(path in record.edited for path in commit.files)


def is_deleted(path: str, record: Record) -> bool:
    """Whether people took a document away that we had written."""
    return record.edited.get(path) == ""


def stands_as(state: PhaseState, record: Record) -> str:
    """What tells the text that people made of a phase's documents from any other; "" where it is as we wrote it."""
    if state.commit is None or not is_edited(state.commit, state.phase, record):
        return ""
    return digest_of(state.commit, record)[:12]


def _part(path: str, phase: Phase, record: Record) -> str:
    return digest_of_part(record.shared.get(path, ""), phase.sections)


def _status(commit: PhaseCommit | None, said: _Said, record: Record) -> PhaseStatus:
    if commit is None:
        return "pending"
    if commit.status == "blocked":
        return "findings" if said.accepted else "blocked"
    if commit.status == "awaiting" and said.approved == digest_of(commit, record):
        return "findings" if commit.findings else "done"
    return commit.status


def digest_of(commit: PhaseCommit, record: Record) -> str:
    """sha256 over the blobs of a phase's artifacts, a person's where a person edited one; or over its sections."""
    phase = record.pinned.definition.phase(commit.phase)
    if phase.into:
        blobs = [(path, _part(path, phase, record)) for path in sorted(commit.files)]
    else:
        blobs = [(path, record.edited.get(path, blob)) for path, blob in sorted(commit.files.items())]
    return hashlib.sha256(repr(blobs).encode()).hexdigest()


def rounds_of(record: Record) -> Iterator[Round]:
    """The questions that were asked, each with what was answered."""
    for commit in record.commits:
        if commit.status != "asking":
            continue
        round = Round(f"{commit.phase}@{commit.revision}", commit.questions, commit.at)
        for entry in record.entries:
            if _about(entry).get(commit.phase) == commit.revision and not round.closed:
                round = with_entry(round, entry)
        yield round

"""Where a run stands: a pure fold over what is recorded of it. Folding is resuming."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .acts import Outcome
from .concerns import read
from .concerns.contradictions import is_undecided
from .definition import Definition, Phase
from .findings import Finding
from .messages import Approve, Convened, Entry, Proceed, Pushed, Reject, Retry, Revise, Say, Start, Stop, Touched
from .placing import Ground, ground_of, is_held, members_of, paths_of, placed
from .record import Included, PhaseCommit, PhaseStatus, Pinned, Record, Seen, Spent, Trouble
from .request import merged
from .request import render as render_request
from .revisions import Note, named_members
from .rounds import Round, with_entry
from .sections import digest_of_part
from .tracks import Member, resolving

DESCRIPTION = "description"
REQUEST = "user-request"


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


@dataclass(frozen=True)
class State:
    """A run, whole. `drafts` are this leg's outcomes of the phase in hand, by member; `shown`: GitHub shows this.

    `was_asked` says that the issue had no description, so that one was asked for.
    """

    record: Record
    phases: tuple[PhaseState, ...]
    rounds: tuple[Round, ...] = ()
    stopped: bool = False
    trouble: Trouble | None = None
    reason: str = ""
    shown: bool = False
    stale: bool = False
    drafts: dict[str, Outcome] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    without: tuple[str, ...] = ()
    was_asked: bool = False
    now: str = ""

    @property
    def pinned(self) -> Pinned:
        """The run's inputs."""
        return self.record.pinned

    @property
    def definition(self) -> Definition:
        """The workflow, as it was when the run started."""
        return self.record.pinned.definition

    @property
    def files(self) -> Mapping[str, tuple[str, ...]]:
        """The file names of each phase's documents, as they are on this branch."""
        return {phase.phase.id: tuple(path.rpartition("/")[2] for _, path in phase.paths) for phase in self.phases}

    @property
    def current(self) -> PhaseState | None:
        """The first phase that is not finished, or None where all are."""
        return next((phase for phase in self.phases if not phase.finished), None)

    @property
    def request(self) -> str:
        """001 as it ought to read now: what people wrote around our sections, and in them, stays."""
        fresh = render_request(self.pinned, self.rounds, self.record.entries)
        return merged(self.record.request, fresh, self._earlier) if self.record.request else fresh

    def _earlier(self) -> Iterator[str]:
        """001 as it read before each of the entries."""
        for n in range(len(self.record.entries)):
            entries = self.record.entries[:n]
            yield render_request(self.pinned, tuple(_rounds(replace(self.record, entries=entries))), entries)

    @property
    def unplaced(self) -> Entry | None:
        """The oldest wish for a revision of which it isn't known yet what it touches."""
        deeds = {entry.message.id: entry for entry in self.record.entries if not entry.about}
        placed = {deed.of for entry in self.record.entries if isinstance(deed := entry.message.deed, Touched)}
        wishes = (entry for id, entry in deeds.items() if id not in placed)
        return next((entry for entry in wishes if isinstance(entry.message.deed, Revise)), None)

    @property
    def awaited(self) -> Seen | None:
        """What waits for approval, as it is shown: since now, where something else was shown before."""
        phase = self.current
        if phase is None or phase.status != "awaiting" or phase.commit is None:
            return None
        digest, old = self.digest(phase.commit), self.record.seen
        if old is None or old.about != phase.about:
            return Seen(phase.about, digest)
        return old if old.digest == digest else Seen(phase.about, digest, self.now)

    def digest(self, commit: PhaseCommit) -> str:
        """What an approval of a phase is bound to: its artifacts as they stand on the branch."""
        return digest_of(commit, self.record)

    @property
    def request_path(self) -> str:
        """Where 001 is."""
        return f"{self.pinned.folder}/001-{REQUEST}.md"

    @property
    def lacks_description(self) -> bool:
        """Whether the workflow needs a description that nobody gave."""
        return bool(self.definition.needs_description) and not self.pinned.description


def fold(record: Record) -> State:
    """The state that a record amounts to."""
    record = replace(record, pinned=replace(record.pinned, description=_description(record)))
    ground = ground_of(record)
    held = (phase for phase in record.pinned.definition.phases if phase.source != "event" and is_held(phase, ground))
    phases = tuple(
        _included(record, phase) if phase.source == "workflow" else _phase(record, phase, ground) for phase in held
    )
    lacking = _lacking(phases) if record.trouble is None else ""
    return State(
        record,
        phases,
        rounds=tuple(_rounds(record)),
        stopped=_stopped(record) or _is_pointless(record, phases),
        trouble="failed" if lacking else record.trouble,
        reason=lacking or record.reason,
        spent=record.spent,
        without=record.without,
        was_asked=_was_asked(record),
        now=record.now,
    )


def _lacking(phases: tuple[PhaseState, ...]) -> str:
    """What the phase in hand needs and nobody made: the other run's document into which it goes; "" where nothing."""
    phase = next((phase for phase in phases if not phase.finished), None)
    if phase is None or phase.paths or not phase.phase.elsewhere:
        return ""
    return f"There is no document “{phase.phase.into}” on this branch, into which “{phase.phase.title}” goes"


def _description(record: Record) -> str:
    text = record.pinned.description
    for entry in record.entries:
        match entry.message.deed:
            case Say(text=words) if entry.about == DESCRIPTION:
                text = words
            case Start(description=words) if words:
                text = words
            case _:
                pass
    return text


def _was_asked(record: Record) -> bool:
    """Whether a description is asked for, or came after it was."""
    needs = bool(record.pinned.definition.needs_description)
    later = (entry.message.deed for entry in record.entries[1:])
    came = any(entry.about == DESCRIPTION for entry in record.entries)
    return needs and (
        not record.pinned.description or came or any(isinstance(deed, Start) and deed.description for deed in later)
    )


def _stopped(record: Record) -> bool:
    stopped = False
    for entry in record.entries:
        if isinstance(entry.message.deed, Stop):
            stopped = True
        elif isinstance(entry.message.deed, Start | Retry):
            stopped = False
    return stopped


def _is_pointless(record: Record, phases: Sequence[PhaseState]) -> bool:
    """Whether a round of reviews has not ended, and its pull request has."""
    return record.pinned.round is not None and record.closed != "" and not all(phase.finished for phase in phases)


def _commits(record: Record, phase: str) -> dict[int, PhaseCommit]:
    return {commit.revision: commit for commit in record.commits if commit.phase == phase}


def _about(entry: Entry) -> Mapping[str, int]:
    """The phases that an entry is about, each with its revision."""
    pairs = (each.partition("@") for each in entry.about.split(","))
    return {phase: int(revision or 0) for phase, _, revision in pairs}


def _phase(record: Record, phase: Phase, ground: Ground) -> PhaseState:
    """One phase, from the commits of its revisions and the entries that are about it."""
    commits = _commits(record, phase.id)
    rounds = {round.about: round for round in _rounds(record) if round.about.partition("@")[0] == phase.id}
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
        return replace(state, status="done")
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


def _included(record: Record, phase: Phase) -> PhaseState:
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


def _rounds(record: Record) -> Iterator[Round]:
    for commit in record.commits:
        if commit.status != "asking":
            continue
        round = Round(f"{commit.phase}@{commit.revision}", commit.questions, commit.at)
        for entry in record.entries:
            if _about(entry).get(commit.phase) == commit.revision and not round.closed:
                round = with_entry(round, entry)
        yield round

"""Where a run stands: a pure fold over what is recorded of it. Folding is resuming."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.definition import Definition
from bot.core.findings import Finding
from bot.core.incoming.messages import Entry, Retry, Revise, Say, Start, Stop, Touched
from bot.core.questions.rounds import Round

from .acts import Outcome
from .phase import PhaseState, digest_of, folded, included, rounds_of
from .placing import ground_of, is_held
from .record import PhaseCommit, Pinned, Record, Seen, Spent, Trouble
from .request import merged
from .request import render as render_request

DESCRIPTION = "description"

REQUEST = "user-request"


@dataclass(frozen=True)
class State:
    """A run, whole. `drafts` are this leg's outcomes of the phase in hand, by member; `shown`: GitHub shows this.

    `sent_back` are the errors with which drafts of that phase went back to be mended.
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
    sent_back: tuple[Finding, ...] = ()
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
            yield render_request(self.pinned, tuple(rounds_of(replace(self.record, entries=entries))), entries)

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
        included(record, phase) if phase.source == "workflow" else folded(record, phase, ground) for phase in held
    )
    lacking = _lacking(phases) if record.trouble is None else ""
    return State(
        record,
        phases,
        rounds=tuple(rounds_of(record)),
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

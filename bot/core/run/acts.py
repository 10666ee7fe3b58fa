"""The next thing a run does, as data; and what a conversation is given and gives back."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.core.definition import GateUse
from bot.core.findings import Finding
from bot.core.identity import Address
from bot.core.markdown.sections import Filling

from .record import PhaseStatus, Spent

Ended = Literal["done", "refused", "failed", "budget", "stopped"]
Ending = Literal["done", "findings", "stopped", "failed", "budget"]
WaitsFor = Literal["description", "answers", "approval", "mending", "another run"]


@dataclass(frozen=True)
class DocumentRef:
    """A document that a conversation is given: a path as it is at a commit, or its `text` where no commit has it."""

    path: str
    commit: str
    text: str | None = None


@dataclass(frozen=True)
class Brief:
    """One conversation with the model, whole: all conversations differ only in this.

    `documents` are shared and come first, byte-identical between briefs; `charge` is what differs and comes last.
    `path` is the artifact that comes out; `title` and `lens` are its title and its writer's, where code writes them.
    `filling` says which sections of it, where others make the rest: the outcome's text is these alone.
    `base` is the commit that the tools read. `last` says that no repair of it follows, whatever its gates find.
    `fetched` are the URLs that a web tool returned for the drafts before. `taken` are the ids that no new concern gets.
    """

    address: Address
    system: str
    documents: tuple[DocumentRef, ...]
    charge: str
    path: str
    base: str
    title: str = ""
    lens: str = ""
    tools: tuple[str, ...] = ()
    output: str | None = None
    gates: tuple[GateUse, ...] = ()
    model: str = "thorough"
    turns: int = 60
    last: bool = False
    filling: Filling | None = None
    fetched: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of a conversation. `text` is the artifact's Markdown; `data` what a codec's output held.

    `without` names the tools that were asked for and not to be had (`web`). `fetched` are the URLs that a web tool
    returned, in the drafts before too. `at` is when it ended.
    """

    address: Address
    ended: Ended
    text: str = ""
    data: Any = None
    findings: tuple[Finding, ...] = ()
    spent: Spent = field(default_factory=Spent)
    model: str = ""
    reason: str = ""
    without: tuple[str, ...] = ()
    fetched: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True)
class Converse:
    """Hold these conversations, in parallel."""

    briefs: tuple[Brief, ...]
    kind: Literal["converse"] = "converse"


@dataclass(frozen=True)
class Commit:
    """Write these files (path to text) in one commit on top of `parent`, on the run's branch.

    `phase`, `revision` and `status` go into the trailers; `parent` None means that the branch is made at the base.
    """

    phase: str
    revision: int
    status: PhaseStatus
    files: dict[str, str]
    message: str
    parent: str | None
    kind: Literal["commit"] = "commit"


@dataclass(frozen=True)
class Show:
    """Bring what GitHub shows into line with the state."""

    kind: Literal["show"] = "show"


@dataclass(frozen=True)
class Wait:
    """Close the leg; the run goes on with the next message, or when `seconds` have passed (None: it waits for ever)."""

    reason: WaitsFor
    about: str = ""
    seconds: float | None = None
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True)
class End:
    """Close the leg; the run is over, until somebody takes it up again."""

    ending: Ending
    kind: Literal["end"] = "end"


@dataclass(frozen=True)
class Convene:
    """Begin a run of another workflow on this run's own pull request, in the name of who started this one.

    `run` is one that was begun and that nobody knows any more, or that was stopped; "" for a new one.
    """

    workflow: str
    about: str
    run: str = ""
    kind: Literal["convene"] = "convene"


Act = Converse | Commit | Show | Wait | End | Convene


@dataclass(frozen=True)
class Committed:
    """What came of a `Commit`: the new head and the blob id of each file; or why it was not made."""

    sha: str = ""
    files: dict[str, str] = field(default_factory=dict)
    refused: Literal["", "conflict", "stopped"] = ""
    at: str = ""


@dataclass(frozen=True)
class Shown:
    """What came of a `Show`: the pull request's number once there is one; or that the run was told to stop."""

    pull: int | None = None
    refused: Literal["", "stopped"] = ""
    at: str = ""


@dataclass(frozen=True)
class Began:
    """What came of a `Convene`: the run that was begun, and when."""

    run: str
    at: str = ""


Result = tuple[Outcome, ...] | Committed | Shown | Began

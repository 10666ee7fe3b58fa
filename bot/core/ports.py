"""What the inner layers ask of the outer: adapters and fakes name the protocol that they implement."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from .definition import Definition, House
from .errors import Fault
from .identity import Repository
from .living.closing import Merge
from .living.known import Hands
from .publications import CheckWish, LabelWish, Remark
from .record import Spent
from .tracking.shape import Relations, Written

Permission = Literal["none", "read", "triage", "write", "maintain", "admin"]
WRITERS: frozenset[Permission] = frozenset({"write", "maintain", "admin"})

# --- code at a commit ------------------------------------------------------------------------------------------------


class Tree(Protocol):
    """The files of a repository at one commit. Paths are relative, with `/`."""

    commit: str

    def files(self) -> Sequence[str]:
        """All paths, sorted."""

    def lines(self, path: str) -> Sequence[str] | None:
        """The lines of a text file without their ends; None where it is missing, binary, a link or too large."""


class Files(Protocol):
    """The files of a local clone at the commits that are there: what the tools and the gates read."""

    def tree(self, commit: str) -> Tree:
        """The files at a commit that was fetched."""

    def text(self, path: str, commit: str) -> str | None:
        """A file's text at a commit, or None."""


class Checkout(Files, Protocol):
    """A local, complete clone of a repository."""

    def fetch(self, *refs: str) -> None:
        """Bring these commits or branches here."""

    def files(self) -> Files:
        """What was fetched, to be read, without the means to fetch."""

    def blobs(self, commit: str, folder: str) -> Mapping[str, str]:
        """Path to blob id below a folder; of all files where that is ""."""

    def merged(self, common: str, ours: str, theirs: str, both: bool = False) -> str | None:
        """What two texts make together that come of a common one; None where they differ in the same places.

        With `both`, such places have the lines of both.
        """


# --- configuration ---------------------------------------------------------------------------------------------------


LARGEST_FILE = 200_000
"""The bytes of a file of a workflow; more is a fault."""


@dataclass(frozen=True)
class Layer:
    """The files by which a repository, or an organisation for all of its own, configures the workflows.

    `files` are `charrette.yml` and those below `charrette/`. `where` stands before a path to name a file for people,
    `url` before it makes the file's page. `faults` are of files that are there and were not read. Layers with the same
    `digest` are the same.
    """

    where: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    url: str = ""
    digest: str = ""


# --- GitHub ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Issue:
    """An issue or pull request as it is now."""

    number: int
    title: str
    body: str
    author: str
    open: bool
    labels: tuple[str, ...]
    url: str
    pull: bool = False


@dataclass(frozen=True)
class Comment:
    """A comment as it is now. `ours` says that our own App wrote it."""

    id: int
    author: str
    body: str
    url: str
    created_at: str
    ours: bool = False


@dataclass(frozen=True)
class BranchCommit:
    """A commit on a branch. `ours` says that GitHub attributes it to our App, and signed it."""

    sha: str
    message: str
    at: str
    author: str
    ours: bool


@dataclass(frozen=True)
class Pull:
    """A pull request as it is now. `fork` says that its branch is in another repository."""

    number: int
    url: str
    head: str
    head_branch: str
    body: str
    title: str
    draft: bool
    open: bool
    merged: bool = False
    fork: bool = False
    author: str = ""


class Tracker(Protocol):
    """The issues that our App opens in one repository. `PersonError` where GitHub refuses, `MissingError` of a 404."""

    def issue(self, number: int) -> Issue:
        """`MissingError` where it was deleted or transferred."""

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments, by id."""

    def create_comment(self, number: int, body: str) -> int:
        """Returns the comment's id. 422 and 403 raise `PersonError`."""

    def ensure_label(self, wish: LabelWish) -> None:
        """The repository has this label."""

    def written(self, newest: int = 0) -> Sequence[Written]:
        """The issues that our App opened, closed ones too: all, a request for each hundred; or the newest so many."""

    def relations(self, issues: Sequence[Written]) -> Relations:
        """How these stand to each other, and which kinds of relation there are; a request for each hundred."""

    def open_issue(self, title: str, body: str, labels: Sequence[str], milestone: int) -> Written:
        """Opens an issue; without a milestone where that is 0."""

    def edit_issue(self, number: int, title: str, body: str, state: str, reason: str) -> None:
        """One edit; "" leaves a title, a state or its reason as it is."""

    def milestone(self, title: str, description: str) -> int:
        """The number of the milestone of this title, open or closed, made where there is none."""

    def nest(self, parent: int, child: int, instead: bool) -> None:
        """The issue with the database id `child` is a sub-issue; `instead` of being one of another."""

    def unnest(self, parent: int, child: int) -> None:
        """It is one no longer."""

    def block(self, number: int, blocker: int) -> None:
        """The issue is blocked by the one with the database id `blocker`."""

    def unblock(self, number: int, blocker: int) -> None:
        """It is blocked by it no longer."""


class GitHub(Tracker, Protocol):
    """One repository of one installation. Every method may raise `TransientError`; `MissingError` where named."""

    repository: Repository

    def hands(self, issues: Sequence[Written]) -> Mapping[int, Hands]:
        """Who is at these issues, and what closed them, by number; a request for each hundred."""

    def merge(self, number: int) -> Merge | None:
        """What a pull request closed that was merged into the default branch; None of any other."""

    def patch(self, number: int) -> str:
        """What a pull request changes, as a diff; without the files of which GitHub shows none."""

    def label(self, number: int, name: str, on: bool) -> None:
        """The issue has a label, or has it no longer; twice is once."""

    def login(self) -> str:
        """Our App's own user, e.g. `charrette[bot]`."""

    def default_branch(self) -> tuple[str, str]:
        """The default branch's name and head. `MissingError` in an empty repository."""

    def permission(self, login: str) -> Permission:
        """What this user may do now."""

    def head(self, branch: str) -> str | None:
        """A branch's head, or None."""

    def branches(self, prefix: str) -> Sequence[str]:
        """The names of the branches that begin so."""

    def branch_commits(self, branch: str, base: str) -> Sequence[BranchCommit]:
        """The commits of a branch that its base has not, oldest first."""

    def commit(
        self, branch: str, parent: str, files: Mapping[str, str], message: str, create: bool, also: str = ""
    ) -> tuple[str, Mapping[str, str]]:
        """One commit by the Git Data API, and the ref moved (never forced); returns its id and path to blob id.

        `create` makes the branch. With a commit `also`, it merges that, and has its files beside these.
        `ConflictError` where the ref has moved on or is there already.
        """

    def update_comment(self, id: int, body: str) -> None:
        """`MissingError` where somebody deleted it."""

    def pull_for(self, branch: str) -> Pull | None:
        """The newest pull request whose head is this branch, open or not."""

    def pull(self, number: int) -> Pull:
        """`MissingError` where there is none."""

    def create_pull(self, branch: str, base: str, title: str, body: str, draft: bool) -> Pull:
        """Opens a pull request."""

    def update_pull(self, number: int, title: str, body: str) -> None:
        """Edits title and body."""

    def set_draft(self, number: int, draft: bool) -> None:
        """Draft or ready for review."""

    def checks(self, head: str, name: str) -> Sequence[int]:
        """The ids of our App's check runs of this name on a commit."""

    def create_check(self, wish: CheckWish) -> int:
        """Returns the check run's id; more than 50 annotations go in further requests."""

    def update_check(self, id: int, wish: CheckWish) -> None:
        """Brings a check run into line."""

    def reviews(self, number: int) -> Sequence[Comment]:
        """The reviews that a pull request got, by id, each with its body."""

    def diff_lines(self, number: int) -> Mapping[str, frozenset[int]]:
        """The lines of a pull request's diff that a remark can stand on, by path, as the new files count them."""

    def create_review(self, number: int, commit: str, body: str, remarks: Sequence[Remark]) -> int:
        """A review that only comments; returns its id. `PersonError` where GitHub rejects it, with nothing written."""

    def react(self, number: int, comment: int, content: str) -> None:
        """A reaction on an issue (`comment` 0) or a comment; twice is once."""

    def touched(self, number: int) -> Iterator[str]:
        """The paths that a pull request changes; one request for a hundred of them, made as they are read."""

    def configuration(self, commit: str = "") -> Layer:
        """The repository's own configuration, at a commit or at its default branch's head.

        One request where there is none, or where it was read before.
        """


class Installations(Protocol):
    """The App's side: which repositories it is on, and a client and a clone for each."""

    def organisation(self, repository: Repository) -> Layer:
        """The configuration that the owner's `.github` repository has for all; empty where we can't read one."""

    def github(self, repository: Repository) -> GitHub:
        """A client for one repository; not shared between threads."""

    def checkout(self, repository: Repository) -> Checkout:
        """The local clone of a repository, made on first use."""

    def tidy(self) -> None:
        """Credentials that no run uses any more are revoked."""

    def close(self) -> None:
        """All credentials are revoked."""


# --- the model -------------------------------------------------------------------------------------------------------


# `max_tokens` of a turn that only fills the server's cache. Anthropic's own server takes 0 too; compatible ones don't.
WARMING = 1


@dataclass(frozen=True)
class Turn:
    """One request to the model. `messages` and `system` are the Messages API's own JSON."""

    address: str
    model: str
    system: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 32_000


@dataclass(frozen=True)
class Reply:
    """What came of a turn; business outcomes are values.

    `answered`: `message` is the API's JSON, verbatim. `transient`: try again after `retry_after` seconds (0: unknown).
    `refused`: the server or the recording will not answer this; `reason` says why. `rejected` names the capability that
    the server has not after all (`web`): asked without it, it may answer.
    """

    kind: Literal["answered", "transient", "refused"]
    message: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    retry_after: float = 0.0
    spent: Spent = field(default_factory=Spent)
    model: str = ""
    rejected: str = ""


class Model(Protocol):
    """A server that speaks the Messages API, or a recording of one."""

    replayed: bool

    def turn(self, turn: Turn) -> Reply:
        """One request. Never raises for what the server says."""

    def capabilities(self) -> frozenset[str]:
        """Server tools that are to be had: `web`."""


class Toolbox(Protocol):
    """The read-only tools of a conversation, at one commit."""

    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """The tools as the Messages API wants them; byte-identical for the same set."""

    def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """A call's text for the model, and whether it is an error."""


# --- storage ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """A delivery as it came: verified, not yet understood. `seq` orders them. `at` is when it happened, where known."""

    id: str
    event: str
    body: bytes
    seq: int = 0
    at: str = ""


class Deliveries(Protocol):
    """The inbox of what GitHub sent."""

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Stores them in one commit; one that is there already is left as it is."""

    def pending(self, limit: int = 50, after: int = 0) -> Sequence[Delivery]:
        """The oldest that were not handled, of those whose `seq` is above `after`."""

    def handled(self, id: str, note: str = "") -> None:
        """Marks one as handled."""

    def held(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these that are there, handled or not."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of GitHub's to hand us a delivery; `delivery` is the GUID, which a redelivery keeps."""

    id: int
    delivery: str
    at: str
    well: bool


class Hook(Protocol):
    """The App's webhook seen from GitHub, and the issues of all repositories that the App is installed on."""

    def attempts(self, above: int, since: str) -> Sequence[Attempt]:
        """The attempts with a higher id than `above`, and no older than `since`, newest first."""

    def redeliver(self, attempt: int) -> None:
        """GitHub tries once more, soon. `MissingError` where it knows the attempt no longer."""

    def repositories(self) -> Iterable[Repository]:
        """All that the App is installed on and that have issues."""

    def repository(self, full_name: str) -> Repository:
        """The one that is called owner/name. `MissingError` where the App is not installed on it."""

    def labelled(self, repository: Repository, label: str) -> Sequence[int]:
        """The open issues with this label."""

    def labelling(self, repository: Repository, number: int, label: str) -> Delivery | None:
        """The delivery that GitHub made, or ought to have made, when the label was last put on; None if nobody did.

        Its id is always the same for the same deed.
        """


@dataclass(frozen=True)
class RunRow:
    """A run's row: pinned inputs (empty before the first leg), entries, stop flag, trouble and last state, as JSON."""

    id: str
    repository: int
    home: int
    workflow: str
    status: str
    stop: bool
    pinned: dict[str, Any]
    entries: list[dict[str, Any]]
    state: dict[str, Any] | None = None
    trouble: str = ""
    reason: str = ""
    updated_at: str = field(default="", compare=False)


class Runs(Protocol):
    """The runs."""

    def create(self, row: RunRow) -> None:
        """Adds a run; one that is there already is left as it is."""

    def get(self, id: str) -> RunRow | None:
        """One run."""

    def of_subject(self, repository: int, home: int) -> Sequence[RunRow]:
        """All runs of a subject, oldest first."""

    def begun(self, repository: int, since: str) -> int:
        """How many runs were created since (ISO 8601, UTC), but for those that failed before they cost anything."""

    def newest(self, repository: int, limit: int) -> Sequence[RunRow]:
        """The runs of a repository that were last written to, newest first."""

    def pin(self, id: str, pinned: dict[str, Any], entries: Sequence[dict[str, Any]]) -> None:
        """The run's inputs, from its first leg."""

    def append(self, id: str, entry: dict[str, Any]) -> None:
        """Adds an entry, once for each message id."""

    def set_stop(self, id: str, stop: bool) -> None:
        """The stop flag, read before every turn of the model and every write."""

    def stopped(self, id: str) -> bool:
        """Whether the stop flag is set."""

    def close(self, id: str, status: str, state: dict[str, Any], trouble: str, reason: str) -> None:
        """What the leg left behind."""


class Ledger(Protocol):
    """Every answer of the model, by address and attempt, with what it cost."""

    def recorded(self, address: str) -> Reply | None:
        """The answer that this address got, if it ever got one."""

    def write(self, address: str, run: str, repository: int, reply: Reply, at: str) -> None:
        """Keeps an answer; the same address twice keeps the first."""

    def run_total(self, run: str) -> Spent:
        """All that a run has spent."""

    def day_total(self, repository: int, day: str) -> Spent:
        """All that a repository has spent on a day (`2026-11-20`)."""


@dataclass(frozen=True)
class Remote:
    """Where a publication is on GitHub, and the digest of what was last written there."""

    id: str
    digest: str


class Remotes(Protocol):
    """Publication key to what GitHub calls it. Can be rebuilt from GitHub."""

    def get(self, scope: str, key: str) -> Remote | None:
        """`scope` is the run, or the repository for what belongs to no run."""

    def put(self, scope: str, key: str, remote: Remote) -> None:
        """Remembers it."""


class Turns(Protocol):
    """Work that one of all processes does at a time."""

    def take(self, name: str, seconds: float) -> dict[str, Any] | None:
        """The note of the last turn, if that was begun so long ago; from now on the turn is ours. Else None."""

    def note(self, name: str, note: dict[str, Any]) -> None:
        """What the next turn has to know."""


class Retention(Protocol):
    """What is old goes."""

    def forget(self, before: str, over: Sequence[str]) -> int:
        """Deletes handled deliveries and what is known of runs with an `over` status, from before that time.

        A run's row stays, without its inputs: its branch has them. Returns how many rows went, or were emptied.
        """


class Living(Protocol):
    """The workers that live at one moment."""

    def worker(self, executor: str) -> bool:
        """This one does."""

    def version(self, version: str) -> bool:
        """One of this version does."""


class Presence(Protocol):
    """That this worker lives, as the others on its database see it, and which of them do.

    Every method may raise `TransientError`.
    """

    executor: str
    """This worker's name, `VERSION/...`, which no other has or ever had."""
    grace: float
    """Seconds that a worker has to be gone before its work is taken."""

    def living(self) -> Living:
        """Who lives now."""

    def claim(self, what: str) -> AbstractContextManager[bool]:
        """Meanwhile nobody else is at what this worker, or this version (`VERSION/`), left; False where one is.

        A worker that lives can't be claimed.
        """

    def leads(self, what: str) -> bool:
        """This worker alone does `what` from now on, until it ends. Asking is applying for it."""

    def close(self) -> None:
        """It is gone, in good order."""


class Everywhere(Protocol):
    """The App as a command sees it: its repositories by name, and a client for each."""

    def hook(self) -> Hook:
        """Knows which repositories there are."""

    def github(self, repository: Repository) -> GitHub:
        """A client for one repository."""


class Definitions(Protocol):
    """The workflows that this service knows."""

    def all(self) -> Mapping[str, Definition]:
        """By id."""

    def house(self, layers: Sequence[Layer]) -> House:
        """What these layers, the nearest first, make of the workflows."""


class Clock(Protocol):
    """Time, for the shells."""

    def now(self) -> str:
        """ISO 8601, UTC, to the second, with `Z`."""

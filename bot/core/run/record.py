"""What is kept of a run: its pinned inputs, the commits on its branch with their trailers, and its entries."""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.core.citations.drift import Drift
from bot.core.concerns.shape import Concern, Open
from bot.core.definition import Budgets, Definition, Policy, least
from bot.core.findings import Finding
from bot.core.identity import Subject
from bot.core.incoming.messages import Entry
from bot.core.questions.asking import Question

PhaseStatus = Literal["pending", "asking", "awaiting", "blocked", "convened", "done", "findings"]
Trouble = Literal["failed", "refused", "budget"]
Closed = Literal["", "closed", "merged"]


@dataclass(frozen=True)
class Spent:
    """What calls of the model used: requests, tokens by kind, and US dollars (None where a price is unknown).

    `replayed` counts the calls that a recording answered: they cost nothing.
    """

    calls: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    dollars: float | None = 0.0
    replayed: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        unknown = self.dollars is None or other.dollars is None
        return Spent(
            self.calls + other.calls,
            self.input + other.input,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.output + other.output,
            None if unknown else (self.dollars or 0.0) + (other.dollars or 0.0),
            self.replayed + other.replayed,
        )

    @property
    def tokens(self) -> int:
        """All tokens, of whatever price."""
        return self.input + self.cache_read + self.cache_write + self.output


@dataclass(frozen=True)
class Limits:
    """What a run may use. Read anew for every leg, so that an operator can lift them. None: no limit in dollars."""

    run_tokens: int = 5_000_000
    run_dollars: float | None = 50.0
    day_tokens: int = 20_000_000
    day_dollars: float | None = 200.0
    turns: int = 60
    hour_commands: int = 20
    hour_starts: int = 10
    day_runs: int = 100

    def lowered(self, budgets: Budgets) -> "Limits":
        """These limits, each as low as the repository wants it, and none higher."""
        return replace(
            self,
            run_tokens=least(self.run_tokens, budgets.run_tokens),
            run_dollars=least(self.run_dollars or None, budgets.run_dollars),
            day_tokens=least(self.day_tokens, budgets.day_tokens),
            day_dollars=least(self.day_dollars or None, budgets.day_dollars),
            turns=least(self.turns, budgets.turns),
        )


@dataclass(frozen=True)
class Raised:
    """A concern of an earlier round, with what people decided ("" while it is open).

    `gone` says that people took it out of the document.
    """

    id: str
    title: str
    severity: str
    verdict: str = ""
    why: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Earlier:
    """What a round builds on: the document of concerns at a commit, what is in it, and what happened since.

    `since` is the commit that the last round read, `changed` the documents that are not as they were there. `trend` has
    what each round left open. `text` is the document of concerns itself where no commit has it.
    """

    concerns: str
    commit: str
    since: str
    raised: tuple[Raised, ...] = ()
    changed: tuple[str, ...] = ()
    trend: tuple[Open, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class PanelRound:
    """What a run about a pull request is about: the `number` of the round, the pull request, and what is read.

    `documents` are paths at the run's base, which is the pull request's head at the start; `left` are those that would
    be too much. `into` is the branch that the reviews are offered into where the pull request's own is not ours, else
    "". `why` says how the panel was chosen. `fork` says that the pull request's branch is in another repository, beside
    which nothing can be committed.
    """

    number: int
    pull: int
    documents: tuple[str, ...]
    into: str = ""
    why: str = ""
    left: tuple[str, ...] = ()
    earlier: Earlier | None = None
    fork: bool = False


@dataclass(frozen=True)
class Brought:
    """A document that a request brings with it: a path as it is at a commit."""

    path: str
    commit: str


@dataclass(frozen=True)
class Pinned:
    """The inputs of a run, fixed at its start: nobody's later edit changes what a run was asked to do."""

    run: str
    workflow: str
    subject: Subject
    title: str
    body: str
    author: str
    url: str
    started_at: str
    started_by: str
    base: str
    base_branch: str
    slug: str
    branch: str
    folder: str
    definition: Definition
    description: str = ""
    policy: Policy = field(default_factory=Policy)
    round: PanelRound | None = None
    brought: tuple[Brought, ...] = ()

    @property
    def has_request(self) -> bool:
        """Whether the run writes 001, what was asked and said."""
        return any(phase.source == "event" for phase in self.definition.phases)

    @property
    def branchless(self) -> bool:
        """Whether the run has no branch, so that what it writes is kept among its entries."""
        return self.round is not None and self.round.fork

    @property
    def web(self) -> str:
        """The repository's page."""
        return self.url.rpartition("/issues/")[0] or self.url.rpartition("/pull/")[0]


@dataclass(frozen=True)
class PhaseCommit:
    """A commit on the branch that our App made for one revision of one phase.

    `files` maps path to blob id. `gist` is the first section of the run's last artifact: what the pull request says.
    `texts` are the artifacts themselves where they hold data, `failed` the members that brought none, with the reason.
    `part` is the digest of the sections that the phase made, where it fills a document that others fill too; `others`
    are those of sections of other phases, which an approval may change with it. `mended` are the rules for which drafts
    before it were sent back.
    """

    phase: str
    revision: int
    status: PhaseStatus
    sha: str
    files: dict[str, str] = field(default_factory=dict)
    model: str = ""
    spent: Spent = field(default_factory=Spent)
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    gist: str = ""
    at: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    failed: tuple[tuple[str, str], ...] = ()
    part: str = ""
    others: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What people could see of the artifacts that wait for approval: their digest, since `at`.

    `at` is "" where nothing else was shown before, so that whatever was approved can only have been this. Of a concern
    there are `field`, which says what is decided, and `row`, the last one of the log, too.
    """

    about: str
    digest: str
    at: str = ""
    field: str = ""
    row: str = ""


@dataclass(frozen=True)
class Standing:
    """The document of concerns as it stands on the branch; `seen`: since when each could be seen to read so.

    `known` are all concerns that ever stood there since a panel wrote it. `text` is "" where it is gone.
    """

    path: str
    text: str
    seen: tuple[Seen, ...] = ()
    known: tuple[Concern, ...] = ()


@dataclass(frozen=True)
class Included:
    """How a run stands that another includes. `lost`: nobody knows it any more, and the branch has no end of it.

    `words` say what it waits for or why it failed; `link` leads to its status.
    """

    run: str
    status: Literal["going", "done", "failed", "stopped", "lost"]
    words: str = ""
    link: str = ""


@dataclass(frozen=True)
class Record:
    """All that `fold` needs of a run.

    `request` is the text of 001 as it stands on the branch (None before it exists). `head` is the branch's head.
    `head_at` is that head's date. `seen` is what was last shown of what waits for approval.
    `closed` says that the pull request, of a round the one under review too, is not open any more. `edited` has the
    paths whose blob is a person's, with that blob; `remarks`, what people wrote among an artifact's revision notes.
    `trouble` is why the last leg ended early, until somebody says to go on. `moved` is the newest commit of others on a
    branch under review. `shared` has the documents that phases fill by sections as they stand on the branch, path to
    text; `there` are the paths of all files in the run's folder, `included` the runs that this one includes. `web` says
    that the model's server searches the web; `without`, what earlier phases lacked.
    """

    pinned: Pinned
    commits: tuple[PhaseCommit, ...] = ()
    entries: tuple[Entry, ...] = ()
    request: str | None = None
    head: str | None = None
    head_at: str = ""
    seen: Seen | None = None
    pull: int | None = None
    closed: Closed = ""
    edited: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    limits: Limits = field(default_factory=Limits)
    trouble: Trouble | None = None
    reason: str = ""
    web: bool = False
    without: tuple[str, ...] = ()
    drift: Drift | None = None
    moved: str = ""
    concerns: Standing | None = None
    shared: dict[str, str] = field(default_factory=dict)
    there: tuple[str, ...] = ()
    included: tuple[Included, ...] = ()
    now: str = ""


TRAILERS = ("Run", "Phase", "Status", "Base", "Definition", "Model", "Spent", "Failed", "Mended")


def trailers(message: str) -> dict[str, str]:
    """The `Charrette-*` trailers of a commit message, by their names without the prefix."""
    found = re.findall(r"^Charrette-([A-Z][a-z]+): (.*)$", message, flags=re.MULTILINE)
    return {name: value.strip() for name, value in found if name in TRAILERS}


def with_trailers(subject: str, body: str, values: dict[str, str]) -> str:
    """A commit message: subject, body where there is one, then the trailers."""
    # A server names its model itself: a line's end in there would make a trailer of its own.
    lines = "\n".join(f"Charrette-{name}: {' '.join(values[name].split())}" for name in TRAILERS if name in values)
    return "\n\n".join(part for part in (subject, body.strip(), lines) if part) + "\n"


def spent_trailer(spent: Spent) -> str:
    """`12 calls, 48210 tokens, 0.4213 USD`; `replayed` or `unknown` in the place of the money where that is so."""
    if spent.calls and spent.replayed == spent.calls:
        money = "replayed"
    else:
        money = "unknown" if spent.dollars is None else f"{spent.dollars:.4f} USD"
    parts = (spent.calls, spent.input, spent.cache_read, spent.cache_write, spent.output)
    calls, fresh, read, write, out = parts
    return f"{calls} calls, {spent.tokens} tokens ({fresh} in, {read} read, {write} written, {out} out), {money}"


def parse_spent(text: str) -> Spent:
    """What `spent_trailer` wrote, or nothing spent where it is no such text."""
    match = re.fullmatch(
        r"(\d+) calls, \d+ tokens \((\d+) in, (\d+) read, (\d+) written, (\d+) out\), (?:([\d.]+) USD|(\w+))", text
    )
    if not match:
        return Spent()
    calls, fresh, read, write, out = (int(match[n]) for n in range(1, 6))
    replayed = calls if match[7] == "replayed" else 0
    dollars = None if match[7] == "unknown" else float(match[6] or 0)
    return Spent(calls, fresh, read, write, out, dollars, replayed)


def parse_failed(text: str) -> tuple[tuple[str, str], ...]:
    """The members that failed and why, as the trailer has them: `member: why; member: why`."""
    parts = (part.partition(": ") for part in filter(None, text.split("; ")))
    return tuple((member, why) for member, _, why in parts)


def parse_mended(text: str) -> tuple[str, ...]:
    """The rules of findings that were mended before the commit, as the trailer has them: `cycle, dangling`."""
    return tuple(filter(None, text.split(", ")))

"""What a person wants of a run, whatever they did to say it: a label, a comment, a push, or a deadline that passed."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Discriminator

from bot.core.concerns.ruling import Ruling
from bot.core.findings import Finding


@dataclass(frozen=True)
class Start:
    """Begin this workflow, or go on where it stands. `description` comes from `/design <description>`."""

    workflow: str
    description: str = ""
    kind: Literal["start"] = "start"


@dataclass(frozen=True)
class Stop:
    """Stop before the next write: the label went, the issue was closed, or somebody wrote `/cancel`.

    `workflow` is the one whose label went; "" means whichever is at work. `run` is the one that was at work then:
    another may have begun by the time that this is read.
    """

    why: str = ""
    workflow: str = ""
    run: str = ""
    kind: Literal["stop"] = "stop"


@dataclass(frozen=True)
class Say:
    """Words: `/answer ...` (`direct`), or a plain comment, of which the run judges whether it answers a question."""

    text: str
    direct: bool = False
    kind: Literal["say"] = "say"


@dataclass(frozen=True)
class Proceed:
    """Go on with what there is: recommended options become assumptions, findings stay as they are."""

    kind: Literal["proceed"] = "proceed"


@dataclass(frozen=True)
class Approve:
    """The artifact that waits for approval is good."""

    kind: Literal["approve"] = "approve"


@dataclass(frozen=True)
class Reject:
    """The artifact that waits for approval is not good; make it again, minding `why`."""

    why: str
    kind: Literal["reject"] = "reject"


@dataclass(frozen=True)
class Revise:
    """Make the artifacts that this touches again."""

    what: str
    kind: Literal["revise"] = "revise"


@dataclass(frozen=True)
class Touch:
    """A phase whose artifact a wish touches, and why. `kept`: a person edited it, so only its name changes it."""

    phase: str
    why: str
    kept: bool = False


@dataclass(frozen=True)
class Touched:
    """What the wish of the message `of`, which named no artifact, was found to touch; nothing, if it is empty."""

    of: str
    touches: tuple[Touch, ...] = ()
    kind: Literal["touched"] = "touched"


@dataclass(frozen=True)
class Decide:
    """What is decided of concerns, in the words of the comment."""

    what: str
    kind: Literal["decide"] = "decide"


@dataclass(frozen=True)
class Ruled:
    """What a comment was found to decide; or (`by_hand`) what a push decided in the fields, which lacks its rows.

    `left` is what was said of the rest of it.
    """

    rulings: tuple[Ruling, ...]
    left: str = ""
    by_hand: bool = False
    kind: Literal["ruled"] = "ruled"


@dataclass(frozen=True)
class Written:
    """What a run without a branch wrote: `files`, path to text, with the message that a commit would have.

    `head` is the pull request's at the time; `findings` are those that were left.
    """

    files: dict[str, str]
    message: str
    head: str
    findings: tuple[Finding, ...] = ()
    kind: Literal["written"] = "written"


@dataclass(frozen=True)
class OpenTrack:
    """Open a track for a component, and why."""

    component: str
    why: str
    kind: Literal["track"] = "track"


@dataclass(frozen=True)
class Retry:
    """Take up again what failed or is blocked."""

    kind: Literal["retry"] = "retry"


@dataclass(frozen=True)
class Convened:
    """A run of another workflow was begun on the run's own pull request, as one of its phases."""

    run: str
    kind: Literal["convened"] = "convened"


@dataclass(frozen=True)
class Pushed:
    """The branch has a new head that is not ours. `panel` tells it to the round of reviews alone.

    `workflow` tells it to the run of that workflow alone, which waits for another that has come to an end or a wait.
    """

    head: str
    panel: bool = False
    workflow: str = ""
    kind: Literal["pushed"] = "pushed"


@dataclass(frozen=True)
class Reconcile:
    """Bring a plan's issues into line with it; `dry`: only say what that would change. `merged`: its merge asks."""

    dry: bool = False
    merged: bool = False
    kind: Literal["reconcile"] = "reconcile"


@dataclass(frozen=True)
class Advance:
    """Bring plans up to date: that of a merged pull request, of an issue (`pull` 0), or all where there is neither."""

    pull: int = 0
    kind: Literal["advance"] = "advance"


@dataclass(frozen=True)
class PlanStatus:
    """Say how a plan stands."""

    kind: Literal["plan-status"] = "plan-status"


@dataclass(frozen=True)
class Validate:
    """Record what a validation of a plan's risk register showed; `row` is as the person named it."""

    row: str
    verdict: Literal["passed", "failed"]
    found: str
    kind: Literal["validate"] = "validate"


OfPlans = Reconcile | Advance | PlanStatus | Validate
"""What is told to a repository's plans, and to no run."""


@dataclass(frozen=True)
class Expired:
    """The wait for `about` (`phase@revision`) is over and nobody came.

    `due`: it waited for its turn since then, behind what people had said by that time. `run` is the one that waited.
    """

    about: str
    due: bool = False
    run: str = ""
    kind: Literal["expired"] = "expired"


Deed = Annotated[
    Start
    | Stop
    | Say
    | Proceed
    | Approve
    | Reject
    | Revise
    | Touched
    | Decide
    | Ruled
    | Written
    | OpenTrack
    | Convened
    | Retry
    | Pushed
    | Reconcile
    | Advance
    | PlanStatus
    | Validate
    | Expired,
    Discriminator("kind"),
]


@dataclass(frozen=True)
class Message:
    """One deed with who, when and where.

    `id` makes it safe to deliver twice. `at` is ISO 8601, UTC, to the second. `link` is the comment or issue page.
    `author` says that the sender opened the subject's issue, `writer` that they had write access at the time.
    """

    id: str
    by: str
    at: str
    link: str
    deed: Deed
    author: bool = False
    writer: bool = False


@dataclass(frozen=True)
class Entry:
    """A message that changed a run, with what it was judged to be about.

    `about` is `phase@revision`, several of them with commas between, or "" for the whole run.
    `digest` is that of the artifacts that an approval is bound to.
    """

    message: Message
    about: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Judgement:
    """What a message comes to: an entry, a word to the person, or both; `looks` at least shows the run anew.

    `once` is the key of a word that is said once, whatever else is said; a word without one belongs to its message.
    """

    entry: Entry | None = None
    reply: str = ""
    looks: bool = False
    once: str = ""

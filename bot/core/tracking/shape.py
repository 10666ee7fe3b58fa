"""A plan's issues: what is there, what is wished for, and the steps from the one to the other, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Discriminator

PLAN = "plan"
"""The key of a plan's tracking issue; a group's is `group/2`, a unit's `unit/queue-depth`."""
UNIT = "unit"
"""The label of a unit's issue."""
MOST = 100
"""Sub-issues that an issue can have: https://docs.github.com/issues/tracking-your-work-with-issues/adding-sub-issues"""

# --- what is there ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """An issue that our App opened, as it is now. `id` is the database's, `node` GraphQL's; `milestone` 0 is none.

    `reason` is GitHub's `state_reason`: completed, not_planned, reopened or "".
    """

    number: int
    id: int
    node: str
    title: str
    body: str
    open: bool
    reason: str = ""
    milestone: int = 0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relations:
    """How issues stand to each other, by number, and which kinds of relation this GitHub has.

    A parent of 0 is an issue of another repository; blockers there are left out.
    """

    parents: Mapping[int, int] = field(default_factory=dict)
    blockers: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    sub_issues: bool = True
    dependencies: bool = True


@dataclass(frozen=True)
class Ref:
    """What GitHub calls an issue: its number, and the database's id."""

    number: int
    id: int


# --- the steps -------------------------------------------------------------------------------------------------------
#
# Texts name other issues by their keys, which become numbers when the step is carried out: `marks.mention`.


@dataclass(frozen=True)
class Label:
    """The repository has this label."""

    name: str
    color: str
    description: str
    kind: Literal["label"] = "label"


@dataclass(frozen=True)
class Milestone:
    """The repository has a milestone of this title; issues that are opened after it get it."""

    title: str
    description: str
    kind: Literal["milestone"] = "milestone"


@dataclass(frozen=True)
class Open:
    """There is an issue of this key. `body` is all of its text."""

    key: str
    title: str
    body: str
    labels: tuple[str, ...]
    milestone: int = 0
    kind: Literal["open"] = "open"


@dataclass(frozen=True)
class Nest:
    """The issue is a sub-issue of another; `instead` of being one of what it is below now."""

    key: str
    under: str
    instead: bool = False
    kind: Literal["nest"] = "nest"


@dataclass(frozen=True)
class Unnest:
    """The issue is no sub-issue of that other any more."""

    key: str
    under: int
    kind: Literal["unnest"] = "unnest"


@dataclass(frozen=True)
class Block:
    """The issue is blocked by another."""

    key: str
    by: str
    kind: Literal["block"] = "block"


@dataclass(frozen=True)
class Unblock:
    """The issue is no longer blocked by that other."""

    key: str
    by: Ref
    kind: Literal["unblock"] = "unblock"


@dataclass(frozen=True)
class Write:
    """The issue has this section of ours, and this title where one is given. What people wrote around it stays.

    `state` closes or reopens it in the same request.
    """

    key: str
    section: str
    title: str = ""
    state: Literal["", "open", "closed"] = ""
    reason: str = ""
    why: str = ""
    kind: Literal["write"] = "write"


@dataclass(frozen=True)
class Say:
    """The issue has this comment of ours; `about` is its own key, so that it is said once."""

    key: str
    about: str
    text: str
    kind: Literal["say"] = "say"


Step = Annotated[
    Label | Milestone | Open | Nest | Unnest | Block | Unblock | Write | Say,
    Discriminator("kind"),
]


@dataclass(frozen=True)
class Done:
    """What came of a step: the issue or milestone that it made or found; or why GitHub would not have it.

    `changed` says that a request that writes was made.
    """

    ref: Ref | None = None
    changed: bool = True
    refused: str = ""


@dataclass(frozen=True)
class Doubt:
    """A unit that may be one of several issues, or of which nothing tells which it is: a person says it in the plan."""

    unit: str
    title: str
    line: int
    issues: tuple[int, ...]
    hint: str


@dataclass(frozen=True)
class Work:
    """All that has to be done for a plan, and what is known of its issues already.

    `refs` are the issues that are there, by key. `said` are sentences for people: what was left out, and why.
    `counts` is what the summary tells.
    """

    plan: str
    title: str
    path: str
    steps: tuple[Step, ...] = ()
    refs: Mapping[str, Ref] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    said: tuple[str, ...] = ()
    units: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

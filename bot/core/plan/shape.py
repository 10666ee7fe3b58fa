"""A macro plan as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bot.core.findings import Finding

# Where a dependency was stated: a table's row, a labelled line, the heading, an ASCII drawing, or Mermaid.
Where = Literal["row", "label", "heading", "drawing", "mermaid"]
Sense = Literal["needs", "parallel", "nothing"]

DONE = ("completed", "complete", "done", "merged", "shipped")
GONE = ("dropped", "superseded", "skipped")
"""What the status of a unit that is over begins with."""


@dataclass(frozen=True)
class Statement:
    """What one place says of a unit: that it needs another, may be made beside it, or needs nothing (`other` is "").

    `unit` and `other` are ids.
    """

    unit: str
    other: str
    where: Where
    line: int
    sense: Sense = "needs"


@dataclass(frozen=True)
class Guarantee:
    """What has to hold once a unit is merged. `id` is "" where the plan gives none."""

    id: str
    text: str
    line: int


@dataclass(frozen=True)
class Unit:
    """One planned pull request.

    `id` is as the plan writes it, less blanks and hyphens behind the letters (`PR 9b` is PR9b). `stable` is the id of
    its marker `<!-- unit: queue-depth -->`, "" where it has none. `tier1` and `tier2` are its fields by name, in lower
    case; a plan without tiers has all of them in `tier1`. `status` is what the heading says, e.g. `completed`.
    `tiers` are the lines at which its tiers are marked, 0 where one is not; `lines` are those of its fields.
    """

    id: str
    title: str
    line: int
    last: int = 0
    stable: str = ""
    status: str = ""
    tier1: Mapping[str, str] = field(default_factory=dict)
    tier2: Mapping[str, str] = field(default_factory=dict)
    guarantees: tuple[Guarantee, ...] = ()
    depends_on: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    tiers: tuple[int, int] = (0, 0)

    def says(self, *names: str) -> str:
        """The first of these fields that it has, in either tier; "" where it has none."""
        return next((tier[name] for name in names for tier in (self.tier1, self.tier2) if tier.get(name)), "")


@dataclass(frozen=True)
class Risk:
    """A row of the risk register. `result` is what came of the validation, "" as long as nothing did."""

    decision: str
    assumption: str
    validation: str
    cost: str
    gate: str
    line: int
    result: str = ""


@dataclass(frozen=True)
class Block:
    """A building block of the concept model. `aspects` is its contract, by the names in `concept.ASPECTS`."""

    name: str
    line: int
    responsibility: str = ""
    aspects: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Freeze:
    """A row of the freeze schedule; `implementations` is what shows that the interface bears two."""

    interface: str
    unit: str
    validated: str
    implementations: str
    line: int


@dataclass(frozen=True)
class PlanSection:
    """A section: its title, its heading's line, and how many lines it has that are not blank."""

    title: str
    line: int
    lines: int
    level: int = 2


@dataclass(frozen=True)
class Plan:
    """A plan, whole. An edge goes from the unit that must come first to the one that needs it.

    `groups` are headings over units, with the ids of those. `findings` are what could not be placed or read: nothing is
    dropped in silence.
    """

    title: str
    sections: tuple[PlanSection, ...] = ()
    units: tuple[Unit, ...] = ()
    statements: tuple[Statement, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    risks: tuple[Risk, ...] = ()
    blocks: tuple[Block, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def unit(self, id: str) -> Unit | None:
        """The unit of an id, or None."""
        return self._by_id.get(id)

    @cached_property
    def silent(self) -> tuple[Unit, ...]:
        """The units of which nothing says what they depend on, nor that it is nothing."""
        said = {each.unit for each in self.statements if each.sense != "parallel"}
        said |= {each.other for each in self.statements if each.where in ("drawing", "mermaid")}
        return tuple(unit for unit in self.units if unit.id not in said)

    @cached_property
    def _by_id(self) -> Mapping[str, Unit]:
        return {unit.id: unit for unit in reversed(self.units)}

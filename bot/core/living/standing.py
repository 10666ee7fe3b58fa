"""How far each unit is: done, in progress and by whom, ready, or blocked by what; and the longest way that is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.core.plan import Plan, Risk, Unit
from bot.core.plan.graph import Graph
from bot.core.plan.ids import ids
from bot.core.plan.risks import MANDATORY, Result, protected, result_of, rework

from .known import Known, said_done, said_gone
from .sizes import size_of

State = Literal["done", "aside", "working", "ready", "held", "blocked"]


@dataclass(frozen=True)
class Gate:
    """A row of the risk register (from 1), with what came of its validation and the units that it protects.

    `mandatory`: the units wait for it. `merging`: they may be begun, and merged once it is validated. A failed one
    concerns all units that it makes wrong.
    """

    row: int
    risk: Risk
    result: Result | None
    protects: tuple[str, ...]
    mandatory: bool
    merging: bool

    @property
    def passed(self) -> bool:
        """It is validated."""
        return self.result is not None and self.result.verdict == "passed"

    @property
    def failed(self) -> bool:
        """It is refuted."""
        return self.result is not None and self.result.verdict == "failed"

    @property
    def holds(self) -> bool:
        """Its units can't be begun."""
        return self.failed or (self.mandatory and not self.passed and not self.merging)


@dataclass(frozen=True)
class Standing:
    """A unit, its issue where it has one, the ids of what it waits for, and the gates that concern it."""

    unit: Unit
    state: State
    known: Known | None = None
    waits: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()

    @property
    def over(self) -> bool:
        """Nothing waits for it any more."""
        return self.state in ("done", "aside")

    @property
    def who(self) -> tuple[str, ...]:
        """The logins of those who work on it."""
        return self.known.who if self.known and not self.over else ()

    @property
    def holding(self) -> tuple[Gate, ...]:
        """The gates for which it waits."""
        return tuple(gate for gate in self.gates if gate.holds)


@dataclass(frozen=True)
class Overview:
    """A plan as it stands. `units` are by id, in the plan's order."""

    plan: Plan
    units: Mapping[str, Standing]
    gates: tuple[Gate, ...]

    def of(self, *states: State) -> Sequence[Standing]:
        """The units of these states."""
        return [each for each in self.units.values() if each.state in states]

    @cached_property
    def left(self) -> frozenset[str]:
        """The ids of the units that are not over."""
        return frozenset(id for id, each in self.units.items() if not each.over)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """What the units that are left are said to be large, in lines; empty where one of them does not say."""
        found = {id: size_of(self.units[id].unit) for id in self.units if id in self.left}
        return {id: size for id, size in found.items() if size} if all(found.values()) else {}

    @cached_property
    def critical(self) -> tuple[str, ...]:
        """The longest chain of what is left, by size where all say one. Units of a circle are in none."""
        graph = Graph.of(edge for edge in self.plan.edges if set(edge) <= self.left)
        stuck = {id for circle in graph.circles for id in circle}
        best: dict[str, tuple[int, tuple[str, ...]]] = {}
        for part in graph.parts:
            if part[0] not in stuck:
                before = max((best[id] for id in graph.needs[part[0]] if id in best), key=_length, default=(0, ()))
                best[part[0]] = (before[0] + self.sizes.get(part[0], 1), (*before[1], part[0]))
        for id in sorted(self.left - set(best) - stuck):
            best[id] = (self.sizes.get(id, 1), (id,))
        return max(best.values(), key=_length, default=(0, ()))[1]

    def after(self, id: str) -> Sequence[str]:
        """The units that need this one, directly or through others, in the plan's order."""
        return [other for other in self.units if other != id and self._graph.after(other, id)]

    @cached_property
    def _graph(self) -> Graph:
        return Graph.of(self.plan.edges)


def overview(plan: Plan, known: Mapping[str, Known]) -> Overview:
    """How a plan stands; `known` has what is known of each unit, by its id."""
    gates = tuple(_gate(plan, row, risk) for row, risk in enumerate(plan.risks, 1))
    over = {unit.id for unit in plan.units if _over(unit, known.get(unit.id))}
    over |= {id for unit in plan.units for id in unit.depends_on if not plan.unit(id)}
    units = {unit.id: _standing(unit, known.get(unit.id), over, gates) for unit in plan.units}
    return Overview(plan, units, gates)


def _length(chain: tuple[int, tuple[str, ...]]) -> tuple[int, int]:
    return chain[0], len(chain[1])


def _over(unit: Unit, known: Known | None) -> bool:
    """By its issue; where it has none, by what the plan says."""
    return not known.open if known else said_done(unit) or said_gone(unit)


def _gate(plan: Plan, row: int, risk: Risk) -> Gate:
    protects, result = protected(plan, risk), result_of(risk)
    said = " ".join([risk.gate, *_said_of(plan, row, protects)])
    if result and result.verdict == "failed":
        protects += tuple(id for id in ids(risk.cost) if plan.unit(id) and id not in protects)
    return Gate(row, risk, result, protects, rework(risk) >= MANDATORY, "merge" in said.lower())


def _said_of(plan: Plan, row: int, protects: Sequence[str]) -> Sequence[str]:
    """What the units that a gate protects say of it themselves: `row 1, before the merge`."""
    said = [unit.says("validation gate") for unit in plan.units if unit.id in protects]
    return [text for text in said if f"row {row}" in text.lower()]


def _standing(unit: Unit, known: Known | None, over: set[str], gates: Sequence[Gate]) -> Standing:
    concern = tuple(gate for gate in gates if unit.id in gate.protects)
    if unit.id in over:
        aside = known.aside if known else said_gone(unit)
        return Standing(unit, "aside" if aside else "done", known, gates=concern)
    waits = tuple(id for id in unit.depends_on if id not in over)
    if waits:
        return Standing(unit, "blocked", known, waits, concern)
    if any(gate.holds for gate in concern):
        return Standing(unit, "held", known, gates=concern)
    return Standing(unit, "working" if known and known.who else "ready", known, gates=concern)

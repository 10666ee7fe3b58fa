"""The units of a plan that become issues: their keys, in the order in which they can be merged; and plans that can't.

A key is made of the stable id in the unit's heading; of its title, with a `~`, in a plan that has no such ids.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.findings import Finding
from bot.core.identity import slug_of
from bot.core.living.standing import overview
from bot.core.markdown.artifact import normal
from bot.core.plan import Plan, Unit
from bot.core.plan.graph import Graph
from bot.core.plan.ids import spoken
from bot.core.plan.shape import DONE, GONE

from .marks import digest, named

_MOST_NOTED = 40


@dataclass(frozen=True)
class Piece:
    """A unit with its key. `needs` are the keys of those that it depends on.

    `held` are the rows of the risk register without whose validation it can't be begun.
    """

    key: str
    unit: Unit
    needs: tuple[str, ...] = ()
    held: tuple[int, ...] = ()

    @property
    def done(self) -> bool:
        """The plan itself says that it is done."""
        return self.unit.status.startswith(DONE)

    @cached_property
    def named(self) -> str:
        """The digest of its title."""
        return named(self.unit.title)

    @cached_property
    def guarantees(self) -> tuple[str, ...]:
        """The digests of what it guarantees."""
        return tuple(dict.fromkeys(digest(normal(each.text)) for each in self.unit.guarantees))[:_MOST_NOTED]

    @property
    def name(self) -> str:
        """`PR 2: A worker over its limit ends`, for people."""
        return f"{spoken(self.unit.id)}: {self.unit.title}" if self.unit.title else spoken(self.unit.id)


def pieces(plan: Plan) -> tuple[Piece, ...]:
    """The units that become issues: what a unit needs comes before it, else they stand as in the plan."""
    alive = [unit for unit in plan.units if not unit.status.startswith(GONE)]
    keys = _keys(alive)
    gates = [gate for gate in overview(plan, {}).gates if gate.holds]
    found = {
        unit.id: Piece(
            keys[unit.id],
            unit,
            tuple(keys[other] for other in unit.depends_on if other in keys),
            tuple(gate.row for gate in gates if unit.id in gate.protects),
        )
        for unit in alive
    }
    return tuple(_ordered(found))


def _keys(units: Sequence[Unit]) -> Mapping[str, str]:
    """A key for each unit, by its id."""
    taken: Counter[str] = Counter(unit.stable for unit in units if unit.stable)
    keys = {}
    for unit in units:
        name = unit.stable
        if not name:
            slug = f"~{slug_of(unit.title or unit.id)}"
            taken[slug] += 1
            name = slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"
        keys[unit.id] = f"unit/{name}"
    return keys


def _ordered(found: Mapping[str, Piece]) -> Iterator[Piece]:
    """As in the plan, but that what a unit needs comes before it; what stands in a circle comes as it stands."""
    by_key = {piece.key: piece for piece in found.values()}
    begun = set[str]()
    for piece in by_key.values():
        path = [piece] if piece.key not in begun else []
        while path:
            begun.add(path[-1].key)
            first = next((by_key[key] for key in path[-1].needs if key not in begun), None)
            if first is None:
                yield path.pop()
            else:
                path.append(first)


def problems(plan: Plan) -> tuple[Finding, ...]:
    """Why a plan can't become issues; empty where it can. The plan's own gates say what else is wrong with it."""
    return tuple(_problems(plan))


def _problems(plan: Plan) -> Iterator[Finding]:
    if not plan.units:
        mend = "Give each planned pull request a heading such as “### PR 1: Title”, or a row with “Depends on”."
        yield Finding(1, "No unit was found in this document.", mend, "no-units")
    for what, counts in (
        ("id", Counter(unit.id for unit in plan.units)),
        ("stable id", Counter(unit.stable for unit in plan.units if unit.stable)),
    ):
        for id, count in counts.items():
            if count > 1:
                again = [unit for unit in plan.units if id in (unit.id, unit.stable)]
                wrong = f"{count} units have the {what} “{id}”, so their issues can't be told apart."
                yield Finding(again[-1].line, wrong, "Give each an id of its own.", f"{what.split()[0]}-twice")
    for circle in Graph.of(plan.edges).circles:
        first = plan.unit(circle[0])
        if len(circle) > 1:
            wrong = f"{', '.join(map(spoken, circle))} need each other in a circle, so none of them could ever start."
        else:
            wrong = f"{spoken(circle[0])} needs itself, so it could never start."
        mend = "Take one of these dependencies out; `charrette plan lint` says where each was stated."
        yield Finding(first.line if first else 1, wrong, mend, "circle")

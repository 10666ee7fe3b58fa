"""Section J, derived: which unit needs which, what can be made side by side, where branches meet.

The model adds what no program can tell: how to merge, and what may go wrong where units meet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.plan.graph import Graph
from bot.core.plan.ids import ids, in_order
from bot.core.plan.shape import Plan

from .cards import spaced
from .forms import Data, Derived, Form, Items, Labelled, Rows


@dataclass(frozen=True)
class Join:
    """A unit that needs several others, and what may go wrong where they meet."""

    unit: str
    risk: str


@dataclass(frozen=True)
class Sequencing:
    """What the model says of the order: advice for those who merge, and a word on each join."""

    guidance: list[str]
    joins: list[Join]


@dataclass(frozen=True)
class Gate:
    """A validation, the unit that it comes before (or before whose merge), and the decision that it is about."""

    name: str
    unit: str
    merging: bool
    decision: str

    @property
    def shown(self) -> str:
        """`risk 1, before PR 2`."""
        return f"{self.name}, before {'the merge of ' if self.merging else ''}{spaced(self.unit)}"


@dataclass(frozen=True)
class Order:
    """The units of a plan in an order in which they can be merged."""

    plan: Plan

    @cached_property
    def graph(self) -> Graph:
        """What needs what, by what the units themselves say: other drawings may be stale."""
        own = {unit.id: (unit.line, unit.last) for unit in self.plan.units}
        return Graph.of(
            (each.other, each.unit)
            for each in self.plan.statements
            if each.sense == "needs"
            and {each.unit, each.other} <= own.keys()
            and own[each.unit][0] <= each.line <= own[each.unit][1]
        )

    @cached_property
    def needs(self) -> Mapping[str, Sequence[str]]:
        """What each unit needs directly, less what closes a circle."""
        place = {id: at for at, id in enumerate(self.units)}
        return {id: [one for one in self.graph.needs.get(id, ()) if place[one] < place[id]] for id in self.units}

    @cached_property
    def units(self) -> Sequence[str]:
        """All units, each after those that it needs; else as people count."""
        left = in_order([unit.id for unit in self.plan.units])
        found: list[str] = []
        while left:
            ready = (id for id in left if set(self.graph.needs.get(id, ())) <= {*found, id})
            found.append(next(ready, left[0]))  # a circle is broken where it begins
            left.remove(found[-1])
        return found

    @cached_property
    def streams(self) -> Sequence[Sequence[str]]:
        """Chains of units, the longest first, each unit in one of them."""
        left = set(self.units)
        found = []
        while left:
            chain = self._longest(left)
            found.append(chain)
            left -= set(chain)
        return found

    def _longest(self, among: set[str]) -> Sequence[str]:
        chains: dict[str, tuple[str, ...]] = {}
        for id in self.units:
            if id in among:
                before = [chains[one] for one in self.needs[id] if one in chains]
                chains[id] = (*max(before, key=len, default=()), id)
        return max(chains.values(), key=len)

    @cached_property
    def joins(self) -> Mapping[str, Sequence[str]]:
        """The units that need several others which don't need each other, with those."""
        found = {}
        for id in self.units:
            apart = [one for one in self.needs[id] if not any(self.graph.after(two, one) for two in self.needs[id])]
            if len(apart) > 1:
                found[id] = in_order(apart)
        return found

    @cached_property
    def gates(self) -> Sequence[Gate]:
        """The validations that come before units."""
        known = set(self.units)
        return [
            Gate(f"risk {n}", unit, "merge" in risk.gate.lower(), risk.decision.strip("*` "))
            for n, risk in enumerate(self.plan.risks, 1)
            for unit in [id for id in ids(risk.gate) if id in known][:1]
        ]

    def after(self, unit: str) -> Sequence[str]:
        """The units that need this one directly."""
        return [id for id in self.units if unit in self.needs[id]]


def derived(plan: Plan, said: Data) -> Data:
    """Section J of a plan as data; `ValueError` where a join is not spoken of, or something that is none is."""
    order = Order(plan)
    titles = {unit.id: unit.title for unit in plan.units}
    gates = {id: ", ".join(gate.name for gate in order.gates if gate.unit == id) for id in order.units}
    return {
        "guidance": said["guidance"],
        "units": [
            {
                "unit": spaced(id),
                "title": titles[id],
                "depends_on": ", ".join(map(spaced, in_order(list(order.needs[id])))) or "none",
                "gate": gates[id] or "none",
            }
            for id in order.units
        ],
        "streams": [
            {"stream": _stream(n), "units": ", then ".join(map(spaced, chain))}
            for n, chain in enumerate(order.streams, 1)
        ],
        "order": [spaced(id) for id in order.units],
        "gates": [{"gate": gate.shown, "decision": gate.decision} for gate in order.gates],
        "freezes": list(_freezes(order)),
        "joins": list(_joins(order, said["joins"])),
    }


def _stream(n: int) -> str:
    return "The longest chain (critical path)" if n == 1 else f"Beside it, {n - 1}"


def _freezes(order: Order) -> Iterator[Data]:
    known = set(order.units)
    for freeze in order.plan.freezes:
        for unit in [id for id in ids(freeze.unit) if id in known][:1]:
            after = order.after(unit)
            rest = f"then {', '.join(map(spaced, after))} can be made" if after else "no unit of this plan waits for it"
            side = " side by side" if len(after) > 1 else ""
            yield {"unit": spaced(unit), "unlocks": f"freezes {freeze.interface.strip('*` ')}; {rest}{side}"}


def _joins(order: Order, said: Sequence[Data]) -> Iterator[Data]:
    """What is said of each join, behind what meets there."""
    known = {unit.replace(" ", ""): each["risk"] for each in said for unit in [each["unit"]]}
    lacking = [spaced(id) for id in order.joins if not known.get(id)]
    if lacking:
        raise ValueError(
            f"`joins` says nothing of {', '.join(lacking)}, which need several units; say what may go wrong"
        )
    if strange := [spaced(id) for id in known if id not in order.joins]:
        raise ValueError(f"`joins` speaks of {', '.join(strange)}, where no branches meet; leave them out")
    blocks = {unit.id: unit.says("building block change", "building block") for unit in order.plan.units}
    names = [block.name for block in order.plan.blocks]
    for id, parts in order.joins.items():
        both = [name for name in names if sum(name in blocks[part] for part in parts) > 1]
        shared = f", which both change {', '.join(both)}" if both else ""
        yield {"unit": f"{spaced(id)} joins {' and '.join(map(spaced, parts))}{shared}", "risk": known[id]}


def drawing(data: Data) -> str:
    """The units with what they need, and the validations before them, as a Mermaid flowchart."""
    lines = ["```mermaid", "flowchart LR"]
    names = {each["unit"]: each["unit"].replace(" ", "") for each in data["units"]}
    lines += [f'  {names[each["unit"]]}["{each["unit"]}: {_shown(each["title"])}"]' for each in data["units"]]
    for each in data["gates"]:
        name, _, unit = each["gate"].partition(", before ")
        node = name.replace(" ", "")
        drawn = names[unit.removeprefix("the merge of ")]
        lines += [f'  {node}{{{{"{name}: {_shown(each["decision"])}"}}}}', f"  {node} -.-> {drawn}"]
    for each in data["units"]:
        lines += [f"  {names[spaced(id)]} --> {names[each['unit']]}" for id in ids(each["depends_on"])]
    return "\n".join([*lines, "```"])


def _shown(text: str) -> str:
    """A text in a label: without what ends the label, or could be taken for a unit or an edge."""
    words = "".join(" " if mark in '"`<>{}[]()|;#&%' else mark for mark in text)
    return " ".join(words.replace("--", "–").replace("==", "=").split())[:60].rstrip()


ORDER = (
    Form(
        "J",
        (
            Derived("Graph", drawing),
            Rows(
                "units",
                "Units",
                (("Unit", "unit"), ("Title", "title"), ("Depends on", "depends_on"), ("Validation gate", "gate")),
            ),
            Labelled("streams", "Workstreams", "stream", "units"),
            Items("order", "Merge order", numbered=True),
            Items("guidance", "Merge guidance"),
            Labelled("gates", "Validation gates", "gate", "decision"),
            Labelled("freezes", "Freeze points", "unit", "unlocks"),
            Labelled("joins", "Integration risks", "unit", "risk"),
        ),
    ),
)
"""Section J; every list of it is a derived one but `guidance`."""
NONE = {
    "gates": "no decision of section E is validated before a unit",
    "freezes": "section H freezes nothing",
    "joins": "no unit needs two others that don't need each other",
    "guidance": "the order above says it all",
}

"""The sections of a macro plan that have structure: a codec for each phase that writes some."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.markdown.artifact import Artifact, normal
from bot.core.plan import Plan, Unit, read
from bot.core.plan.graph import Graph
from bot.core.plan.ids import ids, in_order
from bot.core.plan.writing import Form, parse, render, settle
from bot.core.plan.writing import order as ordering
from bot.core.plan.writing import sections as forms
from bot.core.plan.writing.cards import spaced, unit_id

from .output import Output, Setting

Data = dict[str, Any]


def _checked(of: type[Any], data: Any) -> Data:
    """The data, where it has the type's shape; `ValueError` else."""
    found: Data = to_json(from_json(of, data))
    return found


def _as_it_is(data: Data, _: Setting) -> Data:
    return data


def _output(
    name: str,
    of: type[Any],
    sections: Sequence[Form],
    complete: Callable[[Data, Setting], Data] = _as_it_is,
    defaults: Mapping[str, Any] | None = None,
) -> Output:
    """A codec whose data is of this type, and stands in the document as these forms say.

    `complete` adds what code knows better; `defaults` is what is read of a section that is not there.
    """
    empty = dict(defaults) if defaults is not None else {field: [] for field in of.__dataclass_fields__}

    def settled(data: Any, setting: Setting) -> Any:
        return settle(sections, complete(_checked(of, data), setting))

    def parsed(text: str) -> Any:
        return parse(sections, Artifact("", text), empty)

    return Output(name, TypeAdapter(of).json_schema(), settled, lambda data: render(sections, data), parsed)


def plan_in(documents: Mapping[str, str]) -> Plan:
    """The plan among some documents, as far as it is written; `ValueError` where none has units."""
    plans = (read(text, path) for path, text in documents.items())
    found = next((plan for plan in plans if plan.units), None)
    if found is None:
        raise ValueError("no document has units; section I has to be written before this")
    return found


def _named(data: Data, setting: Setting) -> Data:
    """The series; a unit that was there before keeps its stable id, which the model can't see: it is in a comment."""
    before = [unit for path, text in setting.documents.items() for unit in read(text, path).units if unit.stable]
    taken = {unit["stable"] for unit in data["units"]}
    left = [unit for unit in before if unit.stable not in taken]
    known = {unit.stable for unit in before}
    units = []
    for unit in data["units"]:
        old = None if unit["stable"] in known else next((old for old in left if _same(old, unit)), None)
        if old:
            left.remove(old)
        units.append(unit | {"stable": old.stable} if old else unit)
    _foreseen(data, setting.documents)
    return data | {"units": units}


def _foreseen(data: Data, documents: Mapping[str, str]) -> None:
    """`ValueError` where earlier sections name a unit that is not there, or validate after what that protects."""
    units = {unit_id(unit["id"]): [unit_id(id) for id in unit["depends_on"]] for unit in data["units"]}
    graph = Graph.of((one, id) for id, needs in units.items() for one in needs)
    wrong: list[str] = []
    for text in documents.values():
        named = [(f"“{each['point']}” in D", each["unit"]) for each in CONCEPT.parse(text)["extension_points"]]
        named += [(f"“{each['change']}” in F", each["unit"]) for each in EVOLUTION.parse(text)["changes"]]
        for risk in RISKS.parse(text)["risks"]:
            named.append((f"“{risk['decision']}” in E", f"{risk['cost']} · {risk['gate']}"))
            for gate in [spaced(id) for id in ids(risk["gate"])][:1]:
                # In a circle all come after each other; that it is one is said by its own rule.
                late = [] if graph.circles else [id for id in map(spaced, ids(risk["cost"])) if graph.after(gate, id)]
                if late:
                    wrong.append(f"“{risk['decision']}” in E is validated before {gate}, which needs {', '.join(late)}")
        for where, units_named in named:
            lacking = [id for id in map(spaced, ids(units_named)) if id not in units]
            if lacking:
                wrong.append(f"{where} names {', '.join(lacking)}, and there is no such unit")
    if wrong:
        raise ValueError(f"{'; '.join(wrong)}. Number and order the units so that the earlier sections stay true")


def _same(old: Unit, unit: Data) -> bool:
    """A unit that is called as before, or promises at least half of what it did."""
    promised = {normal(each.text) for each in old.guarantees}
    kept = promised & {normal(each["text"]) for each in unit["guarantees"]}
    return normal(old.title) == normal(unit["title"]) or (bool(kept) and 2 * len(kept) >= len(promised))


def _ordered(data: Data, setting: Setting) -> Data:
    """Section J, derived from the units of the plan."""
    found = ordering.derived(plan_in(setting.documents), data)
    return found | {"none": [{"field": field, "why": why} for field, why in ordering.NONE.items()]}


def _counted(data: Data, setting: Setting) -> Data:
    """The summary, with what can be counted."""
    order = ordering.Order(plan_in(setting.documents))
    for field in ("what", "why"):
        if not data[field].strip():
            raise ValueError(f"`{field}` is empty; say it in two or three sentences")
    count, gates = len(order.units), len(order.gates)
    longest = ", ".join(map(spaced, order.streams[0]))
    counts = f"{count} unit{'s' if count != 1 else ''}; the longest chain is {longest}"
    validated = ", ".join(spaced(unit) for unit in in_order(list(dict.fromkeys(gate.unit for gate in order.gates))))
    said = f"; {gates} validation{'s' if gates != 1 else ''}, before {validated}" if gates else ""
    return data | {"counts": f"{counts}{said}."}


SCOPE = _output("plan-scope", forms.Scope, forms.SCOPE)
CONCEPT = _output("plan-concept", forms.ConceptModel, forms.CONCEPT)
RISKS = _output("plan-risks", forms.Risks, forms.RISKS)
EVOLUTION = _output("plan-evolution", forms.Evolution, forms.EVOLUTION)
SERIES = _output("plan-series", forms.Series, forms.SERIES, _named)
ORDER = _output(
    "plan-order",
    ordering.Sequencing,
    ordering.ORDER,
    _ordered,
    {"none": [], **{field: [] for form in ordering.ORDER for field in form.lists}},
)
PREVENTION = _output("plan-prevention", forms.Prevention, forms.PREVENTION)
SUMMARY = _output(
    "plan-summary", forms.Summary, forms.SUMMARY, _counted, {"what": "", "why": "", "counts": "", "milestones": []}
)
PLANNED: tuple[Output, ...] = (SCOPE, CONCEPT, RISKS, EVOLUTION, SERIES, ORDER, PREVENTION, SUMMARY)

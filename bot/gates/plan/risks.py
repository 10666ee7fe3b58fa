"""Section E: decisions with what they assume, how that is validated, and what breaks if it is wrong."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.plan import Risk
from bot.core.plan.ids import ids
from bot.core.plan.risks import MANDATORY, rework

from .paper import NONE, Paper, empty

_COLUMNS = ("decision", "assumption", "validation", "cost", "gate")
_SUCCESS = re.compile(r"\b(?:success|pass(?:es)?|accept\w*|criteri\w+)\b\W*(?P<text>.*)", re.IGNORECASE | re.DOTALL)
_MEASURED = re.compile(r"\d|[<>≤≥=]|\b(?:no|none|zero|all|every|each|identical|equal|same)\b", re.IGNORECASE)
_ABORT = re.compile(r"\b(?:abort|fall ?back|if (?:it|this|validation) fails|otherwise)\b", re.IGNORECASE)


def risk_register(paper: Paper) -> Iterator[Finding]:
    """There is a register with decision, assumption, validation, cost and gate, none of them empty."""
    section = paper.sections.get("E")
    if section and not any(section.first <= risk.line <= section.last for risk in paper.plan.risks):
        mend = "Add the table: Decision, Assumption, Validation Method, Cost if Wrong, Gate."
        yield Finding(section.heading.line, f"“{section.title}” has no register.", mend)
    for risk in paper.plan.risks:
        lacking = [name for name in _COLUMNS if empty(getattr(risk, name))]
        if lacking:
            wrong = f"“{_short(risk)}” has no {', '.join(lacking)}."
            yield Finding(risk.line, wrong, "Fill the cell, or write “none, because …”.")


def risk_criteria(paper: Paper) -> Iterator[Finding]:
    """Every validation has criteria of success that can be measured."""
    for risk in paper.plan.risks:
        said = _SUCCESS.search(risk.validation)
        if not said or not _MEASURED.search(_ABORT.split(said["text"])[0]):
            wrong = f"The validation of “{_short(risk)}” has no measurable criterion of success."
            yield Finding(risk.line, wrong, "Write “Success: …” with a figure, in the column of the validation.")


def risk_abort(paper: Paper) -> Iterator[Finding]:
    """Every validation says what changes if it fails."""
    for risk in paper.plan.risks:
        if not _ABORT.search(risk.validation + risk.gate):
            wrong = f"The validation of “{_short(risk)}” has no abort plan."
            yield Finding(risk.line, wrong, "Write “Abort: …” in the column of the validation.")


def risk_cost(paper: Paper) -> Iterator[Finding]:
    """The cost of being wrong is the list of units that are made again."""
    for risk in paper.plan.risks:
        if not ids(risk.cost) and not NONE.search(risk.cost):
            wrong = f"The cost of “{_short(risk)}” names no unit: “{risk.cost[:60]}”."
            yield Finding(risk.line, wrong, "List the units that would be made again: “PR 2, PR 3”.")


def risk_mandatory(paper: Paper) -> Iterator[Finding]:
    """From three units of rework on, validation is mandatory, in a spike or a step before a unit."""
    for risk in paper.plan.risks:
        if rework(risk) >= MANDATORY and (empty(risk.validation) or not ids(risk.gate)):
            wrong = f"“{_short(risk)}” costs {rework(risk)} units if wrong, and is not validated before a unit."
            yield Finding(risk.line, wrong, "Plan a spike unit or a step, and name the unit before which it is done.")


def risk_units(paper: Paper) -> Iterator[Finding]:
    """Cost and gate name units of the plan."""
    for risk in paper.plan.risks:
        for id in ids(f"{risk.cost} · {risk.gate}"):
            if id not in paper.known:
                wrong = f"“{_short(risk)}” names {id}, which is no unit of this plan."
                yield Finding(risk.line, wrong, "Name a unit of it, or say in words what is meant.")


def risk_gate(paper: Paper) -> Iterator[Finding]:
    """A validation is done before every unit that it protects."""
    for risk in paper.plan.risks:
        gates = paper.units_in(risk.gate)
        late = [unit for unit in paper.units_in(risk.cost) for gate in gates[:1] if paper.graph.after(gate, unit)]
        if late:
            wrong = f"“{_short(risk)}” is validated before {gates[0]}, but {', '.join(late)} is made before that."
            yield Finding(risk.line, wrong, f"Validate it before {late[0]}.")


def _short(risk: Risk) -> str:
    return risk.decision.strip("*` ")[:60]

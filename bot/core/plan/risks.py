"""The rows of the risk register: what is made again where one is wrong, and what came of its validation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.markdown.artifact import normal

from .ids import ids
from .shape import Plan, Risk

MANDATORY = 3
"""From so many units of rework on, a validation is mandatory (seed 003, phase 3)."""

Verdict = Literal["passed", "failed"]

_COUNT = re.compile(r"\b(\d{1,7})(?:\.\d+)?\s*(?:prs?|units?|pull requests?)\b", re.IGNORECASE)
_ABORT = re.compile(
    r"\b(?:abort(?: plan)?|if (?:it|this|validation) fails)\b[\W_]*(?P<text>.*)", re.IGNORECASE | re.DOTALL
)
_BEFORE = re.compile(r"\b(?:before|prior to|ahead of)\b(?P<text>.*)", re.IGNORECASE | re.DOTALL)
_RESULT = re.compile(
    r"[\W_]*(?P<verdict>passed|failed)\b[\W_]*(?P<on>\d{4}-\d\d-\d\d)?[\s,]*"
    r"(?:\((?:by )?@?(?P<by>[^)]*)\))?\s*:?\s*(?P<found>.*)",
    re.IGNORECASE | re.DOTALL,
)
_AT = re.compile(r"(?:row|risk|gate|r|e)?[ .#-]*(\d{1,7})", re.IGNORECASE)


@dataclass(frozen=True)
class Result:
    """What a validation showed. `on` is the day, `by` a login; "" where the register does not say."""

    verdict: Verdict
    on: str = ""
    by: str = ""
    found: str = ""


def rework(risk: Risk) -> int:
    """How many units are made again where a decision is wrong."""
    return max([len(ids(risk.cost)), *(int(count) for count in _COUNT.findall(risk.cost))])


def abort_plan(risk: Risk) -> str:
    """What changes where its validation fails; "" where the row does not say."""
    match = _ABORT.search(risk.validation) or _ABORT.search(risk.gate)
    return " ".join(match["text"].strip("*_ :").split()) if match else ""


def result_of(risk: Risk) -> Result | None:
    """What the register says came of its validation, the last time."""
    match = _RESULT.match(risk.result)
    if match is None:
        return None
    found = match["found"].partition("; before: ")[0]
    verdict: Verdict = "passed" if match["verdict"].lower() == "passed" else "failed"
    return Result(verdict, match["on"] or "", match["by"] or "", found.strip())


def protected(plan: Plan, risk: Risk) -> tuple[str, ...]:
    """The units before which a decision is validated: those behind “before”, else all that its gate names."""
    match = _BEFORE.search(risk.gate)
    named = ids(match["text"]) if match else ()
    return tuple(id for id in named or ids(risk.gate) if plan.unit(id))


def named_risk(plan: Plan, name: str) -> Sequence[int]:
    """The rows (from 1) that a person may mean: by its number, else by words of its decision."""
    if (at := _AT.fullmatch(name.strip())) and 1 <= int(at[1]) <= len(plan.risks):
        return (int(at[1]),)
    wanted = normal(name)
    decisions = [normal(risk.decision) for risk in plan.risks]
    same = [row for row, decision in enumerate(decisions, 1) if decision == wanted]
    return same or [row for row, decision in enumerate(decisions, 1) if wanted and wanted in decision]

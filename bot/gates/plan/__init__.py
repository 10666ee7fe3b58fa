"""The rules of seed 003 that a machine can decide, each under its name.

To add one: a function from a paper to findings, a line in `RULES`, a row in docs/plan-rules.md, and its pair of
examples in tests/gates/plan/examples.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Literal, get_args

from bot.core.findings import Finding

from . import document, order, series
from .paper import Paper, Rule

Level = Literal["off", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)

RULES: Mapping[str, Rule] = {
    "units": Rule(document.units),
    "sections": Rule(document.sections),
    "sections-order": Rule(document.sections_order, form=True),
    "line-breaks": Rule(document.line_breaks),
    "unread": Rule(document.unread, "warning"),
    "code": Rule(document.code),
    "citations": Rule(document.citations),
    "revision-note": Rule(document.revision_note, form=True),
    # A
    "summary-length": Rule(document.summary_length),
    "summary-units": Rule(document.summary_units),
    "summary-milestones": Rule(document.summary_milestones, "warning"),
    # D
    "concept-length": Rule(document.concept_length),
    # I
    "unit-title": Rule(series.unit_title),
    "stable-id": Rule(series.stable_id, form=True),
    "unit-fields": Rule(series.unit_fields, form=True),
    "unit-fields-empty": Rule(series.unit_fields_empty, form=True),
    "unit-tiers": Rule(series.unit_tiers, form=True),
    "tier-1-size": Rule(series.tier_1_size),
    "tier-1-aim": Rule(series.tier_1_aim, "warning"),
    "unit-block": Rule(series.unit_block),
    "extension-type": Rule(series.extension_type),
    "guarantee-ids": Rule(series.guarantee_ids, form=True),
    "guarantee-twice": Rule(series.guarantee_twice),
    "exercised": Rule(series.exercised),
    "used-later": Rule(series.used_later),
    "flags": Rule(series.flags, form=True),
    "status-order": Rule(series.status_order, "warning"),
    # J
    "duplicate-id": Rule(order.duplicate_id),
    "cycle": Rule(order.cycle),
    "dangling": Rule(order.dangling),
    "ambiguous": Rule(order.ambiguous),
    "says-dependencies": Rule(order.says_dependencies, form=True),
    "disagreement": Rule(order.disagreement),
    "parallel": Rule(order.parallel),
    "dag-parts": Rule(order.dag_parts, form=True),
}

_MOST = 3
"""Of so many findings of a rule that fits our form alone, each stands for itself in a plan of another form."""

__all__ = ["LEVELS", "RULES", "Level", "Paper", "Rule", "lint", "unknown"]


def lint(paper: Paper, levels: Mapping[str, Level] | None = None) -> tuple[Finding, ...]:
    """What the rules find, under their names, by line. `levels` switches rules off, or says what their findings are."""
    found = [finding for name in RULES for finding in _of(name, paper, (levels or {}).get(name))]
    return tuple(sorted(found, key=lambda finding: finding.line))


def unknown(names: Sequence[str]) -> Iterator[str]:
    """A sentence for each name that is no rule's, with what to write instead."""
    for name in names:
        if name not in RULES:
            close = get_close_matches(name, RULES, n=1)
            yield f"There is no rule `{name}`. " + (
                f"Did you mean `{close[0]}`?" if close else "docs/plan-rules.md lists them."
            )


def _of(name: str, paper: Paper, level: Level | None) -> Sequence[Finding]:
    rule = RULES[name]
    if level == "off":
        return []
    softened = rule.form and not paper.ours
    found = []
    for finding in rule.check(paper):
        soft = softened or finding.severity == "warning"
        found.append(finding.of(name, level or ("warning" if soft else rule.severity)))
    return _gathered(found) if softened and len(found) > _MOST else found


def _gathered(found: Sequence[Finding]) -> Sequence[Finding]:
    """Many findings of a rule as one, at the first's line, so that the others are not lost among them."""
    first, *others = sorted(found, key=lambda finding: finding.line)
    lines = ", ".join(map(str, dict.fromkeys(finding.line for finding in others)))
    return [replace(first, wrong=f"{first.wrong} The like of it stands in lines {lines}.")]

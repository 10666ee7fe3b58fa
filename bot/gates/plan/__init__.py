"""The rules of seed 003 that a machine can decide, each under its name.

To add one: a function from a paper to findings, a line in `RULES`, a row in docs/plan-rules.md, and its pair of
examples in tests/gates/plan/examples.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Literal, get_args

from bot.core.findings import Finding

from . import concept, document, evolution, infrastructure, order, prevention, recon, risks, scope, series
from .paper import Paper, Rule

Level = Literal["off", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)

RULES: Mapping[str, Rule] = {
    "units": Rule(document.units),
    "sections": Rule(document.sections),
    "sections-order": Rule(document.sections_order, fits="process"),
    "line-breaks": Rule(document.line_breaks),
    "unread": Rule(document.unread, "warning"),
    "code": Rule(document.code),
    "citations": Rule(document.citations),
    "revision-note": Rule(document.revision_note, fits="process"),
    # A
    "summary-length": Rule(document.summary_length),
    "summary-units": Rule(document.summary_units),
    "summary-milestones": Rule(document.summary_milestones, "warning"),
    # B
    "recon-subjects": Rule(recon.recon_subjects, fits="ours"),
    "recon-apart": Rule(recon.recon_apart, fits="ours"),
    "facts-cited": Rule(recon.facts_cited, fits="process"),
    "inferences-labelled": Rule(recon.inferences_labelled, "warning"),
    # C
    "scope-subjects": Rule(scope.scope_subjects, fits="process"),
    "objectives": Rule(scope.objectives),
    "analysis-questions": Rule(scope.analysis_questions, fits="process"),
    "scoping-table": Rule(scope.scoping_table, fits="process"),
    "scoping-one": Rule(scope.scoping_one, fits="ours"),
    "simplified-loss": Rule(scope.simplified_loss, "warning"),
    "modeled-question": Rule(scope.modeled_question, fits="ours"),
    # D
    "concept-length": Rule(document.concept_length),
    "blocks": Rule(concept.blocks),
    "block-contract": Rule(concept.block_contract),
    "block-responsibility": Rule(concept.block_responsibility),
    "events-classified": Rule(concept.events_classified),
    "friction-number": Rule(concept.friction_number),
    "interactions": Rule(concept.interactions, fits="ours"),
    "invariant-groups": Rule(concept.invariant_groups, fits="ours"),
    "state-owner": Rule(concept.state_owner),
    "shared-state": Rule(concept.shared_state, fits="process"),
    "extension-points": Rule(concept.extension_points, fits="process"),
    "correspondence": Rule(concept.correspondence, fits="process"),
    # E
    "risk-register": Rule(risks.risk_register),
    "risk-criteria": Rule(risks.risk_criteria),
    "risk-abort": Rule(risks.risk_abort),
    "risk-cost": Rule(risks.risk_cost, fits="ours"),
    "risk-mandatory": Rule(risks.risk_mandatory),
    "risk-units": Rule(risks.risk_units, fits="ours"),
    "risk-gate": Rule(risks.risk_gate),
    # F and G
    "evolution-subjects": Rule(evolution.evolution_subjects, fits="process"),
    "enabling-refactors": Rule(evolution.enabling_refactors, fits="ours"),
    "evolution-blocks": Rule(evolution.evolution_blocks, fits="ours"),
    "fidelity": Rule(evolution.fidelity, fits="process"),
    "frozen-cited": Rule(evolution.frozen_cited, fits="process"),
    "frozen-found": Rule(evolution.frozen_found),
    # H
    "shared-subjects": Rule(infrastructure.shared_subjects, fits="process"),
    "shared-units": Rule(infrastructure.shared_units, fits="ours"),
    "shared-order": Rule(infrastructure.shared_order),
    "as-needed": Rule(infrastructure.as_needed),
    "dependencies": Rule(infrastructure.dependencies, fits="ours"),
    "freeze-schedule": Rule(infrastructure.freeze_schedule),
    # I
    "unit-title": Rule(series.unit_title),
    "stable-id": Rule(series.stable_id, fits="ours"),
    "unit-fields": Rule(series.unit_fields, fits="process"),
    "unit-fields-empty": Rule(series.unit_fields_empty, fits="process"),
    "unit-tiers": Rule(series.unit_tiers, fits="process"),
    "tier-1-size": Rule(series.tier_1_size),
    "tier-1-aim": Rule(series.tier_1_aim, "warning"),
    "unit-block": Rule(series.unit_block),
    "extension-type": Rule(series.extension_type),
    "guarantee-ids": Rule(series.guarantee_ids, fits="process"),
    "guarantee-twice": Rule(series.guarantee_twice),
    "exercised": Rule(series.exercised),
    "used-later": Rule(series.used_later),
    "flags": Rule(series.flags, fits="ours"),
    "status-order": Rule(series.status_order, "warning"),
    # J
    "duplicate-id": Rule(order.duplicate_id),
    "cycle": Rule(order.cycle),
    "dangling": Rule(order.dangling),
    "ambiguous": Rule(order.ambiguous),
    "says-dependencies": Rule(order.says_dependencies, fits="process"),
    "disagreement": Rule(order.disagreement),
    "parallel": Rule(order.parallel),
    "dag-parts": Rule(order.dag_parts, fits="process"),
    # K
    "prevention-subjects": Rule(prevention.prevention_subjects, fits="process"),
    "invariants-defined": Rule(prevention.invariants_defined, fits="ours"),
    "regression-paths": Rule(prevention.regression_paths),
    "failure-modes": Rule(prevention.failure_modes, fits="process"),
    "failure-prevented": Rule(prevention.failure_prevented),
}

_MOST = 3
"""Of so many findings of a rule that does not fit the plan's form, each stands for itself."""

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
    softened = (rule.fits == "ours" and not paper.ours) or (rule.fits == "process" and not paper.of_process)
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

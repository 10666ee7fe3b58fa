"""`charrette plan`: parses, lints or compares a macro plan, or turns it into issues."""

import argparse
import json
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.plan import Plan, Unit
from bot.gates.plan import RULES, Paper, lint

from . import comparing, issuing, linting
from .documents import document_text

_OF_READING = ("units", "line-breaks", "dangling", "ambiguous")
"""The rules on what can't be placed: all of it, or what is needed and is no unit; what else is wrong, `lint` says."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette plan`."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    parse = verbs.add_parser(
        "parse",
        help="show its sections, units and dependencies, and what can't be placed",
        description="Show what the plan says: sections, units, what they need, and what can't be placed. “charrette "
        "plan lint” lists what is wrong with it. Exit status 0, or 2 if there is no such file.",
    )
    parse.add_argument("file", type=Path, metavar="FILE", help="a Markdown plan")
    parse.add_argument("--json", action="store_true", help="one JSON object instead of the list")
    linting.add_arguments(
        verbs.add_parser(
            "lint",
            help="list what is wrong with it, by the rules of docs/plan-rules.md",
            description="List what is wrong with the plan, with line, rule and what to write instead. "
            "docs/plan-rules.md explains each rule. Exit status 0, 1 if one is an error, 2 if an argument is wrong.",
        )
    )
    comparing.add_arguments(
        verbs.add_parser(
            "diff",
            help="list what became of its units from one revision to the next",
            description="List which units came, went, were renamed or need others now, and which guarantees changed. "
            "Exit status 0, 1 if the new revision does not say what it changed, 2 if there is no such file.",
        )
    )
    issuing.add_arguments(
        verbs.add_parser(
            "issues",
            help="turn it into a repository's issues; run again, it changes only what the plan changed",
            description="Turn the plan's units into issues on GitHub, as the installed App. Run again, it changes only "
            "what the plan changed. It needs CHARRETTE_APP_ID and CHARRETTE_APP_PRIVATE_KEY, even for --dry-run. Exit "
            "status 0, 1 if GitHub refused some of it, 2 if an argument or a setting is wrong.",
        )
    )


def main(arguments: argparse.Namespace) -> int:
    """Runs the subcommand."""
    match arguments.verb:
        case "lint":
            return linting.main(arguments)
        case "issues":
            return issuing.main(arguments)
        case "diff":
            return comparing.main(arguments)
        case _:
            return _parse(arguments)


def _parse(arguments: argparse.Namespace) -> int:
    """Prints the plan; returns 0 whatever is wrong with it, because parsing doesn't judge."""
    text = document_text(arguments.file, "charrette plan parse 002-macro-plan.md")
    paper = Paper.of(Artifact(str(arguments.file), text))
    found = lint(paper, {name: "off" for name in RULES if name not in _OF_READING})
    found = tuple(sorted((*found, *paper.plan.findings), key=attrgetter("line")))
    print(_as_json(paper.plan, found) if arguments.json else _as_list(arguments.file, paper.plan, found))
    return 0


def _as_json(plan: Plan, found: Sequence[Finding]) -> str:
    told = {
        "sections": [{"title": each.title, "line": each.line, "lines": each.lines} for each in plan.sections],
        "units": [_unit(unit, plan) for unit in plan.units],
        "edges": [list(edge) for edge in plan.edges],
        "risks": [vars(risk) for risk in plan.risks],
        "blocks": [vars(block) for block in plan.blocks],
        "freezes": [vars(freeze) for freeze in plan.freezes],
        "findings": [{name: getattr(each, name) for name in ("rule", "line", "wrong", "mend")} for each in found],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _unit(unit: Unit, plan: Plan) -> Mapping[str, Any]:
    sources: dict[str, list[str]] = {}
    for each in plan.statements:
        if each.unit == unit.id and each.sense == "needs" and each.other not in sources.setdefault(each.where, []):
            sources[each.where].append(each.other)
    return {
        "id": unit.id,
        "title": unit.title,
        "line": unit.line,
        "depends_on": list(unit.depends_on),
        "status": unit.status,
        "sources": sources,
        "stable": unit.stable,
        "tier1": {name: text for name, text in unit.tier1.items() if name != "heading"},
        "tier2": dict(unit.tier2),
        "guarantees": [vars(each) for each in unit.guarantees],
    }


def _as_list(file: Path, plan: Plan, found: Sequence[Finding]) -> str:
    width = max((len(unit.id) for unit in plan.units), default=0)
    lines = []
    for unit in plan.units:
        after = f"  after {', '.join(unit.depends_on)}" if unit.depends_on else ""
        status = f"  [{unit.status}]" if unit.status else ""
        lines.append(f"{unit.id:<{width}}  {unit.title}{status}{after}")
    counts = (("section", plan.sections), ("unit", plan.units), ("dependency", plan.edges))
    lines.append(", ".join(_counted(name, len(each)) for name, each in counts))
    lines += [f"{file}:{each.line}: {each.rule}: {each.wrong} {each.mend}" for each in found]
    return "\n".join(lines)


def _counted(name: str, n: int) -> str:
    return f"{n} {name}" if n == 1 else f"{n} {name.removesuffix('y') + 'ies' if name.endswith('y') else name + 's'}"

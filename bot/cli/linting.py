"""`charrette plan lint`: what is wrong with a macro plan."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bot.core.errors import Fault, FaultsError
from bot.core.findings import Finding, errors
from bot.core.markdown.artifact import Artifact
from bot.core.ports import Tree
from bot.gates.place import shown
from bot.gates.plan import LEVELS, Level, Paper, lint, unknown

from .documents import document_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette plan lint`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a Markdown plan")
    parser.add_argument(
        "--repo",
        type=Path,
        metavar="PATH",
        help="a clone or a bare repository, to check the plan's citations of its code",
    )
    parser.add_argument("--commit", metavar="REV", help="commit, branch or tag of it; default: HEAD")
    parser.add_argument(
        "--rule",
        action="append",
        default=[],
        metavar="NAME=LEVEL",
        help="a rule's level: off, warning or error; again for more",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the list")


def main(arguments: argparse.Namespace) -> int:
    """Prints the findings; returns 1 if one is an error."""
    levels = dict(map(_level, arguments.rule))
    text = document_text(arguments.file, "charrette plan lint 002-macro-plan.md")
    paper = Paper.of(Artifact(str(arguments.file), text), _tree(arguments))
    found = lint(paper, levels)
    print(_as_json(found) if arguments.json else _as_list(arguments.file, paper, found))
    return 1 if errors(found) else 0


def _tree(arguments: argparse.Namespace) -> Tree | None:
    if arguments.repo is None:
        if arguments.commit is not None:
            wrong, mend = "No repository is named that has it.", "Name one with --repo PATH, or leave --commit out."
            raise FaultsError([Fault(f"--commit {arguments.commit}", 0, wrong, mend)])
        return None
    from bot.adapters.local import local_tree

    return local_tree(arguments.repo, arguments.commit or "HEAD")


def _level(given: str) -> tuple[str, Level]:
    name, _, wanted = given.partition("=")
    level = next((level for level in LEVELS if level == wanted), None)
    faults = list(unknown([name]))
    if level is None:
        faults.append(f"“{wanted}” is no level." if wanted else "A level is missing.")
    if faults or level is None:
        example = "Write for example “--rule tier-1-aim=off”; levels are off, warning and error."
        raise FaultsError([Fault(f"--rule {given}", 0, " ".join(faults), example)])
    return name, level


def _as_json(found: Sequence[Finding]) -> str:
    counts = Counter(finding.severity for finding in found)
    told = {
        "findings": [
            {name: getattr(each, name) for name in ("rule", "severity", "line", "wrong", "mend")} for each in found
        ],
        "errors": counts["error"],
        "warnings": counts["warning"],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _as_list(file: Path, paper: Paper, found: Sequence[Finding]) -> str:
    lines = [f"{file}:{each.line}: {each.severity}: {each.rule}: {each.wrong} {each.mend}" for each in found]
    counts = Counter(finding.severity for finding in found)
    numbers = ((len(paper.plan.units), "unit"), (counts["error"], "error"), (counts["warning"], "warning"))
    lines.append(", ".join(shown(number, of) for number, of in numbers))
    if found and not paper.ours:
        lines.append("The plan has a form of its own: what does not fit it is a warning (docs/plan-rules.md).")
    return "\n".join(lines)

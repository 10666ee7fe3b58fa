"""`charrette concerns`: a document's concerns, the decisions on them, and where the document contradicts itself."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.core.concerns import Concern, Concerns, LogRow, findings_of, read
from bot.core.concerns.shape import is_undecided
from bot.core.findings import Finding

from .documents import document_text

NONE = "No concern was found. One begins with a heading such as “### C1. Title”; docs/concerns.md shows its fields."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette concerns`."""
    parser.epilog = (
        "docs/concerns.md shows how concerns and decisions are written down. Exit status 0, 1 if the document "
        "contradicts itself, 2 if there is no such file."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a Markdown document of concerns")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the list")


def main(arguments: argparse.Namespace) -> int:
    """Prints the concerns and the document's contradictions; returns 1 if one of these is an error."""
    document = read(document_text(arguments.file, "charrette concerns 004-expert-concerns.md"), str(arguments.file))
    findings = findings_of(document)
    print(_as_json(document, findings) if arguments.json else _as_list(arguments.file, document, findings))
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _as_json(document: Concerns, findings: tuple[Finding, ...]) -> str:
    told = {
        "concerns": [_concern(concern) for concern in document.concerns],
        "log": [_row(row) for row in document.log],
        "findings": [{name: getattr(each, name) for name in ("rule", "line", "wrong", "mend")} for each in findings],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _concern(concern: Concern) -> dict[str, Any]:
    decision = None if is_undecided(concern) else concern.decision
    said = {"verdict": decision.verdict, "why": decision.why, "line": decision.line} if decision else None
    texts = {name: getattr(concern, name) for name in ("problem", "evidence", "solution", "owner")}
    return {
        "id": concern.id,
        "line": concern.line,
        "title": concern.title,
        "severity": concern.severity,
        "sources": [asdict(source) for source in concern.sources],
        **texts,
        "decision": said,
    }


def _row(row: LogRow) -> dict[str, Any]:
    return {**asdict(row), "ids": list(row.ids)}


def _as_list(file: Path, document: Concerns, findings: tuple[Finding, ...]) -> str:
    lines = [f"{_state(concern):<8}{concern.id:<5}{concern.title}" for concern in document.concerns]
    open_ = sum(map(is_undecided, document.concerns))
    many = "concern" if len(document.concerns) == 1 else "concerns"
    lines.append(f"{len(document.concerns)} {many}, {open_} open" if document.concerns else NONE)
    if findings:
        lines.append("")
    lines += [f"{file}:{each.line}: {each.rule}: {each.wrong} {each.mend}" for each in findings]
    return "\n".join(lines)


def _state(concern: Concern) -> str:
    if concern.decision is None or is_undecided(concern):
        return "open"
    return concern.decision.verdict or "decided"

"""`charrette plan diff`: what became of a plan's units from one revision to the next."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.core.markdown.artifact import Artifact
from bot.core.plan.comparing import Comparison, compare
from bot.core.plan.shape import Unit
from bot.gates.place import shown

from .documents import document_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette plan diff`."""
    parser.add_argument("old", type=Path, metavar="OLD", help="the plan as it was")
    parser.add_argument("new", type=Path, metavar="NEW", help="the plan as it is")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the list")


def main(arguments: argparse.Namespace) -> int:
    """Prints what changed; returns 1 if the new revision doesn't explain it as required."""
    example = "charrette plan diff plan-before.md plan.md"
    old, new = (Artifact(str(file), document_text(file, example)) for file in (arguments.old, arguments.new))
    found = compare(old, new)
    print(_as_json(found) if arguments.json else "\n".join(_as_list(found, arguments.new)))
    return 1 if found.findings else 0


def _as_json(found: Comparison) -> str:
    told = {
        "added": [_unit(unit) for unit in found.added],
        "dropped": [_unit(unit) for unit in found.dropped],
        "renamed": [{**_unit(new), "was": old.title} for old, new in found.renamed],
        "renumbered": [{**_unit(new), "was": old.id} for old, new in found.renumbered],
        "rewired": [{**_unit(each.unit), "lost": each.lost, "gained": each.gained} for each in found.rewired],
        "guarantees": [
            {"unit": each.unit.id, "id": each.old.id, "old": each.old.text, "new": each.new.text if each.new else None}
            for each in found.guarantees
        ],
        "findings": [
            {name: getattr(each, name) for name in ("rule", "line", "wrong", "mend")} for each in found.findings
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _unit(unit: Unit) -> dict[str, Any]:
    return {"id": unit.id, "title": unit.title, "line": unit.line, "stable": unit.stable}


def _as_list(found: Comparison, file: Path) -> Iterator[str]:
    for unit in found.added:
        yield f"added       {unit.id}  {unit.title}"
    for unit in found.dropped:
        yield f"dropped     {unit.id}  {unit.title}"
    for old, new in found.renamed:
        yield f"renamed     {new.id}  {new.title}  (was: {old.title})"
    for old, new in found.renumbered:
        yield f"renumbered  {new.id}  {new.title}  (was: {old.id})"
    for each in found.rewired:
        words = [*(f"no longer needs {id}" for id in each.lost), *(f"now needs {id}" for id in each.gained)]
        yield f"re-wired    {each.unit.id}  {each.unit.title}  ({', '.join(words)})"
    for change in found.guarantees:
        now = f"now: {change.new.text}" if change.new else "gone"
        yield f"guarantee   {change.unit.id}  {change.old.id or '–'}  was: {change.old.text}; {now}"
    for finding in found.findings:
        yield f"{file}:{finding.line}: {finding.rule}: {finding.wrong} {finding.mend}"
    yield f"{shown(len(found.same), 'unit')} in both, {len(found.added)} came, {len(found.dropped)} went"

"""`charrette citations`: the code that a document cites, and whether each citation holds at a commit."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never, get_args

from bot.core.citations.reading import each_range, find
from bot.core.citations.verdicts import Verdict, Verified, verify
from bot.core.markdown.artifact import Artifact
from bot.gates.place import shown

from .documents import document_text

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
HOLDS = frozenset({"ok", "unnamed", "external"})
HEADER = ("line", "verdict", "citation", "")


@dataclass(frozen=True)
class _Row:
    """One cited range, as in the JSON output."""

    line: int
    text: str
    path: str
    start: int
    end: int
    verdict: Verdict
    resolved: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette citations`."""
    parser.epilog = (
        "“ok”: what the sentence names is in the cited lines. “unnamed”: the lines are there, and the sentence names "
        "nothing to look for. docs/citations.md explains each verdict. Exit status 0, 1 if a citation does not hold, "
        "2 if file, repository or commit is missing."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a Markdown document")
    parser.add_argument(
        "--repo", type=Path, default=Path(), metavar="PATH", help="a clone or a bare repository; default: this folder's"
    )
    parser.add_argument("--commit", default="HEAD", metavar="REV", help="commit, branch or tag; default: HEAD")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")


def main(arguments: argparse.Namespace) -> int:
    """Prints the verdict on each cited range; returns 1 if one doesn't hold."""
    from bot.adapters.local import local_tree

    text = document_text(arguments.file, "charrette citations plan.md")
    tree = local_tree(arguments.repo, arguments.commit)
    verified = verify(each_range(find(Artifact(str(arguments.file), text))), tree)
    print(_as_json(verified) if arguments.json else _as_table(verified, tree.commit))
    return 0 if all(one.verdict in HOLDS for one in verified) else 1


def _counts(verified: Sequence[Verified]) -> dict[str, int]:
    counted = Counter(one.verdict for one in verified)
    return {verdict: counted[verdict] for verdict in VERDICTS}


def _as_json(verified: Sequence[Verified]) -> str:
    rows = [vars(_row(one)) for one in verified]
    return json.dumps({"citations": rows, "counts": _counts(verified)}, ensure_ascii=False, indent=2)


def _row(verified: Verified) -> _Row:
    citation = verified.citation
    ((start, end),) = citation.ranges
    return _Row(citation.line, citation.text, citation.path, start, end, verified.verdict, verified.resolved)


def _as_table(verified: Sequence[Verified], commit: str) -> str:
    cells = [HEADER, *(_cells(one) for one in verified)]
    widths = [max(len(row[at]) for row in cells) for at in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in cells
    ]
    counts = ", ".join(f"{n} {verdict}" for verdict, n in _counts(verified).items() if n) or "none"
    end = f"{len(verified)} cited at {commit[:12]}: {counts}"
    return "\n".join([*(line.rstrip() for line in lines), "", end] if verified else [end])


def _cells(verified: Verified) -> tuple[str, str, str, str]:
    row = _row(verified)
    lines = str(row.start) if row.start == row.end else f"{row.start}-{row.end}"
    return str(row.line), row.verdict, f"{row.path}:{lines}", _remark(verified)


def _remark(verified: Verified) -> str:
    """A remark beside the verdict: the path that was meant, or what is wrong."""
    candidates = ", ".join(verified.candidates[:4])
    match verified.verdict:
        case "ok" | "unnamed":
            return verified.resolved if verified.resolved != verified.citation.path else ""
        case "content-mismatch":
            return f"nothing that the sentence names stands there in {verified.resolved}"
        case "out-of-range":
            return f"{verified.resolved} has {shown(verified.lines, 'line')}"
        case "ambiguous":
            return f"several are called so: {candidates}"
        case "path-missing":
            return f"did you mean {candidates}?" if candidates else "there is no such file"
        case "external":
            return "not of this repository"
        case _:
            assert_never(verified.verdict)

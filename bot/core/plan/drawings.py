"""Drawings of dependencies in characters: arrows on one line, chains downwards. Any other is reported, not guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from bot.core.findings import Finding
from bot.core.markdown.artifact import Fence

from .ids import ids, only_ids

_ARROW = re.compile(r"\s*(?:[-─━═=~]*[>►▶→⟶⇒➔➜])+\s*")
_BACK = re.compile(r"[<◄◀←⟵⇐]")
_BACK_ARROW = re.compile(r"\s*[<◄◀←⟵⇐][-─━═=~]*\s*")
_DOWN = re.compile(r"[\s│|┃║:·.]*[↓▼⬇vV⇓][\s│|┃║:·.]*")
_LINE = re.compile(r"[\s│|┃║:·.]+")
_BOX = re.compile(r"<[-=]|[◄◀←⟵⇐┌┐└┘├┤┬┴┼╭╮╰╯│┃║─━═▼▲↓⬇]|\+--|--\+|\\|^\s*[|v]\s*$", re.MULTILINE)
_BRANCH = re.compile(r"^[\s│|]*(?:[├└]─*|\+--|\|--)\s*[\w.*]+[/.]", re.MULTILINE)
_TEXTUAL = ("", "text", "txt", "ascii", "diagram", "plain", "plaintext", "dag", "graph")

MOST = 2_500
"""So many edges one arrow stands for at most; more than that is no drawing that a person reads."""


@dataclass(frozen=True)
class Drawn:
    """The edges of a drawing with their lines, and what of it could not be read."""

    edges: tuple[tuple[str, str, int], ...]
    unread: Finding | None = None


def ascii_drawing(fence: Fence) -> Drawn | None:
    """A drawing of characters; None where the block is none, such as code or a list."""
    if fence.info.split(" ")[0].lower() not in _TEXTUAL:
        return None
    lines = fence.text.rstrip("\n").split("\n")
    across = [edge for at, line in enumerate(lines, fence.line + 1) for edge in one_line(line, at)]
    down = _chain(lines, fence.line + 1)
    if down is not None:
        return Drawn(tuple(dict.fromkeys((*across, *down))))
    crowds = any(map(_crowded, lines))
    if not (across or crowds) and (
        _BRANCH.search(fence.text) or not _BOX.search(fence.text) or len(ids(fence.text)) < 2
    ):
        return None  # a tree of files draws no dependency
    rest = [at for at, line in enumerate(lines, fence.line + 1) if line.strip() and not _understood(line)]
    return Drawn(tuple(across), unread(rest[0], rest[-1]) if rest else None)


def unread(first: int, last: int) -> Finding:
    """These lines are a drawing that is not read, or not all of it."""
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    wrong = f"This drawing ({lines}) is read in part or not at all."
    mend = "Draw it as Mermaid, as arrows on one line, or as a chain from top to bottom; rows say it best."
    return Finding(first, wrong, mend, "unread-drawing", "warning")


def one_line(line: str, at: int) -> Iterator[tuple[str, str, int]]:
    """The edges of `PR 1 → PR 2 → PR 3, PR 4`."""
    if _BACK.search(line):
        return
    parts = [ids(part) for part in _ARROW.split(line)]
    for left, right in pairwise(parts):
        if len(left) * len(right) <= MOST:
            for first, then in product(left, right):
                yield first, then, at


def backwards(text: str) -> bool:
    """Whether it is units with arrows that point back, and nothing else: `PR 2 ← PR 1`."""
    parts = _BACK_ARROW.split(text)
    return len(parts) > 1 and all(map(only_ids, parts))


def _crowded(line: str) -> bool:
    """An arrow of this line stands for more edges than are read."""
    sizes = [len(ids(part)) for part in _ARROW.split(line)]
    return any(one * other > MOST for one, other in pairwise(sizes))


def _understood(line: str) -> bool:
    """Whether a line says nothing besides edges on one line, or names one unit without any line to another."""
    parts = _ARROW.split(line)
    if len(parts) > 1:
        return all(ids(part) for part in parts) and not _BACK.search(line) and not _crowded(line)
    return not _BOX.search(line)


def _chain(lines: Sequence[str], first: int) -> list[tuple[str, str, int]] | None:
    """The edges of a chain from top to bottom: one unit on a line, arrows alone on the lines between; else None."""
    edges: list[tuple[str, str, int]] = []
    before: Sequence[str] = ()
    arrow = bare = False
    for at, line in enumerate(lines, first):
        found = ids(re.sub(r"\([^()]*\)", "", line))
        if not line.strip():
            continue
        if not found and _DOWN.fullmatch(line):
            arrow = True
        elif not found and _LINE.fullmatch(line):
            bare = True
        elif not found and re.fullmatch(r"\s*\([^()]*\)\s*", line):
            continue
        elif not found or len(_ARROW.split(line)) > 1 or _BOX.search(line):
            return None
        else:
            if before:
                if not arrow:
                    return None
                edges += [(a, b, at) for a, b in product(before, found)]
            before, arrow, bare = found, False, False
    return edges if edges and not (arrow or bare) else None

"""Drawings of dependencies: arrows on one line, chains downwards, Mermaid. Any other is reported, not guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from bot.core.markdown.artifact import Fence

from .ids import ids, leading, only_ids

_ARROW = re.compile(r"\s*(?:[-─━═=~]*[>►▶→⟶⇒➔➜])+\s*")
_BACK = re.compile(r"[<◄◀←⟵⇐]")
_BACK_ARROW = re.compile(r"\s*[<◄◀←⟵⇐][-─━═=~]*\s*")
_DOWN = re.compile(r"[\s│|┃║:·.]*[↓▼⬇vV⇓][\s│|┃║:·.]*")
_LINE = re.compile(r"[\s│|┃║:·.]+")
_BOX = re.compile(r"<[-=]|[◄◀←⟵⇐┌┐└┘├┤┬┴┼╭╮╰╯│┃║─━═▼▲↓⬇]|\+--|--\+|\\|^\s*[|v]\s*$", re.MULTILINE)
_BRANCH = re.compile(r"^[\s│|]*(?:[├└]─*|\+--|\|--)\s*[\w.*]+[/.]", re.MULTILINE)
_TEXTUAL = ("", "text", "txt", "ascii", "diagram", "plain", "plaintext", "dag", "graph")

_NODE = re.compile(r"\s*(?P<id>[\w.-]+)\s*(?:@\{[^}]*\}|[\[({>/\\]+(?P<label>.*?)[\])}/\\]+)?\s*(?::::?\w+)?\s*")
_TEXT_BEHIND = re.compile(r"(?<=>)\|[^|]*\|")
_TEXT_ON_ARROW = re.compile(r"--\s+[^->|]+\s+-->|-\.\s*[^-.]+\s*\.->|==\s+[^=>]+\s+==>")
_EDGE = re.compile(r"\s*(?:[ox<]?(?:-{2,}|={2,}|-\.+-)>)\s*")
_LABEL = re.compile(r"\"[^\"]{0,500}\"|\[[^\]]{0,500}\]|\([^)]{0,500}\)|\{[^}]{0,500}\}")
# A line without a direction, or with another end than an arrow's: `a --- b`, `a --x b`.
_OTHER_LINK = re.compile(
    r"(?<![\w.-])(?P<one>\w(?:[\w.]|-(?!-))*)\s*[ox<]?(?:-{2,}|={2,}|-\.+-)[ox]?\s*(?P<other>\w(?:[\w.]|-(?!-))*)"
)
MOST = 2_500
"""So many edges one arrow stands for at most; more than that is no drawing that a person reads."""


@dataclass(frozen=True)
class Drawn:
    """The edges of a drawing with their lines, and the lines of it that could not be read (0 where all could)."""

    edges: tuple[tuple[str, str, int], ...]
    first: int = 0
    last: int = 0


def mermaid(fence: Fence) -> Drawn:
    """The edges of a flowchart between nodes that are units, by the label of a node or by its name."""
    names: dict[str, str] = {}
    edges: list[tuple[str, str, int]] = []
    unread: list[int] = []
    others: list[tuple[tuple[str, str], int]] = []
    for number, text in enumerate(fence.text.split("\n"), fence.line + 1):
        for statement in text.partition("%%")[0].split(";"):
            parts = _EDGE.split(_TEXT_ON_ARROW.sub("-->", _TEXT_BEHIND.sub("", statement)))
            groups = [[_node(each, names) for each in part.split("&")] for part in parts]
            others += [(each, number) for part in parts if (each := _other_link(part))]
            for left, right in pairwise(groups):
                if len(left) * len(right) > MOST:
                    unread.append(number)
                else:
                    edges += [(a, b, number) for a, b in product(left, right) if a and b]
    unread += [number for ends, number in others if all(end in names or leading(end) for end in ends)]
    known = tuple((names[a], names[b], at) for a, b, at in edges if a in names and b in names)
    return Drawn(known, min(unread), max(unread)) if unread else Drawn(known)


def _other_link(text: str) -> tuple[str, str] | None:
    """What a line of another kind joins; what units its ends are, the whole drawing says, or their labels."""
    match = _OTHER_LINK.search(_LABEL.sub("", text))
    if match is None:
        return None
    labels = ids(text)
    return (labels[0], labels[1]) if len(labels) > 1 else (match["one"], match["other"])


def _node(text: str, names: dict[str, str]) -> str:
    """A node's name in the drawing; what unit it is, is kept in `names`."""
    match = _NODE.fullmatch(text)
    if not match:
        return ""
    label = (match["label"] or "").strip("\"'` ")
    found = leading(label) or leading(match["id"].replace("_", " ")) or leading(match["id"])
    if found and (label or match["id"] not in names):
        names[match["id"]] = found[0]
    return match["id"]


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
    return Drawn(tuple(across), rest[0], rest[-1]) if rest else Drawn(tuple(across))


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

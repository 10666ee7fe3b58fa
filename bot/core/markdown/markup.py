"""The stretches of a text that are not prose: inline code and comments, found in one pass."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["code", "comment"]


@dataclass(frozen=True)
class Mark:
    """A stretch of a text, from `start` up to `end`."""

    start: int
    end: int
    kind: Kind


def marks(text: str, code: bool = True) -> list[Mark]:
    """The code spans and HTML comments of a text in order; comments alone without `code`.

    Code in a comment is no code, a comment in code no comment. An unclosed comment goes to the end of an HTML block,
    and is none in a paragraph (https://spec.commonmark.org/0.31.2/#html-blocks).
    """
    runs: dict[int, list[int]] = defaultdict(list)
    for run in re.finditer(r"`+", text):
        runs[len(run[0])].append(run.start())
    found: list[Mark] = []
    past = 0
    for opening in re.finditer(r"<!--|`+" if code else r"<!--", text):
        if opening.start() < past:
            continue
        mark = _comment(text, opening.start(), code) if opening[0] == "<!--" else _code(opening, runs)
        if mark:
            found.append(mark)
            past = mark.end
    return found


def _comment(text: str, start: int, inline: bool) -> Mark | None:
    end = text.find("-->", start + 2)
    if end < 0:
        return None if inline else Mark(start, len(text), "comment")
    return Mark(start, end + 3, "comment")


def _code(opening: re.Match[str], runs: dict[int, list[int]]) -> Mark | None:
    same = runs[len(opening[0])]
    after = bisect_left(same, opening.end())
    return Mark(opening.start(), same[after] + len(opening[0]), "code") if after < len(same) else None


def blank(text: str, found: Iterable[Mark]) -> str:
    """The text with these stretches blanked, its lines and columns kept."""
    parts, past = [], 0
    for mark in found:
        parts += [text[past : mark.start], re.sub(r"[^\n]", " ", text[mark.start : mark.end])]
        past = mark.end
    return "".join([*parts, text[past:]])


def code_spans(text: str) -> list[tuple[int, int, str]]:
    """Start, end and content of each code span."""
    return [
        (mark.start, mark.end, text[mark.start : mark.end].strip("`").strip())
        for mark in marks(text)
        if mark.kind == "code"
    ]

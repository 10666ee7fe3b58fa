"""Where a Markdown text is code, as GitHub reads it: offsets, so that the rest can be rewritten in place.

A place counts as code only where no reading says otherwise: taking code for prose costs a visible escape, taking prose
for code would let a mention or raw HTML through.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

Span = tuple[int, int]
Html = Literal["all", "ours", "none"]

PREFIX = r"[ \t>*+\-\d.)]*+"
"""What may stand before a block's own text in a line: indentation, quotes, list markers."""

_LONGEST_RUN = 80  # cmark-gfm takes a longer run of backticks for text
_OURS = re.compile(r"</?(?:details|summary)>|<details open>")
_FOOTNOTE = re.compile(rf"^{PREFIX}\[\^[^\]\n]+\]:", re.MULTILINE)
_DELIMITERS = re.compile(r"^[ \t>*+\d.)|:-]*-[ \t|:-]*$", re.MULTILINE)
_PIPE = re.compile(r"\\.|\||\n", re.DOTALL)
_RUN = re.compile(r"\\[\\`]|`+")
_BLOCK = re.compile(rf"\n{PREFIX}<[A-Za-z/!?]")
_BINDS = re.compile(r"<[A-Za-z/!?]|\][(\[:]")


@dataclass(frozen=True)
class Places:
    """Code and raw HTML blocks as spans in order, hidden definitions as lines, and what would close an open fence."""

    code: tuple[Span, ...]
    raw: tuple[Span, ...]
    definitions: tuple[tuple[str, int, int], ...] = ()
    open_fence: str = ""


def places(text: str, html: Html) -> Places:
    """The places of a text without carriage returns and null characters.

    `html` says which tags begin an HTML block: all that do on GitHub, those that our own views write, or none.
    """
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] -= 1
    environment: dict[str, dict[str, dict[str, list[int]]]] = {}
    tokens = _PARSERS[html].parse(text, environment)
    indented = not _FOOTNOTE.search(text)  # a footnote's further paragraphs are indented like code
    code: list[Span] = []
    raw: list[Span] = []
    for token in tokens:
        if not token.map:
            continue
        span = (starts[token.map[0]], starts[token.map[1]])
        if token.type == "fence" or (token.type == "code_block" and indented):
            code.append(span)
        elif token.type == "html_block":
            raw.append(span)
        elif token.type in {"paragraph_open", "heading_open", "table_open"}:
            code += _inline(text, span, strict=html == "all")
    found = environment.get("references", {}).items()
    definitions = tuple((label, starts[where["map"][0]], starts[where["map"][1]]) for label, where in found)
    return Places(tuple(code), tuple(raw), definitions, _open_fence(tokens, lines))


def prose(text: str, code: Sequence[Span]) -> Iterator[tuple[int, int, bool]]:
    """The whole text in order: start, end and whether it is code."""
    past = 0
    for start, end in code:
        yield past, start, False
        yield start, end, True
        past = end
    yield past, len(text), False


def within(spans: Sequence[Span], at: int) -> bool:
    """Whether an offset is in one of these, which are in order."""
    index = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return index >= 0 and at < spans[index][1]


def _our_html(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """An HTML block that begins with a tag of our own, up to a blank line."""
    start = state.bMarks[first] + state.tShift[first]
    if state.is_code_block(first) or not _OURS.match(state.src, start):
        return False
    if silent:
        return True
    end = first + 1
    while end < last and state.sCount[end] >= state.blkIndent and not state.isEmpty(end):
        end += 1
    state.line = end
    state.push("html_block", "", 0).map = [first, end]
    return True


def _parser(html: Html) -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    if html == "ours":
        interrupts = {"alt": ["paragraph", "reference", "blockquote"]}
        parser.block.ruler.at("html_block", _our_html, interrupts)  # type: ignore[arg-type]
    elif html == "none":
        parser.disable("html_block")
    return parser if html == "all" else parser.disable("reference")


_PARSERS: dict[Html, MarkdownIt] = {"all": _parser("all"), "ours": _parser("ours"), "none": _parser("none")}


def _inline(text: str, span: Span, strict: bool) -> list[Span]:
    """The code spans of a block. What may be a table is read cell by cell too, and both readings have to agree."""
    start, end = span
    whole = _code_spans(text, start, end)
    if strict:
        whole = list(_undoubted(text, start, whole))
    if not whole or not _DELIMITERS.search(text, start, end):
        return whole
    cells, past = [], start
    for mark in _PIPE.finditer(text, start, end):
        if mark[0] in "|\n":
            cells += _code_spans(text, past, mark.start())
            past = mark.end()
    return list(_common(whole, [*cells, *_code_spans(text, past, end)]))


def _undoubted(text: str, past: int, found: Iterable[Span]) -> Iterator[Span]:
    """The first code spans, up to a tag or link: a backtick in its attribute or target would pair otherwise."""
    for start, end in found:
        if _BINDS.search(text, past, start):
            return
        yield start, end
        past = end


def _code_spans(text: str, start: int, end: int) -> list[Span]:
    runs: dict[int, list[int]] = defaultdict(list)
    for run in re.compile("`+").finditer(text, start, end):
        runs[len(run[0])].append(run.start())
    found, past = [], start
    for opening in _RUN.finditer(text, start, end) if runs else ():
        size = len(opening[0])
        if opening.start() < past or opening[0][0] == "\\" or size > _LONGEST_RUN:
            continue
        at = bisect_left(runs[size], opening.end())
        if at < len(runs[size]):
            past = runs[size][at] + size
            # A tag that begins a line begins a block, and so ends the paragraph that the code would be in.
            if not _BLOCK.search(text, opening.end(), past):
                found.append((opening.start(), past))
    return found


def _common(some: Iterable[Span], others: Sequence[Span]) -> Iterator[Span]:
    """The stretches that are in both."""
    at = 0
    for start, end in some:
        while at < len(others) and others[at][1] <= start:
            at += 1
        while at < len(others) and others[at][0] < end:
            yield max(start, others[at][0]), min(end, others[at][1])
            if others[at][1] > end:
                break
            at += 1


def _open_fence(tokens: Sequence[Token], lines: Sequence[str]) -> str:
    last = tokens[-1] if tokens else None
    if last is None or last.type != "fence" or last.level or not last.map:
        return ""
    first, end = last.map
    closing = lines[end - 1].strip(" \t")
    closed = end - 1 > first and len(closing) >= len(last.markup) and not closing.strip(last.markup[0])
    return "" if closed else last.markup

"""A paragraph as its reader sees it: links to the web stand as their text, with where each of them was."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .markup import Mark, marks

_TARGET = re.compile(r"\]\((?P<url>https?://[^\s()<>`|]+)\)")
_LONGEST = 1_000  # characters of a link's text: what is longer is none of a citation


@dataclass(frozen=True)
class WebLink:
    """A link, from its opening bracket at `start` up to `end`. `text_end` is where its text ends."""

    start: int
    text_end: int
    end: int
    url: str


@dataclass(frozen=True)
class Shown:
    """The text without the brackets and addresses of its links to the web.

    `links` are the texts of those, as start, end and address; `_parts` the kept stretches, by where each begins here
    and in the source.
    """

    text: str
    links: tuple[tuple[int, int, str], ...]
    _parts: tuple[tuple[int, int], ...]

    def at(self, offset: int, end: bool = False) -> int:
        """Where a character of this text is in the source; with `end` the place behind the one before `offset`."""
        if end:
            return self.at(offset - 1) + 1
        here, there = self._parts[bisect_right(self._parts, offset, key=lambda part: part[0]) - 1]
        return there + offset - here

    def address(self, start: int, end: int) -> str:
        """The address that a stretch of this text leads to, or ""."""
        return next((url for first, last, url in self.links if first < end and start < last), "")


def shown(text: str) -> Shown:
    """The paragraph as it is seen. A link in code is none."""
    parts: list[tuple[int, int]] = []
    links: list[tuple[int, int, str]] = []
    pieces: list[str] = []
    length = past = 0
    for link in web_links(text):
        for first, last in ((past, link.start), (link.start + 1, link.text_end)):
            parts.append((length, first))
            pieces.append(text[first:last])
            length += last - first
        links.append((length - (link.text_end - link.start - 1), length, link.url))
        past = link.end
    parts.append((length, past))
    return Shown("".join([*pieces, text[past:]]), tuple(links), tuple(parts))


def web_links(text: str) -> Iterator[WebLink]:
    """The inline links of a paragraph to the web, in order; images are none."""
    if "](http" not in text:
        return
    code = [mark for mark in marks(text) if mark.kind == "code"]
    past = 0
    for target in _TARGET.finditer(text):
        at = target.start()
        start = None if _within(code, at) else _opening(text, at, past, code)
        if start is not None and text[start - 1 : start] not in ("!", "\\"):
            yield WebLink(start, at, target.end(), target["url"])
            past = target.end()


def _within(code: Sequence[Mark], at: int) -> bool:
    index = bisect_right(code, at, key=lambda mark: mark.start) - 1
    return index >= 0 and at < code[index].end


def _opening(text: str, at: int, past: int, code: Sequence[Mark]) -> int | None:
    """The bracket that the one at `at` closes, not before `past`."""
    depth = 0
    index = bisect_right(code, at, key=lambda mark: mark.start) - 1
    first = max(past, at - _LONGEST)
    place = at - 1
    while place >= first:
        if index >= 0 and place < code[index].end:
            place = code[index].start - 1
            index -= 1
            continue
        if text[place] == "]":
            depth += 1
        elif text[place] == "[":
            if not depth:
                return place
            depth -= 1
        place -= 1
    return None

"""What a Markdown text holds that GitHub shows to nobody: comments, declarations, definitions that nothing uses."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from .code_places import PREFIX, Places, Span, places, prose, within

_LABEL = re.compile(r"(?<!\\)\[([^\[\]\\]{1,999})\]")

_OPENING = re.compile(r"<!--|<\?|<!\[CDATA\[|<![A-Za-z]")
_CLOSING = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>", "<!": ">"}
_BLANK = r"\n[ \t>]*\n"
_BEFORE = re.compile(PREFIX)


def label(text: str) -> str:
    """What labels are compared by."""
    return " ".join(text.casefold().split())


def without_unseen(text: str) -> str:
    """The text as a reader of the page knows it. Comments in code are seen, so they stay."""
    found = places(text, "all")
    parts: list[str] = []
    past = 0
    for start, end in sorted([*_comments(text, found), *_definitions(text, found)]):
        if end > past:
            parts.append(text[past:start])
            past = end
            # What stands on both sides must not make an opening together.
            if text.endswith(("<", "<!", "<!-"), 0, start):
                parts.append(" ")
    return "".join([*parts, text[past:]])


def _definitions(text: str, found: Places) -> Iterator[Span]:
    uses = Counter(label(match[1]) for match in _LABEL.finditer(text))
    for name, start, end in found.definitions:
        if uses[label(name)] < 2:
            yield start, end


def _comments(text: str, found: Places) -> Iterator[Span]:
    """What is in no code. One that nothing closes hides the rest where it begins a line, and is seen elsewhere."""
    ends = {
        mark: [match.start() for match in re.finditer(mark if mark == _BLANK else re.escape(mark), text)]
        for mark in {*_CLOSING.values(), _BLANK}
    }
    past = 0
    for start, end, is_code in prose(text, found.code):
        for opening in () if is_code else _OPENING.finditer(text, start, end):
            at = opening.start()
            if at < past:
                continue
            closing = next(closing for mark, closing in _CLOSING.items() if opening[0].startswith(mark))
            begins = within(found.raw, at) or _BEFORE.fullmatch(text, text.rfind("\n", 0, at) + 1, at) is not None
            last = len(text) if begins else _next(ends[_BLANK], at, len(text))
            past = _next(ends[closing], at + 2, last) + len(closing)
            if past <= last:
                yield at, past
            elif begins:
                yield at, len(text)
            else:
                past = opening.end()


def _next(places: list[int], at: int, last: int) -> int:
    """The first of these places from `at` on, or `last`."""
    found = bisect_left(places, at)
    return places[found] if found < len(places) and places[found] < last else last

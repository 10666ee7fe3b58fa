"""Text that stays what it is wherever a form puts it: on one line, and beginning nothing that Markdown takes apart."""

import re
from collections.abc import Callable
from typing import Any

from bot.core.markdown.invisible import visible

# What begins a list, a quotation, a heading or a fence, where a text stands at the beginning of a block.
_OPENER = re.compile(r"(?:[-+*]|#{1,6}|\d{1,9}[.)])(?:\s+|$)|>\s*|[`~]{3,}\s*")
_TIER = re.compile(r"[\W_]*(?=tier\s*[12]\b)", re.IGNORECASE)
_DEFINITION = re.compile(r"^(\[[^\[\]]*\]):")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_BARE = frozenset("-–—*_=|+`~#>. ")
NOTHING = frozenset(("", "-", "--", "–", "—"))


def tidied(text: str) -> str:
    """A text as a list's item: on one line, without comments, and with no block's opening at its beginning."""
    # What can't be seen goes first: a comment's opening may be hidden behind it until the text is published.
    text = " ".join(visible(text).replace("<!--", "&lt;!--").split())
    while match := _OPENER.match(text):
        text = text[match.end() :]
    if set(text) <= _BARE:
        return ""
    if _TIER.match(text):
        text = f"A {_TIER.sub('', text, count=1)}"
    text = _DEFINITION.sub(r"\1 :", text)
    return f"&lt;{text[1:]}" if _TAG.match(text) else text


def cell(text: str) -> str:
    """A text as a table's cell; a dash is nothing."""
    text = " ".join(visible(text).replace("<!--", "&lt;!--").split())
    return "" if text in NOTHING else text


def fixed(text: str, *steps: Callable[[str], str]) -> str:
    """A text that each of these steps, and tidying, leaves as it is: each takes off what another laid bare."""
    before = None
    while before != text:
        before = text
        for step in (tidied, *steps):
            text = step(text)
    return text


def plain(text: str) -> str:
    """A name: without the marks of emphasis and code, and what separates it from others."""
    return fixed(text.replace("*", "").replace("`", ""), lambda each: each.strip(" :;,–—-#"))


def deep(value: Any, of: Callable[[str], str]) -> Any:
    """A record with each of its texts tidied; items of a list that come to nothing are left out."""
    match value:
        case str():
            return of(value)
        case list():
            return [item for item in (deep(each, of) for each in value) if item != ""]
        case _:
            return {key: deep(each, of) for key, each in value.items()}

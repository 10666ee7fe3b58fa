"""Mentions, closing keywords and character references, found where they would act on GitHub, and made inert.

GitHub looks for mentions and keywords in the text that it renders, so neither an escape nor a character reference in
their place changes anything; a zero-width space within the word does. The keywords:
https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue
"""

import html
import re

from .invisible import visible

GAP = "&#8203;"
"""What parts a mention or a keyword: seen in the source, not on the page."""

_REST = r"(?:lose[sd]?|ix(?:e[sd])?|esolve[sd]?)(?![A-Za-z0-9])"
_BETWEEN = r"(?:[\s:*_~\"'“”‘’()\[\]<>\\|!.,;=–—-]|&(?:nbsp|lt|gt|quot);)*+"
_PARTING = rf"(?:(?<=@){GAP}(?=[A-Za-z0-9])|(?<=[cfr]){GAP}(?={_REST}))"
_SIGN = rf"(?:(?<!&)\#|(?!{_PARTING})&\#)\d"
_REFERENCE = rf"(?:\\?{_SIGN}|GH\\?-\d|\S{{1,160}}?{_SIGN}|\S{{0,160}}?/(?:issues|pulls?)\\?/\d)"

MENTION = r"(?-i:(?<![A-Za-z0-9])@(?=[A-Za-z0-9]))"
CLOSING = rf"(?-i:(?<![A-Za-z0-9]))(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?![A-Za-z0-9])(?={_BETWEEN}{_REFERENCE})"
CHARACTER = r"&(?:\#\d{1,7}|\#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});"

_IGNORE = re.IGNORECASE
_MENTION = re.compile(MENTION)
_GAP = re.compile(_PARTING, _IGNORE)
_ACTIVE = re.compile(rf"{CLOSING}|{MENTION}", _IGNORE)
_SHORT = re.compile(rf"{CLOSING}{_BETWEEN}\S{{0,160}}?[#/-](?=\d)", _IGNORE)


def parted(word: str) -> str:
    """A mention's sign or a keyword, with a gap behind its first character."""
    return word[0] + GAP + word[1:]


def parted_all(text: str) -> str:
    """Text that is no code, with every mention and closing keyword parted."""
    return _ACTIVE.sub(lambda match: parted(match[0]), text)


def spaced(text: str) -> str:
    """The same for text that is no Markdown: a blank keeps the sign from the name, and the number from its sign."""
    return _SHORT.sub(lambda match: f"{match[0]} ", _MENTION.sub("@ ", text))  # a keyword may reach over a mention


def whole(text: str) -> str:
    """The text with the gaps taken out again."""
    return _GAP.sub("", text)


def is_gap(text: str, at: int) -> bool:
    """Whether a gap that parts a mention or keyword begins here."""
    return _GAP.match(text, at) is not None


def acts(character: str) -> bool:
    """Whether a character reference can build a mention, keyword or reference, or stands for nothing visible."""
    meant = html.unescape(character)
    return any(c.isascii() and (c.isalnum() or c in "@#:/") for c in meant) or not visible(meant).strip(" \t\n")


def in_address(address: str) -> str:
    """An address that leads where it led, and mentions nobody if it is shown."""
    return _MENTION.sub("%40", address)

"""Code is coloured by Pygments, in classes that start with `hl-`."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

# Beyond this, colour costs more than it helps.
LIMIT = 300_000
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="hl-")


def _plain(code: str) -> list[Markup]:
    return [escape(line) for line in code.split("\n")]


def _coloured(code: str, lexer: Lexer) -> list[Markup]:
    """Each line is whole HTML of its own: the formatter closes at a line's end what it opened in it."""
    done = highlight(code, lexer, _FORMATTER)
    # The formatter ends the last line too, even where the code doesn't.
    lines = done.split("\n")[: code.count("\n") + 1]
    return [Markup(line) for line in lines]  # noqa: S704


@lru_cache(maxsize=512)
def lines_of_file(code: str, path: str) -> tuple[Markup, ...]:
    """The lines of a file, coloured by what its name says it is."""
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    if len(code) > LIMIT:
        return tuple(_plain(code))
    try:
        lexer = get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return tuple(_plain(code))
    found = _coloured(code, lexer)
    # A line too many or too few would number every later line wrongly.
    return tuple(found if len(found) == code.count("\n") + 1 else _plain(code))


@lru_cache(maxsize=512)
def block(code: str, language: str) -> Markup:
    """A code block of a Markdown text."""
    if not language or len(code) > LIMIT:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    return Markup("\n").join(_coloured(code, lexer))

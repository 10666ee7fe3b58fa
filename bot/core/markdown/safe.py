"""What is safe to publish, and what is safe to show to the model.

What the model says, and what people and servers say, passes here before GitHub sees it in our name; what people say
passes here before the model sees it. Nothing is lost on the way but what no reader saw.
"""

import re

from .inert import parted_all, spaced, whole
from .invisible import visible
from .rewriting import rewritten
from .unseen import without_unseen

_OPENING = re.compile(r"<!-{2,}\s*charrette\s*:", re.IGNORECASE)
_UNIT = re.compile(r"^(\#{2,6} .*)&lt;!-- unit: ([a-z0-9-]{1,60}) -->$", re.MULTILINE)
_SPECIAL = re.compile(r"&(?=\#?[A-Za-z0-9]+;)|[|`\[\]<>*\\~]|(?<![^\W_])_|_(?![^\W_])")
_LEADING = re.compile(r"\d{1,9}(?=[.)](?:\s|$))|(?=\#{1,6}(?:\s|$)|[-+=])")


def published(text: str, *, allowed_hosts: frozenset[str] = frozenset()) -> str:
    """Markdown that nobody is mentioned by, that closes no issue, and that shows all it holds.

    Outside code, which GitHub leaves alone: mentions and closing keywords are parted, HTML is escaped (but `<details>`,
    `<summary>` and `<br>`), images become links (but relative ones and those of `allowed_hosts`), links that
    aren't to the web, to mail or relative become text, and so do definitions that nothing refers to. Everywhere,
    invisible characters and our own markers go, and an open fence is closed. Doing it twice changes nothing more.
    A plan's unit keeps its stable id, a comment in its heading: it holds a name and nothing else.
    """
    return _UNIT.sub(r"\1<!-- unit: \2 -->", rewritten(marker_free(visible(text)), allowed_hosts))


def line(text: str, limit: int = 200) -> str:
    """Text on one line, as Markdown that stays what it is in a table's cell, a heading, a link or bold text."""
    shown = _SPECIAL.sub(_as_reference, _one_line(text, limit))
    if leading := _LEADING.match(shown):
        shown = f"{shown[: leading.end()]}\\{shown[leading.end() :]}"
    return parted_all(shown)


def plain(text: str, limit: int = 200) -> str:
    """Text on one line for where GitHub reads no Markdown: a title, the subject of a commit, an annotation."""
    return spaced(_one_line(text, limit))


def shown_to_model(text: str) -> str:
    """Text from people as other people see it: without comments, hidden definitions and invisible characters."""
    return whole(without_unseen(visible(text)))


def marker_free(text: str) -> str:
    """The text with nothing that could be taken for one of our hidden markers, in code neither."""
    parts, past = [], 0
    for opening in _OPENING.finditer(text):
        if opening.start() >= past:
            end = text.find("-->", opening.end())
            parts += [text[past : opening.start()], "(marker)"]
            past = end + 3 if end >= 0 else len(text)
    return "".join([*parts, text[past:]])


def _one_line(text: str, limit: int) -> str:
    words = " ".join(visible(text).split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _as_reference(match: re.Match[str]) -> str:
    names = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
    return names.get(match[0], f"&#{ord(match[0])};")

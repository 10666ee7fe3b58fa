"""What a labelled line or a row of a table says of a unit's dependencies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..artifact import normal
from .ids import ids, leading

Label = Literal["needs", "blocks", "parallel", "independent"]

_LABELS: tuple[tuple[Label, str], ...] = (
    (
        "needs",
        (
            r"depends? on|dependenc(?:y|ies)|depends|blocked by|needs|requires|prerequisites?|predecessors?"
            r"|abhängig von|abhängigkeit(?:en)?|dépend de|dépendances?|depende de|dependencias?|dependências?"
            r"|dipende da|dipendenze|hängt ab von|зависит от|зависимости|依赖|依賴|依存"
        ),
    ),
    ("blocks", r"blocks|unblocks|required by|needed by|prerequisite (?:of|for)"),
    ("parallel", r"parallel(?:izable|isable)?(?: with)?|in parallel with|concurrent with"),
    ("independent", r"independent of|no dependency on"),
)
_HARDNESS = "(?:hard|soft)"
_NONE = re.compile(
    r"[\W_]*(?:none|nothing|no(?: (?:dependency|dependencies|prerequisites?))?|n/?a|[-–—]+"
    r"|keine?|aucune?|ninguna?|nessuna?)?\b[\W_]*",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[Label, re.Pattern[str]], ...] = tuple(
    (label, re.compile(rf"(?:{_HARDNESS} )?(?:{words})(?: (?:or |and )?(?:{words}))?(?: {_HARDNESS})?"))
    for label, words in _LABELS
)
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\](?!\()")
_SENTENCE = re.compile(
    r"\.\s+(?=[A-Z])|;\s+(?!\W*(?:[a-z]+[ -]?#?\d|(?:PR|WP) [A-Z]\b))(?=[A-Z])|\bbut\b|\bhowever\b|\bexcept\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """The ids that a text states, and whether it says something that is no id and no “none”."""

    ids: tuple[str, ...]
    unread: bool = False


def label_of(name: str) -> Label | None:
    """What a label or a column's title states: `Depends On`, `Blocks`, `Parallel with`; None for any other."""
    text = normal(name)
    return next((label for label, pattern in _PATTERNS if pattern.fullmatch(text)), None)


def said(text: str) -> Said:
    """What stands behind such a label. Remarks in brackets state nothing: `none (but T1.2 benefits …)`."""
    bare = _LINK.sub(r"\1", "\n".join(_own_lines(text)))
    while (shorter := _REMARK.sub(" ", bare)) != bare:
        bare = shorter
    first = _SENTENCE.split(bare)[0]
    if _negative(first):
        return Said(())
    found = ids(first)
    return Said(found, unread=not found)


def _own_lines(text: str) -> Iterator[str]:
    """The line of the label, and the list or the ids right below it; what comes after is prose."""
    first, *others = text.split("\n")
    yield first
    for line in others:
        alone = (leading(line) or ("", line))[1].strip(" .,;") == ""
        if not (_ITEM.match(line) or alone or first.rstrip().endswith(",")):
            return
        yield line
        first = line


def _negative(text: str) -> bool:
    if not re.search(r"\w", text):
        return True
    match = _NONE.match(text)
    return (
        bool(match and match.end() == len(text))
        or re.match(r"[\W_]*(?:none|nothing|independent)\b", text, re.IGNORECASE) is not None
    )

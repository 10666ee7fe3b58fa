"""What a labelled line or a row of a table says of a unit's dependencies."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.core.markdown.artifact import normal

from .ids import leading, named

Label = Literal["needs", "blocks", "parallel", "independent"]

_LABELS: tuple[tuple[Label, str], ...] = (
    (
        "needs",
        (
            r"depends? on|dependenc(?:y|ies)|depends|blocked by|needs|requires|prerequisites?|predecessors?"
            r"|abhängig von|abhängigkeit(?:en)?|hängt ab von|benötigt|braucht|voraussetzung(?:en)?"
            r"|blockiert (?:von|durch)"
            r"|dépend de|dépendances?|bloqué(?:e)? par|nécessite|prérequis|depende de|dependencias?|dependências?"
            r"|requiere|requer|bloquead[ao] por|dipende da|dipendenz[ae]|richiede|bloccat[ao] da"
            r"|hangt af van|afhankelijk van|afhankelijkheden|beror på|beroenden|avhenger av|afhænger af"
            r"|zależy od|zależności|wymaga|зависит от|зависимост[иь]|требует"
            r"|依赖(?:于|项|关系)?|依賴(?:於|項|關係)?|前置条件|依存(?:先|関係)?|의존(?:성)?"
        ),
    ),
    ("blocks", r"blocks|unblocks|required by|needed by|prerequisite (?:of|for)"),
    ("parallel", r"parallel(?:izable|isable)?(?: with)?|in parallel with|concurrent with"),
    ("independent", r"independent of|no dependency on"),
)
_HARDNESS = "(?:hard|soft)"
_NONE = re.compile(
    r"[\W_]*(?:none|nothing|no(?: (?:dependency|dependencies|prerequisites?))?|n/?a|[-–—]+"
    r"|nichts|kein(?:e[mnrs]?)?|aucune?|rien|ninguno?a?|ningún|nada|nessun[ao]?|niente|nenhuma?|geen|niets|inga?|ingen|intet"
    r"|brak|нет|ничего|[无無]|なし|없음)?\b[\W_]*",
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


_NOT = re.compile(
    r"\b(?:not|n[eo]ither|nor|parallel (?:with|to)|independent(?:ly)? (?:of|from)|alongside|concurrent(?:ly)? with)"
    r"(?: (?:on|by|even))?\W*$",
    re.IGNORECASE,
)
_AND = re.compile(r"[\W_]*(?:\b(?:and|or|nor)\b)?[\W_]*", re.IGNORECASE)


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
    found = tuple(dict.fromkeys(_affirmed(first)))
    return Said(found, unread=not found)


def _affirmed(text: str) -> Iterator[str]:
    """The ids of a text but those behind “not” or “in parallel with”, and what is listed along with them."""
    at, denied = 0, False
    for each in named(text):
        between = text[at : each.start]
        denied = bool(_NOT.search(between)) or (denied and _AND.fullmatch(between) is not None)
        if not denied:
            yield each.id
        at = each.end


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

"""How large a unit is said to be, in lines of code."""

import re

from bot.core.plan import Unit

_FIELD = re.compile(r"\b(?:size|sizing|loc|lines|estimates?|effort)\b")
_NUMBER = re.compile(r"(?P<first>\d[\d,]{0,11})(?:\s*(?:-|–|—|to)\s*(?P<last>\d[\d,]{0,11}))?")


def size_of(unit: Unit) -> int:
    """The first figure of its field on size, the middle of a range; 0 where there is none."""
    for tier in (unit.tier1, unit.tier2):
        for name, text in tier.items():
            if _FIELD.search(name) and (match := _NUMBER.search(text)):
                first, last = (int((match[each] or match["first"]).replace(",", "")) for each in ("first", "last"))
                return (first + max(first, last)) // 2
    return 0

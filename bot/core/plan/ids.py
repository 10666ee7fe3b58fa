"""The ids of units as people write them: PR 1, PR-1, PR9b, PR A, PR2.5, WP0, T1.1, T030a, B-3, GAP-2, Stage 1, M3."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_KIND = r"(?:PR|WP|GAP|TASK|STEP|UNIT|STAGE|MILESTONE|EPIC|MR|CL|T|B|M|U)"
_NUMBER = r"\d+(?:\.\d+)*[a-z]?"
# `PR A` is an id, `PR a` a word; a single capital counts behind a blank and PR or WP alone.
_ONE = re.compile(
    rf"(?<![\w/.-])(?:(?P<kind>(?i:{_KIND}))s?[ -]?#?(?P<number>{_NUMBER})(?:/\d+)?"
    r"|(?P<letters>PR|WP) (?P<letter>[A-Z]))(?![\w/]|\.\d|-\d{2,})"
)
_RANGE = re.compile(
    rf"(?<![\w/.-])(?P<kind>(?i:{_KIND}))s?[ -]?#?(?P<first>{_NUMBER})\s*(?:-|–|—|\.\.+|to|through)\s*"
    rf"(?:(?i:{_KIND})[ -]?)?(?P<last>{_NUMBER})(?![\w.])"
)
_MORE = re.compile(rf"\s*(?:,|and|&|\+|,\s*and|/)\s*(?P<number>{_NUMBER})(?![\w.%]| (?i:loc|lines|weeks|days|files))")
_LISTING = re.compile(r"(?:[\W_]|\b(?:and|or|und|et|y|e|i|и|oraz|og|och|en)\b)*", re.IGNORECASE)
_MOST = 200


@dataclass(frozen=True)
class Named:
    """An id that a text names, in its normal form, and where it stands in the text."""

    id: str
    start: int
    end: int


def normal_id(match: re.Match[str]) -> str:
    """`PR 9b`, `PR-9b` and `pr9b` are PR9b."""
    if match["letter"]:
        return f"{match['letters']}{match['letter']}"
    kind = match["kind"].upper()
    return f"{kind if len(kind) < 4 else kind.capitalize()}{match['number']}"


def spoken(id: str) -> str:
    """`PR2` as people write it: PR 2."""
    return re.sub(r"^(PR|WP|Stage|Step|Milestone|Task|Epic)(?=[\dA-Z])", r"\1 ", id)


def leading(title: str) -> tuple[str, str] | None:
    """The id that a heading begins with and the rest of it; None where it begins with none, or with a range."""
    text = title.strip().lstrip("#*`[ ")
    if _RANGE.match(text):
        return None
    match = _ONE.match(text)
    return (normal_id(match), text[match.end() :]) if match else None


def named(text: str) -> tuple[Named, ...]:
    """All ids that a text names, in order: ranges and lists (`PRs 6-7`, `PR 11, 13 and 14`) one by one."""
    found: list[Named] = []
    at = 0
    range_, one = _RANGE.search(text), _ONE.search(text)
    while range_ or one:
        range_ = _RANGE.search(text, at) if range_ and range_.start() < at else range_
        one = _ONE.search(text, at) if one and one.start() < at else one
        if range_ and (not one or range_.start() <= one.start()):
            found += [Named(id, range_.start(), range_.end()) for id in _through(range_)]
            at = _list(text, range_["kind"], range_.end(), found)
        elif one:
            found.append(Named(normal_id(one), one.start(), one.end()))
            at = _list(text, one["kind"], one.end(), found) if one["kind"] else one.end()
    return tuple(found)


def ids(text: str) -> tuple[str, ...]:
    """The ids that a text names, each once."""
    return tuple(dict.fromkeys(each.id for each in named(text)))


def only_ids(text: str) -> bool:
    """Whether a text is a list of ids and says nothing else."""
    at, rest = 0, ""
    for each in named(text):
        rest += text[at : each.start] + " "
        at = max(at, each.end)
    return at > 0 and _LISTING.fullmatch(rest + text[at:]) is not None


def in_order(found: Sequence[str]) -> list[str]:
    """Ids sorted as people count: PR2 before PR10."""
    return sorted(
        found, key=lambda one: [(int(part) if _countable(part) else 0, part) for part in re.findall(r"\d+|\D+", one)]
    )


def _countable(text: str) -> bool:
    """Whether it is a number, and not of thousands of digits, which Python takes for none."""
    return text.isdecimal() and len(text) < 10


def _list(text: str, kind: str, at: int, found: list[Named]) -> int:
    """The bare numbers behind an id, as in `PR 11, 13 and 14`; returns where they end."""
    while more := _MORE.match(text, at):
        one = _ONE.match(f"{kind}{more['number']}")
        assert one
        found.append(Named(normal_id(one), more.start("number"), more.end()))
        at = more.end()
    return at


def _through(match: re.Match[str]) -> list[str]:
    """The ids of a range: by whole numbers, by the last part of a dotted one, or by the letter at the end."""
    kind, first, last = match["kind"].upper(), match["first"], match["last"]
    kind = kind if len(kind) < 4 else kind.capitalize()
    if first[-1].isalpha() and last[-1].isalpha() and first[:-1] == last[:-1]:
        letters = range(ord(first[-1]), min(ord(last[-1]), ord(first[-1]) + 25) + 1)
        return [f"{kind}{first[:-1]}{chr(letter)}" for letter in letters]
    stem, dot, start = first.rpartition(".")
    end = last.rpartition(".")[2]
    if not (_countable(start) and _countable(end)) or int(end) < int(start):
        return [f"{kind}{first}", f"{kind}{last}"]
    return [f"{kind}{stem}{dot}{n}" for n in range(int(start), min(int(end), int(start) + _MOST) + 1)]

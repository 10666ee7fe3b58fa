"""Words cut at the numbers of the questions that they name: `1A 2B`, `1. use Redis 2. yes`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """What stands behind a number. `after` is what follows a blank line; `text` is all of it, with the number."""

    number: int
    value: str
    after: str
    text: str


@dataclass(frozen=True)
class Cut:
    """The segments, and what stands before the first (less words that only lead to it)."""

    lead: str
    parts: tuple[Segment, ...]


_NUMBER = re.compile(
    r"(?<![\w.,/$#~-])(?P<begin>(?:\*\*|__)?\(?)(?P<q>[Qq](?:uestion)?\s*)?#?(?P<number>\d{1,2})(?:\*\*|__)?"
    r"(?:(?P<tight>\)?\s?[-=:.)→]{0,2}>?\s?(?:\*\*|__)?\(?(?=(?P<letter>[A-Za-z])\)?(?![\w'’])"
    r"(?P<end>\s*(?:$|[,;\n\d]|\.(?=\s|$)|and\b))?))"
    r"|(?P<point>[.):=](?:\*\*|__)?(?=\s|$)|\s+[-–—=:]\s+|[:=)](?=[^\s\d]))"
    r"|(?P<word>\s+(?=(?P<said>but|yes|no|nope|ok|okay|sure|recommended|default|please)\b))"
    r"|(?(q)\s+|(?!)))",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"\b(?:option )?\(?(?P<letter>[A-Z])\)? (?:for|on|to) (?:Q|question |number |no\. ?|#)?\s?(?P<number>\d{1,2})\b"
    r"(?![.:)]\s)"
)
_LEADS = re.compile(
    r"(?:.*\W)?(?:answers?|answering|choices?|go(?:ing)? with|take|choose|pick|prefer|say|reply|decisions?)"
    r"(?: is| are|'s)?\W*",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_LEADS = re.compile(
    r"\W*(?:(?:hi|hello|hey|ok|okay|sure|thanks|thank you|my|our|the|here|are|is|answers?|choices?|so|i|we|would|d|ll|"
    r"go|going|with|take|choose|pick|prefer|say)\W+)*",
    re.IGNORECASE,
)


def segments(said: str, letters: Mapping[int, str], direct: bool) -> Cut:
    """The segments of these words. `letters` are the options of each question by its number."""
    turned = _TURNED.sub(lambda match: f"{match['number']}{match['letter']}", said)
    marks = _accepted(turned, letters, direct)
    if not marks:
        return Cut(said, ())
    ends = [mark.start() for mark in marks[1:]] + [len(turned)]
    parts = [_segment(turned, mark, end) for mark, end in zip(marks, ends, strict=True)]
    lead = turned[: marks[0].start()].strip()
    return Cut("" if _ONLY_LEADS.fullmatch(f"{lead} ") else lead, tuple(parts))


def _segment(text: str, mark: re.Match[str], end: int) -> Segment:
    first, _, after = re.sub(r"\s*\n\s*\n\s*", "\n\n", text[mark.end() : end].strip()).partition("\n\n")
    value = re.sub(r"(?:\s*(?:[,;&(]|\band\b|\*\*)|\n\s*[-*+])+\s*$", "", first.strip()).strip()
    return Segment(int(mark["number"]), value, after.strip(), text[mark.start() : end].strip(" ,;\n"))


def _accepted(text: str, letters: Mapping[int, str], direct: bool) -> list[re.Match[str]]:
    """The numbers that really begin an answer: those at a line's start, and those that go on from there."""
    found = list(_NUMBER.finditer(text))
    several = sum(mark["tight"] is not None and _offers(mark, letters) for mark in found) > 1
    marks: list[re.Match[str]] = []
    for mark in found:
        number = int(mark["number"])
        starts = (
            re.fullmatch(r"\s*(?:[-*+]\s+)?", text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]) is not None
        )
        if number not in letters:
            known = starts or (mark["end"] is not None and len(marks) > 0)
            if mark["tight"] is not None and known and number <= len(letters) + 5:
                marks.append(mark)
            continue
        begun = (
            bool(marks)
            or several
            or direct
            or _LEADS.fullmatch(text[max(mark.start() - 80, 0) : mark.start()]) is not None
        )
        if starts or (begun and _goes_on(mark, letters, int(marks[-1]["number"]) if marks else 0)):
            marks.append(mark)
    return marks


def _goes_on(mark: re.Match[str], letters: Mapping[int, str], last: int) -> bool:
    """A number within a line begins the next answer."""
    if mark["tight"] is not None:
        return _offers(mark, letters) or mark["q"] is not None or (mark["end"] is not None and last > 0)
    if mark["word"] is not None:
        return int(mark["number"]) > last and mark["said"].lower() not in {"but", "please"}
    return int(mark["number"]) > last


def _offers(mark: re.Match[str], letters: Mapping[int, str]) -> bool:
    return mark["letter"].upper() in letters.get(int(mark["number"]), "")

"""Words cut at the numbers of the questions that they name: `1A 2B`, `1. use Redis 2. yes`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.questions import wording

from .asking import Question


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
_ORDINALS = {word: at for at, word in enumerate(("first", "second", "third", "fourth", "fifth"), 1)}
_ORDINALS |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1}
_WHICH = (
    rf"(?:(?:the )?(?P<ordinal>{'|'.join(_ORDINALS)})(?P<of>\s+(?:one|question))?"
    r"|(?:the )?(?:question|q|number|no\.?|#)\s?#?(?P<number>\d{1,2}))"
)
_AHEAD = re.compile(
    rf"(?P<before>^|(?<!\d)[.,;:!\n]\s{{0,20}}|\b(?:and|but|then)\s+)"
    rf"(?P<for>(?:as )?(?:for|on|to|about|regarding|concerning)\s+)?{_WHICH}"
    r"(?:(?P<colon>\s*[:=]\s*|\s+[-–—]\s+)|\s*,\s*"
    r"|\s+(?=(?-i:[A-H])\b(?!['’])|(?:yes|no|nope|never|always|use|go|take|choose|pick|prefer|keep|recommended|please"
    r"|option|both|neither|none|i['’]d|i would|we['’]d|we would)\b))(?=\S)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"(?P<words>[^.,;:!?\n]{{0,200}}?[^\s.,;:!?])\s+(?:for|on|to)\s+{_WHICH}(?=\s*(?:$|[.,;!\n]|and\b))", re.IGNORECASE
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


def named(said: str, questions: Sequence[Question]) -> str:
    """These words with each question that they name in words as a number: `for the second, never` is `Q2: never`."""
    known = {question.number: question for question in questions}

    def number(match: re.Match[str]) -> int:
        if match["number"]:
            return int(match["number"])
        at = _ORDINALS[match["ordinal"].lower()] if len(known) > 1 else 0
        return max(known) if at < 0 else at

    def ahead(match: re.Match[str]) -> str:
        names = match["for"] or match["colon"] or (match["of"] or "").lower().endswith("question")
        return f"{match['before']}\nQ{number(match)}: " if names and number(match) in known else match[0]

    def behind(match: re.Match[str]) -> str:
        question = known.get(number(match))
        words = re.sub(r"^\s*(?:and|but|then)\s+", "", match["words"])
        if question is None or re.search(r"\d", words):
            return match[0]
        if letter := re.fullmatch(r"(?:.*\s)?\(?([A-Z])\)?", words):
            return f"\nQ{question.number}: {letter[1]}"
        at = wording.meant(words, [option.text for option in question.options])
        if at is None and not wording.is_reply(words):
            return match[0]
        chosen = words.strip() if at is None else question.options[at].letter
        return f"\nQ{question.number}: {chosen}"

    return _AHEAD.sub(ahead, _BEHIND.sub(behind, said)).strip()


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
    value = re.sub(r"(?:\s*(?:[,;&(]|\b(?:and|but|then)\b|\*\*)|\n\s*[-*+])+\s*$", "", first.strip()).strip()
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

"""What people write behind `/decide`: which concerns, what becomes of each, on which track, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.markdown.safe import plain

from .shape import Verdict
from .words import ids_in, without_boxes

LONGEST, MOST = 500, 10
FORM = "`/decide C1 accept: why`, with accept, reject or defer"


@dataclass(frozen=True)
class Ruling:
    """What one sentence decides of one concern or several."""

    ids: tuple[str, ...]
    verdict: Verdict
    why: str
    track: str = ""


@dataclass(frozen=True)
class Read:
    """The rulings of a text, and what is wrong with the rest of it, a sentence each."""

    rulings: tuple[Ruling, ...] = ()
    faults: tuple[str, ...] = ()


_ID = r"(?:\[?\**(?:[A-Z]{1,3}|[cinq])-?\d+\**\]?)"
# Each blank belongs to one part alone: otherwise twenty ids without a verdict would be read in a million ways.
_IDS = (
    rf"{_ID}(?:(?:\s*+(?:,\s*+(?:and\s)?|[+&/]|\band\b|[-–—]|\.\.+|\bto\b)\s*+|\s++){_ID}"
    r"|\s*+(?:[-–—]|\.\.+)\s*+\d+\b)*(?!\w)"
)
_MARKED = r"(?=\**\s*(?:[:,;–—-]|$)|\s+because\b)"
_VERDICT = (
    rf"(?i:\**(?:(?P<accept>accept(?:ed)?|adopt(?:ed)?|agreed?|approved?|(?:yes|done|fixed){_MARKED})"
    rf"|(?P<reject>reject(?:ed)?|declined?|won['’]?t ?fix|no{_MARKED})"
    rf"|(?P<defer>defer(?:red)?|postponed?|later{_MARKED}))\b\**)"
)
_TRACK = r"(?i:\s*[(\[,]?\s*(?:(?:on|in)\s+)?track\s*[:#]?\s*(?P<{}>\d+|[A-Z]\d?)\b\s*[)\]]?)"
_TRACK_LAST = re.compile(
    r"(?:\s*[,;(\[]\s*|\s+[–—-]\s+)(?:(?:on|in)\s+)?track\s*[:#]?\s*(?P<track>\d+|[A-Z]\d?)\s*[)\]]?[.!]?\s*$",
    re.IGNORECASE,
)
_BULLET = r"\s*(?:[-*+•>]\s+|\d+[.)]\s+)?(?:/decide\b\s*)?"
_BEGINS = re.compile(rf"\s*/decide\b|{_BULLET}(?:{_IDS}(?:\s|[:=,]|$)|{_VERDICT}(?:\W|$))")
_NEXT = re.compile(rf";\s*(?=(?:/decide\b\s*)?(?:{_IDS}\s*[:=]?\s*|{_VERDICT.replace('?P<', '?P<n_')}\s+{_ID}))")
_WHY = r"(?P<mark>\s*[:.;,=–—-]*\s*\(?)\s*(?P<why>.*)"
_IS = r"(?:[:=,]|->|→|[-–—]+|\bis\b|\bas\b)"
_FORMS = tuple(
    re.compile(rf"{_BULLET}{form}{_WHY}", re.DOTALL)
    for form in (
        rf"(?P<ids>{_IDS})\s*{_IS}?(?:{_TRACK.format('before')}\s*[:,]?)?\s*{_VERDICT}(?:{_TRACK.format('after')})?",
        rf"{_VERDICT}\s*:?\s*(?P<ids>{_IDS})(?:{_TRACK.format('after')})?(?P<before>)",
    )
)
_OR = re.compile(r"(?:or\b|/)", re.IGNORECASE)


def rulings(text: str) -> Read:
    """What a text decides, each sentence by itself; a line that begins with none belongs to the one right above it."""
    found: list[Ruling] = []
    faults: list[str] = []
    for piece in _pieces(text):
        one = _ruling(piece)
        if isinstance(one, str):
            faults.append(one)
            continue
        before = {id for ruling in found for id in ruling.ids}
        if twice := [id for id in one.ids if id in before]:
            faults.append(f"{', '.join(twice)} is decided twice in one comment; the first counts.")
        if left := tuple(id for id in one.ids if id not in before):
            found.append(Ruling(left, one.verdict, one.why, one.track))
    if not found and not faults:
        faults.append(f"That decides nothing: write {FORM}.")
    more = (f"And {len(faults) - MOST} more like it.",) if len(faults) > MOST else ()
    return Read(tuple(found), (*faults[:MOST], *more))


def _pieces(text: str) -> Iterator[str]:
    """The sentences; what stands alone after an empty line is talk."""
    piece = ""
    for n, line in enumerate(" ".join(line.split()) for line in text.split("\n")):
        if not line or _BEGINS.match(line):
            yield from _sentences(piece)
            piece = line
        elif piece or n == 0:
            piece = f"{piece} {line}".strip()
    yield from _sentences(piece)


def _sentences(piece: str) -> Iterator[str]:
    ends = [match.start() for match in _NEXT.finditer(piece)]
    parts = (piece[start:end] for start, end in zip([0, *ends], [*ends, len(piece)], strict=True))
    yield from filter(None, (part.strip(" ;") for part in parts))


def _ruling(piece: str) -> Ruling | str:
    """The ruling, or what is wrong with it."""
    shown = f"“{plain(piece, 80)}”"
    match = next((match for form in _FORMS if (match := form.fullmatch(piece))), None)
    if match is None:
        lacks = "no verdict" if re.match(f"{_BULLET}{_IDS}", piece) else "no concern"
        return f"{shown} names {lacks}: write {FORM}."
    ids = ids_in(re.sub(_ID, lambda one: one[0].upper(), match["ids"]))
    verdict: Verdict = next(name for name in ("accept", "reject", "defer") if match[name])
    why, track = match["why"].strip(), match["before"] or match["after"] or ""
    if match["mark"].strip().endswith("(") and why.endswith(")") and "(" not in why:
        why = why[:-1]
    if _OR.match(why):
        return f"{shown} names several verdicts: write {FORM}."
    if not track and (last := _TRACK_LAST.search(f" {why}")):
        why, track = f" {why}"[: last.start()].strip(), last["track"]
    if not re.search(r"\w", why):
        return f"{shown} lacks the reason: write `/decide {'+'.join(ids)} {verdict}: why`."
    return Ruling(ids, verdict, tidied_reason(why), track)


def tidied_reason(why: str) -> str:
    """A reason on one line, in which nothing is taken for a box, a cell or a comment."""
    return plain(without_boxes(why).replace("<!--", "&lt;!--"), LONGEST)

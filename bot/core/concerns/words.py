"""The words by which people say how grave something is, what they decided, and who said it."""

import re

from .shape import LETTERS, Decision, Severity, Source, Verdict

_GRAVE: tuple[tuple[Severity, str], ...] = (
    ("question", r"questions?|open questions?|clarif\w+"),
    ("critical", r"critical|blockers?|blocking|must(?: fix| have)?|high|severe|b"),
    ("nice to have", r"nice(?:[- ]to[- ]have)?|suggestions?|low|minor|could(?: have)?|nits?|optional|nb"),
    ("important", r"important|major|should(?: fix| have)?|medium|moderate"),
)
_VERDICTS: tuple[tuple[Verdict, str], ...] = (
    ("reject", r"reject(?:ed)?|declined?|won['’]?t(?: |-)?(?:fix|do)|wontfix|not needed|no action|no"),
    ("defer", r"defer(?:red)?|postponed?|later|parked"),
    ("accept", r"accept(?:ed)?|adopt(?:ed)?|approved?|agreed?|resolved|fixed|done|yes"),
)
_OPEN = re.compile(
    r"(?:pending|open|tbd|tba|undecided|none(?: yet)?|not (?:yet )?decided|n/?a|[-–—_.?…\s]*)", re.IGNORECASE
)
_BOX = re.compile(r"\[(?P<mark> *+[xX✓✔]? *+)\]|(?P<empty>☐)|(?P<full>☑|☒|✅)")
_NAMES = re.compile(r"\s*(?:[,;&]|\band\b|\+)\s*(?![^(]{0,200}\))")
_SAID = re.compile(r"(?P<expert>[^()\[\]]+?)\s*(?:[(\[](?P<severity>[^()\[\]]*)[)\]])?\s*")
_ID = re.compile(r"[A-Z]{1,3}-?\d{1,6}")
_THROUGH = re.compile(r"([A-Z]{1,3})-?(\d{1,6})\s*(?:[-–—]|\.\.+|to)\s*(?:\1-?)?(\d{1,6})")


def without_boxes(text: str) -> str:
    """Words in which nothing is taken for a box that somebody ticked, as a reason's “ship it ✅” would be."""
    return re.sub(r"\[( *+[xX✓✔]? *+)\]", r"(\1)", re.sub("[☐☑☒✅]", "", text))


def severity_of(words: str) -> Severity | None:
    """The severity that a title, a label or an expert's word means."""
    text = re.sub(r"[^\w\s-]", " ", words.casefold()).strip()
    for severity, pattern in _GRAVE:
        if re.match(rf"(?:{pattern})\b", text):
            return severity
    return None


def severity_of_id(id: str) -> Severity | None:
    """The severity that an id's letter stands for; None for letters of other houses."""
    letter = id.rstrip("0123456789").rstrip("-")
    return next((severity for severity, known in LETTERS.items() if known == letter), None)


def ids_in(text: str) -> tuple[str, ...]:
    """The ids that a log's first cell names: `C1`, `C1+C2`, `C1, C2`, `N1–N3`."""
    found: list[str] = []
    past = 0
    for through in _THROUGH.finditer(text):
        found += _ID.findall(text[past : through.start()])
        letter, first, last = through[1], int(through[2]), int(through[3])
        found += [f"{letter}{n}" for n in range(first, min(last, first + 99) + 1)]
        past = through.end()
    found += _ID.findall(text[past:])
    return tuple(dict.fromkeys(id.replace("-", "") for id in found))


def sources_in(text: str) -> tuple[Source, ...]:
    """Who is named: `Cousot (HIGH), Hejlsberg`; by semicolons where there are any, since a name may have a comma."""
    text = " ".join(text.split())
    parts = text.split(";") if ";" in text else _NAMES.split(text)
    said = (_SAID.fullmatch(part.strip(" *`.")) for part in parts)
    return tuple(Source(match["expert"].strip(), (match["severity"] or "").strip()) for match in said if match)


def verdict_in(words: str) -> tuple[Verdict, str]:
    """The verdict that words begin with, and what they say besides; ("", the words) where they begin with none."""
    text = words.strip()
    for verdict, pattern in _VERDICTS:
        if match := re.match(
            rf"\**(?:{pattern})\b\**\s*(?P<mark>[:.;,–—-]+|$|because\b|since\b|\()\s*", text, re.IGNORECASE
        ):
            return verdict, text[match.end() :].strip().removesuffix(")" if match["mark"] == "(" else "").strip()
    return "", text


def is_open(words: str) -> bool:
    """Whether a decision's words leave it open: nothing, a dash, `TBD`, an empty box."""
    return _OPEN.fullmatch(_BOX.sub("", words).strip()) is not None and not _ticked(words)


def decision_in(words: str, line: int) -> Decision | None:
    """What a field `Decision:` says; None while it is open.

    `[x] accept: why`, a row of boxes of which one is ticked, or plain words. An empty box leaves it open, whatever
    stands behind it.
    """
    boxes = list(_BOX.finditer(words))
    if not boxes:
        verdict, why = verdict_in(words)
        return None if is_open(words) else Decision(verdict, why, line)
    ticked = [at for at, box in enumerate(boxes) if _is_ticked(box)]
    if not ticked:
        return None
    at = ticked[0]
    until = boxes[at + 1].start() if at + 1 < len(boxes) else len(words)
    said = words[boxes[at].end() : until].strip()
    after = words[boxes[-1].end() :].partition(":")[2] if until < len(words) else ""
    verdict, why = verdict_in(said)
    return Decision(verdict, why or after.strip(), line, len(ticked))


def _ticked(words: str) -> bool:
    return any(_is_ticked(box) for box in _BOX.finditer(words))


def _is_ticked(box: re.Match[str]) -> bool:
    return bool(box["full"] or (box["mark"] or "").strip())

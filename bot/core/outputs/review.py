"""An expert's review: what they find, each finding with its place and the words that stand there."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.concerns.consolidating import Found, Reviewed
from bot.core.concerns.shape import Severity

from .output import Output, Setting, on_one_line

Confidence = Literal["high", "medium", "low"]
UNVERIFIED = "[UNVERIFIED]"
_PLACE = re.compile(r"`*(?P<path>[^\s`:#]+)(?::|#)L?(?P<start>\d{1,7})(?:\s*[-–]\s*L?(?P<end>\d{1,7}))?`*")
_FIELDS = ("severity", "confidence", "location", "quote", "problem", "suggestion")


@dataclass(frozen=True)
class SaidItem:
    """One finding, as the model says it. `location` is `path:line` or `path:first-last`, `quote` the words there."""

    title: str
    severity: Severity
    confidence: Confidence
    location: str
    quote: str
    problem: str
    suggestion: str


@dataclass(frozen=True)
class SaidReview:
    """A review, as the model says it. With no items, `examined` says what was looked at."""

    verdict: str
    summary: str
    examined: str
    items: list[SaidItem]


@dataclass(frozen=True)
class Item:
    """One finding. `verified` says that the quoted words stand at the location."""

    title: str
    severity: Severity
    confidence: Confidence
    location: str
    quote: str
    problem: str
    suggestion: str
    verified: bool


@dataclass(frozen=True)
class Review:
    """One expert's review, under the title and the lens that it was asked for."""

    title: str
    lens: str
    verdict: str
    summary: str
    examined: str
    items: list[Item]


def settle(data: Any, setting: Setting) -> Any:
    """The review with title and lens, and each quotation looked up."""
    said = from_json(SaidReview, on_one_line(data))
    if not said.summary:
        raise ValueError("`summary` is empty; say in two or three sentences what you think of it")
    if not said.items and not said.examined:
        raise ValueError("a review without findings must say in `examined` what was examined, and how")
    for n, item in enumerate(said.items, 1):
        if not item.title or not item.problem:
            raise ValueError(f"finding {n} has no title or no problem; say what is wrong in each, or leave it out")
    items = [Item(**vars(item), verified=stands(item.location, item.quote, setting.lines)) for item in said.items]
    return to_json(Review(setting.title, setting.lens, said.verdict, said.summary, said.examined, items))


def place(location: str) -> tuple[str, int, int] | None:
    """The path and the first and last line of a location, or None where it has another form."""
    match = _PLACE.fullmatch(location.strip())
    if not match:
        return None
    start = int(match["start"])
    return match["path"], start, max(start, int(match["end"] or start))


def stands(location: str, quote: str, lines: Callable[[str], Sequence[str] | None]) -> bool:
    """Whether the quoted words stand in the lines that a location names, however they are broken."""
    where = place(location)
    text = lines(where[0]) if where else None
    if where is None or text is None or where[1] < 1 or where[2] > len(text):
        return False
    shown = " ".join(" ".join(text[where[1] - 1 : where[2]]).split())
    wanted = [" ".join(part.split()) for part in re.split(r"\.\.\.|…", quote.strip("`\"“”' "))]
    return any(wanted) and all(part in shown for part in wanted)


def render(data: Any) -> str:
    """The review as a document."""
    review = from_json(Review, data)
    lines = [f"# {review.title}", "", f"**Lens:** {review.lens}", "", f"**Verdict:** {review.verdict}", ""]
    lines += [f"**Summary:** {review.summary}", "", f"**Examined:** {review.examined}", "", "## Findings", ""]
    if not review.items:
        lines += ["No findings.", ""]
    for n, item in enumerate(review.items, 1):
        lines += [f"### F{n}. {item.title}", ""]
        for name in _FIELDS:
            mark = f" {UNVERIFIED}" if name == "location" and not item.verified else ""
            lines += [f"**{name.capitalize()}:** {getattr(item, name)}{mark}", ""]
    return "\n".join(lines).rstrip() + "\n"


def parse(text: str) -> Any:
    """What `render` wrote; `ValueError` where the form is lost."""
    head, _, below = text.partition("\n## Findings\n")
    found = re.search(r"^# (.*)$", head, re.MULTILINE)
    if not found:
        raise ValueError("the review has no title; its first line should be “# ...”")
    items = []
    for part in re.split(r"^### F\d+\. ", below, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        said = {name: _field(rest, name) for name in _FIELDS}
        verified = not said["location"].endswith(UNVERIFIED)
        said["location"] = said["location"].removesuffix(UNVERIFIED).rstrip()
        items.append({"title": title, "verified": verified} | said)
    fields = {name: _field(head, name) for name in ("lens", "verdict", "summary", "examined")}
    return to_json(from_json(Review, {"title": found[1], **fields, "items": items}))


def reviewed(path: str, text: str) -> Reviewed | None:
    """What a consolidation has to dispose of in a review's document; None where it is no review of ours."""
    name = path.rpartition("/")[2]
    if not name.endswith("-review.md"):
        return None
    try:
        review = from_json(Review, parse(text))
    except ValueError:
        return None
    found = tuple(Found(f"F{n}", item.severity) for n, item in enumerate(review.items, 1))
    return Reviewed(name.removesuffix("-review.md"), review.lens, found)


def _field(text: str, name: str) -> str:
    found = re.search(rf"^\*\*{name.capitalize()}:\*\* ?(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


REVIEW = Output("findings", TypeAdapter(SaidReview).json_schema(), settle, render, parse, cites=True)

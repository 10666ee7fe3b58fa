"""The codecs: structured output of the model as data, as a schema for the server, and as Markdown that parses back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from .codec import from_json, to_json


@dataclass(frozen=True)
class Output:
    """One codec. `validate` checks and tidies data (`ValueError` says what is wrong); `parse` undoes `render`."""

    name: str
    schema: Mapping[str, Any]
    validate: Callable[[Any], Any]
    render: Callable[[Any], str]
    parse: Callable[[str], Any]


@dataclass(frozen=True)
class Item:
    """One finding of a review. `location` is `path:line`, `quote` the words found there."""

    title: str
    severity: Literal["critical", "important", "nice to have", "question"]
    confidence: Literal["high", "medium", "low"]
    location: str
    quote: str
    problem: str
    suggestion: str


@dataclass(frozen=True)
class Review:
    """One expert's review. With no items, `examined` says what was looked at."""

    title: str
    verdict: str
    summary: str
    examined: str
    items: list[Item]


_FIELDS = ("severity", "confidence", "location", "quote", "problem", "suggestion")


def _one_line(value: Any) -> Any:
    """Text fields without line breaks, so that each stands on one line of the document."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [_one_line(item) for item in value]
    return {key: _one_line(item) for key, item in value.items()} if isinstance(value, dict) else value


def validate_review(data: Any) -> Any:
    """A review's data, tidied; `ValueError` where it has another shape or says nothing."""
    review = from_json(Review, _one_line(data))
    if not review.title or not review.summary:
        raise ValueError("title and summary must say something")
    if not review.items and not review.examined:
        raise ValueError("a review without findings must say in `examined` what was examined")
    return to_json(review)


def render_review(data: Any) -> str:
    """The review as a document."""
    review = from_json(Review, data)
    lines = [f"# {review.title}", "", f"**Verdict:** {review.verdict}", "", f"**Summary:** {review.summary}", ""]
    lines += [f"**Examined:** {review.examined}", "", "## Findings", ""]
    if not review.items:
        lines += ["No findings.", ""]
    for n, item in enumerate(review.items, 1):
        lines += [f"### F{n}. {item.title}", ""]
        for field in _FIELDS:
            lines += [f"**{field.capitalize()}:** {getattr(item, field)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def parse_review(text: str) -> Any:
    """What `render_review` wrote; `ValueError` where the form is lost."""
    head, _, below = text.partition("\n## Findings\n")
    found = re.search(r"^# (.*)$", head, re.MULTILINE)
    if not found:
        raise ValueError("the review has no title; its first line should be “# ...”")
    items = []
    for part in re.split(r"^### F\d+\. ", below, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        items.append({"title": title} | {field: _field(rest, field) for field in _FIELDS})
    fields = {name: _field(head, name) for name in ("verdict", "summary", "examined")}
    return to_json(from_json(Review, {"title": found[1], **fields, "items": items}))


def _field(text: str, name: str) -> str:
    found = re.search(rf"^\*\*{name.capitalize()}:\*\* ?(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


REVIEW = Output("findings", TypeAdapter(Review).json_schema(), validate_review, render_review, parse_review)


@dataclass(frozen=True)
class TouchedDocument:
    """A document that a wish touches: the `phase` that makes it, and why in a sentence."""

    phase: str
    why: str


@dataclass(frozen=True)
class TouchedDocuments:
    """The documents that a wish for a revision touches; none, where it can't be told."""

    documents: list[TouchedDocument]


def validate_touched(data: Any) -> Any:
    """The data, tidied; `ValueError` where it has another shape or names no phase."""
    found = from_json(TouchedDocuments, _one_line(data))
    for document in found.documents:
        if not re.fullmatch(r"[\w-]+", document.phase):
            raise ValueError(f"“{document.phase}” is no phase; name it as the index does")
    return to_json(found)


def render_touched(data: Any) -> str:
    """A line for each document."""
    found = from_json(TouchedDocuments, data).documents
    return "".join(f"- {document.phase}: {document.why}\n" for document in found) or "None.\n"


def parse_touched(text: str) -> Any:
    """What `render_touched` wrote."""
    found = re.findall(r"^- ([\w-]+): (.*)$", text, re.MULTILINE)
    return to_json(TouchedDocuments([TouchedDocument(phase, why) for phase, why in found]))


TOUCHED = Output(
    "touched", TypeAdapter(TouchedDocuments).json_schema(), validate_touched, render_touched, parse_touched
)

OUTPUTS: Mapping[str, Output] = {output.name: output for output in (REVIEW, TOUCHED)}

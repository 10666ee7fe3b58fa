"""Which documents a person's wish for a revision touches."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json

from .output import Output, Setting, on_one_line


@dataclass(frozen=True)
class TouchedDocument:
    """A document that a wish touches: the `phase` that makes it, and why in a sentence."""

    phase: str
    why: str


@dataclass(frozen=True)
class TouchedDocuments:
    """The documents that a wish for a revision touches; none, where it can't be told."""

    documents: list[TouchedDocument]


def settle(data: Any, _: Setting) -> Any:
    """The data, tidied; `ValueError` where it has another shape or names no phase."""
    found = from_json(TouchedDocuments, on_one_line(data))
    for document in found.documents:
        if not re.fullmatch(r"[\w-]+", document.phase):
            raise ValueError(f"“{document.phase}” is no phase; name it as the index does")
    return to_json(found)


def render(data: Any) -> str:
    """A line for each document."""
    found = from_json(TouchedDocuments, data).documents
    return "".join(f"- {document.phase}: {document.why}\n" for document in found) or "None.\n"


def parse(text: str) -> Any:
    """What `render` wrote."""
    found = re.findall(r"^- ([\w-]+): (.*)$", text, re.MULTILINE)
    return to_json(TouchedDocuments([TouchedDocument(phase, why) for phase, why in found]))


TOUCHED = Output("touched", TypeAdapter(TouchedDocuments).json_schema(), settle, render, parse)

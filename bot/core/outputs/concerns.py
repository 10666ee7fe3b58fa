"""The consolidation of a round's reviews into the document of concerns."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.concerns import Concerns, read, render
from bot.core.concerns.consolidating import Grouping, Reviewed, consolidated, faults
from bot.core.concerns.continuing import continued
from bot.core.concerns.writing import tidied

from .output import Output, Setting, on_one_line
from .review import reviewed

NAME = "-expert-concerns.md"


def settle(data: Any, setting: Setting) -> Any:
    """The concerns of all rounds so far, with ids, sources and dispositions derived from the reviews."""
    said = from_json(Grouping, on_one_line(data))
    reviews, before = reviews_in(setting.documents), concerns_in(setting.documents)
    disposed = {fate.expert for fate in before.dispositions} if before else set()
    fresh = tuple(review for review in reviews if review.ref not in disposed)
    if wrong := faults(said, fresh, before):
        raise ValueError(" ".join(wrong))
    found = tidied(consolidated(said, fresh, before, setting.title, setting.taken))
    return to_json(replace(found, goes_on=_text_of(setting.documents)))


def _text_of(documents: Mapping[str, str]) -> str:
    return next((text for path, text in sorted(documents.items()) if path.endswith(NAME)), "")


def reviews_in(documents: Mapping[str, str]) -> tuple[Reviewed, ...]:
    """The reviews among some documents."""
    found = (reviewed(path, text) for path, text in sorted(documents.items()))
    return tuple(review for review in found if review)


def concerns_in(documents: Mapping[str, str]) -> Concerns | None:
    """The document of concerns among these, or None."""
    return next((read(text, path) for path, text in sorted(documents.items()) if path.endswith(NAME)), None)


def _render(data: Any) -> str:
    document = from_json(Concerns, data)
    return (continued(document.goes_on, document) if document.goes_on else None) or render(document)


def _parse(text: str) -> Any:
    return to_json(read(text))


CONCERNS = Output("concerns", TypeAdapter(Grouping).json_schema(), settle, _render, _parse, cites=True)

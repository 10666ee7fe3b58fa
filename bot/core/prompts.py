"""Prompts from their templates: strict (an unknown variable is an error) and sandboxed (a template reaches nothing)."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import shown_to_model
from bot.core.markdown.sentences import UNVERIFIED, unverified

from .errors import PersonError

LISTED, LONGEST = 100, 300

LARGEST = 2_000_000


def quoted(text: object) -> object:
    """Text from people as other people see it, unable to end the tag that it stands in."""
    if not isinstance(text, str):
        return text
    return re.sub("</(?=document)", "&lt;/", shown_to_model(text), flags=re.IGNORECASE)


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=quoted
)


@lru_cache(maxsize=64)
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)


def render(template: str, values: Mapping[str, Any]) -> str:
    """A template filled with `values`, each of them quoted; `PersonError` names what it lacks."""
    try:
        return _bounded(_compiled(template).generate(values)).strip() + "\n"
    except TemplateError as error:
        raise PersonError(
            f"A prompt of the workflow can't be filled: {error}. Mend it, or the variable it names."
        ) from error


def _bounded(pieces: Iterable[str]) -> str:
    """The pieces as one text. Loops in loops over long lists would else make one that no memory holds."""
    made, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise PersonError(f"A prompt of the workflow comes to more than {LARGEST:,} letters. Shorten its loops.")
        made.append(piece)
    return "".join(made)


def document_block(path: str, text: str, numbered: bool = False) -> str:
    """A document as the model gets it: data between tags that its own text can't close.

    `numbered` puts the number in front of each line, as the tool does that reads files.
    """
    if numbered:
        text = "\n".join(f"{n:>5}  {line}" for n, line in enumerate(text.split("\n"), 1))
    return f'<document path="{path}">\n{quoted(text)}\n</document>'


def unverified_block(documents: Iterable[tuple[str, str]]) -> str:
    """What the documents (path, text) mark as unverified, listed for the model; "" where that is nothing."""
    found = [(path, one) for path, text in documents for one in unverified(Artifact(path, text))]
    if not found:
        return ""
    lines = [f"- {path}, line {one.line}: {one.text[:LONGEST]}" for path, one in found[:LISTED]]
    if len(found) > LISTED:
        lines.append(f"- and {len(found) - LISTED} more, marked {UNVERIFIED} where they stand")
    said = (
        "These statements of the documents above could not be shown to hold. Build nothing on them, and keep the mark"
    )
    return f"{said} where you repeat one.\n\n{document_block('unverified', chr(10).join(lines))}"

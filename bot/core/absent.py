"""What a document was written without, said at its top."""

import re

from .artifact import Artifact

_SAID = re.compile(r"\bsearch", re.IGNORECASE)
NOTE = (
    "> This document was written without web search: what it says of other systems comes from what people gave, "
    "or is marked as not verified."
)


def without_web(text: str) -> str:
    """The document with a note below its title that there was no web search, unless its top speaks of one already."""
    if speaks_of_search(text):
        return text
    artifact = Artifact("", text)
    title = next(iter(artifact.headings), None)
    if title is None:
        return f"{NOTE}\n\n{text}"
    at = artifact.sections[0].first - 1
    lines = [*artifact.source[:at], "", NOTE, *artifact.source[at:]]
    return "\n".join(lines)


def speaks_of_search(text: str) -> bool:
    """Whether the document's top, above its second heading, speaks of a search."""
    artifact = Artifact("", text)
    top = artifact.headings[1].line - 1 if len(artifact.headings) > 1 else len(artifact.source)
    return any(_SAID.search(line.text) for line in artifact.prose() if line.number <= top)

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
    artifact = Artifact("", text)
    title = next(iter(artifact.headings), None)
    top = artifact.headings[1].line - 1 if len(artifact.headings) > 1 else len(artifact.source)
    if any(_SAID.search(line.text) for line in artifact.prose() if line.number <= top):
        return text
    if title is None:
        return f"{NOTE}\n\n{text}"
    at = artifact.sections[0].first - 1
    lines = [*artifact.source[:at], "", NOTE, *artifact.source[at:]]
    return "\n".join(lines)

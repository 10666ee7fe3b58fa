"""What a document was written without, said at its top."""

import re

from bot.core.markdown.artifact import Artifact

_SAID = re.compile(r"\bsearch", re.IGNORECASE)
_NONE = re.compile(r"\b(?:without|no|not|absent|lack\w*)\b[^.]{0,40}\bsearch", re.IGNORECASE)
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


def says_there_was_none(artifact: Artifact) -> bool:
    """Whether the document says at its top that there was no search."""
    end = end_of_top(artifact)
    return bool(_NONE.search(" ".join(line.text for line in artifact.prose() if line.number < end)))


def end_of_top(artifact: Artifact) -> int:
    """The line behind the document's top, which is what stands below its title.

    Where several phases make a document nothing does, and what stands below its first heading counts.
    """
    titles = {heading.line for heading in artifact.headings}
    said = [line.number for line in artifact.prose(code=True) if line.number not in titles]
    first = min(said, default=len(artifact.source))
    return min((line for line in titles if line > first), default=len(artifact.source) + 1)

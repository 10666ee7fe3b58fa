"""The headings that an artifact has to have."""

from collections.abc import Iterator, Sequence

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .context import Context
from .place import missing


def headings(artifact: Artifact, _: Context, *, wanted: Sequence[str], in_order: bool = True) -> Iterator[Finding]:
    """The artifact has these headings, each with something below it, in this order."""
    last, before = 0, ""
    for title in wanted:
        section = artifact.section(title)
        if not section:
            yield missing(title)
            continue
        line = section.heading.line
        if artifact.is_empty(section):
            yield Finding(line, f"There is nothing below “{section.title}”.", "Write its text, or “None, because …”.")
        if in_order and line < last:
            yield Finding(line, f"“{section.title}” stands before “{before}”.", f"Move it below “{before}”.")
        elif line > last:
            last, before = line, section.title

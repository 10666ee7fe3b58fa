"""How much there is: something at all, words, lines."""

from collections.abc import Callable, Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, Section

from .context import Context
from .place import missing, shown


def not_empty(artifact: Artifact, _: Context) -> Iterator[Finding]:
    """The artifact holds more than headings and comments."""
    if artifact.is_empty():
        yield Finding(1, "The document has no text.", "Write what the phase asks for.")


def words(
    artifact: Artifact, _: Context, *, section: str = "", at_least: int = 0, at_most: int = 0
) -> Iterator[Finding]:
    """A section (or the artifact) has so many words outside code and comments, its heading excluded; 0 is no bound."""
    yield from _bounds(artifact, section, at_least, at_most, artifact.words, "word")


def lines(
    artifact: Artifact, _: Context, *, section: str = "", at_least: int = 0, at_most: int = 0
) -> Iterator[Finding]:
    """A section (or the artifact) has so many lines that are not blank, its heading excluded; 0 is no bound."""
    yield from _bounds(artifact, section, at_least, at_most, artifact.lines, "line")


def _bounds(
    artifact: Artifact, title: str, at_least: int, at_most: int, measure: Callable[[Section | None], int], unit: str
) -> Iterator[Finding]:
    section = artifact.section(title) if title else None
    if title and not section:
        yield missing(title)
        return
    have = measure(section)
    line = section.heading.line if section else 1
    where = f"“{section.title}”" if section else "The document"
    if have < at_least:
        yield Finding(line, f"{where} has {shown(have, unit)}.", f"Write at least {at_least}.")
    if at_most and have > at_most:
        yield Finding(line, f"{where} has {shown(have, unit)}.", f"Shorten it to at most {at_most}.")

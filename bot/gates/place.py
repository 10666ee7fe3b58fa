"""Where a gate looks, and what it says where that is missing."""

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, Section


def missing(title: str) -> Finding:
    """The finding that there is no such section."""
    return Finding(1, f"There is no heading “{title}”.", f"Add “## {title}” with its text.")


def whole(artifact: Artifact, title: str) -> tuple[int, int] | None:
    """First and last line of a section, of the whole artifact where `title` is empty; None where it is missing."""
    if not title:
        return 1, len(artifact.source)
    section: Section | None = artifact.section(title)
    return (section.heading.line, section.last) if section else None


def shown(number: int, unit: str) -> str:
    """A number with its unit: `1 word`, `2 words`."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"

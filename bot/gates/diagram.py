"""Mermaid diagrams that can be drawn."""

from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .context import Context
from .mermaid import faults
from .place import missing, whole


def diagram(artifact: Artifact, _: Context, *, section: str = "") -> Iterator[Finding]:
    """A section (or the artifact) has a Mermaid diagram, and each of its diagrams is plausibly well formed."""
    place = whole(artifact, section)
    if not place:
        yield missing(section)
        return
    first, last = place
    found = [
        fence
        for fence in artifact.fences
        if first <= fence.line <= last and fence.info.split()[:1] in (["mermaid"], ["Mermaid"])
    ]
    if not found:
        where = f"“{section}”" if section else "The document"
        yield Finding(first, f"{where} has no diagram.", "Add one in a code block that begins with “```mermaid”.")
    for fence in found:
        for line, wrong, mend in faults(fence.text):
            yield Finding(fence.line + line, wrong, mend)

"""Items with ids that can be referred to."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .context import Context
from .place import missing, whole

_ID = re.compile(r"\W*((?P<prefix>[A-Z][A-Za-z]{0,7})[- ]?\d+(?:[.-]\d+)*[a-z]?)\b")


def numbered(artifact: Artifact, _: Context, *, section: str, prefix: str = "", at_least: int = 1) -> Iterator[Finding]:
    """A section has so many items with ids such as SC-1 (in a list, a table's first column or headings), none twice."""
    place = whole(artifact, section)
    if not place:
        yield missing(section)
        return
    seen: dict[str, int] = {}
    for line, text in sorted(_texts(artifact)):
        match = _ID.match(text) if place[0] < line <= place[1] else None
        if not match or (prefix and match["prefix"] != prefix):
            continue
        id = re.sub(r"[- ]", "", match[1])
        if id in seen:
            mend = "Give each item an id of its own."
            yield Finding(line, f"The id {match[1]} is used already in line {seen[id]}.", mend)
        seen.setdefault(id, line)
    if len(seen) < at_least:
        example = f"{prefix or 'SC'}-1"
        wrong = f"“{section}” has {len(seen)} of at least {at_least} items with an id."
        yield Finding(place[0], wrong, f"Begin each item with its id: “- **{example}** …”.")


def _texts(artifact: Artifact) -> Iterator[tuple[int, str]]:
    for item in artifact.list_items:
        yield item.line, re.sub(r"^\[[ xX]\]\s*", "", item.text)
    for table in artifact.tables:
        for row in table.rows:
            yield row.line, row.cells[0]
    for heading in artifact.headings:
        yield heading.line, heading.title

"""The building blocks of a concept model, with their contracts: headings, bold names, or rows of a table."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core.markdown.artifact import Artifact, Section, Table, normal

from .sections import letter_of
from .shape import Block

ASPECTS = ("observes", "controls", "owns", "invariants", "events", "extension friction")
"""The aspects of a module contract (seed 003, phase 2)."""

_ASPECT: Mapping[str, str] = {**{each: each for each in ASPECTS}, "friction": ASPECTS[-1]}
_NUMBER = re.compile(r"^(?:\d+[.)]|[A-Z]\.\d+)\s*")
_BOLD = re.compile(r"\s*(?:\d+[.)]\s+|[-*]\s+)?\*\*(?P<name>[^*]+?)\*\*\s*(?P<rest>.*)$")
_LABEL = re.compile(
    r"\s*(?:[-*+]\s+)?(?:\*\*)?(?P<name>[A-Za-z][A-Za-z ]{3,30}?)(?:\*\*)?\s*:\s*(?:\*\*)?\s*(?P<text>.*)$"
)


def blocks(artifact: Artifact) -> Iterator[Block]:
    """The blocks in order; nothing where the plan has no concept model."""
    model = next((section for section in artifact.sections if letter_of(section.title) == "D"), None)
    if model is None:
        return
    inside = [each for each in artifact.sections if model.first <= each.heading.line <= model.last]
    named = next((each for each in inside if "building block" in normal(each.title)), None)
    place = named or model
    tables = [table for table in artifact.tables if place.first <= table.line <= place.last]
    for table in tables:
        yield from _rows(table)
    for block in _written(artifact, place, tables):
        if named or block.aspects:
            yield block


def _rows(table: Table) -> Iterator[Block]:
    """Blocks as rows, their aspects as columns."""
    columns = {at: aspect for at, cell in enumerate(table.header) if (aspect := aspect_of(cell))}
    if len(columns) < 2:
        return
    about = next((at for at, cell in enumerate(table.header) if "responsib" in cell.lower()), None)
    for row in table.rows:
        aspects = {aspect: row.cells[at] for at, aspect in columns.items()}
        yield Block(_name(row.cells[0]), row.line, row.cells[about] if about is not None else "", aspects)


def _written(artifact: Artifact, place: Section, tables: list[Table]) -> Iterator[Block]:
    """Blocks that begin with a heading or a bold name, with labelled lines or a table of aspects below."""
    cells = {row.line: row.cells for table in tables for row in table.rows}
    level = min((heading.level for heading in artifact.headings_in(place)), default=0)
    begins = {
        heading.line: heading.title for heading in artifact.headings_in(place) if heading.level == level and level
    }
    block: Block | None = None
    aspects: dict[str, str] = {}
    last = ""
    for line in artifact.prose(place, code=True):
        bold = _BOLD.fullmatch(line.text)
        if line.number in begins or (bold and not begins and not aspect_of(bold["name"])):
            if block:
                yield replace(block, aspects=aspects)
            title, rest = (bold["name"], bold["rest"]) if bold else (begins[line.number], "")
            name, _, after = title.partition(" — ")
            block, aspects, last = Block(_name(name), line.number, _sentence(rest or after)), {}, ""
        elif block and line.number in cells:
            if aspect := aspect_of(cells[line.number][0]):
                aspects[aspect] = cells[line.number][1]
        elif block and (label := _LABEL.fullmatch(line.text)) and (aspect := aspect_of(label["name"])):
            aspects[aspect] = label["text"].strip(" *")
            last = aspect
        elif block and last and not line.text.lstrip().startswith("|"):
            aspects[last] = f"{aspects[last]} {line.text.strip()}".strip()
        elif block and not block.responsibility and not line.text.lstrip().startswith(("|", "#")):
            block = replace(block, responsibility=_sentence(line.text))
    if block:
        yield replace(block, aspects=aspects)


def aspect_of(name: str) -> str:
    """The aspect that a label means; "" for any other."""
    return _ASPECT.get(normal(name), "")


def _name(text: str) -> str:
    return _NUMBER.sub("", text.strip("*` ")).strip("*` :")


def _sentence(text: str) -> str:
    """What stands behind a name, without the dash before and the remark in brackets."""
    return re.sub(r"^\([^()]*\)\s*", "", text.strip()).lstrip("–—:- ").strip()

"""Tables, or lists in their place, that have every cell."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, Section, Table, names, normal

from .context import Context
from .place import missing, shown

_TAGS = re.compile(r"<[^<>]*>")
_EMPTY = frozenset({"", "-", "–", "—", "?", "…", "..."})


@dataclass(frozen=True)
class _Grid:
    """Named rows of named cells, each with its line: a table as it is or turned, or sub-sections with labels."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]


def covers(
    artifact: Artifact,
    _: Context,
    *,
    section: str,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    at_least: int = 0,
) -> Iterator[Finding]:
    """A section's table has these rows and columns (or the two swapped), and so many rows; no cell is empty.

    In the place of a table, a sub-section for each row with a label or sub-heading for each column will do.
    """
    place = artifact.section(section)
    if not place:
        yield missing(section)
        return
    line = place.heading.line
    grids = list(_grids(artifact, place, rows, columns))
    if not grids:
        heads = " | ".join(columns) or "…"
        yield Finding(line, f"“{place.title}” has no table.", f"Add a table with a row each and the columns: {heads}.")
        return
    best = max(grids, key=lambda grid: _fit(grid, rows, columns))
    for column in columns:
        if not any(names(head, column) for head in best.columns):
            yield Finding(line, f"“{place.title}” has no column “{column}”.", f"Add the column “{column}”.")
    for row in rows:
        if not any(names(name, row) for name, _cells in best.rows):
            yield Finding(line, f"“{place.title}” has no row for “{row}”.", f"Add the row “{row}”, with every cell.")
    if len(best.rows) < at_least:
        yield Finding(line, f"“{place.title}” has {shown(len(best.rows), 'row')}.", f"It needs at least {at_least}.")
    yield from _gaps(best, columns)


def _gaps(grid: _Grid, columns: Sequence[str]) -> Iterator[Finding]:
    wanted = [any(names(head, column) for column in columns) or not columns for head in grid.columns]
    for name, cells in grid.rows:
        for head, (line, text), counts in zip(grid.columns, cells, wanted, strict=True):
            if counts and html.unescape(_TAGS.sub("", text)).strip("*_` \N{NO-BREAK SPACE}") in _EMPTY:
                mend = "Fill it, or write “None, because …”."
                yield Finding(line, f"The cell “{head}” of “{name}” is empty.", mend)


def _fit(grid: _Grid, rows: Sequence[str], columns: Sequence[str]) -> int:
    heads = sum(any(names(head, column) for head in grid.columns) for column in columns)
    return heads + sum(any(names(name, row) for name, _ in grid.rows) for row in rows)


def _grids(artifact: Artifact, place: Section, rows: Sequence[str], columns: Sequence[str]) -> Iterator[_Grid]:
    tables = [table for table in artifact.tables if place.first <= table.line <= place.last]
    if tables:
        yield from map(_straight, tables)
        yield from map(_turned, tables)
        yield _joined([_straight(table) for table in tables])
    below = _below(artifact, place, rows, columns)
    if below.rows:
        yield below


def _straight(table: Table) -> _Grid:
    rows = [(row.cells[0], tuple((row.line, cell) for cell in row.cells[1:])) for row in table.rows]
    return _Grid(table.header[1:], tuple(rows))


def _turned(table: Table) -> _Grid:
    rows = [
        (head, tuple((row.line, row.cells[at]) for row in table.rows)) for at, head in enumerate(table.header) if at
    ]
    return _Grid(tuple(row.cells[0] for row in table.rows), tuple(rows))


def _joined(grids: Sequence[_Grid]) -> _Grid:
    """The tables that have the first one's columns, as one."""
    same = [grid for grid in grids if list(map(normal, grid.columns)) == list(map(normal, grids[0].columns))]
    return _Grid(grids[0].columns, tuple(row for grid in same for row in grid.rows))


def _below(artifact: Artifact, place: Section, rows: Sequence[str], columns: Sequence[str]) -> _Grid:
    """Sub-sections as rows; a cell is what stands behind its label or below its sub-heading."""
    level = min((heading.level for heading in artifact.headings_in(place)), default=0)
    found = []
    for section in artifact.sections:
        inside = place.first <= section.heading.line <= place.last and section.heading.level == level
        if inside and (not rows or any(names(section.title, row) for row in rows)):
            cells = tuple((section.heading.line, _labelled(artifact, section, column)) for column in columns)
            found.append((section.title, cells))
    return _Grid(tuple(columns), tuple(found))


def _labelled(artifact: Artifact, row: Section, column: str) -> str:
    for heading in artifact.headings_in(row):
        section = artifact.section_at(heading.line)
        if section and names(heading.title, column) and not artifact.is_empty(section):
            return heading.title
    wanted = normal(column)
    for line in artifact.prose(row, code=True):
        label, colon, text = line.text.lstrip("-*+_ \t").partition(":")
        if colon and f" {wanted} " in f" {normal(label)} " and len(label) < len(column) + 40:
            return text.strip(" *_") or _next(artifact, row, line.number)
    return ""


def _next(artifact: Artifact, row: Section, line: int) -> str:
    """The prose right below a label, where it is not the next label."""
    following = next((other for other in artifact.prose(row, code=True) if other.number > line), None)
    if following is None or following.number > line + 2 or ":" in following.text.strip("*_: ")[:40]:
        return ""
    return following.text.strip()

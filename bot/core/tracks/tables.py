"""Tables of one section of a document, by the names of their columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.concerns.writing import table_row
from bot.core.markdown.artifact import Artifact, Table, normal


@dataclass(frozen=True)
class Read:
    """A row as it was read: its cells by the names of `columns`, "" where there is no such column."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


def tables_in(artifact: Artifact, title: str) -> Iterator[Table]:
    """The tables below this heading, in order."""
    section = artifact.section(title)
    for table in artifact.tables if section else ():
        if section and section.first <= table.line <= section.last:
            yield table


def read(tables: Iterable[Table], columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Iterator[Read]:
    """The rows of the tables that have the `needed` columns; `columns` has each name with the titles it goes by."""
    for table in tables:
        titles = [normal(cell) for cell in table.header]
        at = {name: titles.index(each) for name, known in columns.items() for each in known if each in titles}
        if all(name in at for name in needed):
            for row in table.rows:
                cells = {name: bare(row.cells[column]) for name, column in at.items()}
                if any(cells.values()):
                    yield Read(row.line, cells)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, with an empty one behind it."""
    return [table_row(header), table_row(["---"] * len(header)), *map(table_row, rows), ""]


def bare(cell: str) -> str:
    """What a cell says; "" for a dash."""
    text = cell.strip()
    return "" if text in ("-", "–", "—") else text

"""Small edits of a plan's lines: the status of a unit, and the cell of a table. All else of a line stays."""

import re

from .units import STABLE, STATUS

_CELL = re.compile(r"(?<!\\)\|")
_BOX = re.compile(r"^(\s*[-*+]\s+)\[[ xX]\]")
_ENDING = re.compile(r"\s*(?:<!--.*-->\s*)*(?:\s#+\s*)?$")


def with_status(line: str, status: str, had: bool = True) -> str:
    """A unit's heading or list item with a status at the end of its title, in the place of the one that it `had`."""
    if _BOX.match(line):
        return _BOX.sub(r"\1[x]", line)
    stable = STABLE.search(line)
    end = stable.start() if stable else len(line)
    ending = _ENDING.search(line[:end])
    title, rest = (line[: ending.start()], line[ending.start() :]) if ending else (line, "")
    if had and (old := STATUS.search(title)):
        title = title[: old.start()]
    return f"{title.rstrip()} ({status}){' ' + rest.lstrip() if rest.strip() else ''}"


def with_cell(line: str, column: int, text: str) -> str:
    """A table's row with another text in a column (from 0), which may be a new one at its end."""
    bare = line.rstrip()
    closed = bare.endswith("|") and not bare.endswith("\\|")
    cells = _CELL.split(bare)
    first = 1 if cells[0].strip() == "" and len(cells) > 1 else 0
    if closed:
        cells.pop()
    while len(cells) - first <= column:
        cells.append(" ")
    cells[first + column] = f" {text} "
    return ("|".join(cells) + ("|" if closed else "")).rstrip()


def cells_of(line: str) -> int:
    """How many cells a row has as it is written."""
    bare = line.strip().removeprefix("|")
    return len(_CELL.split(bare)) - (1 if bare.endswith("|") and not bare.endswith("\\|") else 0)

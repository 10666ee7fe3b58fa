"""What several rules ask of a section: headings on these subjects, cells that are filled."""

from collections.abc import Iterator, Mapping, Sequence

from bot.core.findings import Finding
from bot.core.markdown.artifact import normal

from .paper import Paper, empty


def subjects(paper: Paper, letter: str, wanted: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """A section has a sub-section on each subject (by words of its title), and none of these is empty."""
    section = paper.sections.get(letter)
    if section is None:
        return
    lacking = [name for name, words in wanted.items() if paper.part(letter, *words) is None]
    if lacking:
        wrong = f"“{section.title}” has no heading on {', '.join(lacking)}."
        yield Finding(section.heading.line, wrong, "Give each its heading; “None, because …” is an answer.")
    for words in wanted.values():
        part = paper.part(letter, *words)
        if part and paper.artifact.is_empty(part):
            yield Finding(part.heading.line, f"“{part.title}” is empty.", "Write it, or “None, because …”.")


def filled(paper: Paper, letter: str, words: Sequence[str], columns: Mapping[str, str]) -> Iterator[Finding]:
    """A sub-section's table has these columns (name to the words that mean it), and no empty cell in them."""
    part = paper.part(letter, *words)
    for table in paper.tables(part):
        titles = [normal(cell) for cell in table.header]
        lacking = [
            name
            for name, meant in columns.items()
            if not any(word in title for word in meant.split("|") for title in titles)
        ]
        if lacking:
            yield Finding(table.line, f"The table has no column {_quoted(lacking)}.", "Add it, with each cell filled.")
    keys = list(columns.values())
    for cells in paper.rows(part, *keys):
        for name, meant in columns.items():
            if meant in cells.by and empty(cells[meant]):
                yield Finding(
                    cells.line, f"“{name}” of “{cells.name}” is empty.", "Fill it, or write “none, because …”."
                )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)

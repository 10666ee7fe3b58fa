"""Section C: objectives, non-goals, constraints, and what is modelled at all."""

import re
from collections.abc import Iterator, Sequence

from bot.core.findings import Finding
from bot.core.markdown.artifact import Section
from bot.gates.place import shown

from .lookups import subjects
from .paper import Cells, Paper, empty

_SUBJECTS = {
    "objectives": ("objectives?$", "^objectives?", "goals?$"),
    "non-goals": ("non goal", "out of scope"),
    "compatibility": ("compatib",),
    "performance": ("performance",),
    "backward compatibility": ("backwards? compat",),
    "stability for operators": ("stabilit", "operat", "cli"),
}
_COLUMNS = ("component|element", "model", "simplif", "omit", "justif|reason|rationale")
_KINDS = ("model", "simplif", "omit")
_LOSS = re.compile(
    r"\b(?:los[et]|loses|ignor\w+|not|no|without|matters?|only|when|if|unless|until|under|for sub-|twice)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\b(?:A?Q-?\d+|question \d+)\b", re.IGNORECASE)


def scope_subjects(paper: Paper) -> Iterator[Finding]:
    """Section C has objectives, non-goals, compatibility, performance, backward compatibility and stability."""
    yield from subjects(paper, "C", _SUBJECTS)


def objectives(paper: Paper) -> Iterator[Finding]:
    """There are three to seven objectives."""
    part = _objectives(paper)
    count = sum(item.depth == 1 for item in paper.items(part))
    if part and not 3 <= count <= 7:
        yield Finding(part.heading.line, f"There are {shown(count, 'objective')}.", "Name three to seven, as a list.")


def analysis_questions(paper: Paper) -> Iterator[Finding]:
    """The questions that the model answers are numbered."""
    section, part = paper.sections.get("C"), paper.part("C", "analysis question", "questions")
    if section and part is None:
        mend = "Add “### Analysis questions” with a numbered list: “1. Q1: …”."
        yield Finding(section.heading.line, "No analysis question is named.", mend)
    if part and not any(item.number for item in paper.items(part)):
        yield Finding(part.heading.line, "The analysis questions have no numbers.", "Number them: “1. Q1: …”.")


def scoping_table(paper: Paper) -> Iterator[Finding]:
    """There is a table of what is modelled, simplified and omitted; each row has a justification."""
    section, rows = paper.sections.get("C"), _scoping(paper)
    if section and not rows:
        mend = "Add the table: Component, Modeled, Simplified, Omitted, Justification."
        yield Finding(section.heading.line, "There is no model scoping table.", mend)
    for cells in rows:
        if empty(cells[_COLUMNS[4]]):
            yield Finding(cells.line, f"“{cells.name}” has no justification.", "Say why, in the last column.")


def scoping_one(paper: Paper) -> Iterator[Finding]:
    """Each component is exactly one of modelled, simplified and omitted."""
    for cells in _scoping(paper):
        said = [kind for kind in _KINDS if not empty(cells[kind])]
        if len(said) != 1:
            much = "more than one" if said else "none"
            wrong = f"“{cells.name}” is {much} of modeled, simplified and omitted."
            yield Finding(cells.line, wrong, "Fill one of the columns, or split the row.")


def simplified_loss(paper: Paper) -> Iterator[Finding]:
    """What is simplified says what behaviour is lost, and when it matters."""
    for cells in _scoping(paper):
        why = cells[_COLUMNS[4]]
        if not empty(cells["simplif"]) and not (len(why.split()) >= 6 and _LOSS.search(why)):
            wrong = f"“{cells.name}” is simplified, and does not say what is lost and when that matters."
            yield Finding(cells.line, wrong, "Say so in the justification.")


def modeled_question(paper: Paper) -> Iterator[Finding]:
    """What is modelled names the analysis question that needs it."""
    for cells in _scoping(paper):
        if not empty(cells["model"]) and not _QUESTION.search(" ".join(cells.row.cells)):
            yield Finding(cells.line, f"“{cells.name}” names no analysis question.", "Name one: “Q1 needs it”.")


def _objectives(paper: Paper) -> Section | None:
    parts: Sequence[Section] = paper.parts("C")
    return next(
        (part for part in parts if re.fullmatch(r"\W*(?:[\w.]+\W+)?objectives\W*", part.title, re.IGNORECASE)), None
    )


def _scoping(paper: Paper) -> Sequence[Cells]:
    return [cells for cells in paper.rows("C", *_COLUMNS) if "omit" in cells.by]

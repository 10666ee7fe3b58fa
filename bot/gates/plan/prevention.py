"""Section K: what must never break, and how this plan keeps clear of the failures that plans have."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import normal

from .lookups import subjects
from .paper import Paper, empty

_SUBJECTS = {
    "invariants": ("invariant",),
    "regression surfaces": ("regression", "tests?"),
    "state migrations": ("migration", "state"),
    "backward compatibility": ("compat",),
    "failure modes": ("failure",),
}
FAILURES = {
    "scaffolding creep": r"scaffold",
    "documentation drift": r"documentation drift",
    "test infrastructure duplication": r"test (?:infrastructure )?duplic|test infrastructure",
    "golden dataset staleness": r"golden (?:dataset )?(?:stale|baseline)|staleness",
    "interface over-specification": r"over ?specif",
    "the type catalog trap": r"type catalog",
    "interface leaking implementation": r"leak",
    "shotgun surgery": r"shotgun",
    "destructive reads": r"destructive",
    "monolith methods": r"monolith",
    "config mixing concerns": r"config\w* mix|mixing concerns",
}
"""The failure modes of seed 003, phase 8, that any code base can have, by the words that name them."""
_UNIT = r"unit|prs?\b"
_INVARIANT = re.compile(r"\b[A-Z]{1,5}-\d+\b")
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.\w+|[\w-]*tests?[\w-]*\.\w+)`")


def prevention_subjects(paper: Paper) -> Iterator[Finding]:
    """Section K has invariants, regression surfaces, state migrations, compatibility and failure modes."""
    yield from subjects(paper, "K", _SUBJECTS)


def invariants_defined(paper: Paper) -> Iterator[Finding]:
    """The invariants of K are those of the concept model, by their names."""
    model = paper.sections.get("D")
    defined = set(_INVARIANT.findall("\n".join(line.text for line in paper.prose(model))))
    part = paper.part("K", "invariant")
    if model is None or part is None:
        return
    lines = paper.prose(part)
    for line in lines:
        for name in dict.fromkeys(_INVARIANT.findall(line.text)):
            if defined and name not in defined:
                wrong = f"{name} is no invariant of the concept model."
                yield Finding(line.number, wrong, f"There are {', '.join(sorted(defined))}.")
    if not any(_INVARIANT.search(line.text) for line in lines):
        wrong = "No invariant is named as in the concept model."
        yield Finding(part.heading.line, wrong, "Name them by their ids there: “INV-1”.")


def regression_paths(paper: Paper) -> Iterator[Finding]:
    """The tests that have to stay green exist at the commit."""
    if paper.tree is None:
        return
    files = paper.tree.files()
    for line in paper.prose(paper.part("K", "regression")):
        for path in _PATH.findall(line.text):
            if not any(file == path or file.endswith(f"/{path}") for file in files):
                yield Finding(line.number, f"There is no file {path}.", "Name tests that are there.")


def failure_modes(paper: Paper) -> Iterator[Finding]:
    """Each failure mode has its row: how this plan prevents it."""
    section = paper.sections.get("K")
    rows = list(paper.rows("K", "failure"))
    names = [normal(cells.name) for cells in rows]
    lacking = [name for name, words in FAILURES.items() if not any(re.search(words, each) for each in names)]
    if section and lacking:
        part = paper.part("K", "failure") or section
        wrong = f"Nothing says how this plan prevents: {', '.join(lacking)}."
        yield Finding(part.heading.line, wrong, "Add a row for each; “does not apply, because …” is an answer.")


def failure_prevented(paper: Paper) -> Iterator[Finding]:
    """Each failure mode says how this plan prevents it, and in which unit."""
    for cells in paper.rows("K", "failure", "prevent|mitigat", _UNIT):
        if empty(cells["prevent|mitigat"]):
            yield Finding(cells.line, f"Nothing prevents “{cells.name}”.", "Say how this plan does.")
        elif _UNIT in cells.by and not paper.units_in(cells[_UNIT]):
            yield Finding(cells.line, f"No unit prevents “{cells.name}”.", "Name the unit that does.")

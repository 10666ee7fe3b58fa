"""Section H: what all units share, planned once: tests, documentation, CI, dependencies, freezes."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.plan.ids import ids

from .lookups import filled, subjects
from .paper import Paper, empty

_SUBJECTS = {
    "shared tests": ("test",),
    "documentation": ("document", "docs"),
    "CI": ("ci", "pipeline", "build"),
    "dependencies": ("dependenc",),
    "the freeze schedule": ("freeze",),
}
_OPEN = re.compile(
    r"\b(?:(?:as|when|where|if|once) (?:needed|necessary|required|appropriate)|TBD|TBA"
    r"|to be (?:determined|decided|defined)"
    r"|later on|eventually|at some point)\b",
    re.IGNORECASE,
)
_MADE = (r"made|creat|unit|prs?\b", "used|consum")
_TWO = re.compile(r";|,|\band\b|\b(?:two|2|both|three|3)\b", re.IGNORECASE)


def shared_subjects(paper: Paper) -> Iterator[Finding]:
    """Section H has shared tests, documentation, CI, dependencies and the freeze schedule."""
    yield from subjects(paper, "H", _SUBJECTS)


def shared_units(paper: Paper) -> Iterator[Finding]:
    """Each item names the unit that makes it and those that use it."""
    section = paper.sections.get("H")
    if section and not any(True for _ in paper.rows(section, *_MADE)):
        mend = "List them in tables with “Made by” and “Used by”."
        yield Finding(section.heading.line, "Nothing says which units make and use what is shared.", mend)
    for cells in paper.rows("H", *_MADE):
        for name, column in zip(("Made by", "Used by"), _MADE, strict=True):
            if column in cells.by and not paper.units_in(cells[column]):
                wrong = f"“{name}” of “{cells.name[:60]}” names no unit."
                yield Finding(cells.line, wrong, "Name the units by their ids.")


def shared_order(paper: Paper) -> Iterator[Finding]:
    """Nothing that is shared is used by a unit that comes before the one that makes it."""
    for cells in paper.rows("H", *_MADE):
        for maker in paper.units_in(cells[_MADE[0]]):
            users = [user for user in paper.units_in(cells[_MADE[1]]) if paper.graph.after(maker, user)]
            # In a circle all come after each other; that it is one is said by its own rule.
            early = [user for user in users if not paper.graph.after(user, maker)]
            if early:
                wrong = f"“{cells.name[:60]}” is made by {maker}, and used by {', '.join(early)} before that."
                yield Finding(cells.line, wrong, f"Let {early[0]} make it.")


def as_needed(paper: Paper) -> Iterator[Finding]:
    """Nothing that is shared is left for when it is needed."""
    for line in paper.prose("H"):
        if match := _OPEN.search(line.text):
            wrong = f"“{match[0]}” leaves open what is planned once."
            yield Finding(line.number, wrong, "Say what, and which unit makes it; or that there is none, and why.")


def dependencies(paper: Paper) -> Iterator[Finding]:
    """Each new dependency is justified, and its version is pinned."""
    columns = {"Version": "version|pin", "Justification": "justif|reason|why"}
    yield from filled(paper, "H", ("dependenc",), columns)


def freeze_schedule(paper: Paper) -> Iterator[Finding]:
    """Each freeze names its unit, what is validated before, and two implementations that it was tried with."""
    for freeze in paper.plan.freezes:
        if not any(id in paper.known for id in ids(freeze.unit)):
            wrong = f"No unit of the plan freezes “{freeze.interface}”."
            yield Finding(freeze.line, wrong, "Name the unit whose merge does.")
        if empty(freeze.validated):
            wrong = f"Nothing is validated before “{freeze.interface}” is frozen."
            yield Finding(freeze.line, wrong, "Say what has to be shown before.")
        if not _TWO.search(freeze.implementations):
            wrong = f"“{freeze.interface}” is frozen without two implementations."
            yield Finding(freeze.line, wrong, "Name two that it bears, one of them not the default.")

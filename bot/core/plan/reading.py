"""Reads a plan: ours exactly, people's in the forms that they have; what can't be placed is a finding.

No edge is inferred from prose.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, Table, normal

from .concept import blocks
from .drawings import Drawn, ascii_drawing, backwards, one_line, unread
from .ids import ids, leading, only_ids
from .mermaid import mermaid
from .shape import Freeze, Plan, PlanSection, Risk, Sense, Statement, Unit, Where
from .stated import Label, label_of, said
from .units import Entry, fields_of, headed, listed

_DAG = re.compile(r"\b(?:depend\w*|dag|graph|order\w*)\b", re.IGNORECASE)
_CLOSED = re.compile(r"[\s>]*(?:`{3,}|~{3,})\s*")
_NO_ORDER = (
    "parallel development",
    "validation gate",
    "cross-cutting",
    "supersedes",
    "replaces",
    "related",
    "see also",
)
_RISKS = {
    "decision": ("decision",),
    "assumption": ("assumption",),
    "validation": ("validation method", "validation"),
    "cost": ("cost if wrong", "cost"),
    "gate": ("gate",),
    "result": ("result", "validation result", "outcome"),
}
_FREEZES = {
    "interface": ("interface", "contract"),
    "unit": ("frozen by", "freeze pr", "freeze unit", "frozen in", "freezing pr"),
    "validated": ("validated before", "validation", "validated", "validation before freeze", "what is validated"),
    "implementations": ("two implementations", "implementations", "demonstrated by"),
}


def read(text: str, path: str = "") -> Plan:
    """The plan in a text."""
    return plan_of(Artifact(path, text))


def plan_of(artifact: Artifact) -> Plan:
    """The plan in a document; time and memory grow with its length."""
    units, groups = headed(artifact)
    units = units or listed(artifact)
    known = {unit.id for unit in units}
    found: list[Finding] = []
    statements = [
        *_heading_statements(units),
        *_row_statements(artifact, found),
        *_label_statements(artifact, units, found),
        *_drawn_statements(artifact, found),
    ]
    found += [*_endless(artifact), *_astray(artifact, units, groups)]
    statements = list(dict.fromkeys(statements))
    needs = [each for each in statements if each.sense == "needs" and each.unit in known and each.other in known]
    edges = tuple(dict.fromkeys((each.other, each.unit) for each in needs))
    return Plan(
        artifact.title,
        tuple(_sections(artifact)),
        tuple(_with_dependencies(units, statements)),
        tuple(statements),
        edges,
        tuple(risk for table in artifact.tables for risk in _risks(table)),
        tuple(blocks(artifact)),
        tuple(freeze for table in artifact.tables for freeze in _freezes(table)),
        groups,
        tuple(sorted(found, key=lambda finding: finding.line)),
    )


def _endless(artifact: Artifact) -> Iterator[Finding]:
    """Blocks of code that are never closed, with all that is lost in them."""
    for fence in artifact.fences:
        end = fence.line + fence.text.count("\n")
        if end >= len(artifact.source) or not _CLOSED.fullmatch(artifact.source[end]):
            wrong = f"This block of code has no end: lines {fence.line} to {end} are read as code."
            yield Finding(fence.line, wrong, "Close it, with ``` on a line of its own.", "unread-block", "warning")


def _astray(artifact: Artifact, units: Sequence[Unit], groups: Mapping[str, object]) -> Iterator[Finding]:
    """Headings as of units, where no unit is looked for since the units have a section of their own."""
    known = {*groups, *(unit.id for unit in units)}
    kinds = set(map(_kind, known))
    for heading in artifact.headings:
        begun = leading(heading.title) if 2 <= heading.level <= 5 else None
        if begun and begun[0] not in known and _kind(begun[0]) in kinds:
            wrong = f"“{heading.title[:80]}” stands outside of the section with the units, so it is taken for none."
            mend = "Put it below that section's heading, one level deeper; or begin it with another word."
            yield Finding(heading.line, wrong, mend, "unread-unit", "warning")


def _kind(id: str) -> str:
    """`PR` of PR9b, and of PRA."""
    return re.split(r"\d|(?<=^PR).|(?<=^WP).", id, maxsplit=1)[0]


def _with_dependencies(units: Sequence[Unit], statements: Sequence[Statement]) -> Iterator[Unit]:
    others: dict[str, dict[str, None]] = {}
    for each in statements:
        if each.sense == "needs" and each.other != each.unit:
            others.setdefault(each.unit, {})[each.other] = None
    for unit in units:
        yield replace(unit, depends_on=tuple(others.get(unit.id, ())))


def _sections(artifact: Artifact) -> Iterator[PlanSection]:
    """The sections of the document's second level; of its first where it has no second."""
    levels = Counter(heading.level for heading in artifact.headings)
    level = 2 if levels[2] else min(levels, default=2)
    for section in artifact.sections:
        if section.heading.level == level:
            yield PlanSection(section.title, section.heading.line, artifact.lines(section), level)


# --- what is stated --------------------------------------------------------------------------------------------------


def _heading_statements(units: Sequence[Unit]) -> Iterator[Statement]:
    """`### PR 2: Title (depends on PR 1)`."""
    for unit in units:
        for remark in re.findall(r"\(([^()]*)\)", unit.tier1.get("heading", "")):
            name, _, rest = remark.partition(" on ")
            label = label_of(f"{name} on") if rest else None
            if label == "needs":
                yield from _stated(unit.id, "needs", ids(rest), "heading", unit.line)


def _row_statements(artifact: Artifact, found: list[Finding]) -> Iterator[Statement]:
    """Tables with a column such as “Depends on”, a unit in each row."""
    for table in artifact.tables:
        columns = {at: label for at, cell in enumerate(table.header) if (label := label_of(cell))}
        if not columns or 0 in columns:
            continue
        for row in table.rows:
            own = next((named[0] for cell in row.cells[: min(columns)] if len(named := ids(cell)) == 1), None)
            for at, label in columns.items():
                if own:
                    yield from _of(own, label, row.cells[at], "row", row.line, found)
                elif ids(row.cells[at]):
                    wrong = f"This row says what needs {', '.join(ids(row.cells[at])[:4])}, and names no unit."
                    mend = "Begin the row with the unit's id."
                    found.append(Finding(row.line, wrong, mend, "unread-dependency", "warning"))


def _label_statements(artifact: Artifact, units: Sequence[Unit], found: list[Finding]) -> Iterator[Statement]:
    """Labelled lines, and rows of a table of aspects, below a unit's heading."""
    known = {unit.id for unit in units}
    for unit in units:
        for entry in fields_of(artifact, unit):
            label = label_of(entry.name)
            if label:
                yield from _of(unit.id, label, entry.text, entry.where, entry.line, found)
            elif _unplaced(unit, entry, known):
                line = f"{entry.name}: {' '.join(entry.text.split())[:80]}"
                wrong = f"“{line}” of {unit.id} says something of units, not what."
                mend = f"Where {unit.id} needs them, write “Depends on: …”; else put what is meant into words."
                found.append(Finding(entry.line, wrong, mend, "unread-dependency", "warning"))


def _unplaced(unit: Unit, entry: Entry, known: set[str]) -> bool:
    """Whether a labelled line whose label is none of ours has other units behind it and not a word."""
    if entry.where != "label" or normal(entry.name) in _NO_ORDER:
        return False
    others = set(ids(entry.text)) & known - {unit.id}
    return bool(others) and only_ids(entry.text)


def _of(unit: str, label: Label, text: str, where: Where, line: int, found: list[Finding]) -> Iterator[Statement]:
    what = said(text)
    if what.unread and label in ("needs", "blocks"):
        wrong = f"What {unit} depends on can't be read: “{' '.join(text.split())[:80]}”."
        mend = "Name units by their ids, as in “Depends on: PR 1, PR 2”, or write “none”."
        found.append(Finding(line, wrong, mend, "unread-dependency", "warning"))
    match label:
        case "needs" if not what.ids and not what.unread:
            yield Statement(unit, "", where, line, "nothing")
        case "needs" | "parallel":
            yield from _stated(unit, "needs" if label == "needs" else "parallel", what.ids, where, line)
        case "blocks":
            for other in what.ids:
                yield Statement(other, unit, where, line)
        case "independent":
            return
        case _:
            assert_never(label)


def _stated(unit: str, sense: Sense, others: Sequence[str], where: Where, line: int) -> Iterator[Statement]:
    for other in others:
        yield Statement(unit, other, where, line, sense)


def _drawn_statements(artifact: Artifact, found: list[Finding]) -> Iterator[Statement]:
    for fence in artifact.fences:
        flow = fence.info.split(" ")[0].lower() == "mermaid"
        drawn: Drawn | None = mermaid(fence) if flow else ascii_drawing(fence)
        if drawn is None:
            continue
        for first, then, line in drawn.edges:
            yield Statement(then, first, "mermaid" if flow else "drawing", line)
        if drawn.unread:
            found.append(drawn.unread)
    yield from _arrows_in_prose(artifact, found)


def _arrows_in_prose(artifact: Artifact, found: list[Finding]) -> Iterator[Statement]:
    """`PR 1 → PR 2` alone on a line of a section about dependencies."""
    for line in artifact.prose(code=True):
        text = line.text.strip().strip("`*-> ")
        bare = re.sub(r"\([^()]*\)", "", text)
        section = artifact.section_at(line.number)
        if not section or not _DAG.search(" ".join((*section.heading.under, section.title))):
            continue
        if _only_arrows(bare):
            for first, then, at in one_line(bare, line.number):
                yield Statement(then, first, "drawing", at)
        elif backwards(bare):
            found.append(unread(line.number, line.number))


def _only_arrows(text: str) -> bool:
    parts = re.split(r"\s*(?:[-─=]*[>►▶→⟶⇒])\s*", text)
    return len(parts) > 1 and all(
        all(
            leading(each) and not (leading(each) or ("", ""))[1].strip(" `*") for each in re.split(r",|\band\b|&", part)
        )
        for part in parts
    )


def _risks(table: Table) -> Iterator[Risk]:
    for cells, line in _columns(table, _RISKS, ("decision", "assumption")):
        yield Risk(**cells, line=line)


def _freezes(table: Table) -> Iterator[Freeze]:
    for cells, line in _columns(table, _FREEZES, ("interface", "unit")):
        yield Freeze(**cells, line=line)


def _columns(
    table: Table, names: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> Iterator[tuple[dict[str, str], int]]:
    """The rows of a table that has the needed columns, by our names; "" for the columns that it has not."""
    titles = [normal(cell) for cell in table.header]
    at = {name: next((titles.index(each) for each in known if each in titles), None) for name, known in names.items()}
    if any(at[name] is None for name in needed):
        return
    for row in table.rows:
        yield {name: row.cells[column] if column is not None else "" for name, column in at.items()}, row.line

"""The units of a plan: by their headings, else by the rows or items that list them; with their fields and tiers."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from bot.core.markdown.artifact import Artifact, Heading, Row, Section, Table, normal

from .ids import ids, leading
from .shape import Guarantee, Unit
from .stated import label_of

_PLAN = re.compile(
    r"(?:\b(?:pr|prs|pull requests?|work packages?|units?|tasks?|implementation|delivery|milestones?)\b.*"
    r"\b(?:plan|series|list|breakdown|sequence|packages|phases)\b)|^(?:units|tasks|work packages|plan|prs|pr series)$"
)
_GROUPS = re.compile(r"(?:Stage|Milestone|Epic|M|Step)\d")
STABLE = re.compile(r"<!--\s*unit:\s*([a-z0-9][a-z0-9-]*)\s*-->")
STATUS = re.compile(
    r"\s*[-–—:]*\s*(?:\(|\[)?(?:✅|☑|✔|🚧|⏳)?\s*\b(?P<status>completed|complete|done|merged|shipped|in progress|wip"
    r"|dropped|superseded|deferred|skipped)\b[\s:]*(?P<date>\d{4}-\d\d-\d\d)?(?:\)|\])?\s*$|\s*(?P<mark>✅|☑|✔)\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s*[a-z]+(?: [a-z]+)?\s*", re.IGNORECASE)
_REMARK = re.compile(
    r"\s*\((?:issue\s*)?#\d+\)|\s*\((?:hard |soft )?(?:depends? on|needs|blocked by)[^()]*\)", re.IGNORECASE
)
_TIER = re.compile(r"[\W_]*tier\s*(?P<tier>[12])\b", re.IGNORECASE)
_FIELD = re.compile(
    r"\s*(?:[-*+]\s+|\d+[.)]\s+)?(?:\*\*|__)(?P<name>[^*_\n]{2,60}?)\s*(?::(?:\*\*|__)|(?:\*\*|__)\s*:)\s*(?P<text>.*)$"
)
# Only where the name is one that states a dependency: `Depends on: PR 1`, `*Depends on* PR 1`, `Depends on PR 1`.
_BARE = re.compile(
    r"\s*(?:>\s*)?(?:[-*+]\s+)?[*_]{0,2}(?P<name>[^\W\d_][\w /-]{1,40}?(?: \((?:hard|soft)\))?)"
    r"(?:[*_]{0,2}\s*[:：][*_]{0,2}\s*(?P<text>.*)|[*_]{0,2}\s+(?P<ids>[*_`\[]*(?:PR|WP|[A-Z][A-Za-z]*[ -]?\d).*))$"
)
_GUARANTEE = re.compile(
    r"\s*(?:[-*+]\s+)?\**`?(?P<id>(?:BC|G|INV)-[A-Z0-9]+(?:-[A-Z0-9]+)*)`?\**\s*[:.)–—-]*\s*(?P<text>.*)$"
)
ITEM = re.compile(r"\s*[-*+]\s+(?:\[(?P<mark>[ xX])\]\s+)?(?P<text>.+)$")
GUARANTEES = ("behavioral guarantees", "behavioural guarantees", "guarantees", "contracts")


@dataclass(frozen=True)
class Entry:
    """A labelled line, or a row of a table of aspects, of a unit."""

    name: str
    text: str
    line: int
    where: Literal["row", "label"]
    tier: int = 1


def headed(artifact: Artifact) -> tuple[list[Unit], dict[str, tuple[str, ...]]]:
    """The units that have a heading of their own, and the headings over such headings: groups, with their units."""
    inside = [section for section in artifact.sections if _PLAN.search(_title(section))]
    found = [(section, begun) for section in artifact.sections if (begun := _begins(section, inside))]
    groups: dict[str, tuple[str, ...]] = {}
    units: list[Unit] = []
    for at, (section, begun) in enumerate(found):
        if _GROUPS.match(begun[0]) and at + 1 < len(found) and _within(found[at + 1][0], section):
            groups[begun[0]] = tuple(_ids_within(found, at + 1, section))
        else:
            below = found[at + 1][0].heading.line - 1 if at + 1 < len(found) else section.last
            units.append(_unit(artifact, section, min(section.last, below), *begun))
    return units, groups


def _ids_within(found: Sequence[tuple[Section, tuple[str, str]]], at: int, outer: Section) -> Iterator[str]:
    for each in range(at, len(found)):
        section, (id, _) = found[each]
        if not _within(section, outer):
            return
        yield id


def listed(artifact: Artifact) -> list[Unit]:
    """The units of a plan without such headings: rows of a table with dependencies, else items of a task list."""
    rows = [
        (row.line, row.cells, _status_cell(table, row))
        for table in artifact.tables
        if any(label_of(cell) for cell in table.header)
        for row in table.rows
        if len(ids(row.cells[0])) == 1
    ]
    if rows:
        return [Unit(ids(cells[0])[0], _cell_title(cells), line, line, status=said) for line, cells, said in rows]
    found = []
    for line in artifact.prose(code=True):
        match = ITEM.fullmatch(line.text)
        begun = leading(match["text"].strip("* ")) if match else None
        if match and begun:
            title, said = cleaned(begun[1])
            status = "done" if (match["mark"] or " ") in "xX" else said
            found.append(Unit(begun[0], title, line.number, line.number, status=status))
    return found


def fields_of(artifact: Artifact, unit: Unit) -> Iterator[Entry]:
    """All that a unit says under a label, in order, with its tier."""
    if unit.last <= unit.line:
        return
    tiers = _tiers(artifact, unit)
    tables = artifact.tables
    first, end = (bisect_right(tables, line, key=attrgetter("line")) for line in (unit.line, unit.last))
    for table in tables[first:end]:
        if len(table.header) == 2:
            for row in table.rows:
                yield Entry(row.cells[0].strip("*` "), row.cells[1], row.line, "row", _tier_at(tiers, row.line))
    yield from _labelled(artifact, unit, tiers)


def _labelled(artifact: Artifact, unit: Unit, tiers: Sequence[tuple[int, int]]) -> Iterator[Entry]:
    """The labelled lines with what is nested below them."""
    name, line, indent, item = "", 0, 0, False
    parts: list[str] = []
    for each in artifact.prose(_body(unit), code=True):
        if each.text.lstrip().startswith("|"):
            continue
        match = _FIELD.fullmatch(each.text) or (_BARE.fullmatch(each.text) if _is_label(each.text) else None)
        if match and (not name or _indent(each.text) <= indent):
            if name:
                yield Entry(name, "\n".join(parts).strip(), line, "label", _tier_at(tiers, line))
            name, line, parts = match["name"].strip(), each.number, [_said(match)]
            indent = _indent(each.text)
            item = ITEM.match(each.text) is not None and label_of(name) is not None
        elif item and ITEM.match(each.text) and _indent(each.text) <= indent:
            yield Entry(name, "\n".join(parts).strip(), line, "label", _tier_at(tiers, line))
            name, parts, item = "", [], False  # the next item of the list that the label is in
        elif _TIER.match(each.text) or each.text.lstrip().startswith("#") or set(each.text.strip()) <= set("-*_ "):
            if name:
                yield Entry(name, "\n".join(parts).strip(), line, "label", _tier_at(tiers, line))
            name, parts, item = "", [], False
        elif name:
            parts.append(each.text)
    if name:
        yield Entry(name, "\n".join(parts).strip(), line, "label", _tier_at(tiers, line))


def _indent(text: str) -> int:
    wide = text.expandtabs(4)
    return len(wide) - len(wide.lstrip())


def _said(match: re.Match[str]) -> str:
    return match["text"] if match["text"] is not None else match["ids"]


def _is_label(text: str) -> bool:
    match = _BARE.fullmatch(text)
    return bool(match and label_of(match["name"]))


def _begins(section: Section, inside: Sequence[Section]) -> tuple[str, str] | None:
    """The id and the rest of a heading that begins a unit, within the plan's section where there is one."""
    heading = section.heading
    if not 2 <= heading.level <= 5 or (inside and not any(_within(section, plan) for plan in inside)):
        return None
    return leading(STABLE.sub("", heading.title))


def _unit(artifact: Artifact, section: Section, last: int, id: str, rest: str) -> Unit:
    """The unit of a section, down to its last line or to where a unit within it begins."""
    line = section.heading.line
    title, status = cleaned(STABLE.sub("", rest), marked=STABLE.search(section.heading.title) is not None)
    stable = STABLE.search(section.heading.title) or STABLE.search("\n".join(artifact.source[line : line + 3]))
    bare = Unit(id, title, line, last)
    tiers: tuple[dict[str, str], dict[str, str]] = ({}, {})
    lines: dict[str, int] = {}
    for entry in fields_of(artifact, bare):
        name = normal(entry.name)
        tiers[entry.tier - 1].setdefault(name, entry.text)
        lines.setdefault(name, entry.line)
    tiers[0]["heading"] = rest
    lines["heading"] = line
    said = next((tier["status"] for tier in tiers if tier.get("status")), "")
    return Unit(
        id,
        title,
        line,
        last,
        stable[1] if stable else "",
        status or said.strip().lower(),
        tiers[0],
        tiers[1],
        tuple(_guarantees(artifact, tiers, lines, last)),
        lines=lines,
        tiers=_marks(artifact, bare),
    )


def _guarantees(
    artifact: Artifact, tiers: Sequence[dict[str, str]], lines: dict[str, int], last: int
) -> Iterator[Guarantee]:
    name = next((each for each in GUARANTEES if any(each in tier for tier in tiers)), None)
    if name is None:
        return
    text = next(tier[name] for tier in tiers if name in tier)
    for part in filter(str.strip, text.split("\n")):
        match = _GUARANTEE.fullmatch(part)
        line = _line_of(artifact, part.strip(), lines[name], last)
        if match:
            yield Guarantee(match["id"], match["text"].strip(), line)
        else:
            yield Guarantee("", part.strip(" -*+"), line)


def _line_of(artifact: Artifact, text: str, after: int, last: int) -> int:
    """The line of a text that stands at or below a line, down to a last one."""
    below = range(after, last + 1)
    return next((at for at in below if artifact.source[at - 1].strip() == text), after)


def cleaned(rest: str, marked: bool = False) -> tuple[str, str]:
    """A title without separators, remarks and status; and the status.

    Where the unit is `marked` with a stable id, its status stands apart from the title, which may end as it likes.
    """
    text = _REMARK.sub("", rest).lstrip(":.)]–—- \t`*")
    status = ""
    match = STATUS.search(text)
    if match and not (marked and _WORD.fullmatch(match[0])):
        status = " ".join(part for part in ((match["status"] or "done").lower(), match["date"]) if part)
        text = text[: match.start()]
    return text.strip().rstrip(" \t`*:–—-"), status


def _status_cell(table: Table, row: Row) -> str:
    """What the row's column on status says, in lower case; "" where it has none."""
    at = next((at for at, cell in enumerate(table.header) if normal(cell) == "status"), None)
    return row.cells[at].strip("*_ ✅☑✔").lower() if at is not None else ""


def _cell_title(cells: Sequence[str]) -> str:
    rest = (leading(cells[0]) or ("", ""))[1]
    return cleaned(rest)[0] or (cells[1] if len(cells) > 1 else "")


def _tiers(artifact: Artifact, unit: Unit) -> list[tuple[int, int]]:
    """The lines at which a tier begins, with its number."""
    return [
        (line.number, int(match["tier"]))
        for line in artifact.prose(_body(unit), code=True)
        if (match := _TIER.match(line.text))
    ]


def _marks(artifact: Artifact, unit: Unit) -> tuple[int, int]:
    found = _tiers(artifact, unit)
    first, second = (next((at for at, tier in found if tier == wanted), 0) for wanted in (1, 2))
    return first, second


def _tier_at(tiers: Sequence[tuple[int, int]], line: int) -> int:
    return next((tier for at, tier in reversed(tiers) if at <= line), 1)


def _body(unit: Unit) -> Section:
    """What stands below a unit's heading."""
    return Section(Heading(2, unit.title, unit.line), unit.line + 1, unit.last, "")


def _title(section: Section) -> str:
    return normal(re.sub(r"^\W*(?:[A-Z]|\d+)[).:]\s*", "", section.title))


def _within(section: Section, outer: Section) -> bool:
    return outer.first <= section.heading.line <= outer.last

"""Reads a document of concerns: ours exactly, people's as they write them; what can't be placed is reported."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.markdown.artifact import Artifact, Section, Table, normal
from bot.core.markdown.inert import whole

from .shape import APART, LETTERS, Concern, Concerns, Disposition, Kind, LogRow, Loose, Severity
from .words import decision_in, ids_in, severity_of, severity_of_id, sources_in

_HEADED = re.compile(
    r"\W*(?:concern\s+)?(?P<id>[A-Z]{1,3}-?\d{1,6})\b\]?\**(?:\s*(?:[.:)]|[-–—]+|\s)\**\s*(?P<title>.*?)\**)?\s*$",
    re.IGNORECASE,
)
# No heading to Markdown, since a blank is missing, and one to who wrote it.
_BROKEN = re.compile(
    r" {0,3}#{1,6}(?P<title>[\[*]{0,3}(?:concern\s+)?[A-Z]{1,3}-?\d{1,6}\b[\]*]{0,3}[.:)].*)", re.IGNORECASE
)
_BOLD = re.compile(
    r"\s*(?:[-*+]\s+)?\*\*\[?(?P<id>[A-Z]{1,3}-?\d{1,6})\]?[.:)\s–—-]\s*(?P<title>[^*]+?)[.:]?\*\*(?P<rest>.*)$"
)
_LABEL = re.compile(
    r"\s*(?:[-*+]\s+)?(?:\*\*|__)(?P<name>[A-Za-z][A-Za-z /-]{1,40}?)\s*"
    r"(?::(?:\*\*|__)|(?:\*\*|__)\s*:?)\s*(?P<text>.*)$"
)
_PLAIN = re.compile(r"\s*(?:[-*+]\s+)?(?P<name>[A-Z][A-Za-z -]{2,25}):\s+(?P<text>.*)$")
_ALL_BOLD = re.compile(r"\s*(?:[-*+]\s+)?\*\*(?P<name>[A-Z][A-Za-z -]{2,25}):\s+(?P<text>[^*]+)\*\*\s*$")
_LABELS: Mapping[str, str] = {
    **dict.fromkeys(
        ("source", "sources", "raised by", "flagged by", "expert", "experts", "from", "reviewers"), "source"
    ),
    **dict.fromkeys(("problem", "concern", "issue", "question", "description"), "problem"),
    **dict.fromkeys(("evidence", "location", "locations", "where"), "evidence"),
    **dict.fromkeys(
        ("solution", "proposed solution", "suggestion", "recommendation", "proposal", "fix", "mitigation"), "solution"
    ),
    **dict.fromkeys(("owner", "owning component", "component", "owned by"), "owner"),
    **dict.fromkeys(("decision", "resolution", "status"), "decision"),
    "severity": "severity",
    "downgrade": "downgrade",
}
_LOG = re.compile(r"\blog\b|\bdecisions?\b|\bresolutions?\b|\baddress", re.IGNORECASE)
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ids": ("#", "id", "ids", "concern id", "no"),
    "concern": ("concern", "title", "topic"),
    "decision": ("decision", "resolution", "outcome"),
    "track": ("track", "owner", "phase"),
    "date": ("date", "when"),
    "by": ("by", "who", "decided by"),
    "commit": ("commit",),
    "notes": ("notes", "note", "why", "rationale", "reason", "comment"),
}
_WENT = re.compile(
    r"(?P<kind>merged|kept|dismissed)\b(?:\s+(?:into|as|from|in)\s+(?P<id>[A-Z]{1,3}\d{1,6}))?", re.IGNORECASE
)


@dataclass
class _Draft:
    """A concern while its lines are read."""

    id: str
    title: str
    line: int
    under: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    last: str = "problem"

    def add(self, name: str, text: str, line: int) -> None:
        """A labelled line; the first of its name counts, a further one is added to it."""
        self.last = name
        self.lines.setdefault(name, line)
        self.fields[name] = f"{self.fields[name]}\n{text}" if name in self.fields else text


def read(text: str, path: str = "") -> Concerns:
    """The concerns of a document, with its decision log, without the gaps by which nobody is mentioned."""
    artifact = Artifact(path, whole(text))
    apart = [section for title in APART if (section := _apart(artifact, title))]
    own = {line for section in apart for line in range(section.heading.line, section.last + 1)}
    logs = [table for table in artifact.tables if is_log(table)]
    fates = fates_in(artifact)
    others = (table for table in artifact.tables if table.line not in own)
    listed = [table for table in others if table not in logs and table not in fates]
    headed, loose = _headed(artifact, own)
    loose += [each for each in _broken(artifact) if each.line not in own]
    concerns = [*map(_concern, headed), *_tabled(listed, artifact)]
    return Concerns(
        artifact.title,
        tuple(sorted(concerns, key=lambda concern: concern.line)),
        tuple(fate for table in fates for fate in _dispositions(table)),
        tuple(row for table in logs for row in _log(table)),
        tuple(loose),
        "\n".join(_verbatim(artifact, section) for section in sorted(apart, key=lambda each: each.first)),
    )


def fates_in(artifact: Artifact) -> list[Table]:
    """The tables that say what became of each finding."""
    return [table for table in artifact.tables if _is_fates(table)]


def label_of(line: str) -> str:
    """Which field of a concern a line begins: source, problem and so on; "" where it begins none."""
    return (_labelled(line) or ("", ""))[0]


def _labelled(line: str) -> tuple[str, str] | None:
    """The field that a line begins, and what stands in it."""
    match = _LABEL.match(line) or _PLAIN.match(line) or _ALL_BOLD.match(line)
    name = _LABELS.get(normal(match["name"])) if match else None
    return (name, match["text"].strip()) if match and name else None


def _apart(artifact: Artifact, title: str) -> Section | None:
    """A section that planning added: on the second level, under just that title."""
    found = (section for section in artifact.sections if section.heading.level == 2)
    return next((section for section in found if normal(section.title) == normal(title)), None)


def _verbatim(artifact: Artifact, section: Section) -> str:
    return "\n".join(artifact.source[section.heading.line - 1 : section.last]).rstrip() + "\n"


# --- headings and bold lines -----------------------------------------------------------------------------------------


def _headed(artifact: Artifact, apart: set[int]) -> tuple[list[_Draft], list[Loose]]:
    drafts: list[_Draft] = []
    loose: list[Loose] = []
    covered = 0
    # A document may be called “E2 plan”: its title is no concern.
    title = next((first for first in artifact.sections[:1] if first.heading.level == 1), None)
    for section in artifact.sections:
        heading = section.heading
        if heading.line in apart:
            continue
        match = _HEADED.fullmatch(heading.title)
        if match and severity_of(heading.title) is None and section is not title:
            draft = _Draft(match["id"].upper().replace("-", ""), match["title"] or "", heading.line, heading.under)
            _read_fields(draft, artifact, section)
            drafts.append(draft)
            covered = section.last
        elif heading.line > covered:
            loose += _without_id(artifact, section)
            drafts += _bold(artifact, section, covered)
    return drafts, loose


def _broken(artifact: Artifact) -> Iterator[Loose]:
    """What was meant as a concern's heading, and lacks the blank that would make it one."""
    for line in artifact.prose(code=True):
        if match := _BROKEN.fullmatch(line.text):
            wrong = f"“{line.text.strip()}” is no heading, so what is below it belongs to no concern."
            mend = f"Write “### {match['title'].strip()}”, with a blank behind the marks."
            yield Loose(line.number, wrong, mend, "broken-heading")


def _without_id(artifact: Artifact, section: Section) -> Iterator[Loose]:
    """A heading below a severity's that has a concern's fields, and no id."""
    heading = section.heading
    grave = _grave(heading.under)
    labels = {label_of(line.text) for line in artifact.prose(section, code=True)}
    own = not artifact.headings_in(section)
    if own and {"source", "decision"} & labels and (grave or {"source", "decision"} <= labels):
        severity = _grave(heading.under) or "important"
        yield Loose(
            heading.line,
            f"“{heading.title}” has the fields of a concern and no id.",
            f"Begin the heading with an id that is free, as in “### {LETTERS[severity]}9. {heading.title}”.",
        )


def _bold(artifact: Artifact, section: Section, covered: int) -> Iterator[_Draft]:
    """Concerns that are bold lines or list items below a severity's heading: `- **C1. Title** …`."""
    inner = artifact.headings_in(section)
    last = inner[0].line - 1 if inner else section.last
    draft: _Draft | None = None
    for line in artifact.prose(section, code=True):
        if not covered < line.number <= last:
            continue
        if _BROKEN.match(line.text):
            break
        if match := _BOLD.fullmatch(line.text):
            if draft:
                yield draft
            under = (*section.heading.under, section.title)
            draft = _Draft(match["id"].replace("-", ""), match["title"], line.number, under)
            if rest := match["rest"].strip(" :—–-"):
                draft.add("problem", rest, line.number)
        elif draft:
            _read_line(draft, line.text, line.number)
    if draft:
        yield draft


def _read_fields(draft: _Draft, artifact: Artifact, section: Section) -> None:
    inner = artifact.headings_in(section)
    last = inner[0].line - 1 if inner else section.last
    for line in artifact.prose(section, code=True):
        if line.number > last or _BROKEN.match(line.text):
            break
        if not re.fullmatch(r"\s*([-*_])(\s*\1){2,}\s*", line.text):
            _read_line(draft, line.text, line.number)


def _read_line(draft: _Draft, text: str, line: int) -> None:
    name, said = _labelled(text) or (draft.last, text.strip())
    draft.add(name, said, line)


def _concern(draft: _Draft) -> Concern:
    fields = {name: text.strip() for name, text in draft.fields.items()}
    return Concern(
        draft.id,
        draft.title.strip(),
        _severity(draft.id, draft.under, fields.get("severity", "")),
        sources_in(fields.get("source", "")),
        fields.get("problem", ""),
        fields.get("evidence", ""),
        fields.get("solution", ""),
        fields.get("owner", ""),
        fields.get("downgrade", ""),
        decision_in(fields.get("decision", ""), draft.lines.get("decision", draft.line)),
        "decision" in fields,
        draft.line,
        draft.lines.get("decision", 0),
    )


def _severity(id: str, under: Sequence[str], said: str) -> Severity:
    """By the section that it stands in, else by what it says of itself, else by its letter."""
    return _grave(under) or severity_of(said) or severity_of_id(id) or "important"


def _grave(under: Sequence[str]) -> Severity | None:
    """The severity that the nearest of these headings names."""
    return next((found for title in reversed(under) if (found := severity_of(title))), None)


# --- tables ----------------------------------------------------------------------------------------------------------


def columns_of(table: Table) -> dict[str, int]:
    """Which column holds what."""
    titles = [cell.strip().casefold() if cell.strip() == "#" else normal(cell) for cell in table.header]
    return {
        name: titles.index(title) for name, known in _COLUMNS.items() for title in reversed(known) if title in titles
    }


def is_log(table: Table) -> bool:
    columns = columns_of(table)
    return {"ids", "decision"} <= set(columns) and bool(_LOG.search(table.section) or {"date", "track"} & set(columns))


def _is_fates(table: Table) -> bool:
    return normal(table.section) == "dispositions" and [normal(cell) for cell in table.header[:2]] == [
        "finding",
        "disposition",
    ]


def _log(table: Table) -> Iterator[LogRow]:
    columns = columns_of(table)
    for row in table.rows:
        cells = {name: row.cells[at] for name, at in columns.items()}
        cells |= {name: "" for name, text in cells.items() if text in ("-", "—", "–")}
        yield LogRow(ids_in(cells.pop("ids")), **cells, line=row.line)


def _dispositions(table: Table) -> Iterator[Disposition]:
    for row in table.rows:
        expert, _, finding = row.cells[0].strip("` ").rpartition(" ")
        match = _WENT.match(row.cells[1])
        kind: Kind = match["kind"].lower() if match else "dismissed"  # type: ignore[assignment]
        yield Disposition(
            expert,
            finding,
            kind,
            (match["id"] or "") if match else "",
            row.cells[2] if len(row.cells) > 2 else "",
            row.line,
        )


def _tabled(tables: Sequence[Table], artifact: Artifact) -> Iterator[Concern]:
    """Concerns that a table lists, where it names who raised them or how grave they are."""
    for table in tables:
        titles = [_LABELS.get(normal(cell), "") for cell in table.header]
        if not {"source", "severity", "decision"} & set(titles):
            continue
        section = artifact.section_at(table.line)
        under = (*section.heading.under, section.title) if section else ()
        for row in table.rows:
            ids = ids_in(row.cells[0])
            if len(ids) == 1 and not re.search(r"[a-z]{3}", row.cells[0]):
                yield _from_row(ids[0], row.cells, titles, under, row.line)


def _from_row(id: str, cells: Sequence[str], titles: Sequence[str], under: tuple[str, ...], line: int) -> Concern:
    draft = _Draft(id, "", line, under)
    for title, cell in zip(titles[1:], cells[1:], strict=True):
        if title:
            draft.add(title, cell, line)
        elif not draft.title:
            draft.title = cell
    draft.title = draft.title or draft.fields.get("problem", "")
    return _concern(draft)

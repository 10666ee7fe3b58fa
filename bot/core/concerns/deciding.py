"""Writes a decision into a document of concerns, in its field and in its log at once; all else stays as it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.markdown.artifact import Artifact, Table

from .reading import columns_of, is_log, read
from .shape import Concern, Concerns, Decision
from .writing import LOG_HEADER, decision_text, table_row

LOG = "Decision log"


@dataclass(frozen=True)
class Decided:
    """What a person decided of some concerns: `date` is ISO 8601, `by` their login, `commit` what they decided on."""

    ids: tuple[str, ...]
    decision: Decision
    by: str
    date: str
    track: str = ""
    commit: str = ""


def decide(text: str, decided: Decided, path: str = "") -> str:
    """The document with this decision. `KeyError` names an id that is no concern of it."""
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    document = read("\n".join(lines), path)
    concerns = [_concern(document, id) for id in decided.ids]
    for concern in sorted(concerns, key=lambda each: -each.line):
        _write_field(lines, concern, decided.decision, path)
    _write_row(lines, _row(decided, concerns), path)
    return ends.join(lines)


def note(text: str, decided: Decided, path: str = "") -> str:
    """The document with the row of a decision that its field has already."""
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    document = read("\n".join(lines), path)
    _write_row(lines, _row(decided, [_concern(document, id) for id in decided.ids]), path)
    return ends.join(lines)


def _concern(document: Concerns, id: str) -> Concern:
    found = next((concern for concern in document.concerns if concern.id == id), None)
    if found is None:
        raise KeyError(id)
    return found


def _write_field(lines: list[str], concern: Concern, decision: Decision, path: str) -> None:
    field = f"**Decision:** {decision_text(decision)}"
    if concern.field_line:
        lines[concern.field_line - 1] = f"{_indent(lines[concern.field_line - 1])}{field}"
        return
    sections = Artifact(path, "\n".join(lines)).sections
    last = next((section.last for section in sections if section.heading.line == concern.line), concern.line)
    while last > concern.line and not lines[last - 1].strip(" -*_"):
        last -= 1
    lines[last:last] = ["", field]


def _indent(line: str) -> str:
    """What stands before a field that is a list item."""
    return "".join(re.findall(r"^\s*[-*+]\s+(?=\*\*|__|\w)|^\s+", line)[:1])


def _row(decided: Decided, concerns: Sequence[Concern]) -> Mapping[str, str]:
    said = ": ".join(part for part in (decided.decision.verdict, decided.decision.why) if part)
    return {
        "ids": "+".join(decided.ids),
        "concern": "; ".join(concern.title for concern in concerns),
        "decision": said,
        "track": decided.track,
        "date": decided.date[:10],
        "by": f"@{decided.by}",
        "commit": decided.commit[:12],
    }


def _write_row(lines: list[str], cells: Mapping[str, str], path: str) -> None:
    log = next((table for table in Artifact(path, "\n".join(lines)).tables if is_log(table)), None)
    if log is not None:
        last = log.rows[-1].line if log.rows else log.line + 1
        lines.insert(last, table_row(_cells(log, cells)))
        return
    while lines and not lines[-1].strip():
        lines.pop()
    row = [cells.get(name.lower() if name != "#" else "ids", "") for name in LOG_HEADER]
    lines += ["", f"## {LOG}", "", table_row(LOG_HEADER), table_row(["---"] * len(LOG_HEADER)), table_row(row), ""]


def _cells(log: Table, cells: Mapping[str, str]) -> list[str]:
    """The row in the columns of a log that may be a person's: what it has no column for goes into its last one."""
    columns = columns_of(log)
    row = [""] * len(log.header)
    for name, at in columns.items():
        row[at] = cells.get(name, "")
    homeless = "; ".join(f"{name} {text}" for name, text in cells.items() if text and name not in columns)
    if homeless:
        row[-1] = f"{row[-1]} ({homeless})".strip()
    return row

"""Writes a document of concerns so that reading it gives the same data again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.core.markdown.inert import whole
from bot.core.markdown.invisible import visible

from .shape import SECTIONS, SEVERITIES, Concern, Concerns, Decision, Disposition, LogRow, Source
from .words import sources_in, without_boxes

LOG_HEADER = ("#", "Concern", "Decision", "Track", "Date", "By", "Commit", "Notes")
OPEN = "[ ]"
DISPOSITIONS = "Dispositions"


def render(document: Concerns) -> str:
    """The document: the severities' sections, what became of each finding, and the log of decisions."""
    lines = [f"# {document.title}", ""]
    for severity in SEVERITIES:
        own = [concern for concern in document.concerns if concern.severity == severity]
        lines += [f"## {SECTIONS[severity]}", "", *(["None.", ""] if not own else [])]
        for concern in own:
            lines += concern_lines(concern)
    lines += [f"## {DISPOSITIONS}", "", *disposition_table(document.dispositions), ""]
    lines += ["## Decision log", "", *_table(LOG_HEADER, map(_row, document.log))]
    lines += ["", document.apart.rstrip()] if document.apart else []
    return "\n".join(lines) + "\n"


def tidied(document: Concerns) -> Concerns:
    """The same with each text on one line and in the form that `render` keeps: what came from a model, or a person."""
    return replace(
        document,
        title=one_line(document.title),
        concerns=tuple(map(_tidy_concern, document.concerns)),
        dispositions=tuple(
            replace(each, expert=_name(each.expert), finding=each.finding.strip(), reason=one_line(each.reason))
            for each in document.dispositions
        ),
        log=tuple(_tidy_row(row) for row in document.log),
    )


def decision_text(decision: Decision | None) -> str:
    """What stands behind `Decision:`."""
    if decision is None:
        return OPEN
    said = ": ".join(part for part in (decision.verdict, decision.why) if part)
    return f"[x] {said}".rstrip()


def sources_text(sources: Sequence[Source]) -> str:
    """Who raised it, by semicolons; one behind a single name that would be read as several."""
    text = "; ".join(map(source_text, sources))
    return text if ";" in text or sources_in(text) == tuple(sources) else f"{text};"


def source_text(source: Source) -> str:
    """Who raised it, and how grave they found it."""
    return f"{source.expert} ({source.severity})" if source.severity else source.expert


def table_row(cells: Sequence[str]) -> str:
    """One row of a table; a bar in a cell is escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def concern_lines(concern: Concern) -> Iterator[str]:
    """A concern under its heading."""
    fields = (
        ("Source", sources_text(concern.sources)),
        ("Problem", concern.problem),
        ("Evidence", concern.evidence),
        ("Solution", concern.solution),
        ("Owner", concern.owner),
        ("Downgrade", concern.downgrade),
    )
    yield from (f"### {concern.id}. {concern.title}", "")
    for name, text in fields:
        if text:
            yield from (f"**{name}:** {text}", "")
    if concern.has_field:
        yield from (f"**Decision:** {decision_text(concern.decision)}", "")


def disposition_table(dispositions: Sequence[Disposition]) -> Iterator[str]:
    """What became of each finding."""
    yield from _table(("Finding", "Disposition", "Reason"), ())
    yield from disposition_rows(dispositions)


def disposition_rows(dispositions: Sequence[Disposition]) -> list[str]:
    """The same without the table's head."""
    words = {"merged": "merged into {}", "kept": "kept as {}", "dismissed": "dismissed"}
    return [
        table_row((f"{each.expert} {each.finding}", words[each.kind].format(each.concern), each.reason))
        for each in dispositions
    ]


def _row(row: LogRow) -> tuple[str, ...]:
    return ("+".join(row.ids), row.concern, row.decision, row.track, row.date, row.by, row.commit, row.notes)


def _table(header: Sequence[str], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield table_row(header)
    yield table_row(["---"] * len(header))
    yield from map(table_row, rows)


def _tidy_concern(concern: Concern) -> Concern:
    decision = concern.decision
    why = one_line(without_boxes(decision.why)).lstrip("*:.;,(–—- ") if decision else ""
    return replace(
        concern,
        title=one_line(concern.title).strip("#* "),
        sources=tuple(Source(_name(each.expert), _name(each.severity)) for each in concern.sources),
        problem=one_line(concern.problem),
        evidence=one_line(concern.evidence),
        solution=one_line(concern.solution),
        owner=one_line(concern.owner),
        downgrade=one_line(concern.downgrade),
        decision=replace(decision, why=why) if decision else None,
    )


def _tidy_row(row: LogRow) -> LogRow:
    return replace(
        row,
        concern=_cell(row.concern),
        decision=_cell(row.decision),
        track=_cell(row.track),
        date=_cell(row.date),
        by=_cell(row.by),
        commit=_cell(row.commit),
        notes=_cell(row.notes),
    )


def _cell(text: str) -> str:
    line = one_line(text)
    return "" if line in ("-", "–", "—") else line


def one_line(text: str) -> str:
    """Text without line breaks, and without what can't be seen."""
    # What can't be seen goes first: a comment's opening may be hidden behind it until the text is published.
    return " ".join(whole(visible(text)).replace("<!--", "&lt;!--").split())


def _name(text: str) -> str:
    return " ".join("".join(" " if mark in "()[];,&+*`.|" else mark for mark in text).split())

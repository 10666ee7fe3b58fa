"""A further round is written into the document that people have: what it brings is added, and all else stays."""

import re
from collections.abc import Sequence

from bot.core.markdown.artifact import Artifact, Section, Table, normal

from .reading import fates_in, label_of, read
from .shape import SECTIONS, SEVERITIES, Concern, Concerns, Disposition, Source
from .words import severity_of
from .writing import DISPOSITIONS, concern_lines, disposition_rows, disposition_table, source_text, tidied

_SECTION = re.compile(r"log\b|decisions?\b|dispositions\b|addressing", re.IGNORECASE)


def continued(text: str, document: Concerns) -> str | None:
    """The text with the concerns, sources and dispositions that it has not; None where there is no place for them."""
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    before = read("\n".join(lines))
    known = {concern.id: tidied(Concerns("", (concern,))).concerns[0] for concern in before.concerns}
    for concern in document.concerns:
        if concern.id in known:
            more = [source for source in concern.sources if source not in known[concern.id].sources]
            if more and not _add_sources(lines, concern.id, more):
                return None
            why = concern.downgrade.removeprefix(known[concern.id].downgrade).strip()
            if why and not _add_downgrade(lines, concern.id, why):
                return None
    _add_all(lines, [each for each in document.concerns if each.id not in known])
    _add_fates(lines, document.dispositions[len(before.dispositions) :])
    whole = "\n".join(lines)
    after = read(whole)
    there = {concern.id for concern in after.concerns}
    complete = all(each.id in there for each in document.concerns)
    return ends.join(lines) if complete and len(after.dispositions) == len(document.dispositions) else None


def put_back(text: str, concerns: Sequence[Concern]) -> str:
    """The text with concerns that were taken out of it, each in its section."""
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n") if text.strip() else ["# Expert concerns", ""]
    _add_all(lines, concerns)
    return ends.join(lines)


def _add_all(lines: list[str], concerns: Sequence[Concern]) -> None:
    for severity in SEVERITIES:
        if own := [each for each in concerns if each.severity == severity]:
            _add_concerns(lines, SECTIONS[severity], own)


def _add_sources(lines: list[str], id: str, more: Sequence[Source]) -> bool:
    """Whether the concern has a line that says who raised it."""
    document = read("\n".join(lines))
    concern = next(each for each in reversed(document.concerns) if each.id == id)
    later = (each.line for each in document.concerns if each.line > concern.line)
    until = next(later, len(lines) + 1)
    for at in range(concern.line, until - 1):
        if label_of(lines[at]) == "source":
            said = lines[at].rstrip(" ;,")
            between = "; " if ";" in lines[at] or len(concern.sources) < 2 else ", "
            lines[at] = between.join([said, *map(source_text, more)])
            return True
    return False


def _add_downgrade(lines: list[str], id: str, why: str) -> bool:
    """Whether the concern has a field to write above why it is less grave than somebody found it."""
    concern = next(each for each in reversed(read("\n".join(lines)).concerns) if each.id == id)
    if concern.field_line > concern.line:
        lines[concern.field_line - 1 : concern.field_line - 1] = [f"**Downgrade:** {why}", ""]
    return concern.field_line > concern.line


def _add_concerns(lines: list[str], title: str, fresh: Sequence[Concern]) -> None:
    """Below those of their severity; in a section of its own where there is none."""
    artifact = Artifact("", "\n".join(lines))
    severity = fresh[0].severity
    headings = {concern.line for concern in read(artifact.text).concerns}
    sections = (one for one in artifact.sections if one.heading.level > 1 and one.heading.line not in headings)
    own = [one for one in sections if severity_of(one.heading.title) == severity]
    written = [line for concern in fresh for line in concern_lines(concern)]
    if own:
        _append(lines, own[0], written)
        return
    _insert(lines, _before_tables(artifact, len(lines)), [f"## {title}", "", *written])


def _append(lines: list[str], section: Section, written: Sequence[str]) -> None:
    """At the section's end; a word that says that nothing is there goes."""
    last = section.last
    while last > section.heading.line and not lines[last - 1].strip(" -*_"):
        last -= 1
    if (
        last > section.heading.line
        and normal(lines[last - 1]) in ("none", "none yet")
        and _is_alone(lines, section, last)
    ):
        lines[last - 1 : last] = []
        last -= 1
    _insert(lines, last, written)


def _is_alone(lines: Sequence[str], section: Section, last: int) -> bool:
    return not any(line.strip() for line in lines[section.heading.line : last - 1])


def _before_tables(artifact: Artifact, end: int) -> int:
    """Where the sections of dispositions and decisions begin; the end where there are none."""
    found = (
        one.heading.line - 1 for one in artifact.sections if one.heading.level > 1 and _SECTION.match(one.heading.title)
    )
    return next(found, end)


def _insert(lines: list[str], at: int, written: Sequence[str]) -> None:
    """Lines with one empty line before and behind them."""
    before = [""] if at and lines[at - 1].strip() else []
    while at < len(lines) and not lines[at].strip():
        del lines[at]
    last = max(n for n, line in enumerate(written) if line)
    lines[at:at] = [*before, *written[: last + 1], ""]


def _add_fates(lines: list[str], fresh: Sequence[Disposition]) -> None:
    if not fresh:
        return
    artifact = Artifact("", "\n".join(lines))
    table: Table | None = next(iter(fates_in(artifact)), None)
    if table is not None:
        last = table.rows[-1].line if table.rows else table.line + 1
        lines[last:last] = disposition_rows(fresh)
        return
    _insert(lines, _before_tables(artifact, len(lines)), [f"## {DISPOSITIONS}", "", *disposition_table(fresh)])

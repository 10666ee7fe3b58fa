"""Sections of a document that several phases make together: taken out of an answer, and put into the document.

Whatever else stands in the document, people's words too, stays byte for byte.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.findings import Finding, new

from .artifact import Artifact, Section, loose, normal

RULE = "sections"
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True)
class Filling:
    """What a conversation fills: these sections, of a document of that title; `order` has those of all its phases.

    What is `coded` is written by a codec, which leaves a section out where there is nothing to say. A `closing` one is
    the last of the document, and answers for what is wrong in all of it.
    """

    sections: tuple[str, ...]
    order: tuple[str, ...]
    title: str
    coded: bool = False
    closing: bool = False


def part_of(text: str, titles: Sequence[str]) -> str:
    """The sections of these titles, in their order, each below its heading; "" where there is none."""
    artifact = Artifact("", text)
    found = ((title, _section(artifact, title)) for title in titles)
    return "\n".join(f"## {title}\n\n{section.body.strip()}\n" for title, section in found if section)


def digest_of_part(text: str, titles: Sequence[str]) -> str:
    """What tells whether people changed these sections since."""
    return hashlib.sha256(part_of(text, titles).encode()).hexdigest()


def is_filled(text: str, titles: Sequence[str]) -> bool:
    """Whether the document has all of these sections, and something in each."""
    artifact = Artifact("", text)
    found = [_section(artifact, title) for title in titles]
    return all(section is not None and not artifact.is_empty(section) for section in found)


def spliced(document: str, answer: str, filling: Filling) -> str:
    """The document with the sections that an answer has: in the place of those that are there, or where they belong."""
    answered = Artifact("", answer)
    text = document if document.strip() else f"# {filling.title}\n"
    for title in filling.sections:
        section = _section(answered, title)
        if section is not None:
            text = _put(text, title, f"## {title}\n\n{section.body.strip()}\n", filling.order)
        elif filling.coded:
            text = _taken_out(text, title)
    return text


def faults(answer: str, filling: Filling) -> Iterator[Finding]:
    """What of an answer can't be put into the document: a section that is missing, stands twice, or is another's."""
    titles = filling.sections
    artifact = Artifact("", answer)
    given = [section.title for section in artifact.sections if section.heading.level == 2]
    for title in titles:
        count = sum(loose(other) == loose(title) for other in given)
        if not count and not filling.coded:
            yield Finding(1, f"The section “{title}” is missing.", f"Write it below “## {title}”.", RULE)
        elif count > 1:
            yield Finding(1, f"The section “{title}” stands {count} times.", "Write it once.", RULE)
    own = {loose(title) for title in titles}
    for title in given:
        if loose(title) not in own:
            mend = f"Write “## {'”, “## '.join(titles)}” alone; put what belongs to them below “###”."
            yield Finding(1, f"“{title}” is no section of this phase.", mend, RULE)


def own(findings: Sequence[Finding], document: str, titles: Sequence[str]) -> tuple[Finding, ...]:
    """The findings that are a phase's own: those in its sections, and those in nobody's."""
    artifact = Artifact("", document)
    ours = {loose(title) for title in titles}
    kept = []
    for finding in findings:
        section = _around(artifact, finding.line)
        if section is None or loose(section.title) in ours:
            kept.append(finding)
    return tuple(kept)


def others(findings: Sequence[Finding], own: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that are no phase's own to mend: told, and no reason to write anything again."""
    return tuple(replace(finding, severity="warning") for finding in findings if finding not in own)


def fresh(findings: Sequence[Finding], known: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are not told yet; what is to be mended is told in any case."""
    untold = new(findings, known)
    return tuple(each for each in findings if each.severity == "error" or each in untold)


def within(findings: Sequence[Finding], document: str, answer: str) -> tuple[Finding, ...]:
    """The findings with the lines that they are at in the answer alone."""
    whole, part = Artifact("", document), Artifact("", answer)
    moved = []
    for finding in findings:
        section = _around(whole, finding.line)
        there = _section(part, section.title) if section else None
        by = there.heading.line - section.heading.line if section and there else 0
        moved.append(replace(finding, line=finding.line + by))
    return tuple(moved)


def _section(artifact: Artifact, title: str) -> Section | None:
    """The section of the second level with that title."""
    for form in (normal, loose):
        for section in artifact.sections:
            if section.heading.level == 2 and form(section.title) == form(title):
                return section
    return None


def _around(artifact: Artifact, line: int) -> Section | None:
    """The section of the second level that a line is in."""
    found = (each for each in artifact.sections if each.heading.level == 2 and each.heading.line <= line <= each.last)
    return next(found, None)


def _put(text: str, title: str, block: str, order: Sequence[str]) -> str:
    artifact, lines = Artifact("", text), _LINES.findall(text)
    if section := _section(artifact, title):
        return _joined(lines[: section.heading.line - 1], block, lines[section.last :])
    at = _place(artifact, title, order)
    at = len(lines) if at is None else at
    return _joined(lines[:at], block, lines[at:])


def _taken_out(text: str, title: str) -> str:
    section, lines = _section(Artifact("", text), title), _LINES.findall(text)
    return "".join([*lines[: section.heading.line - 1], *lines[section.last :]]) if section else text


def _place(artifact: Artifact, title: str, order: Sequence[str]) -> int | None:
    """The line before which a new section stands: in the phases' order; None at the end."""
    at = list(order).index(title)
    for other in reversed(order[:at]):
        if section := _section(artifact, other):
            return section.last
    for other in order[at + 1 :]:
        if section := _section(artifact, other):
            return section.heading.line - 1
    notes = _section(artifact, NOTES)
    return notes.heading.line - 1 if notes else None


def _joined(before: Sequence[str], block: str, behind: Sequence[str]) -> str:
    """The block between what was before and behind, with a blank line on either side."""
    head, tail = "".join(before), "".join(behind)
    if head and not head.endswith(("\n", "\r")):
        head += "\n"
    if head and before[-1].strip():
        head += "\n"
    return head + block + (f"\n{tail}" if tail.strip() else tail)


NOTES = "Revision notes"
"""The section that stays last: what people asked to be made again."""

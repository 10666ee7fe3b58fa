"""Edits of a plan's text: as small as they can be, each made once, and none that a person took back is made again."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

from bot.core.markdown.artifact import Artifact, Table, normal
from bot.core.markdown.safe import line, published
from bot.core.plan import Plan, Risk, Unit, plan_of
from bot.core.plan.ids import ids, spoken
from bot.core.plan.marking import cells_of, with_cell, with_status
from bot.core.plan.risks import abort_plan, named_risk
from bot.core.tracking.units import pieces

from .edits import Edit, Edited, Finished, Recorded, Reworded
from .known import said_done
from .words import BAR, said

_RESULT = "Result"
_REVISION = re.compile(r"\s*(?:[*_>#-]+\s*)*revision\b", re.IGNORECASE)
_STATUS_FIELD = re.compile(
    r"(?P<label>.*?\bstatus\b\W*?(?::\s*[*_]*|[*_]+\s*:|[*_]*\s*\|))\s*(?P<text>[^|\n]*?)(?P<end>\s*\|?\s*)$",
    re.IGNORECASE,
)


def edited(text: str, edits: Sequence[Edit], day: str) -> Edited:
    """The text with these edits and, where any of them is worth a word, a revision note of that day at its top."""
    made: list[Edit] = []
    unplaced: list[str] = []
    notes: list[str] = []
    crlf = "\r\n" in text
    now = text.replace("\r\n", "\n").replace("\r", "\n")
    for edit in edits:
        change = _Document(now).after(edit)
        if isinstance(change, str):
            unplaced += [change] if change else []
            continue
        now, note = change
        made.append(edit)
        notes += [note] if note and note not in notes else []
    if notes:
        now = _noted(now, day, notes)
    return Edited(now.replace("\n", "\r\n") if crlf else now, tuple(made), tuple(unplaced))


class _Document:
    """A plan's text, read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.artifact = Artifact("", text)
        self.lines = list(self.artifact.source)
        self.plan: Plan = plan_of(self.artifact)

    def after(self, edit: Edit) -> tuple[str, str] | str:
        """The text after an edit, with its note; or why it has no place, "" where it was made already."""
        match edit:
            case Finished():
                return self._finished(edit)
            case Recorded():
                return self._recorded(edit)
            case Reworded():
                return self._reworded(edit)
            case _:
                assert_never(edit)

    def _done(self, note: str) -> tuple[str, str]:
        return "\n".join(self.lines), note

    # --- a unit ------------------------------------------------------------------------------------------------------

    def _finished(self, edit: Finished) -> tuple[str, str] | str:
        unit = next((piece.unit for piece in pieces(self.plan) if piece.key == edit.unit), None)
        if unit is None:
            return f"`{edit.unit.removeprefix('unit/')}` is done, and is no unit of the document as it is now."
        name = spoken(unit.id)
        note = f"{name} is done, by #{edit.number}." if edit.pull else f"{name} is done: #{edit.number} was closed."
        if said_done(unit) or note in self.text:
            return ""
        if not self._mark(unit, f"done {edit.on}"):
            return f"{name} is done, and its row has no column “Status” that could say so."
        return self._done(note)

    def _mark(self, unit: Unit, status: str) -> bool:
        """In its field on status where it has one, in the table's column, else behind its title."""
        field = unit.lines.get("status")
        if field:
            return self._replaced(field, lambda text: _STATUS_FIELD.sub(rf"\g<label> {status}\g<end>", text))
        for table in self.artifact.tables:
            if any(row.line == unit.line for row in table.rows):
                return self._filled(unit.line, _column(table, "status"), status)
        return self._replaced(unit.line, lambda text: with_status(text, status, bool(unit.status)))

    def _filled(self, number: int, column: int | None, text: str) -> bool:
        return column is not None and self._replaced(number, lambda line: with_cell(line, column, text))

    def _replaced(self, number: int, change: Callable[[str], str]) -> bool:
        before = self.lines[number - 1]
        self.lines[number - 1] = change(before)
        return self.lines[number - 1] != before

    # --- a validation ------------------------------------------------------------------------------------------------

    def _recorded(self, edit: Recorded) -> tuple[str, str] | str:
        rows = named_risk(self.plan, edit.decision)
        if len(rows) != 1:
            return f"The risk register has no row “{line(edit.decision, 80)}” any more."
        risk, found = self.plan.risks[rows[0] - 1], said(edit.found)
        result = f"**{edit.verdict}** {edit.on} (by {line(edit.by)}): {found}"
        if risk.result.startswith(result.replace("\\|", "|")):
            return ""
        before = f"; before: {risk.result.replace('|', BAR)}" if risk.result.strip(" -–—") else ""
        self._result(risk, f"{result}{before}")
        found = found.rstrip(".")
        what = f"row {rows[0]} of the risk register, “{line(risk.decision.strip('*` '), 80)}”,"
        if edit.verdict == "passed":
            self._no_more_revised(rows[0])
            return self._done(f"{what[0].upper()}{what[1:]} is validated: {found} (found by {line(edit.by)}).")
        touched = [unit for id in ids(f"{risk.cost} · {risk.gate}") if (unit := self.plan.unit(id))]
        units = ", ".join(spoken(unit.id) for unit in touched) or "no unit by name"
        plan = said(abort_plan(risk)) or "none is written down: say here what changes"
        for unit in sorted(touched, key=lambda unit: -unit.line):
            if unit.last > unit.line:
                word = f"{_revised(rows[0])} on {edit.on}. Its abort plan: {plan}"
                self.lines[unit.line : unit.line] = ["", word]
        return self._done(
            f"The validation of {what} failed: {found} (found by {line(edit.by)}). "
            f"By its abort plan: {plan}. It concerns {units}, which wait until this is revised or the row passes."
        )

    def _no_more_revised(self, row: int) -> None:
        """What was said at units when that row failed."""
        for at in reversed(range(1, len(self.lines))):
            if self.lines[at].startswith(_revised(row)):
                del self.lines[at - 1 if not self.lines[at - 1].strip() else at : at + 1]

    def _result(self, risk: Risk, text: str) -> None:
        """In the row's column “Result”, which the register gets where it has none."""
        table = next(table for table in self.artifact.tables if any(row.line == risk.line for row in table.rows))
        at = _column(table, "result", "validation result", "outcome")
        if at is None:
            at = len(table.header)
            self._replaced(table.line, lambda line: with_cell(line, cells_of(line), _RESULT))
            self._replaced(table.line + 1, lambda line: with_cell(line, cells_of(line), "---"))
            for row in table.rows:
                self._replaced(row.line, lambda line: with_cell(line, at, ""))
        self._replaced(risk.line, lambda line: with_cell(line, at, text))

    # --- the concept model ------------------------------------------------------------------------------------------

    def _reworded(self, edit: Reworded) -> tuple[str, str] | str:
        block = next((each for each in self.plan.blocks if normal(each.name) == normal(edit.block)), None)
        new = published(edit.new).strip()
        if self.text.count(edit.old) != 1 or not edit.old.strip() or block is None:
            return (
                f"What the concept model should say of {line(edit.block, 80)} has no place of its own in the document."
            )
        self.lines = self.text.replace(edit.old, new).split("\n")
        return self._done(f"The concept model says of {line(block.name, 80)} what #{edit.number} made of it.")


def _revised(row: int) -> str:
    return f"> **To be revised:** row {row} of the risk register failed"


def _column(table: Table, *titles: str) -> int | None:
    return next((at for at, cell in enumerate(table.header) if normal(cell) in titles), None)


# --- the revision note -----------------------------------------------------------------------------------------------


def _noted(text: str, day: str, sentences: Sequence[str]) -> str:
    """In the note of that day where there is one of ours, else in a new one behind the notes that there are."""
    lines, begun = text.split("\n"), f"**Revision {day}, status:**"
    for at, written in enumerate(lines):
        if written.startswith(begun):
            lines[at] = " ".join([written.rstrip(), *(each for each in sentences if each not in written)])
            return "\n".join(lines)
    at = _top(lines, list(_headings(text)))
    lines[at:at] = ["", " ".join([begun, *sentences])] if at else [" ".join([begun, *sentences]), ""]
    return "\n".join(lines)


def _headings(text: str) -> Iterator[tuple[int, int]]:
    for heading in Artifact("", text).headings:
        yield heading.level, heading.line


def _top(lines: Sequence[str], headings: Sequence[tuple[int, int]]) -> int:
    """The index at which a note goes: behind the last paragraph that is one, else behind the title."""
    title = next((at for level, at in headings if level == 1), 0)
    first = next((at for level, at in headings if level > 1), len(lines) + 1)
    notes = [at for at, text in enumerate(lines[: first - 1], 1) if at > title and _REVISION.match(text)]
    at = max(notes, default=title)
    while at and at < first - 1 and at < len(lines) and lines[at].strip() and notes:
        at += 1
    return at

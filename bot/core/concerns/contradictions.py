"""Where a document of concerns contradicts itself: its fields against its log, its ids against its sections."""

from collections.abc import Iterator

from bot.core.findings import Finding

from .shape import LETTERS, Concern, Concerns, LogRow
from .words import is_open, severity_of_id, verdict_in


def findings_of(document: Concerns) -> tuple[Finding, ...]:
    """All contradictions, by line; one for each id that the log decides and the field leaves open, or the other way."""
    found = [*_loose(document), *_doubled(document), *_misplaced(document), *_decided(document), *_unknown(document)]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.rule)))


def logged(document: Concerns, id: str) -> tuple[LogRow, ...]:
    """The rows of the log that decide a concern, oldest first."""
    return tuple(row for row in document.log if id in row.ids and not is_open(row.decision))


def _loose(document: Concerns) -> Iterator[Finding]:
    for each in document.loose:
        yield Finding(each.line, each.wrong, each.mend, each.rule)


def _doubled(document: Concerns) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for concern in document.concerns:
        if concern.id in seen:
            wrong = f"The id {concern.id} stands in line {seen[concern.id]} already."
            yield Finding(concern.line, wrong, "Give one of the two the next free number.", "duplicate-id")
        seen.setdefault(concern.id, concern.line)


def _misplaced(document: Concerns) -> Iterator[Finding]:
    for concern in document.concerns:
        by_letter = severity_of_id(concern.id)
        if by_letter is not None and by_letter != concern.severity:
            wrong = (
                f"{concern.id} is “{by_letter}” by its letter, and “{concern.severity}” by its section or what it says."
            )
            mend = f"Make that say “{by_letter}” too, or name it {LETTERS[concern.severity]} with the next free number."
            yield Finding(concern.line, wrong, mend, "severity-and-section")


def _decided(document: Concerns) -> Iterator[Finding]:
    done = set()
    for concern in document.concerns:
        if concern.id not in done:
            done.add(concern.id)
            yield from _field(concern, logged(document, concern.id), bool(document.log))


def _field(concern: Concern, rows: tuple[LogRow, ...], has_log: bool) -> Iterator[Finding]:
    decision = concern.decision
    if decision is None:
        if rows:
            wrong = f"The log decides {concern.id} (line {rows[-1].line}), and its field leaves it open."
            mend = f"Write “**Decision:** [x] …” below it with what line {rows[-1].line} says, or take that row out."
            yield Finding(concern.line, wrong, mend, "log-decides-open-field")
        elif not concern.has_field:
            mend = "Add “**Decision:** [ ]” below it."
            yield Finding(
                concern.line, f"{concern.id} has no field to decide it on.", mend, "no-decision-field", "warning"
            )
        return
    if decision.ticked > 1:
        wrong = f"{concern.id} has {decision.ticked} boxes ticked, so nothing is decided."
        yield Finding(decision.line, wrong, "Tick one: accept, reject or defer.", "several-ticked")
        return
    if not rows:
        what = "the log has no row for it" if has_log else "there is no log"
        mend = f"Add a row for {concern.id} to the decision log: who decided what, when and why."
        yield Finding(decision.line, f"{concern.id} is decided in its field, and {what}.", mend, "field-decides-no-log")
    elif (said := verdict_in(rows[-1].decision)[0]) and decision.verdict and said != decision.verdict:
        wrong = f"{concern.id}: the field says “{decision.verdict}”, the log says “{said}” (line {rows[-1].line})."
        yield Finding(decision.line, wrong, "Make both say what was decided last.", "verdicts-differ")
    if not decision.why and not any(verdict_in(row.decision)[1] or row.notes for row in rows):
        wrong = f"{concern.id} is decided without a reason."
        mend = f"Write why: “**Decision:** [x] {decision.verdict or 'accept'}: because …”."
        yield Finding(decision.line, wrong, mend, "no-reason", "warning")


def _unknown(document: Concerns) -> Iterator[Finding]:
    known = {concern.id for concern in document.concerns}
    for row in document.log:
        for id in row.ids:
            if id not in known:
                mend = "Correct the id, or add the concern."
                yield Finding(row.line, f"The log names {id}, which is no concern here.", mend, "unknown-id")
        if not row.ids:
            mend = "Begin the row with a concern's id, e.g. C1, or C1+C2."
            yield Finding(row.line, "This row of the log names no concern.", mend, "row-without-id")

"""What a panel found is not undone by taking it out of the document: concerns that stood there, and nobody decided."""

from collections.abc import Sequence
from dataclasses import replace

from .reading import read
from .shape import SEVERITIES, Concern, Severity, is_undecided


def remembered(*seen: Sequence[Concern]) -> tuple[Concern, ...]:
    """The concerns that were ever seen, by id; each as it was seen last.

    Of what was seen in whichever order, each is as grave as it ever was, and decided if it ever was.
    """
    found: dict[str, Concern] = {}
    for each in (concern for concerns in seen for concern in concerns):
        before = found.get(each.id, each)
        decided = next((one.decision for one in (each, before) if not is_undecided(one)), None)
        grave = _graver(before.severity, each.severity)
        found[each.id] = replace(each, severity=grave, decision=decided, has_field=True, line=0, field_line=0)
    return tuple(found.values())


def taken_out(known: Sequence[Concern], text: str) -> tuple[Concern, ...]:
    """The concerns that stand in the document no more, and that nobody decided."""
    there = {concern.id for concern in _of(text)}
    return tuple(concern for concern in known if concern.id not in there and concern.decision is None)


def standing(known: Sequence[Concern], text: str) -> tuple[Concern, ...]:
    """The concerns as they stand: those of the document, as grave as they ever were, and those that were taken out."""
    before = {concern.id: concern.severity for concern in known}
    there = (replace(each, severity=_graver(each.severity, before.get(each.id, each.severity))) for each in _of(text))
    return (*there, *taken_out(known, text))


def _of(text: str) -> tuple[Concern, ...]:
    return read(text).concerns


def _graver(one: Severity, other: Severity) -> Severity:
    return min(one, other, key=SEVERITIES.index)

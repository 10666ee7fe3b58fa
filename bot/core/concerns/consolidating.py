"""The reviews of a round become one list of concerns, in which nothing that a review found is lost.

The model says what belongs together; ids, sources and severities are derived from the reviews themselves.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .shape import LETTERS, SEVERITIES, Concern, Concerns, Disposition, Kind, Severity, Source


@dataclass(frozen=True)
class Found:
    """One finding of a review that was made: its id in the review (`F1`) and how grave its expert found it."""

    id: str
    severity: Severity


@dataclass(frozen=True)
class Reviewed:
    """A review of a round: `ref` is its file name without `-review.md` (`003-tarjan`), `lens` what is shown of it."""

    ref: str
    lens: str
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Grouped:
    """What the model says of findings that one fix resolves, or of one finding alone.

    `keeps` is the id of the concern of an earlier round that this is, or "". `findings` are like `003-tarjan F2`.
    `downgrade` says why `severity` is below the highest that a source gave; "" where it is not.
    """

    keeps: str
    title: str
    severity: Literal["critical", "important", "nice to have", "question"]
    findings: list[str]
    downgrade: str
    problem: str
    evidence: str
    solution: str
    owner: str


@dataclass(frozen=True)
class Dismissed:
    """A finding that becomes no concern, and why."""

    finding: str
    reason: str


@dataclass(frozen=True)
class Grouping:
    """All that the model says of a round."""

    concerns: list[Grouped]
    dismissed: list[Dismissed]


def faults(said: Grouping, reviews: Sequence[Reviewed], before: Concerns | None) -> tuple[str, ...]:
    """What is wrong with a grouping, a sentence each with what to write instead."""
    known = _severities(reviews)
    used = Counter(
        [ref for group in said.concerns for ref in group.findings] + [each.finding for each in said.dismissed]
    )
    earlier = {concern.id: concern.severity for concern in before.concerns} if before else {}
    return (
        tuple(_uses(known, used))
        + tuple(fault for group in said.concerns for fault in _group(group, known, earlier))
        + tuple(
            f"{each.finding} is dismissed without a reason. Say why nobody has to act on it."
            for each in said.dismissed
            if not each.reason.strip()
        )
    )


def consolidated(
    said: Grouping, reviews: Sequence[Reviewed], before: Concerns | None, title: str, taken: Collection[str] = ()
) -> Concerns:
    """The concerns after this round: those of earlier rounds with their ids and decisions, then the new ones.

    `faults` must have found nothing. No new one gets an id that is `taken`, or that the document names anywhere.
    """
    known, lenses = _severities(reviews), {review.ref: review.lens for review in reviews}
    concerns = {concern.id: concern for concern in before.concerns} if before else {}
    fates = list(before.dispositions) if before else []
    used = {*taken, *concerns, *_named(before)}
    numbers = Counter({severity: _last(used, severity) for severity in SEVERITIES})
    for group in said.concerns:
        sources = tuple(_sources(group.findings, known, lenses))
        if group.keeps:
            old = concerns[group.keeps]
            more = tuple(each for each in sources if each not in old.sources)
            shrunk = _is_graver(highest([known[ref] for ref in group.findings]), old.severity)
            said_why = " ".join(filter(None, (old.downgrade, group.downgrade if shrunk else "")))
            concern = replace(old, sources=old.sources + more, downgrade=said_why)
        else:
            numbers[group.severity] += 1
            concern = _new(group, f"{LETTERS[group.severity]}{numbers[group.severity]}", sources)
        concerns[concern.id] = concern
        kind: Kind = "merged" if len(group.findings) > 1 or group.keeps else "kept"
        fates += [_fate(ref, kind, concern.id) for ref in group.findings]
    fates += [_fate(each.finding, "dismissed", "", each.reason) for each in said.dismissed]
    ordered = sorted(concerns.values(), key=lambda each: SEVERITIES.index(each.severity))
    kept = before or Concerns(title)
    return replace(kept, concerns=tuple(ordered), dispositions=tuple(fates), loose=())


def _fate(ref: str, kind: Kind, concern: str, reason: str = "") -> Disposition:
    expert, _, finding = ref.rpartition(" ")
    return Disposition(expert, finding, kind, concern, reason)


def highest(severities: Sequence[Severity]) -> Severity:
    """The gravest of these; a question is the least."""
    return min(severities, key=SEVERITIES.index)


def _severities(reviews: Sequence[Reviewed]) -> Mapping[str, Severity]:
    """Severity by reference (`003-tarjan F2`)."""
    return {f"{review.ref} {found.id}": found.severity for review in reviews for found in review.found}


def _uses(known: Mapping[str, Severity], used: Counter[str]) -> Iterator[str]:
    for ref in known:
        if used[ref] == 0:
            yield f"{ref} is in no concern and not dismissed. Put it where it belongs; nothing may be dropped."
        elif used[ref] > 1:
            yield f"{ref} is used {used[ref]} times. Each finding goes to one place."
    for ref in used:
        if ref not in known:
            yield f"There is no finding {ref}. Name findings as in “{next(iter(known), '003-expert F1')}”."


def _is_graver(one: Severity, other: Severity) -> bool:
    return SEVERITIES.index(one) < SEVERITIES.index(other)


def _group(group: Grouped, known: Mapping[str, Severity], earlier: Mapping[str, Severity]) -> Iterator[str]:
    name = f"“{group.title}”"
    for field in ("title", "problem", "owner"):
        if not getattr(group, field).strip():
            yield f"{name} has an empty `{field}`. Fill it."
    if not group.findings:
        yield f"{name} comes from no finding. Name those that it comes from, or leave it out."
    if group.keeps and group.keeps not in earlier:
        yield f"{name} keeps {group.keeps}, which is no concern of an earlier round. Leave `keeps` empty."
    given = [known[ref] for ref in group.findings if ref in known]
    shown = earlier.get(group.keeps, group.severity)
    if given and not group.downgrade.strip() and _is_graver(top := highest(given), shown):
        if group.keeps:
            mend = "Leave `keeps` empty, for a concern of its own, or say why it is less grave in `downgrade`."
            yield f"{name} keeps {group.keeps}, which is “{shown}”, and a source gave “{top}”. {mend}"
        else:
            yield f"{name} is “{shown}”, and a source gave “{top}”. Give that, or say why in `downgrade`."


def _sources(refs: Sequence[str], known: Mapping[str, Severity], lenses: Mapping[str, str]) -> Iterator[Source]:
    """Who really said it, each with the highest severity that they gave."""
    experts = dict.fromkeys(ref.rsplit(" ", 1)[0] for ref in refs)
    for expert in experts:
        yield Source(lenses[expert], highest([known[ref] for ref in refs if ref.rsplit(" ", 1)[0] == expert]))


def _named(before: Concerns | None) -> Iterator[str]:
    """The ids in the tables of a document: people may take a concern out, and leave what was said of it."""
    if before is not None:
        yield from (id for row in before.log for id in row.ids)
        yield from (fate.concern for fate in before.dispositions)


def _last(ids: Iterable[str], severity: Severity) -> int:
    """The highest number that this severity's ids have."""
    letter = LETTERS[severity]
    return max((int(id[1:]) for id in ids if id[:1] == letter and id[1:].isdecimal()), default=0)


def _new(group: Grouped, id: str, sources: tuple[Source, ...]) -> Concern:
    return Concern(
        id,
        group.title,
        group.severity,
        sources,
        group.problem,
        group.evidence,
        group.solution,
        group.owner,
        group.downgrade,
    )

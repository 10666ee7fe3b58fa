"""A list of concerns as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "important", "nice to have", "question"]
Verdict = Literal["accept", "reject", "defer", ""]
Kind = Literal["merged", "kept", "dismissed"]

# Gravest first; a concern's id begins with its severity's letter.
SEVERITIES: tuple[Severity, ...] = ("critical", "important", "nice to have", "question")
LETTERS: Mapping[Severity, str] = {"critical": "C", "important": "I", "nice to have": "N", "question": "Q"}
SECTIONS: Mapping[Severity, str] = {
    "critical": "Critical",
    "important": "Important",
    "nice to have": "Nice to have",
    "question": "Questions",
}

OWNERS, RESOLUTION = "Owning components", "Resolution"
APART = (OWNERS, RESOLUTION)
"""Sections that planning adds to a document of concerns: they name concerns and decisions, and are neither."""

Open = tuple[int, int, int, int]
"""How many concerns are open, in the order of `SEVERITIES`."""


@dataclass(frozen=True)
class Source:
    """Who raised a concern, and how grave they found it, in their own word; "" where they gave none."""

    expert: str
    severity: str = ""


@dataclass(frozen=True)
class Decision:
    """What a concern's field says was decided. `verdict` is "" where the words name none; `why` has no verdict in it.

    `ticked` counts the boxes that are ticked: more than one decides nothing.
    """

    verdict: Verdict
    why: str
    line: int = 0
    ticked: int = 1


@dataclass(frozen=True)
class Concern:
    """One objection. `line` is its heading's (0 where the document has it not).

    `downgrade` says why it is less grave here than its gravest source found. `decision` is None while it is open;
    `has_field` says that there is a line to decide it on, `field_line` which.
    """

    id: str
    title: str
    severity: Severity
    sources: tuple[Source, ...] = ()
    problem: str = ""
    evidence: str = ""
    solution: str = ""
    owner: str = ""
    downgrade: str = ""
    decision: Decision | None = None
    has_field: bool = True
    line: int = 0
    field_line: int = 0


@dataclass(frozen=True)
class Disposition:
    """What became of one finding of one review: `concern` is the id that it went to, "" where it was dismissed.

    `expert` is the review's file name without `-review.md` (`003-tarjan`), so that rounds are told apart.
    """

    expert: str
    finding: str
    kind: Kind
    concern: str = ""
    reason: str = ""
    line: int = 0


@dataclass(frozen=True)
class LogRow:
    """A row of the decision log; `ids` has several where one decision settles several concerns."""

    ids: tuple[str, ...]
    concern: str = ""
    decision: str = ""
    track: str = ""
    date: str = ""
    by: str = ""
    commit: str = ""
    notes: str = ""
    line: int = 0


@dataclass(frozen=True)
class Loose:
    """Something that looks like a concern and can't be read as one."""

    line: int
    wrong: str
    mend: str
    rule: str = "no-id"


@dataclass(frozen=True)
class Concerns:
    """A document of concerns, whole. `loose` is what could not be placed: nothing is dropped in silence.

    `apart` are the sections of `APART`, as they stand. `goes_on` is the text that a further round is written into.
    """

    title: str
    concerns: tuple[Concern, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    log: tuple[LogRow, ...] = ()
    loose: tuple[Loose, ...] = ()
    apart: str = ""
    goes_on: str = ""


def is_undecided(concern: Concern) -> bool:
    """Whether nothing, or more than one thing, is ticked."""
    return concern.decision is None or concern.decision.ticked > 1


def counted(concerns: Sequence[Concern]) -> Open:
    """How many of these are open."""
    open = [concern.severity for concern in concerns if is_undecided(concern)]
    critical, important, nice, question = (open.count(severity) for severity in SEVERITIES)
    return critical, important, nice, question

"""Sections F and G: from the code as it is to what it will be, and what is frozen of it."""

from dataclasses import dataclass

from bot.core.plan.writing.forms import Form, Items, Rows, Signatures

from .without import Without


@dataclass(frozen=True)
class Change:
    """A structural change, the block that it belongs to, and the unit that makes it."""

    change: str
    block: str
    unit: str


@dataclass(frozen=True)
class Fidelity:
    """What a simplification costs, and what it still answers."""

    simplification: str
    approximated: str
    still_answers: str
    breaks_down: str
    upgrade: str


@dataclass(frozen=True)
class Frozen:
    """A signature of merged code: `place` is `path:line`, `signature` the lines that stand there, without a body."""

    name: str
    place: str
    language: str
    signature: str
    frozen_by: str


@dataclass(frozen=True)
class Evolution:
    """Sections F and G; G is left out where nothing is frozen."""

    changes: list[Change]
    enabling_refactors: list[str]
    unchanged: list[str]
    fidelity: list[Fidelity]
    frozen: list[Frozen]
    none: list[Without]


EVOLUTION = (
    Form(
        "F",
        (
            Rows(
                "changes",
                "From current to target",
                (("Change", "change"), ("Building block", "block"), ("Unit", "unit")),
            ),
            Items("enabling_refactors", "Enabling refactors"),
            Items("unchanged", "What remains unchanged"),
            Rows(
                "fidelity",
                "Fidelity trade-offs",
                (
                    ("Simplification", "simplification"),
                    ("What is approximated", "approximated"),
                    ("Questions still answered", "still_answers"),
                    ("Breaks down when", "breaks_down"),
                    ("Upgrade path", "upgrade"),
                ),
            ),
        ),
    ),
    Form("G", (Signatures("frozen"),), optional=True),
)

"""Sections H and I: what units share, and the units."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core.plan.writing import cards
from bot.core.plan.writing.forms import Cards, Form, Rows

from .without import Without


@dataclass(frozen=True)
class Shared:
    """What is made once: the unit that makes it, and those that use it."""

    item: str
    made_by: str
    used_by: str


@dataclass(frozen=True)
class Dependency:
    """A new dependency, pinned and justified."""

    dependency: str
    version: str
    justification: str
    made_by: str
    used_by: str


@dataclass(frozen=True)
class Freeze:
    """When an interface is frozen: by which unit, what is shown before, and which two implementations it bears."""

    interface: str
    frozen_by: str
    validated_before: str
    implementations: str
    unlocks: str


@dataclass(frozen=True)
class Guarantee:
    """What has to hold once the unit is merged, under a name of its own: BC-3-1."""

    id: str
    text: str


Extension: TypeAlias = Literal["policy template", "subsystem module", "backend swap", "tier composition"]


@dataclass(frozen=True)
class Unit:
    """One planned pull request. `stable` is a short name that it keeps when numbers change."""

    id: str
    title: str
    stable: str
    depends_on: list[str]
    block_change: str
    extension_type: Extension
    motivation: str
    in_scope: list[str]
    out_of_scope: list[str]
    guarantees: list[Guarantee]
    risks: list[str]
    cross_cutting: str
    validation_gate: str
    architectural_impact: str
    api_surface: str
    cli_changes: str
    tests: list[str]
    exercised_by: str
    documentation: str
    extension_friction: str
    parallel_development: str
    why_reviewable: str
    why_no_dead_code: str
    files: list[str]
    size: str


@dataclass(frozen=True)
class Series:
    """Sections H and I."""

    shared_tests: list[Shared]
    documentation: list[Shared]
    ci: list[Shared]
    dependencies: list[Dependency]
    freezes: list[Freeze]
    units: list[Unit]
    none: list[Without]


_SHARED = (("Item", "item"), ("Made by", "made_by"), ("Used by", "used_by"))

SERIES = (
    Form(
        "H",
        (
            Rows("shared_tests", "Shared tests", _SHARED),
            Rows("documentation", "Documentation", _SHARED),
            Rows("ci", "CI", _SHARED),
            Rows(
                "dependencies",
                "Dependencies",
                (
                    ("Dependency", "dependency"),
                    ("Version", "version"),
                    ("Justification", "justification"),
                    ("Made by", "made_by"),
                    ("Used by", "used_by"),
                ),
            ),
            Rows(
                "freezes",
                "Freeze schedule",
                (
                    ("Interface", "interface"),
                    ("Frozen by", "frozen_by"),
                    ("Validated before", "validated_before"),
                    ("Two implementations", "implementations"),
                    ("Unlocks", "unlocks"),
                ),
            ),
        ),
    ),
    Form("I", (Cards("units", "", cards.tidy_unit, cards.write_unit, cards.read_units),)),
)

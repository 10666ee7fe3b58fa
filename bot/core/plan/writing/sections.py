"""The sections of seed 003 that have structure: what the model is asked for, and the forms in which it stands.

The words of rows and headings are those that the gate `plan` knows.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from . import cards
from .forms import Cards, Form, Items, Labelled, Lines, Matrix, Rows, Signatures


@dataclass(frozen=True)
class Without:
    """Why a list is empty: `field` is the list's name, `why` follows the words “None, because”."""

    field: str
    why: str


# --- A ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Milestone:
    """What holds once a unit is merged that people were waiting for."""

    unit: str
    holds: str


@dataclass(frozen=True)
class Summary:
    """Section A: what is built and why, each in two or three sentences, and the milestones. Code adds the counts."""

    what: str
    why: str
    milestones: list[Milestone]


SUMMARY = (Form("A", (Lines(("what", "why", "counts")), Labelled("milestones", "", "unit", "holds"))),)


# --- C ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Component:
    """A row of the scoping table: exactly one of `modeled`, `simplified` and `omitted` says how, the others are ""."""

    component: str
    modeled: str
    simplified: str
    omitted: str
    justification: str


@dataclass(frozen=True)
class Scope:
    """Section C."""

    objectives: list[str]
    non_goals: list[str]
    compatibility: list[str]
    performance: list[str]
    backward_compatibility: list[str]
    stability_for_operators: list[str]
    questions: list[str]
    components: list[Component]
    none: list[Without]


SCOPE = (
    Form(
        "C",
        (
            Items("objectives", "Objectives", numbered=True),
            Items("non_goals", "Non-goals"),
            Items("compatibility", "Compatibility"),
            Items("performance", "Performance"),
            Items("backward_compatibility", "Backward compatibility"),
            Items("stability_for_operators", "Stability for operators"),
            Items("questions", "Analysis questions", numbered=True, prefix="Q"),
            Rows(
                "components",
                "Model scoping",
                (
                    ("Component", "component"),
                    ("Modeled", "modeled"),
                    ("Simplified", "simplified"),
                    ("Omitted", "omitted"),
                    ("Justification", "justification"),
                ),
            ),
        ),
    ),
)


# --- D ---------------------------------------------------------------------------------------------------------------

Group: TypeAlias = Literal["Always", "Never", "Causality", "State and statistics"]


@dataclass(frozen=True)
class Block:
    """A building block with its module contract."""

    name: str
    responsibility: str
    observes: str
    controls: str
    owns: str
    invariants: str
    events: str
    extension_friction: str


@dataclass(frozen=True)
class Interaction:
    """`between` is `caller → callee`, `crosses` what passes, and whose it is then."""

    between: str
    crosses: str


@dataclass(frozen=True)
class Invariant:
    """`holds` begins with the invariant's name: `INV-1: the clock never goes back`."""

    group: Group
    holds: str


@dataclass(frozen=True)
class ExtensionPoint:
    """Where new behaviour plugs in; `unit` is the one that brings the first other implementation."""

    point: str
    contract: str
    default: str
    first_other: str
    unit: str


@dataclass(frozen=True)
class Owned:
    """A piece of mutable state, and the one block that owns it."""

    state: str
    owner: str


@dataclass(frozen=True)
class Counterpart:
    """What does a block's work in one real system."""

    system: str
    component: str


@dataclass(frozen=True)
class Real:
    """What a block corresponds to, in each of the real systems."""

    block: str
    systems: list[Counterpart]


@dataclass(frozen=True)
class ConceptModel:
    """Section D."""

    blocks: list[Block]
    interactions: list[Interaction]
    invariants: list[Invariant]
    extension_points: list[ExtensionPoint]
    ownership: list[Owned]
    shared_state: list[str]
    correspondence: list[Real]
    none: list[Without]


CONCEPT = (
    Form(
        "D",
        (
            Cards("blocks", "Building blocks", cards.tidy_block, cards.write_block, cards.read_blocks),
            Labelled("interactions", "Interaction model", "between", "crosses"),
            Labelled("invariants", "System invariants", "group", "holds"),
            Rows(
                "extension_points",
                "Extension points",
                (
                    ("Extension point", "point"),
                    ("Contract", "contract"),
                    ("Default", "default"),
                    ("First other implementation", "first_other"),
                    ("Unit", "unit"),
                ),
            ),
            Rows("ownership", "State ownership", (("State", "state"), ("Owner", "owner"))),
            Items("shared_state", "Shared state"),
            Matrix(
                "correspondence",
                "Real-system correspondence",
                corner="Building block",
                row="block",
                cells="systems",
                column="system",
                text="component",
            ),
        ),
    ),
)


# --- E ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Risk:
    """A decision that may be wrong. `cost` lists the units that would be made again, `gate` says before which unit."""

    decision: str
    assumption: str
    validation: str
    success: str
    abort: str
    cost: str
    gate: str


@dataclass(frozen=True)
class Risks:
    """Section E."""

    risks: list[Risk]


RISKS = (
    Form(
        "E",
        (
            Rows(
                "risks",
                "",
                (
                    ("Decision", "decision"),
                    ("Assumption", "assumption"),
                    ("Validation Method", "validation", "Success", "success", "Abort", "abort"),
                    ("Cost if Wrong", "cost"),
                    ("Gate", "gate"),
                ),
            ),
        ),
    ),
)


# --- F and G ---------------------------------------------------------------------------------------------------------


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


# --- H and I ---------------------------------------------------------------------------------------------------------


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


# --- K ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prevented:
    """How this plan keeps clear of a failure that plans have, and in which unit."""

    mode: str
    prevention: str
    unit: str


@dataclass(frozen=True)
class Prevention:
    """Section K."""

    invariants: list[str]
    regression_surfaces: list[str]
    state_migrations: list[str]
    backward_compatibility: list[str]
    failure_modes: list[Prevented]
    none: list[Without]


PREVENTION = (
    Form(
        "K",
        (
            Items("invariants", "Invariants"),
            Items("regression_surfaces", "Regression surfaces"),
            Items("state_migrations", "State migrations"),
            Items("backward_compatibility", "Backward compatibility"),
            Rows(
                "failure_modes",
                "Failure modes",
                (("Failure mode", "mode"), ("How this plan prevents it", "prevention"), ("Unit", "unit")),
            ),
        ),
    ),
)

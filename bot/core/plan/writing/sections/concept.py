"""Section D: the concept model."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core.plan.writing import cards
from bot.core.plan.writing.forms import Cards, Form, Items, Labelled, Matrix, Rows

from .without import Without

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

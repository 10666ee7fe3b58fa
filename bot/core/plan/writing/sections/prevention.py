"""Section K: how the plan keeps clear of failures."""

from dataclasses import dataclass

from bot.core.plan.writing.forms import Form, Items, Rows

from .without import Without


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

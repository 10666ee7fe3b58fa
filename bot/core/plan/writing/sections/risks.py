"""Section E: the decisions that may be wrong."""

from dataclasses import dataclass

from bot.core.plan.writing.forms import Form, Rows


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

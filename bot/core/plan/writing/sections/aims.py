"""Sections A and C: what is built and why, what for, and how much of the real system is in the model."""

from dataclasses import dataclass

from bot.core.plan.writing.forms import Form, Items, Labelled, Lines, Rows

from .without import Without


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

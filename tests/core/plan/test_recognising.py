"""Which documents of a pull request are plans."""

import pytest

from bot.core.definition import Definition, GateUse, Phase, Trigger
from bot.core.plan import read
from bot.core.plan.recognising import is_plan

UNIT = "### PR 1: A queue"


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        pytest.param(f"# P\n\n## PR Plan\n\n{UNIT}\n", True, id="a section of units"),
        pytest.param(f"# P\n\n## Work\n\n{UNIT} <!-- unit: queue -->\n", True, id="an id of ours"),
        pytest.param(f"# P\n\n## Objectives\n\n## Concept model\n\n## Risk register\n\n{UNIT}\n", True, id="sections"),
        pytest.param(f"# Notes\n\n## Objectives\n\n{UNIT}\n", False, id="notes that name a pull request"),
        pytest.param("# P\n\n## PR Plan\n\nNone yet.\n", False, id="no unit"),
    ],
)
def test_a_plan_is_known_by_its_units_and_sections(text: str, plan: bool) -> None:
    assert is_plan(read(text)) is plan


@pytest.mark.parametrize(("gates", "plans"), [((), False), (("headings",), False), (("headings", "plan"), True)])
def test_a_workflow_with_the_gate_makes_plans(gates: tuple[str, ...], plans: bool) -> None:
    phase = Phase("outline", 2, "Outline", "", gates=tuple(map(GateUse, gates)))
    made = Definition("outline", 1, "Outlines.", Trigger("outline", "/outline"), "notes/{slug}", (phase,))
    assert made.plans is plans
    assert (made.kind, made.thing) == (("Plan", "plan") if plans else ("Design", "design"))

"""Architecture planning as it is shipped: its documents, and prompts that ask for what its gates check."""

from pathlib import Path

import pytest

from bot.adapters.definitions import load_folder
from bot.core.definition import Definition, Phase

FOLDER = Path(__file__).parents[2] / "workflows"
DEFINITIONS = load_folder(FOLDER)


@pytest.fixture(scope="module")
def definition() -> Definition:
    return DEFINITIONS["architecture-planning"]


def headings(phase: Phase) -> list[str]:
    return [title for use in phase.gates if use.name == "headings" for title in use.parameters["wanted"]]


def columns(phase: Phase) -> list[str]:
    return [title for use in phase.gates if use.name == "covers" for title in use.parameters["columns"]]


def test_the_phases_in_their_order_with_what_each_fills(definition: Definition) -> None:
    found = [
        (phase.id, 0 if phase.source == "workflow" else phase.number, phase.into, phase.given or "")
        for phase in definition.phases
    ]
    assert found == [
        ("user-request", 1, "", ""),
        ("research", 2, "roadmap", ""),
        ("roadmap", 2, "roadmap", ""),
        ("technical-plan", 2, "roadmap", ""),
        ("review-experts", 0, "", ""),
        ("tracks", 0, "", ""),
        ("architecture", 2, "", "tracks"),
        ("current-architecture", 2, "roadmap", "tracks"),
        ("contract", 0, "", "tracks"),
        ("design", 5, "", ""),
        ("settlement", 0, "contract", "tracks"),
        ("resolution", 0, "expert-concerns", ""),
    ]


def test_the_technical_plan_is_spolsky_s_and_states_the_complexity_of_each_operation(definition: Definition) -> None:
    plan = definition.phase("technical-plan")
    assert plan.persona is not None
    assert plan.persona.id == "spolsky"
    assert columns(plan) == ["Complexity", "Bound by", "At ten times the size"]


def test_more_than_a_quarter_waits_for_a_maintainer() -> None:
    (owners,) = DEFINITIONS["tracks"].phases
    assert [(use.name, use.parameters, use.severity) for use in owners.gates][-1] == (
        "tracks-needed",
        {"share": 0.25},
        "asks",
    )


@pytest.mark.parametrize(
    "phase", [p for p in DEFINITIONS["architecture-planning"].phases if p.prompt], ids=lambda p: p.id
)
def test_a_prompt_names_what_its_gates_check_word_for_word(phase: Phase) -> None:
    wanted = [*headings(phase), *([] if phase.output else phase.sections)]
    assert [title for title in wanted if f"## {title}\n" not in phase.prompt] == []
    assert [column for column in columns(phase) if f" {column} |" not in phase.prompt] == []


def test_exploration_only_reads_and_research_searches(definition: Definition) -> None:
    assert definition.phase("architecture").tools == ("repository",)
    assert definition.phase("research").tools == ("repository", "web")
    assert "searched" in {use.name for use in definition.phase("research").gates}

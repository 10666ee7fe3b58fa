"""The macro plan as it is shipped: its sections, its codecs, what its conversations are given, and its rules."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.definitions import load_folder
from bot.core.definition import Definition
from bot.core.outputs import OUTPUTS
from bot.core.plan.sections import TITLES
from bot.core.run.briefs import briefs
from bot.core.run.placing import guests
from bot.core.run.record import Brought, PanelRound, Pinned, Record
from bot.core.run.state import fold
from bot.core.views.run import pull_request
from bot.gates.plan import RULES
from tests.core.a_run import pinned

WORKFLOWS = Path(__file__).parents[2] / "workflows"
FOLDER = "_tasks/queue-depth"


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_folder(WORKFLOWS)["macro-plan"]


def given(definition: Definition, **changed: object) -> Pinned:
    return replace(pinned(), workflow="macro-plan", definition=definition, description="x", **changed)  # type: ignore[arg-type]


def test_it_is_started_by_the_label_or_the_command(definition: Definition) -> None:
    assert (definition.trigger.label, definition.trigger.command) == ("macro-plan", "/plan")
    assert definition.plans


def test_the_sections_of_the_plan_in_the_order_of_their_letters(definition: Definition) -> None:
    assert list(guests(definition, "macro-plan")) == [f"{letter}) {title}" for letter, title in TITLES.items()]
    assert [phase.id for phase in definition.phases if phase.source == "workflow"] == ["review-experts"]
    assert [phase.sections[0][0] for phase in definition.phases if phase.into] == list("BCDEFHJKA")


def test_the_phases_of_the_process_are_counted_with_5_and_6_as_one(definition: Definition) -> None:
    assert [phase.id for phase in definition.phases if phase.counted and phase.source == "model"] == [
        "reconnaissance", "objectives", "concept-model", "risks", "evolution", "series", "dependencies", "prevention",
    ]  # fmt: skip


def test_each_rule_is_applied_once_its_section_is_there_and_all_at_the_end(definition: Definition) -> None:
    uses = {phase.id: use.parameters for phase in definition.phases for use in phase.gates if use.name == "plan"}
    assert all(parameters["strict"] for parameters in uses.values())
    assert uses["summary"] == {"strict": True}
    early = {name for parameters in uses.values() for name in parameters.get("only", ())}
    whole = {"sections", "sections-order", "revision-note", "citations", "status-order", "risk-units", "risk-gate",
             "summary-length", "summary-units", "summary-milestones"}  # fmt: skip
    assert set(RULES) - early == whole


def test_what_has_structure_is_data(definition: Definition) -> None:
    outputs = [phase.output for phase in definition.phases if phase.into]
    assert [name for name in outputs if name] == [
        "plan-scope", "plan-concept", "plan-risks", "plan-evolution", "plan-series", "plan-order", "plan-prevention",
        "plan-summary",
    ]  # fmt: skip
    assert all(name in OUTPUTS for name in outputs if name)


def test_a_request_that_brings_a_design_needs_none(definition: Definition) -> None:
    numbers = {phase.id: phase.number for phase in definition.phases}
    assert (numbers["design"], numbers["reconnaissance"], numbers["summary"]) == (2, 3, 3)
    less = definition.without("design")
    assert {phase.number for phase in less.phases if phase.into} == {2}
    assert "design" not in [phase.id for phase in less.phases]
    assert all("design" not in phase.reads for phase in less.phases)


def test_the_guidelines_and_the_design_are_given_to_each_conversation(definition: Definition) -> None:
    brought = (Brought("docs/design.md", "c1"),)
    state = fold(Record(given(definition.without("design"), brought=brought)))
    brief = briefs(state, state.phases[0])[0]
    assert [(ref.path, ref.commit) for ref in brief.documents[1:]] == [
        ("guidelines", state.pinned.base),
        ("docs/design.md", "c1"),
    ]
    assert "# Design guidelines" in (brief.documents[1].text or "")
    assert "simulators" not in (brief.documents[1].text or "")


def test_a_repository_s_guidelines_take_the_place_of_ours(definition: Definition) -> None:
    theirs = replace(definition, parameters=definition.parameters | {"guidelines": "docs/guidelines.md"})
    state = fold(Record(given(theirs)))
    ref = briefs(state, state.phases[0])[0].documents[1]
    assert (ref.path, ref.commit, ref.text) == ("docs/guidelines.md", state.pinned.base, None)


def test_what_is_special_to_simulators_is_a_parameter(definition: Definition) -> None:
    simulation = replace(definition, parameters=definition.parameters | {"simulation": True})
    state = fold(Record(given(simulation)))
    assert "What is special to simulators" in (briefs(state, state.phases[0])[0].documents[1].text or "")


def test_a_repository_switches_the_panel_off(tmp_path: Path) -> None:
    configured = load_layers_off(tmp_path)
    assert [phase.id for phase in configured.phases if phase.source == "workflow"] == []


def load_layers_off(root: Path) -> Definition:
    """The workflow where `panel` is false: as in `.github/charrette.yml`, `workflows: macro-plan: parameters:`."""
    copied = root / "workflows"
    shutil.copytree(WORKFLOWS, copied)
    file = copied / "macro-plan" / "workflow.yaml"
    file.write_text(file.read_text().replace("  panel: true ", "  panel: false "))
    return load_folder(copied)["macro-plan"]


@pytest.mark.parametrize(("path", "given"), [("_tasks/x/002-macro-plan.md", True), ("_tasks/x/002-design.md", False)])
def test_experts_are_given_the_quality_bar_where_they_review_a_plan(path: str, given: bool) -> None:
    panel = load_folder(WORKFLOWS)["review-experts"]
    round = PanelRound(1, 2, (path,))
    state = fold(Record(replace(pinned(), workflow="review-experts", definition=panel, description="x", round=round)))
    documents = briefs(state, state.phases[0])[0].documents
    bar = [ref.text or "" for ref in documents if ref.path == "quality-bar"]
    assert bool(bar) is given
    assert all("What a macro plan is held to" in text and "No unit is bloated" in text for text in bar)


def test_the_pull_request_s_body_is_what_people_review(definition: Definition) -> None:
    titles = ("A) Executive Summary", "C) Objectives", "D) Concept Model", "E) Risk Register")
    text = "\n".join(f"## {title}\n\nWhy.\n" for title in titles)
    record = Record(
        given(definition), shared={f"{FOLDER}/003-macro-plan.md": text, f"{FOLDER}/004-other.md": "# None\n"}
    )
    body = pull_request(fold(record))
    assert body.startswith("The plan for #12")
    assert "## A) Executive Summary\n\nWhy.\n" in body
    assert "- [E) Risk Register](" in body
    other = pull_request(fold(Record(given(definition), shared={f"{FOLDER}/004-other.md": "# None\n"})))
    assert "Executive Summary\n\n" not in other

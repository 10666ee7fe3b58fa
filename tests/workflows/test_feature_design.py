"""The feature design as it is shipped: its documents, and prompts that ask for what its gates check."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.definitions import load_folder
from bot.core.definition import Definition, Phase
from bot.core.markdown.artifact import Artifact
from bot.core.prompts import render
from bot.core.questions.asking import Reading, parse

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "workflows"

DOCUMENTS = {
    "001-user-request.md": [],
    "002-understanding.md": [
        "In our words", "Questions", "Ambiguities and unstated assumptions", "Success criteria",
    ],
    "003-prior-art.md": ["Systems compared", "Synthesis", "Sources"],
    "004-design-space.md": ["Options", "The simplest that could work, and the right one", "Recommendation"],
    "005-interface.md": [
        "The user-facing interface", "The 80 % case", "Composition with what exists", "Conventions",
        "Errors, and how people meet them",
    ],
    "006-system-design.md": [
        "Data model", "Component interactions", "Failures of nodes and networks", "Concurrency",
        "Idempotency, retries and recovery", "Dependencies",
    ],
    "007-delivery-plan.md": [
        "Chunks", "The smallest that proves the concept", "What follows later", "Tests of each chunk",
    ],
    "008-test-plan.md": [
        "Unit tests", "Integration tests", "Failure injection", "Edge cases and boundaries", "Load at scale",
    ],
    "009-operations.md": ["Metrics", "Logs", "Healthy or broken", "Runbook"],
    "010-design-summary.md": [
        "Summary for review", "File and package structure", "Key interfaces and types", "Implementation order",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_folder(WORKFLOWS)["feature-design"]


def headings(phase: Phase) -> list[str]:
    return [title for use in phase.gates if use.name == "headings" for title in use.parameters["wanted"]]


def test_ten_documents_with_their_headings(definition: Definition) -> None:
    assert {phase.file: headings(phase) for phase in definition.phases} == DOCUMENTS


def test_eight_phases_are_counted(definition: Definition) -> None:
    assert [phase.number for phase in definition.phases[1:] if phase.counted] == list(range(2, 10))


def test_it_is_started_by_the_label_or_the_command(definition: Definition) -> None:
    assert (definition.trigger.label, definition.trigger.command) == ("design", "/design")


def test_only_the_understanding_asks(definition: Definition) -> None:
    assert [phase.id for phase in definition.phases if phase.asks] == ["understanding"]


def test_every_phase_has_the_same_tools_since_they_come_first_in_the_cache(definition: Definition) -> None:
    assert {phase.tools for phase in definition.phases if phase.source == "model"} == {("repository", "web")}


def test_each_phase_reads_all_before_it(definition: Definition) -> None:
    ids = [phase.id for phase in definition.phases]
    assert [list(phase.reads) for phase in definition.phases] == [ids[:n] for n in range(len(ids))]


def test_what_every_document_is_checked_for(definition: Definition) -> None:
    for phase in definition.phases[1:]:
        assert {"not-empty", "no-placeholders", "citations"} <= {use.name for use in phase.gates}


def test_the_workflow_is_one_screen() -> None:
    text = (WORKFLOWS / "feature-design" / "workflow.yaml").read_text()
    assert text.count("\n") <= 100
    assert max(map(len, text.splitlines())) <= 120


def values(**more: Any) -> dict[str, Any]:
    base = {
        "repository": "pallets/click", "project": "A toolkit for command lines.", "systems": ["argparse", "clap"],
        "web": False, "data": False, "parameters": {"project": "", "systems": []}, "title": "Read options from a file",
        "phase": Phase("understanding", 2, "Understanding", ""), "path": "_tasks/x/002-understanding.md",
        "earlier": [{"path": "_tasks/x/001-user-request.md", "title": "001-user-request.md"}], "round": 1,
        "answers": [{"question": "Which?", "letter": "A", "text": "This", "assumed": True}], "rest": "And quickly.",
        "premise": True, "last_round": False, "draft": "# Draft", "feedback": "Shorter.",
        "findings": [{"line": 3, "rule": "headings", "wrong": "None.", "mend": "Add."}],
        "documents": [{"phase": "interface", "title": "Interface", "path": "_tasks/x/005-interface.md"}],
        "number": 2, "since": "c" * 40, "changed": ["a.md", "b.md"], "left": ["z.md"],
        "raised": [{"id": "C1", "title": "Slow", "severity": "critical", "verdict": "reject", "why": "it is not"}],
        "decided": [{"id": "C1", "title": "Slow", "verdict": "accept", "why": "it grows"}],
        "sections": ["Prior art", "Decisions"], "model": "#### 1. Meter", "diff": "+ meter", "blocks": ["Meter"],
    }  # fmt: skip
    return {**base, **more}


SPARSE = values(
    project="",
    systems=[],
    web=True,
    data=True,
    earlier=[],
    rest="",
    premise=False,
    last_round=True,
    changed=[],
    raised=[],
    decided=[],
)
PROMPTS = sorted((WORKFLOWS / "feature-design" / "phases").glob("*.md")) + sorted((WORKFLOWS / "prompts").glob("*.md"))


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("given", [values(), SPARSE], ids=["full", "sparse"])
def test_every_prompt_renders(path: Path, given: dict[str, Any]) -> None:
    text = render(path.read_text(), given)
    assert text.startswith(("# ", "You are "))
    assert "\n\n\n" not in text
    assert not re.search(r"[{%]%|{{|}}", text)


@pytest.mark.parametrize("id", [name[4:-3] for name in DOCUMENTS if not name.startswith("001")])
def test_a_prompt_asks_for_the_headings_that_the_gate_checks(definition: Definition, id: str) -> None:
    phase = definition.phase(id)
    asked = re.findall(r"^## (.+)$", phase.prompt, re.MULTILINE)
    assert asked == [*headings(phase), "What to leave out"]
    assert 25 <= phase.prompt.count("\n") <= 70


@pytest.mark.parametrize("id", ["prior-art", "design-space"])
def test_a_prompt_shows_the_columns_that_the_gate_checks(definition: Definition, id: str) -> None:
    phase = definition.phase(id)
    (columns,) = [use.parameters["columns"] for use in phase.gates if use.name == "covers"]
    (header,) = [line for line in phase.prompt.splitlines() if line.startswith("| ") and "---" not in line]
    assert [cell.strip() for cell in header.strip("|").split("|")][1:] == columns


def fenced(path: Path) -> str:
    (example,) = re.findall(r"```\n(.*?)```", path.read_text(), re.DOTALL)
    return str(example)


def test_the_form_of_questions_that_the_prompts_show_can_be_read() -> None:
    form = fenced(WORKFLOWS / "feature-design" / "phases" / "understanding.md")
    decided = fenced(WORKFLOWS / "prompts" / "answers.md")
    reading = parse(Artifact("x.md", f"# T\n\n## Questions\n\n{decided}\n{form}"))
    assert reading.faults == ()
    assert [(question.number, question.recommended.letter) for question in reading.questions] == [(1, "A")]
    assert parse(Artifact("x.md", f"# T\n\n## Questions\n\n{decided}")) == Reading()
    assert parse(Artifact("x.md", "# T\n\n## Questions\n\nNone.\n")) == Reading()


def test_the_configured_systems_are_in_the_prompt(definition: Definition) -> None:
    text = render(definition.phase("prior-art").prompt, values(systems=["Kubernetes", "Slurm"]))
    assert "- Kubernetes\n- Slurm\n" in text


def test_the_documented_example_configures_it() -> None:
    text = (ROOT / "docs" / "feature-design.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    configured = load_folder(WORKFLOWS, example)["feature-design"]
    assert configured.parameters["systems"] == ["Kubernetes", "Nomad", "Ray", "Slurm", "Borg/Omega"]
    assert configured.parameters["project"].startswith("An open-source manager")
    covers = [use for use in configured.phase("prior-art").gates if use.name == "covers"]
    assert configured.parameters["systems"] in covers[0].parameters.values()


def test_the_documented_workflow_runs_through_the_checker(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "workflow-format.md").read_text()
    example = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0]
    files = {
        "propose/workflow.yaml": example,
        "propose/phases/proposal.md": "x",
        "propose/phases/review.md": "x",
        "personas/graph-theorist.md": "---\nname: a\nlens: b\n---\nc\n",
        "personas/operator.md": "---\nname: a\nlens: b\n---\nc\n",
        **{f"prompts/{path.name}": path.read_text() for path in (WORKFLOWS / "prompts").glob("*.md")},
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    (propose,) = load_folder(tmp_path).values()
    assert [phase.each for phase in propose.phases] == [None, None, "experts"]


@pytest.mark.parametrize("name", ["answers", "revise"])
def test_who_fills_sections_makes_these_again_and_no_whole_document(name: str) -> None:
    text = (WORKFLOWS / "prompts" / f"{name}.md").read_text()
    assert "Write your sections again" in render(text, values())
    assert "Write the whole document again" in render(text, values(sections=()))


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"sections": ()}, "End the document with a section\n`## Concerns`"),
        ({}, "heading `### Concerns`"),
        ({"data": True}, "the business of your data"),
    ],
    ids=["a document", "sections", "data"],
)
def test_what_became_of_a_concern_is_said_where_there_is_a_place_for_it(given: dict[str, Any], where: str) -> None:
    text = render((WORKFLOWS / "prompts" / "concerns.md").read_text(), values(**given))
    assert where in text
    assert text.count("What was rejected must not come back") == 1

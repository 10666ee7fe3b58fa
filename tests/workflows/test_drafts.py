"""The format holds the workflows to come: all that is wrong with their drafts is what is reserved or not yet built."""

import re
import shutil
from pathlib import Path

import pytest

from bot.adapters.definitions import check

DRAFTS = Path(__file__).parent / "drafts"
SHIPPED = Path(__file__).parents[2] / "workflows"

GATES_TO_COME = {
    "searched", "every-item-disposed", "decided", "owned-elsewhere", "provided-once", "first-phases-consume-nothing",
    "one-owner-each", "no-code", "facts-apart-from-inferences", "one-fate-each", "six-aspects",
    "costly-risks-are-validated", "frozen-signatures-exist", "units-are-complete", "guarantees-are-unique",
    "nothing-for-later-only", "no-cycle", "representations-agree",
}  # fmt: skip
OUTPUTS_TO_COME = {
    "concerns",
    "owners",
    "contract",
    "decisions",
    "scope",
    "concept-model",
    "risks",
    "units",
    "dependencies",
}
PERSONAS = (
    "graph-theorist", "static-analyst", "type-designer", "product-visionary", "technical-planner", "operator",
    "security-engineer",
)  # fmt: skip
WORDS = ("“publish”",)
FOLLOWS = (
    "The trigger has no label.",  # a workflow that only a command starts
    "is the service's own.",  # its command, until the folder takes it over
    "belongs to phase",  # several phases fill one artifact, by `sections`
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The drafts with the shipped prompts of the house, and a prompt for each phase and persona."""
    root = tmp_path / "workflows"
    shutil.copytree(DRAFTS, root)
    shutil.copytree(SHIPPED / "prompts", root / "prompts")
    (root / "personas").mkdir()
    for name in PERSONAS:
        (root / "personas" / f"{name}.md").write_text(f"---\nname: {name}\nlens: A lens\n---\nWhat they catch.\n")
    for workflow in root.glob("*/workflow.yaml"):
        (workflow.parent / "phases").mkdir()
        for id in re.findall(r"^  - id: (\S+)", workflow.read_text(), re.MULTILINE):
            if id != "user-request":
                (workflow.parent / "phases" / f"{id}.md").write_text("# {{ title }}\n")
    return root


def test_the_drafts_want_nothing_but_what_is_reserved_or_to_come(folder: Path) -> None:
    unforeseen = [
        str(fault)
        for fault in check(folder)
        if "is reserved and does not work yet." not in fault.wrong
        and not any(words in fault.wrong for words in FOLLOWS)
        and not (set(re.findall(r"There is no gate “(.+)”", fault.wrong)) & GATES_TO_COME)
        and not (set(re.findall(r"There is no value of “output” “(.+)”", fault.wrong)) & OUTPUTS_TO_COME)
    ]
    assert unforeseen == []


@pytest.mark.parametrize("words", WORDS)
def test_what_is_reserved_is_refused_with_a_clear_word(folder: Path, words: str) -> None:
    faults = [fault for fault in check(folder) if words in fault.wrong and "reserved" in fault.wrong]
    assert faults
    assert all(fault.line and fault.mend for fault in faults)


def test_every_reserved_word_and_key_has_its_place_in_the_document() -> None:
    text = (Path(__file__).parents[2] / "docs" / "workflow-format.md").read_text()
    for word in (*WORDS, "`into`", "`sections`", "`persona`", "`given`", "`each`", "`artifact`", "`include`"):
        assert word.replace("“", "`").replace("”", "`") in text

"""A phase that is another workflow: how `include` is read, and what is wrong with it."""

from pathlib import Path

import pytest

from bot.adapters.definitions import load_folder

from .test_definitions_faults import folder, found
from .test_definitions_joint import PULLS

JOINED = """\
version: 1
summary: One that is reviewed.
trigger: {label: small, command: /small}
phases:
  - id: request
    from: event
  - id: first
  - include: look
    title: The panel
    given: tracks
  - id: second
    reads: [look]
"""


def joined(old: str = "", new: str = "", look: str = PULLS) -> dict[str, str | bytes | None]:
    """The right folder with an included workflow, and one passage replaced."""
    assert old in JOINED
    made: dict[str, str | bytes | None] = {f"small/phases/{name}.md": "# {{ title }}\n" for name in ("first", "second")}
    made |= {f"look/phases/{name}.md": "# {{ title }}\n" for name in ("review", "expert-concerns")}
    return {**made, "small/workflow.yaml": JOINED.replace(old, new, 1), "look/workflow.yaml": look}


def test_it_takes_as_many_numbers_as_it_has_documents(tmp_path: Path) -> None:
    request, first, panel, second = load_folder(folder(tmp_path, joined()))["small"].phases
    assert [phase.number for phase in (request, first, panel, second)] == [1, 2, 4, 5]
    assert (panel.id, panel.title, panel.source, panel.given) == ("look", "The panel", "workflow", "tracks")
    assert panel.ends == "expert-concerns"
    assert (panel.label, second.reads) == ("The panel", ("look",))


FAULTS = {
    "unknown": ("include: look", "include: lok", 8, "There is no workflow “lok”. Did you mean “look”?"),
    "of another type": ("include: look", "include: [look]", 8, "Expected text, not a list."),
    "about issues": (
        "include: look",
        "include: small",
        8,
        "The workflow “small” is about issues, and what is included runs on a pull request. Write the phases out here.",
    ),
    "twice": (
        "  - id: second\n",
        "  - include: look\n  - id: second\n",
        11,
        "A phase “look” is there already. Include it once; the first is on line 8.",
    ),
    "before anything is written": (
        "  - id: first\n  - include: look\n    title: The panel\n    given: tracks\n",
        "  - include: look\n  - id: first\n",
        7,
        "Nothing is written yet that it could be about. Put a phase before it.",
    ),
    "a number that is taken": (
        "  - id: first\n",
        "  - id: first\n    artifact: 4\n  - id: second\n    artifact: 3\n",
        11,
        "“look” needs the number 004, which belongs to phase “first”.",
    ),
    "behind the tracks": (
        "  - id: first\n",
        "  - id: first\n    each: tracks\n",
        9,
        "Which numbers this gets depends on the tracks of the phase on line 8. Put it before that one.",
    ),
    "another key": ("    title: The panel", "    asks: author", 9, "An included workflow has no key “asks”."),
    "given something else": ("given: tracks", "given: document", 10, "There is no value of “given” “document”."),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_has_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    faults = found(folder(tmp_path, joined(old, new)))
    assert [fault[:2] for fault in faults if words in fault[2]] == [("small/workflow.yaml", line)], faults


def test_a_workflow_about_pull_requests_includes_none_so_there_are_no_circles(tmp_path: Path) -> None:
    other = PULLS.replace("  - id: expert-concerns\n", "  - id: expert-concerns\n  - include: look\n")
    faults = found(folder(tmp_path, joined(look=other)))
    assert (
        "look/workflow.yaml",
        9,
        "A workflow about pull requests includes no other. Write the phases out here.",
    ) in (faults)

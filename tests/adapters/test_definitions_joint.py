"""Documents that several phases make: how `into`, `sections` and `persona` are read, and what is wrong with them."""

import re
import shutil
from pathlib import Path

import pytest

from bot.adapters.definitions import check, load_folder
from bot.app import built_in_workflows

from .test_definitions_faults import folder, found

DOCS = Path(__file__).parents[2] / "docs" / "workflow-format.md"
GROWING = """\
version: 1
summary: A growing one.
trigger: {label: small, command: /small}
phases:
  - id: request
    from: event
  - id: first
    into: roadmap
    sections: [Prior art, Questions]
    asks: author
  - id: second
    into: roadmap
    sections: [Steps]
    persona: graph-theorist
  - id: third
  - id: fourth
    into: third
    sections: [Settlement]
  - id: fifth
    into: expert-concerns
    sections: [Owners]
  - id: sixth
"""
PULLS = """\
version: 1
summary: About pull requests.
trigger: {command: /look, subject: pull-request}
panel: [graph-theorist]
phases:
  - id: review
    each: experts
  - id: expert-concerns
"""
PROMPTS = ("first", "second", "third", "fourth", "fifth", "sixth")


def growing(old: str = "", new: str = "") -> dict[str, str | bytes | None]:
    """The right folder with the growing workflow, and one passage of that replaced."""
    assert old in GROWING
    made: dict[str, str | bytes | None] = {f"small/phases/{name}.md": "# {{ title }}\n" for name in PROMPTS}
    made |= {f"look/phases/{name}.md": "# {{ title }}\n" for name in ("review", "expert-concerns")}
    return {**made, "small/workflow.yaml": GROWING.replace(old, new, 1), "look/workflow.yaml": PULLS}


def test_phases_of_one_document_share_its_number(tmp_path: Path) -> None:
    phases = load_folder(folder(tmp_path, growing()))["small"].phases
    assert [phase.file for phase in phases] == [
        "001-request.md", "002-roadmap.md", "002-roadmap.md", "003-third.md", "003-third.md", "000-expert-concerns.md",
        "004-sixth.md",
    ]  # fmt: skip
    assert [phase.elsewhere for phase in phases] == [False, False, False, False, False, True, False]
    assert phases[1].sections == ("Prior art", "Questions")
    assert phases[2].persona is not None
    assert phases[2].persona.lens == "Algorithms"


def test_a_workflow_about_a_pull_request_makes_none(tmp_path: Path) -> None:
    changed = growing() | {"look/workflow.yaml": PULLS.replace("trigger:", "makes: Look\ntrigger:")}
    told = [f"{fault.line} {fault.wrong} {fault.mend}" for fault in check(folder(tmp_path, changed))]
    assert told == ["3 A workflow about a pull request opens none that “makes” would name. Leave it out."]


FAULTS = {
    "a document that nobody else makes": (
        "into: roadmap\n    sections: [Steps]",
        "into: raodmap\n    sections: [Steps]",
        12,
        "No other phase makes anything of a document “raodmap”. Did you mean “roadmap”?",
    ),
    "a document of no name": ("into: third", "into: Third one", 17, "Write “third-one”."),
    "a document that comes later": (
        "into: roadmap\n    sections: [Prior art, Questions]",
        "into: third\n    sections: [Prior art, Questions]",
        8,
        "Phase “first” goes into “third”, which comes later. Put “third” before it.",
    ),
    "the request": ("into: third", "into: request", 17, "Nothing can be added to “request”, the request."),
    "nothing to fill": (
        "    sections: [Settlement]\n",
        "",
        17,
        "goes into a document and fills nothing of it.",
    ),
    "no section": ("[Settlement]", "[]", 18, "There are no sections. Write “sections: [Title, ...]”."),
    "sections that are none": ("[Settlement]", "Settlement", 18, "Expected a list of titles"),
    "sections of no document": ("    into: third\n", "", 17, "There are sections, and no document for them."),
    "a section of another phase": (
        "[Steps]",
        "[prior art]",
        13,
        "The section “prior art” of “roadmap” is filled already. Choose another title; the first is on line 9.",
    ),
    "the section of the service": ("[Steps]", "[Revision notes]", 13, "“Revision notes” is kept by the service."),
    "questions without their section": ("[Prior art, Questions]", "[Prior art]", 10, "Add “Questions” to “sections”."),
    "a number given twice": (
        "    sections: [Steps]",
        "    sections: [Steps]\n    artifact: 7",
        14,
        "The number of “roadmap” is known already.",
    ),
    "a number for another run's": (
        "    sections: [Owners]",
        "    sections: [Owners]\n    artifact: 7",
        22,
        "The number of “expert-concerns” is known already.",
    ),
    "unknown persona": ("graph-theorist", "graph-theory", 14, "Did you mean “graph-theorist”?"),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_has_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    faults = found(folder(tmp_path, growing(old, new)))
    assert [fault[:2] for fault in faults if words in fault[2]] == [("small/workflow.yaml", line)], faults


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        (
            "    each: experts",
            "    each: experts\n    into: x\n    sections: [A]",
            8,
            "makes a document for each of its",
        ),
        (
            "    each: experts",
            "    each: experts\n    persona: graph-theorist",
            8,
            "has the lens of each of its members",
        ),
        (
            "  - id: expert-concerns",
            "  - id: expert-concerns\n    into: review\n    sections: [A]",
            9,
            "“review” makes a document for each of its members.",
        ),
    ],
    ids=["members with sections", "members with a persona", "sections of members' documents"],
)
def test_what_has_members_has_no_sections(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    changed = {**growing(), "look/workflow.yaml": PULLS.replace(old, new, 1)}
    faults = found(folder(tmp_path, changed))
    assert [fault[:2] for fault in faults if words in fault[2]] == [("look/workflow.yaml", line)], faults


def test_a_workflow_that_can_t_be_read_hides_no_fault_of_another(tmp_path: Path) -> None:
    faults = found(folder(tmp_path, {**growing(), "look/workflow.yaml": "- a\n"}))
    assert ("small/workflow.yaml", 20) in [fault[:2] for fault in faults]
    assert check(folder(tmp_path, {**growing(), "look/workflow.yaml": PULLS})) == ()


@pytest.mark.parametrize(
    ("within", "files"),
    [
        ("into: roadmap", ["002-roadmap.md"] * 2 + ["003-contract.md"] * 2),
        (
            "each: tracks",
            ["002-roadmap.md", "002-architecture.md", "000-contract.md", "005-design.md", "000-contract.md"],
        ),
    ],
)
def test_the_examples_of_the_document_load(tmp_path: Path, within: str, files: list[str]) -> None:
    text = DOCS.read_text()
    example = next(one for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if within in one)
    for name in ("prompts", "personas"):
        shutil.copytree(built_in_workflows() / name, tmp_path / name)
    shutil.copytree(built_in_workflows() / "review-experts", tmp_path / "review-experts")
    (tmp_path / "example" / "phases").mkdir(parents=True)
    (tmp_path / "example" / "workflow.yaml").write_text(example)
    for id in re.findall(r"- id: (\S+)", example)[1:]:
        (tmp_path / "example" / "phases" / f"{id}.md").write_text("# {{ title }}\n")
    assert [phase.file for phase in load_folder(tmp_path)["example"].phases[1:]] == files


TRACKED = """\
version: 1
summary: One with tracks.
trigger: {label: small, command: /small}
phases:
  - id: request
    from: event
  - id: roadmap
  - id: today
    artifact: 2
    each: subsystems
    given: tracks
    persona: graph-theorist
  - id: contract
    artifact: last
    given: tracks
  - id: design
    artifact: 5
    each: tracks
  - id: settlement
    into: contract
    sections: [Settlement]
"""


def tracked(old: str = "", new: str = "") -> dict[str, str | bytes | None]:
    """The right folder with tracks, one passage replaced; the prompts of members name them."""
    assert old in TRACKED
    made: dict[str, str | bytes | None] = dict.fromkeys(("small/phases/first.md", "small/phases/second.md"))
    for name in ("roadmap", "contract", "settlement"):
        made[f"small/phases/{name}.md"] = "{% for track in tracks %}{{ track.name }}{% endfor %}\n"
    for name in ("today", "design"):
        made[f"small/phases/{name}.md"] = "{{ member.name }} {{ member.number }}\n"
    return {**made, "small/workflow.yaml": TRACKED.replace(old, new, 1)}


def test_what_depends_on_the_tracks_has_no_number_yet(tmp_path: Path) -> None:
    phases = load_folder(folder(tmp_path, tracked()))["small"].phases
    assert [(phase.number, phase.last, phase.each, phase.given) for phase in phases[1:]] == [
        (2, False, None, None), (2, False, "subsystems", "tracks"), (0, True, None, "tracks"),
        (5, False, "tracks", None), (0, True, None, None),
    ]  # fmt: skip


KNOWN = "Known: data, earlier, parameters, path, phase, project, repository, sections, systems, title, tracks, web."
LATER = "    artifact: 5\n    each: tracks\n"
TRACK_FAULTS = {
    "a number that the tracks take": (
        LATER,
        f"{LATER}  - id: roadmap-two\n",
        19,
        "Which number this has depends on the tracks of the phase on line 18. Write “artifact: last”",
    ),
    "tracks under a number that is passed": (
        "artifact: 5\n",
        "artifact: 1\n",
        18,
        "Several tracks need the numbers from 001 on, and “roadmap” has a higher one. Write “artifact: 3”.",
    ),
    "a second one for tracks": (
        "  - id: settlement\n    into: contract\n    sections: [Settlement]\n",
        "  - id: settlement\n    artifact: 6\n    each: tracks\n",
        21,
        "There is a phase with a document for each track already. Keep one; the first is on line 18.",
    ),
    "members that are last": (
        "artifact: 5\n",
        "artifact: last\n",
        17,
        "The documents of “each: tracks” are not one that comes last. Write the number of the first of them.",
    ),
    "given something else": ("given: tracks", "given: track", 11, "There is no value of “given” “track”. Did you mean"),
    "for each of something else": ("subsystems", "subsystem", 10, "Did you mean “subsystems”?"),
    "experts without a panel": ("each: subsystems", "each: experts", 10, "The workflow has no panel."),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), TRACK_FAULTS.values(), ids=TRACK_FAULTS)
def test_a_fault_of_tracks_has_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    faults = found(folder(tmp_path, tracked(old, new)))
    assert [fault[:2] for fault in faults if words in fault[2]] == [("small/workflow.yaml", line)], faults


def test_only_members_have_a_name_in_their_prompt(tmp_path: Path) -> None:
    changed = {**tracked(), "small/phases/roadmap.md": "{{ member.name }}\n"}
    assert found(folder(tmp_path, changed)) == [
        ("small/phases/roadmap.md", 1, f"The prompt has no variable “member”. {KNOWN}")
    ]
    changed = {**tracked(), "small/phases/today.md": "{{ member.scope }}\n"}
    assert [fault[2] for fault in found(folder(tmp_path, changed))] == [
        "“member” has no “scope”. Known: id, name, number."
    ]

"""Each kind of fault: a folder that is right but for one thing, the line of that thing, and the words for it."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.definitions import check, load_folder
from bot.core.errors import FaultsError

WORKFLOW = """\
version: 1
summary: A small one.
trigger:
  label: small
  command: /small
gates: [not-empty]
parameters:
  project: ""
  systems: []
phases:
  - id: request
    from: event
  - id: first
    asks: author
  - id: second
    reads: [first]
"""

RIGHT: Mapping[str, str] = {
    "prompts/system.md": "You work on {{ repository }}.\n",
    "prompts/repair.md": "{% for finding in findings %}\n{{ finding.wrong }}\n{% endfor %}\n",
    "prompts/answers.md": "{{ round }}\n",
    "prompts/revise.md": "{{ feedback }}\n",
    "prompts/concerns.md": "{% for c in decided %}{{ c.id }}{% endfor %}\n",
    "prompts/again.md": "{% for r in raised %}{{ r.id }}{% endfor %}{{ since }}\n",
    "prompts/sections.md": "{% for one in sections %}{{ one }}{% endfor %}\n",
    "prompts/touches.md": "{{ feedback }}\n",
    "prompts/concept.md": "{{ diff }}\n",
    "personas/graph-theorist.md": "---\nname: Graphs\nlens: Algorithms\n---\nLooks for cycles.\n",
    "small/workflow.yaml": WORKFLOW,
    "small/phases/first.md": "# {{ title }}\n",
    "small/phases/second.md": "# {{ title }}\n",
}

W = "small/workflow.yaml"
FIRST = "small/phases/first.md"


def folder(root: Path, changed: Mapping[str, str | bytes | None] | None = None) -> Path:
    """The right folder with some files changed, added, or (None) left out."""
    for name, text in {**RIGHT, **(changed or {})}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def edited(old: str, new: str) -> dict[str, str]:
    """The right workflow with one passage replaced."""
    assert old in WORKFLOW
    return {W: WORKFLOW.replace(old, new, 1)}


def tiny(workflow: str) -> dict[str, str | bytes | None]:
    """A second workflow beside the right one."""
    return {"tiny/workflow.yaml": workflow, "tiny/phases/first.md": "x", "tiny/phases/second.md": "x"}


def found(root: Path, configuration: str = "") -> list[tuple[str, int, str]]:
    return [
        (
            os.path.relpath(fault.where, root) if Path(fault.where).is_absolute() else fault.where,
            fault.line,
            f"{fault.wrong} {fault.mend}",
        )
        for fault in check(root, configuration)
    ]


def test_the_right_folder_has_no_fault(tmp_path: Path) -> None:
    assert check(folder(tmp_path)) == ()


YAML = {
    "unknown key": ("summary:", "sumary:", 2, "A workflow has no key “sumary”. Did you mean “summary”?"),
    "snake case": ("gates: [", "wait_days: 3\ngates: [", 6, "Did you mean “wait-days”?"),
    "duplicate key": ("gates: [", "summary: Again.\ngates: [", 6, "stands twice. Keep one; the first is on line 2."),
    "on": ("trigger:", "on:", 3, "The key “on” means true in YAML. Write “trigger:”."),
    "missing key": ("version: 1\n", "", 1, "The workflow has no “version”."),
    "other version": ("version: 1", "version: 2", 1, "no version 2"),
    "number as text": (
        "summary: A small one.",
        "summary: 2024",
        2,
        'Expected text, not a whole number “2024”. Put it in quotes: "2024".',
    ),
    "empty text": ("summary: A small one.", 'summary: ""', 2, "The text is empty."),
    "what it makes, as a sentence": ("trigger:", "makes: 'A design: whole'\ntrigger:", 3, "begin the title of a pull"),
    "makes nothing": ("trigger:", "makes: ''\ntrigger:", 3, "The text is empty."),
    "text as number": ("gates: [", "attempts: many\ngates: [", 6, "Expected a whole number, not text “many”."),
    "true as number": ("gates: [", "attempts: true\ngates: [", 6, "Expected a whole number"),
    "number too small": ("gates: [", "attempts: 0\ngates: [", 6, "from 1 to 999999"),
    "not a number": ("gates: [", "wait-days: .nan\ngates: [", 6, "out of bounds"),
    "text as list": ("gates: [not-empty]", "gates: not-empty", 6, "Expected a list of gates, not text"),
    "list as text": ("label: small", "label: [small]", 4, "Expected text, not a list."),
    "list as keys": (
        "trigger:\n  label: small\n  command: /small",
        "trigger: [small]",
        3,
        "Expected the keys of the trigger",
    ),
    "date as text": ("label: small", "label: 2026-01-30", 4, "not a date"),
    "text as flag": ("    asks: author", "    counted: maybe", 14, "Expected true or false"),
    "trigger without command": ("\n  command: /small", "", 4, "The trigger has no command."),
    "unknown trigger key": ("command: /small", "comand: /small", 5, "Did you mean “command”?"),
    "command without slash": ("/small", "small", 5, "Write “/small”."),
    "command of the service": ("/small", "/approve", 5, "the service's own"),
    "label too long": ("label: small", f"label: {'x' * 51}", 4, "50 characters"),
    "artifacts without slug": (
        "gates: [",
        "artifacts: _tasks\ngates: [",
        6,
        "Put the run's name in it: “_tasks/{slug}”.",
    ),
    "artifacts outside": ("gates: [", "artifacts: ../{slug}\ngates: [", 6, "Write a relative path"),
    "artifacts in .github": ("gates: [", "artifacts: .github/{slug}\ngates: [", 6, "no folder for documents"),
    "artifacts absolute": ("gates: [", "artifacts: /tmp/{slug}\ngates: [", 6, "Write a relative path"),
    "artifacts of another name": (
        "gates: [",
        "artifacts: a/{issue}/{slug}\ngates: [",
        6,
        "can't be filled with “{issue}”",
    ),
    "unknown tool": (
        "gates: [",
        "tools: [repositry]\ngates: [",
        6,
        "There is no tool “repositry”. Did you mean “repository”?",
    ),
    "tool twice": ("gates: [", "tools: [web, web]\ngates: [", 6, "“web” stands twice."),
    "unknown persona": ("gates: [", "panel: [graph-theory]\ngates: [", 6, "Did you mean “graph-theorist”?"),
    "unknown gate": ("[not-empty]", "[\n  not-emty]", 7, "There is no gate “not-emty”. Did you mean “not-empty”?"),
    "unknown gate parameter": (
        "[not-empty]",
        "\n  - headings:\n      wanted: [A]\n      inorder: true",
        9,
        "Did you mean `in-order`?",
    ),
    "wrong gate parameter": ("[not-empty]", "\n  - headings: 3", 7, "takes a list of texts"),
    "missing gate parameter": ("[not-empty]", "\n  - headings:", 7, "needs the parameter `wanted`"),
    "unknown severity": ("[not-empty]", "\n  - not-empty:\n    severity: eror", 8, "Did you mean “error”?"),
    "two gates in one item": (
        "[not-empty]",
        "\n  - headings: [A]\n    not-empty:",
        7,
        "One item names one gate, this one: headings, not-empty.",
    ),
    "severity alone": ("[not-empty]", "\n  - severity: error", 7, "One item names one gate, this one: none."),
    "gate as list": ("[not-empty]", "\n  - [not-empty]", 7, "Expected a gate's name"),
    "gate's unknown value": (
        "[not-empty]",
        "\n  - headings: '{sistems}'",
        7,
        "no parameter “sistems”. Did you mean “systems”?",
    ),
    "parameter not kebab-case": ("  systems: []", "  Systems: []", 9, "not kebab-case"),
    "parameter twice": ("  systems: []", "  project: x", 9, "stands twice"),
    "parameter called as a method": ("  systems: []", "  items: []", 9, "No parameter can be called “items”."),
    "parameter with a tag": ("  systems: []", "  systems: !!python/none x", 9, "Leave the tag out."),
    "no phases": (WORKFLOW[WORKFLOW.index("phases:") :], "phases: []\n", 10, "The workflow has no phases."),
    "phase without id": ("- id: second\n    reads", "- reads", 15, "The phase has no id."),
    "id not kebab-case": ("- id: second", "- id: Second One", 15, "Write “second-one”."),
    "id twice": (
        "- id: second",
        "- id: first",
        15,
        "A phase “first” is there already. Rename it; the first is on line 13.",
    ),
    "unknown phase key": ("    reads: [first]", "    read: [first]", 16, "Did you mean “reads”?"),
    "reads a later one": (
        "    asks: author",
        "    reads: [second]",
        14,
        "Phase “first” reads “second”, which comes later.",
    ),
    "reads itself": ("    reads: [first]", "    reads:\n      - second", 17, "Phase “second” reads itself."),
    "reads an unknown one": (
        "    reads: [first]",
        "    reads: [frist]",
        16,
        "There is no phase “frist”. Did you mean “first”?",
    ),
    "reads a word": ("    reads: [first]", "    reads: some", 16, "Expected “all” or a list of phases"),
    "asks somebody else": (
        "asks: author",
        "asks: autor",
        14,
        "There is no value of “asks” “autor”. Did you mean “author”?",
    ),
    "approval by somebody else": ("asks: author", "approval: author", 14, "Known: maintainer."),
    "each of something else": ("asks: author", "each: expert", 14, "Did you mean “experts”?"),
    "each without a panel": ("asks: author", "each: experts", 14, "The workflow has no panel."),
    "unknown output": (
        "asks: author",
        "output: finding",
        14,
        "There is no value of “output” “finding”. Did you mean “findings”?",
    ),
    "number twice": ("    asks: author", "    artifact: 1", 14, "The number 001 belongs to phase “request”."),
    "number followed by the order": (
        "    reads: [first]",
        "    artifact: 2",
        16,
        "The number 002 belongs to phase “first”.",
    ),
    "number too large": ("    asks: author", "    artifact: 1000", 14, "The number 1000 has more than three digits"),
    "from something else": ("from: event", "from: issue", 12, "There is no source “issue”. Known: event."),
    "event later": ("    asks: author", "    from: event", 14, "Only the first phase comes from the event."),
    "event with gates": (
        "    from: event",
        "    from: event\n    gates: [not-empty]",
        13,
        "A phase from the event has no “gates”.",
    ),
    "no event": ("  - id: request\n    from: event\n", "", 11, "The first phase is not the request."),
    "a model's own name": (
        "asks: author",
        "model: claude-9",
        14,
        "no alias of a model “claude-9”. Known: thorough, quick.",
    ),
    "a model's own name for all": ("gates: [", "model: quik\ngates: [", 6, "Did you mean “quick”?"),
    "tag on a mapping": (
        "trigger:",
        "trigger: !!python/object:os.system",
        3,
        "There is a YAML tag, “!!python/object:os.system”.",
    ),
    "publish": ("    asks: author", "    publish: units", 14, "The key “publish” is reserved and does not work yet."),
    "alias": ("label: small\n  command: /small", "label: &a small\n  command: *a", 5, "There is a YAML alias."),
    "not YAML": ("label: small", "label: 'small", 4, "This is not YAML"),
    "wrong indentation": ("  command: /small", "   command: /small", 5, "This is not YAML"),
    "tab": ("  command: /small", "\tcommand: /small", 5, "This is not YAML"),
    "control character": ("label: small", "label: sm\x00all", 4, "the character #x0000"),
    "not a mapping": (WORKFLOW, "- a\n- b\n", 1, "The file holds no keys."),
    "empty": (WORKFLOW, "", 1, "The file holds no keys."),
    "two documents": ("parameters:", "---\nparameters:", 7, "This is not YAML"),
    "nested too deeply": (WORKFLOW, "a: " + "[" * 5000 + "]" * 5000, 1, "nested more than 20 deep"),
}


@pytest.mark.parametrize(("old", "new", "line", "words"), YAML.values(), ids=YAML)
def test_a_fault_of_the_workflow_has_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    faults = found(folder(tmp_path, edited(old, new)))
    assert [fault[:2] for fault in faults if words in fault[2]] == [(W, line)], faults


OTHER: dict[str, tuple[dict[str, str | bytes | None], str, int, str]] = {
    "prompt missing": ({FIRST: None}, W, 13, "Phase “first” has no prompt. Write it in “small/phases/first.md”."),
    "prompt empty": ({FIRST: " \n\n"}, FIRST, 1, "The prompt is empty."),
    "prompt of no phase": (
        {"small/phases/frist.md": "x"},
        "small/phases/frist.md",
        0,
        "No phase of the workflow is called “frist”. Did you mean “first”?",
    ),
    "unknown variable": (
        {FIRST: "a\n\n{{ titel }}\n"},
        FIRST,
        3,
        "The prompt has no variable “titel”. Did you mean “title”?",
    ),
    "variable of another prompt": ({FIRST: "{{ draft }}"}, FIRST, 1, "The prompt has no variable “draft”."),
    "unknown attribute": ({FIRST: "a\n{{ phase.name }}"}, FIRST, 2, "“phase” has no “name”."),
    "unknown attribute of an item": (
        {FIRST: "{% for one in earlier %}\n{{ one.pth }}\n{% endfor %}"},
        FIRST,
        2,
        "“one” has no “pth”. Did you mean “path”?",
    ),
    "unknown parameter": ({FIRST: "{{ parameters.sistems }}"}, FIRST, 1, "Did you mean “systems”?"),
    "template syntax": ({FIRST: "a\n{% if %}"}, FIRST, 2, "The template has no meaning"),
    "unknown filter": ({FIRST: "a\n{{ title | loud }}"}, FIRST, 2, "loud"),
    "template includes": ({FIRST: "a\n{% include 'x' %}"}, FIRST, 2, "A prompt takes in another file."),
    "template calculates": ({FIRST: "a\n{{ 'x' * 999999999 }}"}, FIRST, 2, "A prompt has no use for “mul”."),
    "template calls": ({FIRST: "{{ title.join(path) }}"}, FIRST, 1, "A prompt has no use for “call”."),
    "template counts": ({FIRST: "{% for n in range(99999) %}{% endfor %}"}, FIRST, 1, "no use for “call”"),
    "template defines": ({FIRST: "a\n{% set a = title %}"}, FIRST, 2, "A prompt has no use for “assign”."),
    "template pads": ({FIRST: "{{ title | center(999999999) }}"}, FIRST, 1, "A prompt has no filter “center”."),
    "template loops in loops": (
        {FIRST: "{% for a in earlier %}\n{% for b in earlier %}\n{% for c in earlier %}" + "{% endfor %}" * 3},
        FIRST,
        3,
        "more than 2 loops in each other",
    ),
    "template too deep for Python": (
        {FIRST: "{% if title %}" * 120 + "{% endif %}" * 120},
        FIRST,
        1,
        "The template is too deep",
    ),
    "template too deep for Jinja": ({FIRST: "{{ " + "(" * 5000 + "title" + ")" * 5000 + " }}"}, FIRST, 1, "too deep"),
    "number too long": ({FIRST: "{{ " + "1" * 5000 + " }}"}, FIRST, 1, "a number in it too long"),
    "prompt not UTF-8": ({FIRST: b"fine\nna\xefve\n"}, FIRST, 2, "The file is not UTF-8 text."),
    "workflow not UTF-8": ({W: b"version: 1\nsummary: na\xefve\n"}, W, 2, "The file is not UTF-8 text."),
    "prompt too long": ({FIRST: "x" * 200_001}, FIRST, 0, "more than 200,000 bytes"),
    "house prompt missing": ({"prompts/repair.md": None}, "prompts", 0, "The house's “repair” has no prompt."),
    "house prompt of no use": ({"prompts/anwsers.md": "x"}, "prompts/anwsers.md", 0, "Did you mean “answers”?"),
    "house prompt with a phase's variable": (
        {"prompts/system.md": "{{ title }}"},
        "prompts/system.md",
        1,
        "no variable “title”",
    ),
    "persona without front matter": ({"personas/a.md": "Looks.\n"}, "personas/a.md", 1, "no front matter"),
    "persona without lens": (
        {"personas/a.md": "---\nname: A\n---\nLooks.\n"},
        "personas/a.md",
        1,
        "The persona has no lens.",
    ),
    "persona with another key": (
        {"personas/a.md": "---\nname: A\nlens: B\nlense: C\n---\nLooks.\n"},
        "personas/a.md",
        4,
        "Did you mean “lens”?",
    ),
    "persona without text": (
        {"personas/a.md": "---\nname: A\nlens: B\n---\n"},
        "personas/a.md",
        4,
        "The persona's text is empty.",
    ),
    "persona's YAML": (
        {"personas/a.md": "---\nname: A\nlens: [\n---\nLooks.\n"},
        "personas/a.md",
        4,
        "This is not YAML",
    ),
    "persona's file name": (
        {"personas/A_B.md": "---\nname: A\nlens: B\n---\nLooks.\n"},
        "personas/A_B.md",
        0,
        "not kebab-case",
    ),
    "folder's name": (
        {"Big/workflow.yaml": "version: 1\n"},
        "Big/workflow.yaml",
        0,
        "The folder's name “Big” is not kebab-case.",
    ),
    "folder without workflow": ({"notes/x.md": "x"}, "notes/workflow.yaml", 0, "The folder has no workflow."),
    "label of another": (
        tiny(WORKFLOW.replace("/small", "/tiny").replace("small", "Small")),
        "tiny/workflow.yaml",
        4,
        "The label “small” belongs to the workflow “small”.",
    ),
    "command of another": (
        tiny(WORKFLOW.replace("label: small", "label: tiny")),
        "tiny/workflow.yaml",
        5,
        "The command “/small” belongs to the workflow “small”.",
    ),
}


@pytest.mark.parametrize(("changed", "where", "line", "words"), OTHER.values(), ids=OTHER)
def test_a_fault_of_a_file_has_its_line(
    tmp_path: Path, changed: dict[str, str | bytes | None], where: str, line: int, words: str
) -> None:
    faults = found(folder(tmp_path, changed))
    assert [fault[:2] for fault in faults if words in fault[2]] == [(where, line)], faults


@pytest.mark.parametrize("target", ["outside.md", "nowhere.md"])
def test_a_link_that_leaves_the_folder_is_a_fault_and_is_not_read(tmp_path: Path, target: str) -> None:
    (tmp_path / "outside.md").write_text("{{ secret }}")
    root = folder(tmp_path / "workflows", {FIRST: None})
    (root / FIRST).symlink_to(tmp_path / target)
    assert found(root) == [(FIRST, 0, "The link leaves the folder. Put the file itself here.")]


def test_a_folder_behind_a_link_is_not_read(tmp_path: Path) -> None:
    folder(tmp_path / "elsewhere")
    root = folder(tmp_path / "workflows")
    (root / "other").symlink_to(tmp_path / "elsewhere" / "small")
    assert found(root) == [("other", 0, "The link leaves the folder. Put the file itself here.")]


def test_a_link_within_the_folder_is_read(tmp_path: Path) -> None:
    root = folder(tmp_path, {"small/phases/second.md": None})
    (root / "small/phases/second.md").symlink_to("first.md")
    assert load_folder(root)["small"].phase("second").prompt == "# {{ title }}\n"


def test_a_folder_that_is_missing_or_without_workflows_is_a_fault(tmp_path: Path) -> None:
    assert "There is no such folder." in str(check(tmp_path / "none")[0])
    (tmp_path / "prompts").mkdir()
    assert any("There is no workflow here." in str(fault) for fault in check(tmp_path))


def test_all_faults_come_at_once_and_in_order(tmp_path: Path) -> None:
    wrong = WORKFLOW.replace("summary:", "sumary:").replace("asks: author", "asks: nobody")
    root = folder(tmp_path, {W: wrong, FIRST: "{{ titel }}", "prompts/revise.md": None})
    with pytest.raises(FaultsError) as raised:
        load_folder(root)
    places = [(os.path.relpath(fault.where, root), fault.line) for fault in raised.value.faults]
    assert places == [("prompts", 0), (FIRST, 1), (W, 1), (W, 2), (W, 14)]
    assert f"{root / W}:2: A workflow has no key “sumary”. Did you mean “summary”?" in str(raised.value)


GIVES = edited("phases:", "documents: [rules]\nphases:")


def test_a_document_that_comes_with_a_workflow(tmp_path: Path) -> None:
    right = GIVES | {"small/documents/rules.md": "For {{ parameters.project }}.\n"}
    assert load_folder(folder(tmp_path, right))["small"].documents == {"rules": "For {{ parameters.project }}.\n"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (GIVES, "The document “rules” has no prompt. Write it in “small/documents/rules.md”."),
        ({"small/documents/rules.md": "x\n"}, "The workflow gives no document “rules”."),
        (GIVES | {"small/documents/rules.md": "{{ path }}\n"}, "The prompt has no variable “path”."),
        (
            edited("phases:", "documents: [systems]\nphases:") | {"small/documents/systems.md": "x\n"},
            "The parameter “systems” is no path. Give it the default",
        ),
        (edited("phases:", "documents: Rules\nphases:"), "Expected a list of documents"),
        (edited("  - id: second", "  - id: second\n    unless: plan"), "There is no value of “unless” “plan”."),
    ],
)
def test_faults_of_documents_and_of_what_a_request_brings(
    tmp_path: Path, changed: Mapping[str, str | bytes | None], words: str
) -> None:
    assert any(words in str(fault) for fault in check(folder(tmp_path, changed)))

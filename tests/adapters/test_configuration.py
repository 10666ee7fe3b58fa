"""A repository's `charrette.yml` and its `charrette/`: what they make of the workflows; each fault's line."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.definitions import FolderDefinitions, layer_of
from bot.adapters.definitions.configuration import ALLOWANCE, BUDGETS, KEYS, WORKFLOW
from bot.app import built_in_workflows
from bot.core.definition import Budgets, House, Policy
from bot.core.ports import Layer
from bot.core.run.record import Limits

from .test_definitions_faults import FIRST, W, folder
from .test_definitions_faults import WORKFLOW as SMALL

Files = Mapping[str, str]
YML = ".github/charrette.yml"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> FolderDefinitions:
    """The service's own workflows: the right folder of the table of faults."""
    return FolderDefinitions(folder(tmp_path_factory.mktemp("workflows")))


def layer(where: str, files: Files) -> Layer:
    return Layer(where, {name: text.encode() for name, text in files.items()})


def house(known: FolderDefinitions, configuration: str = "", organisation: str = "", **files: Files) -> House:
    """The house of a repository with this `charrette.yml` (and its organisation's), and further files of each."""
    ours, theirs = dict(files.get("ours", {})), dict(files.get("theirs", {}))
    if configuration:
        ours["charrette.yml"] = configuration
    if organisation:
        theirs["charrette.yml"] = organisation
    return known.house([layer(".github/", ours), layer("octo/.github/", theirs)])


def right(found: House) -> House:
    assert found.faults == ()
    return found


def places(found: House) -> list[tuple[str, int, str]]:
    return [(fault.where, fault.line, f"{fault.wrong} {fault.mend}") for fault in found.faults]


# --- what it makes of the workflows ----------------------------------------------------------------------------------


def test_without_files_it_is_what_is_built_in(known: FolderDefinitions) -> None:
    assert house(known) == House(known.all())
    assert known.house([]) == House(known.all())
    for nothing in ("# nothing\n", "\n", "{}\n", "workflows: {}\n"):
        assert right(house(known, nothing)).definitions == known.all()


def test_values_for_all_workflows_and_for_one(known: FolderDefinitions) -> None:
    both = "project: A broker\nsystems: [Nomad]\nworkflows:\n  small:\n    parameters:\n      systems: [Ray, Slurm]\n"
    small = right(house(known, both)).definitions["small"]
    assert small.parameters == {"project": "A broker", "systems": ["Ray", "Slurm"]}
    assert small.digest != known.all()["small"].digest
    assert right(house(known, "systems: [Nomad]\n")).definitions["small"].parameters["systems"] == ["Nomad"]
    assert known.all()["small"].parameters["systems"] == []


def test_a_label_and_a_folder_of_its_own(known: FolderDefinitions) -> None:
    small = right(house(known, "labels: {small: rfc}\nartifacts: docs/design/{slug}/\n")).definitions["small"]
    assert (small.trigger.label, small.trigger.command) == ("rfc", "/small")
    assert small.artifacts == "docs/design/{slug}"


def test_budgets_lower_and_never_raise(known: FolderDefinitions) -> None:
    text = """\
budgets:
  run: {tokens: 400_000, dollars: 2.5}
  day: {tokens: 900000, dollars: 1000}
  turns: 20
  attempts: 2
  wait-days: 3
"""
    found = right(house(known, text))
    assert found.policy.budgets == Budgets(400_000, 2.5, 900_000, 1000, 20, 2, 3)
    assert found.definitions["small"].attempts == 2
    limits = Limits(run_tokens=300_000, run_dollars=5.0, day_tokens=2_000_000, day_dollars=None, turns=60)
    assert limits.lowered(found.policy.budgets) == Limits(300_000, 2.5, 900_000, 1000, 20)
    assert limits.lowered(Budgets()) == limits
    assert right(house(known, "budgets: {attempts: 50}\n")).definitions["small"].attempts == 3


def test_a_workflow_is_switched_off(known: FolderDefinitions) -> None:
    assert right(house(known, "workflows: {small: {enabled: false}}\n")).definitions == {}
    again = "workflows: {small: {enabled: true}}\n"
    assert list(right(house(known, again, "workflows: {small: {enabled: false}}\n")).definitions) == ["small"]


def test_the_nearest_wins_and_of_two_limits_the_stricter(known: FolderDefinitions) -> None:
    ours = "labels: {small: mine}\nbudgets: {turns: 50}\napproval: {not-by-requester: false}\nproject: Ours\n"
    theirs = """\
labels: {small: theirs}
artifacts: rfcs/{slug}
budgets: {turns: 9, attempts: 1}
approval: {not-by-requester: true}
project: Theirs
systems: [Ray]
panel: [graph-theorist]
"""
    found = right(house(known, ours, theirs))
    small = found.definitions["small"]
    assert (small.trigger.label, small.artifacts) == ("mine", "rfcs/{slug}")
    assert small.parameters == {"project": "Ours", "systems": ["Ray"]}
    assert found.policy == Policy(Budgets(turns=9, attempts=1), not_by_requester=True, panel=("graph-theorist",))


def test_a_file_shadows_the_same_file_farther_away(known: FolderDefinitions) -> None:
    theirs = {f"charrette/{FIRST}": "Theirs, {{ title }}\n", "charrette/small/phases/second.md": "Theirs too\n"}
    found = right(house(known, theirs=theirs, ours={f"charrette/{FIRST}": "Ours\n"})).definitions["small"]
    assert [phase.prompt for phase in found.phases[1:]] == ["Ours\n", "Theirs too\n"]
    assert found.prompts == known.all()["small"].prompts


def test_a_shadowed_workflow_leaves_phases_out_and_brings_others(known: FolderDefinitions) -> None:
    ours = {
        f"charrette/{W}": SMALL.replace("id: second", "id: third").replace("/small", "/smaller"),
        "charrette/small/phases/third.md": "{{ title }}\n",
    }
    small = right(house(known, ours=ours)).definitions["small"]
    assert [phase.id for phase in small.phases] == ["request", "first", "third"]
    assert small.trigger.command == "/smaller"


def test_a_repository_has_workflows_and_personas_of_its_own(known: FolderDefinitions) -> None:
    ours = {
        "charrette/rfc/workflow.yaml": SMALL.replace("small", "rfc").replace("gates:", "panel: [lawyer]\ngates:"),
        "charrette/rfc/phases/first.md": "x",
        "charrette/rfc/phases/second.md": "x",
        "charrette/personas/lawyer.md": "---\nname: Law\nlens: Licences\n---\nReads licences.\n",
        "charrette/README.md": "People may write beside the workflows.",
    }
    found = right(house(known, "panel: [lawyer, graph-theorist]\n", ours=ours))
    assert sorted(found.definitions) == ["rfc", "small"]
    assert found.definitions["rfc"].panel[0].name == "Law"
    assert found.policy.panel == ("lawyer", "graph-theorist")


def test_the_names_of_a_panel_are_taken_as_long_as_there_are_no_personas(tmp_path: Path) -> None:
    nobody = FolderDefinitions(folder(tmp_path, {"personas/graph-theorist.md": None}))
    assert right(house(nobody, "panel: [robert-tarjan]\n")).policy.panel == ("robert-tarjan",)
    assert "Write “robert-tarjan”." in places(house(nobody, "panel: [Robert Tarjan]\n"))[0][2]


# --- faults ----------------------------------------------------------------------------------------------------------

FAULTS: Mapping[str, tuple[str, int, str]] = {
    "unknown key": ("artefacts: docs/{slug}\n", 1, "no key “artefacts”. Did you mean “artifacts”?"),
    "key in snake case": (
        "budgets:\n  wait_days: 3\n",
        2,
        "A budget has no key “wait_days”. Did you mean “wait-days”?",
    ),
    "key twice": ("systems: []\nproject: x\nsystems: [Ray]\n", 3, "stands twice. Keep one; the first is on line 1."),
    "unknown workflow": ("workflows:\n  smal: {}\n", 2, "There is no workflow “smal”. Did you mean “small”?"),
    "label of an unknown workflow": ("labels:\n  smal: rfc\n", 2, "Did you mean “small”?"),
    "label that is a list": ("labels:\n  small: [rfc]\n", 2, "Expected text, not a list."),
    "label with a line's end": ('labels:\n  small: "a\\nb"\n', 2, "can't be seen"),
    "label with blanks": ('labels:\n  small: "to  design"\n', 2, "Write “to design”"),
    "label too long": (f"labels:\n  small: {'x' * 51}\n", 2, "50 characters"),
    "labels in a list": ("labels: [rfc]\n", 1, "Expected keys with values for labels, not a list."),
    "unknown key of a workflow": ("workflows:\n  small:\n    off: true\n", 3, "Known: enabled, parameters."),
    "enabled in words": ("workflows:\n  small:\n    enabled: maybe\n", 3, "Expected true or false, not text “maybe”."),
    "unknown parameter": ("workflows:\n  small:\n    parameters:\n      sistems: []\n", 4, "Did you mean “systems”?"),
    "parameter of another type": (
        "workflows:\n  small:\n    parameters:\n      systems: Ray\n",
        4,
        "Expected a list, not text “Ray”.",
    ),
    "systems as text": ("systems: Ray\n", 1, "Expected a list, not text “Ray”."),
    "too many systems": (f"systems: [{', '.join(['x'] * 101)}]\n", 1, "The list has 101 items. Write at most 100."),
    "value too long": (f"project: {'x' * 5001}\n", 1, "more than 5,000 letters"),
    "unknown budget": ("budgets:\n  dollar: 3\n", 2, "Known: run, day, turns, attempts, wait-days."),
    "budget without a kind": (
        "budgets:\n  run: 3\n",
        2,
        "Expected the keys of the budget of a run, not a whole number “3”.",
    ),
    "unknown kind of budget": ("budgets:\n  run: {token: 3}\n", 2, "Did you mean “tokens”?"),
    "budget in words": ("budgets:\n  run:\n    tokens: many\n", 3, "Expected a whole number, not text “many”."),
    "budget of half a token": ("budgets:\n  run:\n    tokens: 0.5\n", 3, "Expected a whole number"),
    "no budget at all": ("budgets:\n  run:\n    dollars: 0\n", 3, "Write a number from 0.01"),
    "negative budget": ("budgets:\n  day:\n    tokens: -1\n", 3, "out of bounds"),
    "endless budget": ("budgets:\n  day:\n    dollars: .inf\n", 3, "out of bounds"),
    "turns": ("budgets:\n  turns: 1001\n", 2, "Write a number from 1 to 1000."),
    "folder without slug": ("artifacts: docs\n", 1, "Put the run's name in it: “docs/{slug}”."),
    "folder above": ("artifacts: ../{slug}\n", 1, "“../{slug}” is no folder for documents."),
    "folder in the middle above": ("artifacts: docs/../../{slug}\n", 1, "is no folder for documents."),
    "folder of the configuration": ("artifacts: .github/charrette/{slug}\n", 1, "is no folder for documents."),
    "folder in other letters": ("artifacts: .GitHub/{slug}\n", 1, "is no folder for documents."),
    "absolute folder": ("artifacts: /etc/{slug}\n", 1, "is no folder for documents."),
    "folder with an attribute": ("artifacts: a/{slug.__class__}\n", 1, "Only {slug} is known."),
    "unknown persona": (
        "panel: [graph-theory]\n",
        1,
        "There is no persona “graph-theory”. Did you mean “graph-theorist”?",
    ),
    "persona twice": ("panel: [graph-theorist, graph-theorist]\n", 1, "stands twice"),
    "panel as text": ("panel: graph-theorist\n", 1, "Expected a list of persona"),
    "unknown key of approval": ("approval: {not-by-author: true}\n", 1, "Known: not-by-requester."),
    "approval in words": ("approval:\n  not-by-requester: sometimes\n", 2, "Expected true or false"),
    "model": ("model: claude\n", 1, "The configuration has no key “model”."),
    "half of a character": ('project: "\\ud83d\\ude00"\n', 1, "There is a NUL, or half of a character."),
    "a NUL": ('project: "a\\0b"\n', 1, "There is a NUL, or half of a character."),
    "alias": ("project: &a x\nsystems: [*a]\n", 2, "There is a YAML alias."),
    "bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nsystems: [*c, *c]\n",
        2,
        "There is a YAML alias. Write the value out",
    ),
    "tag": ("project: !!python/object/apply:os.system [x]\n", 1, "There is a YAML tag"),
    "tag of our own": ("systems: !include other.yml\n", 1, "There is a YAML tag, “!include”. Leave the tag out."),
    "nested too deeply": (f"systems: {'[' * 3000}{']' * 3000}\n", 1, "nested more than 20 deep"),
    "too long": (f"# {'x' * 50_000}\nsystems: []\n", 0, "The file has more than 50,000 bytes."),
    "not YAML": ("workflows: [", 1, "This is not YAML"),
    "a list": ("- systems\n", 1, "The file holds no keys."),
}


@pytest.mark.parametrize(("text", "line", "words"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_line_and_its_mend(known: FolderDefinitions, text: str, line: int, words: str) -> None:
    found = places(house(known, text))
    assert [(where, at) for where, at, said in found if words in said] == [(YML, line)], found


def test_all_faults_come_at_once_and_what_is_right_is_still_read(known: FolderDefinitions) -> None:
    found = house(known, "labels: {small: rfc}\nsystems: Ray\npanel: 3\n", "artefacts: x\n")
    assert [(where, line) for where, line, _ in places(found)] == [
        (YML, 2),
        (YML, 3),
        ("octo/.github/charrette.yml", 1),
    ]
    assert found.definitions["small"].trigger.label == "rfc"


def test_text_that_is_not_utf8_has_its_line(known: FolderDefinitions) -> None:
    found = known.house([Layer(".github/", {"charrette.yml": b"project: x\nsystems: [\xff]\n"})])
    assert places(found) == [(YML, 2, "The file is not UTF-8 text. Save it as UTF-8.")]


SHADOWS: Mapping[str, tuple[Files, str, int, str]] = {
    "prompt's variable": ({FIRST: "{{ titel }}"}, FIRST, 1, "Did you mean “title”?"),
    "prompt of no phase": ({"small/phases/frist.md": "x"}, "small/phases/frist.md", 0, "Did you mean “first”?"),
    "workflow's key": ({W: SMALL.replace("summary", "sumary")}, W, 2, "Did you mean “summary”?"),
    "label of a workflow that is built in": (
        {
            "aaa/workflow.yaml": SMALL.replace("/small", "/aaa"),
            "aaa/phases/first.md": "x",
            "aaa/phases/second.md": "x",
        },
        "aaa/workflow.yaml",
        4,
        "The label “small” belongs to the workflow “small”.",
    ),
    "new workflow without a prompt": (
        {"aaa/workflow.yaml": SMALL.replace("small", "aaa"), "aaa/phases/first.md": "x"},
        "aaa/workflow.yaml",
        15,
        "Write it in “aaa/phases/second.md”.",
    ),
    "folder without a workflow": ({"notes/x.md": "x"}, "notes/workflow.yaml", 0, "The folder has no workflow."),
    "a model's own name": (
        {W: SMALL.replace("gates: [", "model: claude\ngates: [")},
        W,
        6,
        "Known: thorough, quick.",
    ),
    "a command of the service": ({W: SMALL.replace("/small", "/approve")}, W, 5, "is the service's own."),
    "a prompt too long": ({FIRST: "x" * 200_001}, FIRST, 0, "more than 200,000 bytes"),
}


@pytest.mark.parametrize(("files", "where", "line", "words"), SHADOWS.values(), ids=SHADOWS)
def test_a_fault_of_a_shadow_has_the_repositorys_line(
    known: FolderDefinitions, files: Files, where: str, line: int, words: str
) -> None:
    found = places(house(known, ours={f"charrette/{name}": text for name, text in files.items()}))
    assert [place[:2] for place in found if words in place[2]] == [(f".github/charrette/{where}", line)], found


def test_a_configured_label_of_another_workflow_has_its_line(known: FolderDefinitions) -> None:
    ours = {
        "charrette/aaa/workflow.yaml": SMALL.replace("small", "aaa"),
        "charrette/aaa/phases/first.md": "x",
        "charrette/aaa/phases/second.md": "x",
    }
    found = places(house(known, "labels:\n  aaa: Small\n", ours=ours))
    assert found == [(YML, 2, "The label “small” belongs to the workflow “small”. Choose another.")]
    swapped = right(house(known, "labels:\n  aaa: small\n  small: aaa\n", ours=ours)).definitions
    assert [swapped[name].trigger.label for name in ("aaa", "small")] == ["small", "aaa"]


def test_what_a_shadow_breaks_elsewhere_names_the_file_as_people_know_it(known: FolderDefinitions) -> None:
    lacks = {f"charrette/{W}": SMALL.replace("reads: [first]", "reads: [first]\n  - id: third")}
    assert places(house(known, ours=lacks))[0][:2] == (f".github/charrette/{W}", 17)
    house_prompt = {"charrette/prompts/repair.md": ""}
    assert places(house(known, ours=house_prompt))[0][:2] == (".github/charrette/prompts/repair.md", 1)


# --- from a folder on disk -------------------------------------------------------------------------------------------


def test_a_checkout_is_read_as_a_repository_is(known: FolderDefinitions, tmp_path: Path) -> None:
    (tmp_path / "charrette/small/phases").mkdir(parents=True)
    (tmp_path / "charrette/small/phases/first.md").write_text("Ours\n")
    (tmp_path / "charrette.yml").write_text("labels: {small: rfc}\n")
    small = right(known.house([layer_of("x/.github/", tmp_path)])).definitions["small"]
    assert (small.trigger.label, small.phase("first").prompt) == ("rfc", "Ours\n")
    assert layer_of("x/", tmp_path / "nowhere") == Layer("x/")


def test_links_of_a_checkout_are_not_followed(known: FolderDefinitions, tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text("project: secret\n")
    inside = tmp_path / "github"
    (inside / "charrette/small/phases").mkdir(parents=True)
    (inside / "charrette.yml").symlink_to(tmp_path / "secret.yml")
    (inside / "charrette/small/phases/first.md").symlink_to(tmp_path / "secret.yml")
    found = known.house([layer_of(".github/", inside)])
    assert [place[:2] for place in places(found)] == [(YML, 0), (f".github/charrette/{FIRST}", 0)]
    assert "secret" not in str(found.definitions)


# --- documentation ---------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs/configuration.md").read_text()


def test_every_key_has_its_heading() -> None:
    assert sorted(re.findall(r"^### `([a-z-]+)`$", PAGE, re.MULTILINE)) == sorted(KEYS)
    budgets = PAGE.partition("### `budgets`")[2].partition("###")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", budgets, re.MULTILINE) == list(BUDGETS)
    for key in (*ALLOWANCE, *WORKFLOW, "not-by-requester"):
        assert f"`{key}`" in PAGE or f"`{key}:" in PAGE


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_every_documented_example_is_right(example: str) -> None:
    personas = {
        f"charrette/personas/{id}.md": "---\nname: a\nlens: b\n---\nc\n" for id in ("graph-theorist", "operator")
    }
    right(house(FolderDefinitions(built_in_workflows()), example, ours=personas))

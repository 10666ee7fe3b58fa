"""What a folder that is right comes to; and that no text, however wrong, is answered by anything but faults."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.definitions import check, load_folder
from bot.adapters.definitions.vocabulary import INCLUDE_KEYS, PHASE_KEYS, RESERVED, WORKFLOW_KEYS
from bot.core.codec import from_json, to_json
from bot.core.definition import Definition, GateUse, Persona, Trigger

WHOLE = """\
    version: 1
    summary: All keys at once.
    makes: RFC
    trigger: {label: Whole thing, command: /whole}
    artifacts: docs/{slug}/design/
    model: quick
    attempts: 5
    rounds: 1
    wait-days: 0.5
    needs-description: [Feature description, Wish]
    tools: [repository]
    gates:
      - not-empty
      - lines: {at-most: 400}
        severity: warning
    panel: [operator]
    parameters:
      systems: [Nomad, Ray]
      commit-format: "fix: ..."
    phases:
      - id: user-request
        from: event
      - id: first-draft
        title: The draft
        asks: author
        gates:
          - headings: "{systems}"
            severity: asks
      - id: review
        reads: [first-draft]
        artifact: 7
        tools: [repository, web]
        each: experts
        output: findings
        counted: false
        model: thorough
      - id: summary
        reads: all
        approval: maintainer
    """


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "whole/workflow.yaml": dedent(WHOLE),
        "whole/phases/first-draft.md": "# {{ title }}\n{{ parameters.commit_format }}\n",
        "whole/phases/review.md": "Review {% for one in earlier %}{{ one.path }} {% endfor %}\n",
        "whole/phases/summary.md": "\ufeffSum up.\r\n",
        "prompts/system.md": "{{ repository }}{% if web %}, with the web{% endif %}\n",
        "prompts/repair.md": "{{ draft }}{% for f in findings %}{{ loop.index }} {{ f.line }}{% endfor %}\n",
        "prompts/answers.md": "{% for a in answers %}{{ a.question }}{{ a.assumed }}{% endfor %}{{ rest }}\n",
        "prompts/revise.md": "{{ path }}{{ feedback }}\n",
        "prompts/concerns.md": "{% for c in decided %}{{ c.id }}{% endfor %}\n",
        "prompts/again.md": "{% for r in raised %}{{ r.id }}{% endfor %}{{ since }}\n",
        "prompts/sections.md": "{{ path }}{% for one in sections %}{{ one }}{% endfor %}\n",
        "prompts/concept.md": "{{ model }}{{ diff }}{{ title }}{{ blocks | join(', ') }}\n",
        "prompts/touches.md": "{% for d in documents %}{{ d.phase }}{{ d.path }}{% endfor %}{{ feedback }}\n",
        "personas/operator.md": "---\nname: Operations\nlens: Who is woken at night\n---\n\nAsks what breaks.\n",
        "templates/any.md": "Nothing reads this yet: {{ anything }}\n",
        ".hidden/workflow.yaml": "nonsense",
        "README.md": "People may write beside the workflows.\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return tmp_path


def test_every_key_arrives(folder: Path) -> None:
    whole = load_folder(folder)["whole"]
    assert (whole.id, whole.version, whole.summary) == ("whole", 1, "All keys at once.")
    assert whole.trigger == Trigger("Whole thing", "/whole")
    assert whole.artifacts == "docs/{slug}/design"
    assert (whole.kind, whole.thing) == ("RFC", "RFC")
    assert (whole.model, whole.attempts, whole.rounds, whole.wait_days) == ("quick", 5, 1, 0.5)
    assert whole.needs_description == ("Feature description", "Wish")
    assert whole.parameters == {"systems": ["Nomad", "Ray"], "commit_format": "fix: ..."}
    assert whole.panel == (Persona("operator", "Operations", "Who is woken at night", "Asks what breaks.\n"),)
    assert sorted(whole.prompts) == [
        "again",
        "answers",
        "concept",
        "concerns",
        "repair",
        "revise",
        "sections",
        "system",
        "touches",
    ]


def test_the_phases_have_their_numbers_reads_gates_and_tools(folder: Path) -> None:
    request, draft, review, summary = load_folder(folder)["whole"].phases
    assert [phase.file for phase in (request, draft, summary)] == [
        "001-user-request.md", "002-first-draft.md", "008-summary.md",
    ]  # fmt: skip
    assert review.member_file("operator") == "007-operator-review.md"
    assert (request.source, request.gates, request.prompt) == ("event", (), "")
    assert (draft.title, draft.asks, summary.title, summary.approval) == (
        "The draft",
        "author",
        "Summary",
        "maintainer",
    )
    assert [phase.reads for phase in (draft, review, summary)] == [
        ("user-request",), ("first-draft",), ("user-request", "first-draft", "review"),
    ]  # fmt: skip
    assert draft.gates == (
        GateUse("not-empty"),
        GateUse("lines", {"at_most": 400}, "warning"),
        GateUse("headings", {"wanted": ["Nomad", "Ray"]}, "asks"),
    )
    assert (draft.tools, review.tools) == (("repository",), ("repository", "web"))
    assert (review.each, review.output, review.counted, review.model) == ("experts", "findings", False, "thorough")
    assert summary.prompt == "Sum up.\n"


def test_what_is_left_out_has_its_default(tmp_path: Path, folder: Path) -> None:
    (folder / "whole/workflow.yaml").write_text(
        "version: 1\nsummary: Small.\ntrigger: {label: a, command: /a}\nphases:\n  - {id: r, from: event}\n"
    )
    for path in (folder / "whole/phases").iterdir():
        path.unlink()
    assert load_folder(folder)["whole"] == Definition(
        "whole", 1, "Small.", Trigger("a", "/a"), "_tasks/{slug}", load_folder(folder)["whole"].phases,
        prompts=load_folder(folder)["whole"].prompts,
    )  # fmt: skip


def test_a_definition_survives_its_snapshot(folder: Path) -> None:
    whole = load_folder(folder)["whole"]
    again = from_json(Definition, to_json(whole))
    assert again == whole
    assert again.digest == whole.digest


@pytest.mark.parametrize("name", ["whole/phases/review.md", "prompts/repair.md", "personas/operator.md"])
def test_the_digest_knows_every_text(folder: Path, name: str) -> None:
    before = load_folder(folder)["whole"].digest
    (folder / name).write_text((folder / name).read_text() + "More.\n")
    assert load_folder(folder)["whole"].digest != before


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["0x_", "event"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = (*WORKFLOW_KEYS, *PHASE_KEYS, *RESERVED, "label", "command", "on")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mangled_workflow_gets_faults_and_nothing_else(folder: Path, data: st.DataObject) -> None:
    lines = dedent(WHOLE).splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        key = data.draw(st.sampled_from(KEYS))
        value = data.draw(VALUES.map(repr) | st.text(max_size=8))
        lines[at] = data.draw(st.sampled_from([f"{indent}{key}: {value}", f"{indent}- {value}", value, ""]))
    text = "\n".join(lines)
    (folder / "whole/workflow.yaml").write_bytes(text.encode("utf-8", "replace"))
    for fault in check(folder):
        assert fault.wrong.endswith((".", "?", ")", "”")), fault
        assert 0 <= fault.line <= text.count("\n") + 3


FILES = st.sampled_from(["whole/workflow.yaml", "whole/phases/review.md", "prompts/system.md", "personas/operator.md"])


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=FILES, raw=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_in_any_file_get_faults_and_nothing_else(folder: Path, name: str, raw: bytes) -> None:
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(raw)
    check(folder, raw.decode("utf-8", "replace"))
    (folder / name).write_bytes(before)


@pytest.mark.parametrize("key", sorted({*WORKFLOW_KEYS, *PHASE_KEYS, *INCLUDE_KEYS, *RESERVED}))
def test_every_key_has_its_place_in_the_document(key: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "workflow-format.md").read_text()
    assert f"`{key}`" in text or f"`{key}:" in text

"""Sections as data: what is rendered parses back to the same data, with the reader that people's plans are read by."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import published
from bot.core.outputs import OUTPUTS, Setting
from bot.core.plan import read
from bot.core.plan.core import review_core
from bot.core.plan.writing.cards import unit_id
from bot.core.plan.writing.order import Order
from bot.core.plan.writing.tidy import cell, plain, tidied
from bot.gates.plan import Paper, lint
from tests import plan_data as plans
from tests.gates.plan.examples import Files

Schema = Mapping[str, Any]
# What Markdown, the reader or the rules take for something, among words.
TRAPS = st.sampled_from(
    ["- a", "# b", "1. c", "| d", "```", "**e:** f", "---", "<!-- unit: x -->", "<b>", "[a]: b", "PR 3", "PR 1 → PR 2",
     "Tier 1", "none", "None, because g.", "done", "(merged 2026-01-01)", "depends on PR 9", "\\", "`", "`h`", "&lt;",
     "*", "Q1: i", "BC-1-1: j", "— k", "--", "Observes: l", "~~~", "=", "> m", "Success:", "#", "    n",
     "1) o", "\u2028"]
)  # fmt: skip
TEXT = st.lists(TRAPS | st.text(max_size=8), min_size=1, max_size=4).map(" ".join)
SAID = TEXT.filter(lambda text: bool(plain(text) and tidied(text) and cell(text)))


def drawn(schema: Schema, root: Schema, name: str = "") -> st.SearchStrategy[Any]:
    """Data of a JSON schema; ids of units and names of guarantees have their form."""
    if "$ref" in schema:
        return drawn(root["$defs"][schema["$ref"].rpartition("/")[2]], root, name)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "array":
        if name == "none":
            fields = [field for field, of in root["properties"].items() if of["type"] == "array" and field != "none"]
            return st.just([{"field": field, "why": "there is nothing"} for field in fields])
        return st.lists(drawn(schema["items"], root, name), max_size=3, min_size=name in ("units", "systems"))
    if schema["type"] == "object":
        made = {key: drawn(of, root, key) for key, of in schema["properties"].items()}
        if "id" in made:
            units = "motivation" in made
            made["id"] = st.integers(0, 12).map(str if units else "BC-{0}-{0}".format)
        return st.fixed_dictionaries(made)
    return st.integers(0, 12).map("PR {}".format) if name == "depends_on" else SAID


def unlike(data: Any) -> Any:
    """The data without two units of one id: which of them would be meant?"""
    if isinstance(data, dict) and isinstance(data.get("units"), list):
        data = data | {"units": list({unit.get("id"): unit for unit in data["units"]}.values())}
    return data


DERIVED = ("plan-order", "plan-summary")
DRAWN = [name for name in OUTPUTS if name.startswith("plan-") and name not in DERIVED]


@pytest.mark.parametrize("name", DRAWN)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_is_rendered_parses_back(name: str, data: st.DataObject) -> None:
    output = OUTPUTS[name]
    said = unlike(data.draw(drawn(output.schema, output.schema)))
    settled = output.settle(said, Setting())
    assert output.parse(output.render(settled)) == settled
    assert output.settle(settled, Setting()) == settled


@pytest.mark.parametrize("title", ["done", "merged", "In progress", "] done", "a (done)"])
def test_a_unit_may_be_called_what_a_status_is_called(title: str) -> None:
    data = plans.series()
    series = OUTPUTS["plan-series"]
    settled = series.settle(data | {"units": [data["units"][0] | {"title": title}]}, Setting())
    assert settled["units"][0]["title"]
    assert series.parse(series.render(settled)) == settled


# --- a plan whose sections are made one after the other ---------------------------------------------------------------

FROZEN = {
    "name": "Queue",
    "place": "src/queue.py:1",
    "language": "python",
    "signature": "class Queue:",
    "frozen_by": "release 1.2",
}
MADE: Mapping[str, Any] = {
    "plan-scope": plans.SCOPE,
    "plan-concept": plans.CONCEPT,
    "plan-risks": plans.RISKS,
    "plan-evolution": plans.evolution(FROZEN),
    "plan-series": plans.series(),
    "plan-order": plans.ORDER,
    "plan-prevention": plans.prevention(),
    "plan-summary": plans.SUMMARY,
}
PATH = "_tasks/limits/002-macro-plan.md"


def document(**changed: Any) -> str:
    """The plan, each section made with what was there before; A comes first in the end."""
    text = "# Worker limits: macro plan\n\n"
    text += plans.recon(["The pool has `Pool` (`src/pool.py:1`).", "`Queue` holds the items (`src/queue.py:1`)."])
    for name, data in MADE.items():
        made = section(name, changed.get(name.removeprefix("plan-"), data), text)
        head, mark, rest = text.partition("## B)")
        text = f"{head}{made}\n{mark}{rest}" if name == "plan-summary" else f"{text}\n{made}"
    return published(text)


def section(name: str, data: Any, text: str) -> str:
    settled = OUTPUTS[name].settle(data, Setting(documents={PATH: text}))
    made = OUTPUTS[name].render(settled)
    assert OUTPUTS[name].parse(made) == settled
    return made


def test_a_plan_made_of_data_is_faulted_by_no_rule() -> None:
    found = lint(Paper.of(Artifact(PATH, document()), Files()))
    assert [(finding.rule, finding.wrong) for finding in found] == []


def test_it_is_read_with_all_that_was_said() -> None:
    plan = read(document())
    assert [(unit.id, unit.title, unit.stable, unit.depends_on) for unit in plan.units] == [
        ("PR1", "Memory reading", "memory-reading", ()),
        ("PR2", "Over the limit", "over-the-limit", ("PR1",)),
        ("PR3", "Queue limits", "queue-limits", ("PR1", "PR2")),
    ]
    assert [block.name for block in plan.blocks] == ["Meter", "Judge", "Warden"]
    assert [(risk.decision, risk.gate) for risk in plan.risks] == [("Resident memory decides", "Before PR 1")]
    assert [freeze.interface for freeze in plan.freezes] == ["Judge"]
    assert plan.findings == ()


# --- section J, derived ----------------------------------------------------------------------------------------------


def wide() -> dict[str, Any]:
    """Four units of which two can be made side by side, and the last joins them."""
    data = plans.series()
    both = plans.unit(4, "Pressure limits", "modifies Judge", ["PR 2"])
    last = plans.unit(5, "Limits by hand", "modifies Warden", ["PR 3", "PR 4"])
    return data | {"units": [*data["units"], both, last]}


JOIN = {"guidance": [], "joins": [{"unit": "PR 5", "risk": "two ways to judge may disagree."}]}


def test_the_order_is_derived_from_the_units() -> None:
    text = document(series=wide(), order=JOIN, summary=plans.SUMMARY)
    order = OUTPUTS["plan-order"].parse(text)
    assert order["order"] == ["PR 1", "PR 2", "PR 3", "PR 4", "PR 5"]
    assert [each["units"] for each in order["streams"]] == ["PR 1, then PR 2, then PR 3, then PR 5", "PR 4"]
    assert order["freezes"] == [{"unit": "PR 2", "unlocks": "freezes Judge; then PR 3, PR 4 can be made side by side"}]
    assert order["gates"] == [{"gate": "risk 1, before PR 1", "decision": "Resident memory decides"}]
    assert order["joins"] == [
        {"unit": "PR 5 joins PR 3 and PR 4, which both change Judge", "risk": "two ways to judge may disagree."}
    ]
    assert "### Merge guidance\n\nNone, because the order above says it all.\n" in text
    assert 'risk1{{"risk 1: Resident memory decides"}}\n  risk1 -.-> PR1\n' in text
    assert "  PR3 --> PR5\n  PR4 --> PR5\n" in text
    assert [finding.rule for finding in lint(Paper.of(Artifact(PATH, text), Files()))] == []


def test_a_validation_may_come_before_a_merge_alone_and_two_before_one_unit() -> None:
    first = plans.RISKS["risks"][0]
    risks = {
        "risks": [first | {"gate": "Before the merge of PR 1"}, first | {"decision": "It is fast", "cost": "PR 1"}]
    }
    text = document(risks=risks)
    order = OUTPUTS["plan-order"].parse(text)
    assert [each["gate"] for each in order["gates"]] == ["risk 1, before the merge of PR 1", "risk 2, before PR 1"]
    assert order["units"][0]["gate"] == "risk 1, risk 2"
    assert "  risk1 -.-> PR1\n" in text
    assert [finding.rule for finding in lint(Paper.of(Artifact(PATH, text), Files()))] == []


def test_the_summary_counts() -> None:
    counts = "3 units; the longest chain is PR 1, PR 2, PR 3; 1 validation, before PR 1."
    assert OUTPUTS["plan-summary"].parse(document())["counts"] == counts
    alone = plans.series() | {"units": [plans.unit(1, "Memory", "adds Meter", [])], "freezes": []}
    alone["none"] = [*alone["none"], {"field": "freezes", "why": "nothing is shared"}]
    unvalidated = {"risks": [plans.RISKS["risks"][0] | {"gate": "At the end", "cost": "PR 1"}]}
    pointless = plans.CONCEPT | {"extension_points": [], "none": plans.none(extension_points="x", shared_state="x")}
    first = plans.evolution() | {"changes": plans.evolution()["changes"][:1]}
    text = document(series=alone, risks=unvalidated, concept=pointless, evolution=first)
    assert OUTPUTS["plan-summary"].parse(text)["counts"] == "1 unit; the longest chain is PR 1."
    assert "None, because no decision of section E is validated before a unit." in text


def test_a_freeze_that_nothing_waits_for_and_a_circle() -> None:
    late = plans.series()
    late["freezes"] = [late["freezes"][0] | {"frozen_by": "PR 3"}, late["freezes"][0] | {"frozen_by": "nobody"}]
    freezes = OUTPUTS["plan-order"].parse(document(series=late))["freezes"]
    assert freezes == [{"unit": "PR 3", "unlocks": "freezes Judge; no unit of this plan waits for it"}]
    order = Order(read(document(series=plans.series(["PR 3"]))))
    assert order.units == ["PR1", "PR2", "PR3"]
    assert order.needs == {"PR1": [], "PR2": ["PR1"], "PR3": ["PR1", "PR2"]}


# --- what is no data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("plan-scope", plans.SCOPE | {"non_goals": []}, "`non_goals`: empty, and `none` does not say why"),
        ("plan-scope", {"objectives": ["a"]}, "non_goals"),
        ("plan-series", plans.series(["the first"]), "“the first” is no id of a unit"),
        ("plan-series", plans.series() | {"units": [plans.series()["units"][0] | {"guarantees": [
            {"id": "it works", "text": "x"}]}]}, "“it works” is no name of a guarantee"),
        ("plan-order", plans.ORDER, "no document has units"),
        ("plan-summary", plans.SUMMARY | {"why": " "}, "no document has units"),
    ],
)  # fmt: skip
def test_what_is_no_data(name: str, data: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        OUTPUTS[name].settle(data, Setting(documents={"001-user-request.md": "# Limits\n"}))


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("plan-order", plans.ORDER, "`joins` says nothing of PR 5"),
        ("plan-order", {"guidance": [], "joins": [*JOIN["joins"], {"unit": "PR 2", "risk": "x"}]}, "speaks of PR 2"),
        ("plan-summary", plans.SUMMARY | {"why": " "}, "`why` is empty"),
    ],
)
def test_what_does_not_fit_the_plan(name: str, data: Any, words: str) -> None:
    text = document(series=wide(), order=JOIN)
    with pytest.raises(ValueError, match=words):
        OUTPUTS[name].settle(data, Setting(documents={PATH: text}))


def test_an_empty_list_has_its_reason_and_a_full_one_none() -> None:
    data = plans.SCOPE | {"non_goals": ["- "], "none": plans.none(non_goals="all is a goal.", objectives="x")}
    settled = OUTPUTS["plan-scope"].settle(data, Setting())
    assert settled["none"] == [{"field": "non_goals", "why": "all is a goal"}]
    assert "### Non-goals\n\nNone, because all is a goal.\n" in OUTPUTS["plan-scope"].render(settled)


def test_a_section_that_is_not_there_or_not_ours_reads_as_nothing() -> None:
    assert OUTPUTS["plan-risks"].parse("# A plan\n") == {"risks": []}
    other = "## E) Risk Register\n\n| What | Why |\n|---|---|\n| a | b |\n"
    assert OUTPUTS["plan-risks"].parse(other) == {"risks": []}
    scope = OUTPUTS["plan-scope"].parse("## C) Objectives\n\n### Objectives\n\n### Model scoping\n\nWords.\n")
    assert (scope["objectives"], scope["components"], scope["questions"]) == ([], [], [])
    concept = "## D) Concept Model\n\n### Real-system correspondence\n\n| a | b |\n|--|--|\n| c | d |\n"
    assert OUTPUTS["plan-concept"].parse(concept)["correspondence"] == []


# --- what a unit keeps -----------------------------------------------------------------------------------------------


def test_a_unit_keeps_its_stable_id_when_it_is_written_again() -> None:
    again = plans.series()
    first, second, third = again["units"]
    again["units"] = [
        first | {"stable": "reading-of-memory"},
        second | {"title": "Too much", "stable": "too-much"},
        third | {"title": "By queue", "stable": "by-queue", "guarantees": [{"id": "BC-3-1", "text": "new"}]},
    ]
    settled = OUTPUTS["plan-series"].settle(again, Setting(documents={PATH: document()}))
    assert [unit["stable"] for unit in settled["units"]] == ["memory-reading", "over-the-limit", "by-queue"]
    assert OUTPUTS["plan-series"].settle(settled, Setting(documents={PATH: document()})) == settled


@pytest.mark.parametrize(
    ("written", "stable"),
    [("", "memory-reading"), ("Memory_Reading!", "memory-reading"), ("測定", "memory-reading"), ("a b", "a-b")],
)
def test_a_stable_id_is_made_where_none_fits(written: str, stable: str) -> None:
    data = plans.series()
    data["units"][0] |= {"stable": written, "title": "Memory reading"}
    assert OUTPUTS["plan-series"].settle(data, Setting())["units"][0]["stable"] == stable


def test_a_unit_without_words() -> None:
    data = plans.series()
    data["units"][0] |= {"stable": "", "title": "測定"}
    assert OUTPUTS["plan-series"].settle(data, Setting())["units"][0]["stable"] == "pr-1"
    assert unit_id(" pr-12B ") == "PR 12b"


def test_a_signature_can_t_end_its_fence() -> None:
    bad = FROZEN | {"signature": "```\nclass Queue:\n~~~\n", "language": "py thon`", "name": "`Queue`"}
    settled = OUTPUTS["plan-evolution"].settle(plans.evolution(bad), Setting())
    assert settled["frozen"] == [FROZEN]
    assert "## G)" not in OUTPUTS["plan-evolution"].render(plans.evolution())


@pytest.mark.parametrize(
    ("title", "status"),
    [("Show what is done", ""), ("Show it (merged 2026-03-01)", "merged 2026-03-01"), ("Show it ✅", "done")],
)
def test_a_title_of_ours_ends_as_it_likes(title: str, status: str) -> None:
    unit = read(f"## Plan\n\n### PR 1: {title} <!-- unit: show -->\n").units[0]
    assert (unit.title, unit.status) == (title if not status else "Show it", status)


def test_earlier_sections_stay_true() -> None:
    late = plans.RISKS["risks"][0] | {"gate": "Before PR 3", "cost": "PR 1, PR 2"}
    with pytest.raises(ValueError, match="is validated before PR 3, which needs PR 1, PR 2"):
        document(risks={"risks": [late]})
    few = plans.series()
    few["units"] = few["units"][:2]
    few["freezes"][0]["unlocks"] = "none"
    with pytest.raises(ValueError, match="“Judge” in D names PR 3, and there is no such unit"):
        document(series=few)


# --- the part that people review -------------------------------------------------------------------------------------


def test_the_core_of_a_plan_has_a_c_d_and_each_unit_in_short() -> None:
    core = review_core(document(), "https://x/plan.md")
    for part in ("## A) ", "## C) ", "## D) ", "### PR1: Memory reading", "- **Motivation:**", "BC-3-1"):
        assert part in core
    for part in ("## E) ", "Why No Dead Code", "Tier 1"):
        assert part not in core
    assert re.search(r"- \[E\) Architectural Risk Register\]\(https://x/plan\.md#L\d+\)", core)


def test_a_document_that_is_no_plan_has_no_core_and_one_without_units_a_short_one() -> None:
    assert review_core("# A roadmap\n\n## Steps\n\nOne.\n", "x") == ""
    text = "## A) Executive Summary\n\nx\n\n## C) Objectives\n\ny\n\n## D) Concept Model\n\nz\n"
    assert "units" not in review_core(text, "x")
    one = f"{text}\n## I) PR Plan\n\n### PR 1: One\n\n- **Depends on:** none\n\n## J) Dependency DAG\n"
    assert "### PR1: One\n\n- **Depends on:** none\n" in review_core(one, "x")

"""The codecs: what the model says is settled by what code knows, and what is rendered parses back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.concerns import Concern, Concerns, Source, read
from bot.core.concerns import render as render_concerns
from bot.core.concerns.consolidating import Found, Reviewed
from bot.core.concerns.writing import tidied
from bot.core.markdown.safe import published
from bot.core.outputs import CONCERNS, OUTPUTS, REVIEW, TOUCHED, Setting
from bot.core.outputs.review import place, reviewed, stands

FILES = {"docs/design.md": ["# Design", "The scan is", "linear in N.", ""]}


def lines(path: str) -> Sequence[str] | None:
    return FILES.get(path)


SETTING = Setting("Graph algorithms: review: Queues", "Graph algorithms", {}, lines)
WORDS = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="*#"), min_size=1, max_size=30)
ITEMS = st.fixed_dictionaries(
    {
        "title": WORDS,
        "severity": st.sampled_from(["critical", "important", "nice to have", "question"]),
        "confidence": st.sampled_from(["high", "medium", "low"]),
        "location": WORDS | st.just("docs/design.md:2-3"),
        "quote": WORDS | st.just("") | st.just("scan is linear"),
        "problem": WORDS,
        "suggestion": WORDS,
    }
)
REVIEWS = st.fixed_dictionaries(
    {"verdict": WORDS, "summary": WORDS, "examined": WORDS, "items": st.lists(ITEMS, max_size=4)}
)
ITEM = {
    "title": "Linear",
    "severity": "important",
    "confidence": "high",
    "location": "docs/design.md:2-3",
    "quote": "scan is linear",
    "problem": "It grows.",
    "suggestion": "An index.",
}


def said(**more: Any) -> dict[str, Any]:
    return {"verdict": "Not yet.", "summary": "Thin.", "examined": "All.", "items": [ITEM]} | more


@settings(max_examples=50)
@given(REVIEWS)
def test_a_review_renders_and_parses_back(data: dict[str, Any]) -> None:
    settled = REVIEW.settle(data, SETTING)
    assert REVIEW.parse(REVIEW.render(settled)) == settled


def test_a_review_says_whose_it_is_and_what_was_not_found_where_it_was_said_to_stand() -> None:
    wrong = ITEM | {"title": "Elsewhere", "quote": "quadratic"}
    text = REVIEW.render(REVIEW.settle(said(items=[ITEM, wrong]), SETTING))
    assert text.startswith(
        "# Graph algorithms: review: Queues\n\n**Lens:** Graph algorithms\n\n**Verdict:** Not yet.\n"
    )
    first, second = text.split("### F2.")
    assert "[UNVERIFIED]" not in first
    assert "**Location:** docs/design.md:2-3 [UNVERIFIED]" in second
    assert "No findings." in REVIEW.render(REVIEW.settle(said(items=[]), SETTING))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (said(summary=" "), "`summary` is empty"),
        (said(items=[], examined=""), "must say in `examined`"),
        (said(items=[ITEM | {"title": ""}]), "finding 1 has no title or no problem"),
        (said(items=[ITEM | {"severity": "HIGH"}]), "severity"),
        ({}, "verdict"),
    ],
)
def test_a_review_that_is_none(data: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        REVIEW.settle(data, SETTING)


@pytest.mark.parametrize(
    ("location", "quote", "there"),
    [
        ("docs/design.md:2", "The scan is", True),
        ("`docs/design.md:2-3`", "“The scan … in N.”", True),
        ("docs/design.md#L2-L3", "is linear", True),
        ("docs/design.md:2", "linear", False),
        ("docs/design.md:9", "x", False),
        ("docs/design.md:0", "x", False),
        ("docs/else.md:1", "x", False),
        ("the scan", "x", False),
        ("docs/design.md:2", "", False),
    ],
)
def test_a_quotation_stands_where_it_is_said_to(location: str, quote: str, there: bool) -> None:
    assert stands(location, quote, lines) is there


def test_a_place() -> None:
    assert place("a/b.py:9-3") == ("a/b.py", 9, 9)
    assert place("somewhere") is None
    assert place(f"a/b.py:{'9' * 5_000}") is None


def test_a_review_without_its_form() -> None:
    with pytest.raises(ValueError, match="no title"):
        REVIEW.parse("nothing")
    assert reviewed("_tasks/x/003-tarjan-review.md", "nothing") is None
    assert reviewed("_tasks/x/002-roadmap.md", REVIEW.render(REVIEW.settle(said(), SETTING))) is None


def test_a_consolidation_is_settled_by_the_reviews_themselves() -> None:
    review = REVIEW.render(REVIEW.settle(said(), SETTING))
    path = "_tasks/x/003-tarjan-review.md"
    assert reviewed(path, review) == Reviewed("003-tarjan", "Graph algorithms", (Found("F1", "important"),))
    group = {
        "keeps": "",
        "title": "The scan grows",
        "severity": "important",
        "findings": ["003-tarjan F1"],
        "downgrade": "",
        "problem": "It is linear.",
        "evidence": "",
        "solution": "An index.",
        "owner": "storage",
    }
    setting = Setting("Expert concerns: Queues", documents={path: review})
    data = CONCERNS.settle({"concerns": [group], "dismissed": []}, setting)
    text = CONCERNS.render(data)
    assert "### I1. The scan grows\n\n**Source:** Graph algorithms (important)\n" in text
    assert read(text).concerns[0].title == "The scan grows"
    parsed = CONCERNS.parse(text)
    assert CONCERNS.render(parsed) == text
    with pytest.raises(ValueError, match="003-tarjan F1 is in no concern"):
        CONCERNS.settle({"concerns": [], "dismissed": []}, setting)
    later = Setting("x", documents={path: review, "_tasks/x/004-expert-concerns.md": text})
    assert [each["id"] for each in CONCERNS.settle({"concerns": [], "dismissed": []}, later)["concerns"]] == ["I1"]


def test_every_codec_has_a_schema_of_an_object() -> None:
    assert {output.schema["type"] for output in OUTPUTS.values()} == {"object"}
    assert Setting().lines("anything") is None


PHASES = st.from_regex(r"[a-z][a-z-]{0,12}", fullmatch=True)


@given(
    st.fixed_dictionaries({"documents": st.lists(st.fixed_dictionaries({"phase": PHASES, "why": WORDS}), max_size=4)})
)
def test_what_is_touched_renders_and_parses_back(data: dict[str, object]) -> None:
    tidy = TOUCHED.settle(data, SETTING)
    assert TOUCHED.parse(TOUCHED.render(tidy)) == tidy


def test_what_is_touched_is_named_by_its_phase() -> None:
    with pytest.raises(ValueError, match="“the interface: all” is no phase"):
        TOUCHED.settle({"documents": [{"phase": "the interface: all", "why": "Why."}]}, SETTING)


@pytest.mark.parametrize(
    "hidden", ["<\u200b!-- charrette: x", "<!-\u2060- charrette:key=status", "\u2028### F9. x", "<!-- x"]
)
@pytest.mark.parametrize(
    "field", ["verdict", "summary", "examined", "title", "location", "quote", "problem", "suggestion"]
)
def test_nothing_that_a_review_says_hides_what_else_it_says(field: str, hidden: str) -> None:
    first = ITEM | ({field: hidden} if field in ITEM else {})
    data = REVIEW.settle(said(items=[first, ITEM]) | ({} if field in ITEM else {field: hidden}), SETTING)
    read_back = REVIEW.parse(published(REVIEW.render(data)))
    assert [each["severity"] for each in read_back["items"]] == ["important", "important"]
    assert read_back["items"][1] == data["items"][1]


def test_nothing_that_a_concern_says_hides_another() -> None:
    concern = Concern("C1", "It grows", "critical", (Source("Don", "critical"),), "P")
    concerns = (replace(concern, problem="<\u200b!-- charrette: x"), replace(concern, id="C2"))
    text = published(render_concerns(tidied(Concerns("Concerns", concerns))))
    assert [each.id for each in read(text).concerns] == ["C1", "C2"]

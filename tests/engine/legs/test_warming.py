"""Which conversations begin alike, so that one turn before them pays."""

from dataclasses import replace

import pytest

from bot.core.identity import Address
from bot.core.run.acts import Brief, DocumentRef
from bot.engine.legs.warming import common

ONE = Brief(Address("7.31.review-experts.1", "review", 1, "tarjan", 1), "You review.", (), "As Tarjan.", "a.md", "b")
OTHER = replace(ONE, address=replace(ONE.address, member="jobs"), charge="As Jobs.", path="b.md", lens="Product")


def test_a_brief_for_the_turn_before() -> None:
    brief = common([ONE, OTHER])
    assert brief is not None
    assert brief.address.turn(1) == "7.31.review-experts.1/review@1/warm/1#1"
    assert "Tarjan" not in brief.charge
    assert brief.system == ONE.system


@pytest.mark.parametrize(
    "briefs",
    [
        pytest.param([ONE], id="one alone"),
        pytest.param([replace(each, address=replace(each.address, draft=2)) for each in (ONE, OTHER)], id="repairs"),
        pytest.param([ONE, replace(OTHER, documents=(DocumentRef("c.md", "b"),))], id="other documents"),
        pytest.param([ONE, replace(OTHER, tools=("repository",))], id="other tools"),
        pytest.param([ONE, replace(OTHER, model="quick")], id="another model"),
    ],
)
def test_no_turn_before(briefs: list[Brief]) -> None:
    assert common(briefs) is None

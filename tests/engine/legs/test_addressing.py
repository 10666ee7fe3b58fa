"""Which of a subject's runs a message is for, where one waits for another that it has begun."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.codec import to_json
from bot.core.incoming import messages as m
from bot.core.incoming.messages import Deed, Entry
from bot.core.ports import RunRow
from bot.engine.legs.addressing import current, row_for
from bot.engine.legs.including import WAITING, begun_by
from tests.core.a_run import message

ROUND = {"round": {"number": 1}, "definition": {"panel": ["tarjan"]}}
BEGAN = to_json(Entry(message(m.Convened("7.12.review-experts.1"), "x"), "review-experts@1"))


def row(workflow: str, status: str, at: str, stop: bool = False) -> RunRow:
    design = workflow == "joined"
    pinned = {"run": "x"} if design else ROUND
    entries = [BEGAN] if design else []
    id = f"7.12.{workflow}.1"
    return RunRow(id, 7, 12, workflow, status, stop, pinned, entries, updated_at=f"2026-11-20T10:0{at}:00Z")


def rows(status: str, stop: bool = False) -> Sequence[RunRow]:
    """A run that waits for its panel, and was written to last; the panel stands so."""
    return [row("joined", WAITING, "2"), row("review-experts", status, "1", stop)]


@pytest.mark.parametrize(
    ("deed", "status", "expected"),
    [
        (m.Approve(), "waits for approval", "review-experts"),
        (m.Proceed(), "waits for mending", "review-experts"),
        (m.Say("1A"), "running", "review-experts"),
        (m.Retry(), "failed", "joined"),
        (m.Proceed(), "done", "joined"),
        (m.Revise("002: shorter"), "running", "joined"),
        (m.Pushed("", workflow="joined"), "waits for approval", "joined"),
        (m.Stop(workflow="joined"), "running", "joined"),
        (m.Decide("C1 accept: yes"), "done", "review-experts"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_the_run_that_is_at_work_hears_what_people_say(deed: Deed, status: str, expected: str) -> None:
    found = row_for(rows(status), deed)
    assert found is not None
    assert found.workflow == expected


def test_a_run_that_could_not_begin_hears_no_more_than_retry_where_there_is_another() -> None:
    failed = replace(row("review-experts", "failed", "3"), pinned={})
    both = [row("joined", "done", "2"), failed]
    for deed in (m.Revise("002: shorter"), m.Say("thanks"), m.Proceed(), m.Stop(), m.Start("")):
        assert row_for(both, deed) == both[0]
    assert row_for(both, m.Retry()) == failed
    assert current([failed]) == failed
    found = replace(failed, state={"panel": True})
    assert current([both[0], found]) == found


def test_a_panel_alone_is_revised_by_nobody_else() -> None:
    alone = [row("review-experts", "running", "1")]
    assert row_for(alone, m.Revise("003: shorter")) == alone[0]
    assert current([]) is None


@pytest.mark.parametrize(
    ("status", "stop", "count"),
    [("running", False, 1), ("waits for approval", False, 1), ("running", True, 0), ("done", False, 0)],
)
def test_what_it_has_begun_stops_with_it_unless_it_is_over(status: str, stop: bool, count: int) -> None:
    both = rows(status, stop)
    assert len(begun_by(both, both[0])) == count
    assert begun_by(both, both[1]) == ()


def test_a_panel_that_was_only_found_again_hears_decisions_alone() -> None:
    found = replace(row("review-experts", "starting", "3"), pinned={}, state={"panel": True})
    both = [row("tracks", "waits for approval", "3"), found]
    assert row_for(both, m.Approve()) == both[0]
    assert row_for(both, m.Decide("C1 accept: yes")) == found
    assert current([found]) == found


@pytest.mark.parametrize(
    ("deed", "design", "expected"),
    [
        (m.Say("1A"), "waits for answers", "joined"),
        (m.Say("It is about queues."), "waits for description", "joined"),
        (m.Approve(), "waits for approval", "joined"),
        (m.Reject("too long"), "waits for approval", "joined"),
        (m.Expired("draft@1", run="7.12.joined.1"), "waits for answers", "joined"),
        (m.Proceed(), "waits for answers", "review-experts"),
        (m.Approve(), "waits for answers", "review-experts"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_a_run_waits_for_is_its_though_another_was_written_to_since(
    deed: Deed, design: str, expected: str
) -> None:
    # A design that is revised asks, and its panel, which waits to be mended, heard of a push after that.
    both = [row("joined", design, "1"), row("review-experts", "waits for mending", "2")]
    found = row_for(both, deed)
    assert found is not None
    assert found.workflow == expected

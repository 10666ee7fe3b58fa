"""Help, corrections, refusals, and what a start meets."""

import pytest

from bot.core.incoming.commands import Vocabulary
from bot.core.views.replies import (
    begun_often,
    corrected,
    help_text,
    next_round,
    open_run,
    refusal,
    refusal_key,
    stands_still,
    started_often,
    too_many,
    unknown_run,
)

KNOWN = Vocabulary({"design": "feature-design"}, {"design": "feature-design"}, {"feature-design": "Design a feature."})


def test_help_is_made_from_the_tables() -> None:
    text = help_text(KNOWN)
    assert "| `/design [description]` | Design a feature. The label `design` does the same. |" in text
    assert "| `/answer <1A 2 words ...>` |" in text


@pytest.mark.parametrize(
    ("written", "nearest", "words"),
    [
        ("reject", "reject", "`/reject` needs something after it: `/reject <why>`."),
        ("desing", "design", "Did you mean `/design`?"),
        ("frobnicate", "", "There is no command `/frobnicate`."),
    ],
)
def test_a_correction_names_what_to_write(written: str, nearest: str, words: str) -> None:
    text = corrected(written, nearest, KNOWN)
    assert words in text
    assert "`/help`" in text


@pytest.mark.parametrize("needs", ["write", "triage", "author", "anyone"])
def test_a_refusal_is_polite_and_names_who_may(needs: str) -> None:
    text = refusal("eve", needs)  # type: ignore[arg-type]
    assert text.startswith("@eve, thank you, but only ")
    assert refusal_key("eve") == "refusal/eve"


def test_a_workflow_about_a_pull_request_has_no_label_in_the_help() -> None:
    both = frozenset({"panel", "tracks"})
    summaries = {"panel": "Have it reviewed.", "tracks": "Sort it."}
    known = Vocabulary({}, {"review experts": "panel", "tracks": "tracks"}, summaries, both, frozenset({"panel"}))
    assert "| `/review experts [names, all or mini]` | Have it reviewed. |" in help_text(known)
    assert "| `/tracks` | Sort it. |" in help_text(known)
    assert "| `/tracks open <component>: <why>` | Opens a parallel track" in help_text(known)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], None),
        ([("panel", "done", 3), ("feature-design", "stopped", 3)], None),
        ([("panel", "done", 3), ("panel", "running", 3)], "already at work on this"),
        ([("panel", "starting", None)], ""),
        ([("feature-design", "waits for answers", 3)], "The `feature-design` run is still open here"),
    ],
)
def test_what_a_wish_for_a_round_meets(rows: list[tuple[str, str, int | None]], words: str | None) -> None:
    told = next_round("panel", rows)
    assert told == words if not words else words in str(told)


MEETINGS = [
    ("nothing", [], None),
    ("its own stopped run", [("feature-design", "stopped", 3)], None),
    ("its own failed run", [("feature-design", "failed", 3)], None),
    ("its own waiting run", [("feature-design", "waits for answers", 3)], None),
    ("its own run at work", [("feature-design", "running", 3)], ""),
    ("another workflow's finished run", [("macro-plan", "done", 3)], None),
]


@pytest.mark.parametrize(("rows", "expected"), [row[1:] for row in MEETINGS], ids=[row[0] for row in MEETINGS])
def test_a_start_goes_ahead_or_is_silent(rows: list[tuple[str, str, int | None]], expected: str | None) -> None:
    assert open_run("feature-design", rows) == expected


def test_a_start_that_can_t_be_gets_one_line() -> None:
    assert "already done in #3. `/revise <what>` changes" in str(
        open_run("feature-design", [("feature-design", "done", 3)])
    )
    assert "The `macro-plan` run in #3 is still open here" in str(
        open_run("feature-design", [("macro-plan", "waits for answers", 3)])
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("done", "The run is done"),
        ("findings", "The run is done"),
        ("stopped", "already stopped"),
        ("failed", ""),
        ("running", ""),
        ("waits for answers", ""),
    ],
)
def test_a_stop_where_there_is_nothing_to_stop_gets_a_word(status: str, words: str) -> None:
    assert words in stands_still(status)
    assert bool(words) == bool(stands_still(status))


def test_a_run_that_only_its_branch_knows_says_how_it_is_taken_up() -> None:
    text = unknown_run("feature-design", "charrette/12-queue-depth")
    assert "`feature-design` run on the branch `charrette/12-queue-depth`" in text
    assert "`/resume`" in text


@pytest.mark.parametrize(
    ("text", "how_many", "then"),
    [
        (too_many("eve", 20), "20 comments of one person", "write again later"),
        (started_often(6), "6 times within an hour", "or write `/retry`."),
        (begun_often(50), "50 runs", "raise `CHARRETTE_DAY_RUNS`"),
    ],
)
def test_who_does_too_much_is_told_how_much_that_is_and_what_to_do_then(text: str, how_many: str, then: str) -> None:
    assert how_many in text
    assert then in text

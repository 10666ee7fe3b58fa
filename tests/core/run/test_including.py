"""A phase that is another run: it is begun and waited for until the branch says that it is done, or left out."""

from dataclasses import replace
from typing import Literal

import pytest

from bot.core.definition import Phase
from bot.core.incoming import messages as m
from bot.core.incoming.messages import Entry
from bot.core.run.acts import Convene, Converse, End, Wait
from bot.core.run.judge import judge
from bot.core.run.record import Included, Record, Standing
from bot.core.run.request import parse
from bot.core.run.revisions import named
from bot.core.run.state import fold
from bot.core.views.headline import headline
from bot.core.views.run import publications, pull_request, status
from tests.core.a_run import Play, definition, message, pinned

ROADMAP = Phase("roadmap", 2, "Roadmap", "Plan.")
PANEL = Phase("review-experts", 4, "Review experts", "", source="workflow", ends="expert-concerns")
SUMMARY = Phase("summary", 5, "Summary", "Sum up.", reads=("review-experts",))
WORKFLOW = definition(ROADMAP, PANEL, SUMMARY)
CONCERNS = Standing("_tasks/queue-depth/004-expert-concerns.md", "# Concerns\n")
LINK = "https://github.example/octo/queue/pull/13#issuecomment-1"
Stands = Literal["going", "done", "failed", "stopped", "lost"]


def begun() -> Play:
    """A run that waits for its panel."""
    play = Play(Record(pinned(WORKFLOW), now="2026-11-20T10:00:01Z"), "# R\n", "# S\n")
    assert play.go() == Wait("another run", "review-experts@1")
    play.acts.clear()
    return play


def stands(play: Play, status: Stands, words: str = "") -> Play:
    """The other run stands so, as the next leg finds it."""
    run = play.state.record.included[-1].run
    play.state = fold(replace(play.state.record, included=(Included(run, status, words, LINK),), concerns=CONCERNS))
    return play


def test_it_is_begun_once_its_turn_has_come_and_the_log_says_so() -> None:
    play = Play(Record(pinned(WORKFLOW), now="2026-11-20T10:00:01Z"), "# R\n")
    play.go()
    (act,) = [act for act in play.acts if isinstance(act, Convene)]
    assert act == Convene("review-experts", "review-experts@1")
    assert play.kinds.endswith("show convene commit show wait")
    log = parse(play.state.record.request or "")
    assert log is not None
    assert log.entries == play.state.record.entries
    assert headline(play.state) == "Phase 2 of 3 waits for “Review experts”, which is at work."
    assert any("Phase 2 of 3 waits" in str(wish) for wish in publications(play.state))


def test_while_it_is_at_work_the_run_waits_on() -> None:
    play = stands(begun(), "going", "waits for approval")
    assert play.go() == Wait("another run", "review-experts@1")
    assert play.kinds == "show wait"
    assert f"- [ ] Review experts: waits for approval, see [its status]({LINK})" in status(play.state)


def test_when_it_is_done_the_run_goes_on_and_reads_what_came_of_it() -> None:
    play = stands(begun(), "done")
    assert play.go() == End("done")
    (brief,) = [brief for act in play.acts if isinstance(act, Converse) for brief in act.briefs]
    assert [ref.path for ref in brief.documents][-1] == CONCERNS.path
    assert f"- [x] Review experts: done, see [its status]({LINK})" in status(play.state)
    assert "Review experts" not in pull_request(play.state)


def test_a_reader_of_it_without_concerns_reads_nothing_of_it() -> None:
    play = stands(begun(), "done")
    play.state = fold(replace(play.state.record, concerns=None))
    play.go()
    (brief,) = [brief for act in play.acts if isinstance(act, Converse) for brief in act.briefs]
    assert len(brief.documents) == 1


@pytest.mark.parametrize(
    ("how", "words", "said"),
    [
        ("failed", "It is down.", "“Review experts” failed. It is down. `/retry` begins it anew"),
        ("failed", "", "“Review experts” failed. `/retry` begins it anew, `/proceed` goes on without it."),
        ("stopped", "", "“Review experts” was stopped. `/retry` begins it anew"),
    ],
)
def test_one_that_came_to_no_end_is_told_of(how: Stands, words: str, said: str) -> None:
    play = stands(begun(), how, words)
    assert play.go() == Wait("mending", "review-experts@1")
    assert said in headline(play.state)
    assert f"- [ ] Review experts: {how}, see" in status(play.state)
    assert "Kept on the branch: 1 of 2 documents finished" in headline(
        fold(replace(play.state.record, trouble="failed"))
    )


def test_retry_begins_a_new_one() -> None:
    play = stands(begun(), "failed", "It is down.")
    old = play.state.record.included[-1].run
    judged = judge(play.state, message(m.Retry()))
    assert judged.entry == Entry(message(m.Retry()), "review-experts@1")
    assert play.then(m.Retry(), "review-experts@1") == Wait("another run", "review-experts@2")
    assert [act.run for act in play.acts if isinstance(act, Convene)] == [""]
    assert play.state.record.included[-1].run != old


def test_proceed_goes_on_without_it_and_the_end_says_so() -> None:
    play = stands(begun(), "failed", "It is down.")
    assert play.then(m.Proceed(), "review-experts@1") == End("findings")
    assert "1 in Review experts" in headline(play.state)
    assert "/revise" not in headline(play.state)
    assert "- [x] Review experts: the run went on without it" in status(play.state)
    # It may come to its end all the same.
    assert (
        fold(replace(play.state.record, included=stands(play, "done").state.record.included)).phases[1].findings == ()
    )


def test_one_that_nobody_knows_any_more_is_begun_again_under_its_name() -> None:
    play = stands(begun(), "lost")
    run = play.state.record.included[-1].run
    assert judge(play.state, message(m.Retry())).looks
    assert play.go() == Wait("another run", "review-experts@1")
    assert [act.run for act in play.acts if isinstance(act, Convene)] == [run]


def test_both_that_were_stopped_are_taken_up_again() -> None:
    play = stands(begun(), "stopped")
    run = play.state.record.included[-1].run
    assert play.then(m.Stop("enough")) == End("stopped")
    play.acts.clear()
    assert play.then(m.Start("feature-design")) == Wait("another run", "review-experts@1")
    assert [act.run for act in play.acts if isinstance(act, Convene)] == [run]


def test_what_is_no_document_is_not_revised_and_needs_no_retry() -> None:
    play = begun()
    assert named(WORKFLOW, play.state.files, "review experts: again") == ()
    assert named(WORKFLOW, play.state.files, "004 again") == ()
    assert "the run waits for “Review experts”, which goes on by itself" in judge(play.state, message(m.Retry())).reply
    assert judge(play.state, message(m.Convened("7.12.x.1"))).entry is None
    assert judge(play.state, message(m.Pushed("", workflow="feature-design"))).looks


def test_other_words_about_it_change_nothing() -> None:
    play = begun()
    entry = Entry(message(m.Approve(), "gh-9.0"), "review-experts@1")
    assert fold(replace(play.state.record, entries=(*play.state.record.entries, entry))).phases[1].status == "convened"


def test_a_run_of_which_nothing_is_known_yet_shows_its_name_alone() -> None:
    play = Play(Record(pinned(WORKFLOW), now="2026-11-20T10:00:01Z"), "# R\n")
    assert "- [ ] Review experts\n" in status(play.state)

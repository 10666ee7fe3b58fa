"""What a run does next, from its start to each of its ends."""

import re
from dataclasses import replace

import pytest

from bot.core.definition import GateUse
from bot.core.incoming import messages as m
from bot.core.run.acts import Brief, Commit, Committed, Converse, End, Ended, Show, Shown, Wait
from bot.core.run.advance import after, next_act
from bot.core.run.record import Record, Spent, trailers
from bot.core.run.state import fold
from bot.core.views.run import status
from tests.core.a_run import (
    ASKING,
    PLAIN,
    PRIOR,
    REVIEWS,
    SUMMARY,
    UNDERSTAND,
    Play,
    definition,
    outcome,
    pinned,
    with_entry,
    wrong,
)


def commits(play: Play) -> list[tuple[str, str]]:
    return [(f"{act.phase}@{act.revision}", act.status) for act in play.acts if isinstance(act, Commit)]


def test_a_run_without_questions_goes_to_its_end() -> None:
    play = Play(None, PLAIN, PLAIN)
    assert play.go() == End("done")
    assert play.kinds == "show commit show converse commit show converse commit show end"
    assert commits(play) == [("user-request@1", "done"), ("understanding@1", "done"), ("prior-art@1", "done")]


def test_the_status_is_shown_before_the_first_act_and_after_each_commit() -> None:
    play = Play(None, PLAIN, PLAIN)
    play.go()
    kinds = play.kinds.split()
    assert kinds[0] == "show"
    assert all(kinds[at + 1] == "show" for at, kind in enumerate(kinds) if kind == "commit")


def test_a_commit_carries_what_the_branch_needs_to_be_the_record() -> None:
    play = Play(None, PLAIN, PLAIN)
    play.go()
    act = [act for act in play.acts if isinstance(act, Commit)][1]
    assert act.message.startswith("design(queue-depth): 002 understanding\n\n")
    values = trailers(act.message)
    assert values["Run"] == "7.12.feature-design.1"
    assert values["Phase"] == "understanding@1"
    assert values["Status"] == "done"
    assert values["Base"] == "b" * 40
    assert values["Definition"] == definition().digest
    assert values["Model"] == "m-1"
    assert values["Spent"] == "1 calls, 150 tokens (100 in, 0 read, 0 written, 50 out), 0.0100 USD"


def test_a_replayed_phase_says_so_in_its_trailers() -> None:
    replayed = Spent(2, 100, 0, 0, 10, 0.0, 2)
    play = Play(Record(pinned(definition(PRIOR))))
    while not isinstance(act := next_act(play.state), Converse):
        play.state = after(play.state, act, play.perform(act))
    play.state = after(play.state, act, (outcome(act.briefs[0], PLAIN, spent=replayed),))
    commit = next_act(play.state)
    assert isinstance(commit, Commit)
    assert trailers(commit.message)["Model"] == "replay"
    assert trailers(commit.message)["Spent"].endswith(", replayed")


def test_questions_are_committed_before_the_wait_and_answers_make_the_phase_again() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    assert play.go() == Wait("answers", "understanding@1", 7 * 86_400.0)
    assert commits(play)[-2:] == [("understanding@1", "asking"), ("user-request@2", "done")]
    assert "Which store?" in play.state.request
    assert [question.text for question in play.state.rounds[0].questions] == ["Which store?", "Which port?"]
    assert play.then(m.Say("1B 2A", direct=True), "understanding@1") == End("done")
    assert commits(play)[-3:] == [
        ("user-request@3", "done"),
        ("understanding@2", "done"),
        ("prior-art@1", "done"),
    ]


def test_a_partial_answer_waits_on_for_the_rest() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    assert play.then(m.Say("1B", direct=True), "understanding@1") == Wait("answers", "understanding@1", 7 * 86_400.0)
    assert [question.number for question in play.state.rounds[0].open] == [2]
    assert play.then(m.Say("2A", direct=True), "understanding@1") == End("done")


@pytest.mark.parametrize("deed", [m.Proceed(), m.Expired("understanding@1")], ids=["proceed", "expired"])
def test_without_answers_what_is_recommended_becomes_an_assumption(deed: m.Deed) -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    assert play.then(deed, "understanding@1") == End("done")
    assert [(a.letter, a.assumed) for a in play.state.rounds[0].answers] == [("A", True), ("B", True)]
    assert "Assumed" in play.state.request


def test_a_second_round_is_the_last() -> None:
    play = Play(None, ASKING, ASKING, ASKING, PLAIN)
    play.go()
    assert play.then(m.Proceed(), "understanding@1").kind == "wait"
    assert play.then(m.Proceed(), "understanding@2") == End("done")
    assert ("understanding@3", "done") in commits(play)


def test_errors_are_repaired_up_to_the_attempts_and_then_wait_for_a_person() -> None:
    bad = (PLAIN, (wrong(),))
    play = Play(None, bad, bad, bad, PLAIN)
    assert play.go() == Wait("mending", "understanding@1")
    drafts = [brief.address.draft for act in play.acts if isinstance(act, Converse) for brief in act.briefs]
    assert drafts == [1, 2, 3]
    assert commits(play)[-1] == ("understanding@1", "blocked")


def test_a_repair_that_holds_is_committed_clean() -> None:
    play = Play(None, (PLAIN, (wrong(),)), PLAIN, PLAIN)
    assert play.go() == End("done")
    charge = [act for act in play.acts if isinstance(act, Converse)][1].briefs[0].charge
    assert "It says nothing." in charge
    assert PLAIN.strip() in charge
    assert "Charrette-Mended: not-empty\n" in [act for act in play.acts if isinstance(act, Commit)][1].message
    assert re.search(
        r"002 Understanding\]\(\S+\) \(a draft was sent back for `not-empty`, and fixed\)", status(play.state)
    )
    assert [commit.mended for commit in play.state.record.commits] == [(), ("not-empty",), ()]


def test_while_a_draft_is_mended_people_see_what_it_went_back_for() -> None:
    play = Play(None, (PLAIN, (wrong(),) * 7), PLAIN, PLAIN)
    play.go_until(lambda act: isinstance(act, Converse) and act.briefs[0].address.draft == 2)
    assert "Phase 1 of 2: understanding: the draft was sent back with 7 findings …" in status(play.state)
    assert "- line 3, not-empty: It says nothing. Say something." in status(play.state)
    assert "- and 2 more\n" in status(play.state)
    assert play.state.shown


def test_proceed_goes_on_with_findings_and_the_end_says_so() -> None:
    bad = (PLAIN, (wrong(),))
    play = Play(None, bad, bad, bad, PLAIN)
    play.go()
    assert play.then(m.Proceed(), "understanding@1") == End("findings")


def test_retry_of_a_blocked_phase_asks_the_model_anew() -> None:
    bad = (PLAIN, (wrong(),))
    play = Play(None, bad, bad, bad, PLAIN, PLAIN)
    play.go()
    assert play.then(m.Retry(), "understanding@1") == End("done")
    assert commits(play)[-2][0] == "understanding@2"


def test_a_warning_does_not_block_and_is_told() -> None:
    play = Play(None, (PLAIN, (wrong(severity="warning"),)), PLAIN)
    assert play.go() == End("findings")


def test_a_phase_that_needs_approval_waits_for_it_and_a_rejection_makes_it_again() -> None:
    of = definition(UNDERSTAND, PRIOR, SUMMARY)
    play = Play(Record(pinned(of)), PLAIN, PLAIN, PLAIN, PLAIN)
    assert play.go() == Wait("approval", "summary@1")
    assert play.then(m.Reject("too long"), "summary@1") == Wait("approval", "summary@2")
    charge = [act for act in play.acts if isinstance(act, Converse)][-1].briefs[0].charge
    assert "Mind this: too long" in charge
    digest = play.state.digest(play.state.phases[-1].commit)  # type: ignore[arg-type]
    assert play.then(m.Approve(), "summary@2", "another") == Wait("approval", "summary@2")
    assert play.then(m.Approve(), "summary@2", digest) == End("done")


def test_an_asking_finding_waits_for_approval() -> None:
    play = Play(Record(pinned(definition(PRIOR))), (PLAIN, (wrong(severity="asks"),)))
    assert play.go() == Wait("approval", "prior-art@1")
    digest = play.state.digest(play.state.phases[0].commit)  # type: ignore[arg-type]
    assert play.then(m.Approve(), "prior-art@1", digest) == End("findings")


def test_experts_converse_at_once_and_are_committed_together() -> None:
    play = Play(Record(pinned(definition(UNDERSTAND, REVIEWS))), PLAIN, "# T\n", "# S\n")
    assert play.go() == End("done")
    act = [act for act in play.acts if isinstance(act, Converse)][-1]
    assert [brief.address.member for brief in act.briefs] == ["tarjan", "security"]
    assert act.briefs[0].documents == act.briefs[1].documents
    commit = [act for act in play.acts if isinstance(act, Commit)][-1]
    assert set(commit.files) == {
        "_tasks/queue-depth/004-tarjan-review.md",
        "_tasks/queue-depth/004-security-review.md",
    }


def test_only_the_expert_with_errors_drafts_again() -> None:
    play = Play(Record(pinned(definition(REVIEWS))), ("# T\n", (wrong(),)), "# S\n", "# T\n")
    assert play.go() == End("done")
    briefs = [act.briefs for act in play.acts if isinstance(act, Converse)]
    assert [[brief.address.member for brief in each] for each in briefs] == [["tarjan", "security"], ["tarjan"]]


def test_without_a_description_the_run_waits_for_one() -> None:
    of = definition(UNDERSTAND, needs_description=("Feature description",))
    play = Play(Record(pinned(of, description="")), PLAIN)
    assert play.go() == Wait("description", "description")
    assert play.then(m.Say("A gauge of the queue's depth."), "description") == End("done")
    assert play.state.pinned.description == "A gauge of the queue's depth."
    assert "A gauge of the queue's depth." in play.state.request


def test_a_description_may_come_with_the_command() -> None:
    of = definition(UNDERSTAND, needs_description=("Feature description",))
    play = Play(Record(pinned(of, description="")), PLAIN)
    play.go()
    assert play.then(m.Start("feature-design", "A gauge.")) == End("done")


@pytest.mark.parametrize("ended", ["failed", "refused", "budget"])
def test_a_conversation_that_fails_ends_the_leg_with_the_reason(ended: Ended) -> None:
    play = Play(None)
    play.said = [replace(outcome(_brief(), ""), ended=ended, reason="The server is gone.")]
    act = play.go()
    assert act == End("budget" if ended == "budget" else "failed")
    assert play.state.reason == "The server is gone."
    assert play.kinds.endswith("show end")


def _brief() -> Brief:
    play = Play(None, PLAIN, PLAIN)
    play.go()
    return next(act for act in play.acts if isinstance(act, Converse)).briefs[0]


def test_a_stop_in_a_conversation_or_at_a_commit_ends_the_leg() -> None:
    play = Play(None)
    play.said = [replace(outcome(_brief(), ""), ended="stopped")]
    assert play.go() == End("stopped")
    state = fold(Record(pinned()))
    commit = next_act(replace(state, shown=True))
    assert isinstance(commit, Commit)
    stopped = after(state, commit, Committed(refused="stopped"))
    assert next_act(replace(stopped, shown=True)) == End("stopped")


def test_a_stopped_run_goes_on_with_the_label_and_a_finished_phase_is_not_made_again() -> None:
    play = Play(None, PLAIN, PLAIN, PLAIN)
    play.go()
    play.state = fold(replace(play.state.record, commits=play.state.record.commits[:2]))
    assert play.then(m.Stop("the label was taken off")) == End("stopped")
    assert play.then(m.Start("feature-design")) == End("done")
    assert [each[0] for each in commits(play)].count("understanding@1") == 1


def test_a_conflict_makes_the_state_stale() -> None:
    state = replace(fold(Record(pinned())), shown=True)
    commit = next_act(state)
    assert after(state, commit, Committed(refused="conflict")).stale


def test_an_act_can_t_end_in_another_s_result() -> None:
    state = fold(Record(pinned()))
    with pytest.raises(AssertionError, match="Show can't end in Committed"):
        after(state, Show(), Committed())


def test_what_is_shown_is_remembered_with_the_pull_request() -> None:
    state = after(fold(Record(pinned())), Show(), Shown(13, at="2026-11-20T11:00:00Z"))
    assert (state.shown, state.record.pull, state.now) == (True, 13, "2026-11-20T11:00:00Z")


def test_folding_the_record_again_is_resuming() -> None:
    play = Play(None, ASKING, PLAIN, PLAIN)
    play.go()
    play.then(m.Say("1B 2A", direct=True), "understanding@1")
    assert fold(play.state.record).phases == play.state.phases
    again = with_entry(fold(play.state.record), m.Pushed("c" * 40))
    assert again.current is None


def test_questions_are_a_gate_of_a_phase_that_asks() -> None:
    named = replace(UNDERSTAND, gates=(GateUse("questions"),))
    for phase in (UNDERSTAND, named):
        play = Play(Record(pinned(definition(phase))), PLAIN)
        play.go()
        brief = next(act for act in play.acts if isinstance(act, Converse)).briefs[0]
        assert [gate.name for gate in brief.gates] == ["questions"]


def test_the_money_is_summed_over_drafts() -> None:
    play = Play(None, (PLAIN, (wrong(),)), PLAIN, PLAIN)
    play.go()
    assert play.state.spent.calls == 3


def test_what_a_person_wrote_is_not_written_over_by_the_answers() -> None:
    play = Play(None, ASKING, PLAIN)
    play.go()
    path = "_tasks/queue-depth/002-understanding.md"
    play.state = fold(replace(play.state.record, edited={path: "theirs"}))
    assert play.then(m.Say("1A 2A", direct=True), "understanding@1") == End("done")
    assert [each[0] for each in commits(play)].count("understanding@2") == 0


def test_a_stop_before_showing_ends_the_leg() -> None:
    state = after(fold(Record(pinned())), Show(), Shown(refused="stopped"))
    assert next_act(state) == Show()
    assert next_act(after(state, Show(), Shown())) == End("stopped")


def test_the_request_is_committed_before_it_is_shown_what_the_run_waits_for() -> None:
    play = Play(None, ASKING)
    play.go()
    assert play.kinds.endswith("converse commit commit show wait")

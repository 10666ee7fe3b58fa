"""What GitHub shows of a run, in each of its states."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.incoming import messages as m
from bot.core.publications import CheckWish, CommentWish, Publication, PullRequestWish
from bot.core.run.record import Limits, Record, Spent
from bot.core.run.state import State, fold
from bot.core.views.run import cost, elapsed, publications, status
from tests.core.a_run import (
    ASKING,
    PLAIN,
    PRIOR,
    REVIEWS,
    SUMMARY,
    UNDERSTAND,
    Play,
    definition,
    pinned,
    with_entry,
    wrong,
)


def after_leg(*said: object, of: object = None, **changes: object) -> State:
    play = Play(Record(pinned(of, **changes)), *said)  # type: ignore[arg-type]
    play.go()
    return play.state


def wish(state: State, key: str) -> Publication:
    return next(each for each in publications(state) if each.key.startswith(key))


def check(state: State) -> CheckWish:
    found = wish(state, "check/")
    assert isinstance(found, CheckWish)
    return found


def comment(state: State, key: str) -> str:
    found = wish(state, key)
    assert isinstance(found, CommentWish)
    return found.body


def test_at_the_start_there_is_only_the_status() -> None:
    state = fold(Record(pinned(), now="2026-11-20T10:00:05Z"))
    assert [each.key for each in publications(state)] == ["status"]
    assert "**Phase 1 of 2: understanding …**" in status(state)
    assert "5 s · no tokens yet" in status(state)


def test_a_run_in_the_middle_has_a_draft_and_a_check_in_progress() -> None:
    play = Play(None, PLAIN)
    with pytest.raises(IndexError):  # the model has nothing more to say
        play.go()
    state = play.state
    pull = wish(state, "pull")
    assert isinstance(pull, PullRequestWish)
    assert pull.draft
    assert (check(state).status, check(state).conclusion) == ("in_progress", None)
    assert "- [x] [002 Understanding](https://github.example/octo/queue/blob/charrette/12-queue-depth/" in status(state)
    assert "- [ ] 003 Prior art" in status(state)
    assert "| 003-prior-art.md | to come |" in pull.body


def test_pull_request_status_and_questions_say_what_the_workflow_makes() -> None:
    play = Play(Record(pinned(definition(makes="Architecture plan"))), ASKING)
    play.go()
    pull = wish(play.state, "pull")
    assert isinstance(pull, PullRequestWish)
    assert pull.title == "Architecture plan: Queue depth"
    assert pull.body.startswith("The architecture plan for #12, made by the `feature-design` workflow")
    assert status(play.state).startswith("### Architecture plan: Queue depth\n")
    assert ", before the architecture plan goes on:" in comment(play.state, "questions/understanding@1")


def test_a_description_that_came_is_told_where_it_was_asked_for() -> None:
    of = definition(UNDERSTAND, needs_description=("Feature description",))
    play = Play(Record(pinned(of, description="")), PLAIN)
    play.go()
    play.then(m.Say("A gauge of the depth."), "description")
    assert "There is one now" in comment(play.state, "questions/description")


def test_a_run_that_is_done_is_ready_and_green() -> None:
    state = after_leg(PLAIN, PLAIN)
    pull = wish(state, "pull")
    assert isinstance(pull, PullRequestWish)
    assert not pull.draft
    assert "## Summary\n\nNone." in pull.body
    assert check(state).conclusion == "success"
    assert "**Done. Review the pull request;" in status(state)
    assert "pull request #13" in status(state)
    assert "0.02 USD" in status(state)


def test_the_checks_on_the_heads_before_do_not_stay_in_progress() -> None:
    state = after_leg(PLAIN, PLAIN)
    checks = [each for each in publications(state) if isinstance(each, CheckWish)]
    went_on = ("neutral", "The run has moved on")
    assert [(each.conclusion, each.title) for each in checks] == [("success", "Done"), went_on, went_on]
    assert [each.head for each in checks[1:]] == [commit.sha for commit in state.record.commits[-3:-1]]


def test_done_with_findings_is_neutral_and_annotated() -> None:
    state = after_leg((PLAIN, (wrong(severity="warning"),)), PLAIN)
    assert check(state).conclusion == "neutral"
    assert "Done, with 1 finding left" in status(state)
    note = check(state).annotations[0]
    assert (note.path, note.line, note.level) == ("_tasks/queue-depth/002-understanding.md", 3, "warning")
    assert note.message == "It says nothing. Say something."


def test_questions_are_one_comment_that_later_tells_the_answers() -> None:
    state = after_leg(ASKING)
    body = comment(state, "questions/understanding@1")
    assert body.startswith("@ada, before the design goes on:")
    assert "- **A)** SQLite **(recommended)**" in body
    assert "`/answer 1A 2B`" in body
    assert "goes on with the recommended options; so do I after 7 days. Whatever you did not answer" in body
    unending = after_leg(ASKING, of=definition(wait_days=36_500.0))
    assert "goes on with the recommended options. Whatever" in comment(unending, "questions/understanding@1")
    assert check(state).conclusion == "action_required"
    assert "waits for answers from @ada (2 open)" in status(state)
    half = with_entry(state, m.Say("1B", direct=True), "understanding@1")
    assert "**Answered:** B PostgreSQL" in comment(half, "questions/")
    assert "`/answer 2B`" in comment(half, "questions/")
    whole = with_entry(half, m.Proceed(), "understanding@1")
    assert "These questions are answered" in comment(whole, "questions/")
    assert "**Assumed:** B 8080" in comment(whole, "questions/")


def test_a_missing_description_is_asked_for() -> None:
    state = after_leg(of=definition(UNDERSTAND, needs_description=("Feature description",)), description="")
    assert "no description to design from" in comment(state, "questions/description")
    assert "Waits for a description from @ada" in status(state)
    stopped = with_entry(state, m.Stop(""))
    assert [each.key for each in publications(stopped)] == ["status"]


def test_what_waits_for_a_person_says_for_what() -> None:
    blocked = after_leg(*[(PLAIN, (wrong(),))] * 3)
    assert "Phase 1 of 2 has 1 finding that 3 attempts did not fix" in status(blocked)
    assert "- line 3, not-empty: It says nothing. Say something." in status(blocked)
    assert check(blocked).conclusion == "failure"
    many = after_leg(*[(PLAIN, (wrong(),) * 7)] * 3)
    assert "- and 2 more, in the check" in status(many)
    approval = after_leg(PLAIN, of=definition(SUMMARY))
    assert approval.awaited is not None
    digest = approval.awaited.digest[:7]
    assert f"Summary waits for a maintainer's `/approve` or `/reject <why>` of its current text (`{digest}`)" in status(
        approval
    )
    assert check(approval).conclusion == "action_required"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [("failed", "goes on where it stopped"), ("refused", "asks the model anew"), ("budget", "Out of budget")],
)
def test_trouble_is_told_with_what_was_kept_and_what_to_do(trouble: str, words: str) -> None:
    state = fold(Record(pinned(), trouble=trouble, reason="The server is gone.", head="a" * 40))  # type: ignore[arg-type]
    assert "The server is gone. No document was made." in status(state)
    assert words in status(state)
    assert check(state).conclusion == "neutral"


def test_trouble_after_something_was_made_is_a_failure_and_a_stop_is_neutral() -> None:
    state = after_leg(ASKING)
    assert check(fold(replace(state.record, trouble="failed"))).conclusion == "failure"
    stopped = with_entry(state, m.Stop(""))
    assert check(stopped).conclusion == "neutral"
    assert "Stopped." in status(stopped)


def test_experts_have_a_line_each_in_the_pull_request() -> None:
    state = after_leg(PLAIN, "# T\n", "# S\n", of=definition(UNDERSTAND, REVIEWS))
    pull = wish(state, "pull")
    assert isinstance(pull, PullRequestWish)
    assert "004-tarjan-review.md" in pull.body
    assert "004-security-review.md" in pull.body
    assert "  - [x] [004 Security](" in status(state)


def test_a_person_s_edit_is_told() -> None:
    state = after_leg(PLAIN, PLAIN)
    edited = fold(replace(state.record, edited={"_tasks/queue-depth/003-prior-art.md": "theirs"}))
    assert "(edited by a person)" in status(edited)


def test_what_was_made_without_web_search_says_so() -> None:
    assert "made without web search" in status(replace(after_leg(PLAIN, PLAIN), without=("web",)))
    assert "made without" not in status(replace(fold(Record(pinned())), without=("web",)))


@pytest.mark.parametrize(
    ("spent", "words"),
    [
        (Spent(), "no tokens yet"),
        (Spent(2, 1000, 0, 0, 500, 0.5), "1,500 tokens in 2 calls · 0.50 USD"),
        (Spent(2, 1000, 0, 0, 500, None), "1,500 tokens in 2 calls · cost unknown"),
        (Spent(1, 1000, 0, 0, 500, 0.0, 1), "1 recorded answer · replayed, no cost"),
        (Spent(2, 1000, 0, 0, 500, 0.0, 2), "2 recorded answers · replayed, no cost"),
        (Spent(1, 500, 0, 0, 250, 0.0, 1), "1 recorded answer · replayed, no cost"),
        (Spent(2, 1000, 0, 0, 500, 0.5, 1), "1,500 tokens in 2 calls · 0.50 USD (1 replayed)"),
    ],
)
def test_money_is_told_honestly(spent: Spent, words: str) -> None:
    assert cost(spent) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-20T10:00:07Z", "7 s"),
        ("2026-11-20T10:02:07Z", "2 min 7 s"),
        ("2026-11-20T12:02:07Z", "2 h 2 min"),
        ("2026-11-20T09:00:00Z", "0 s"),
        ("", "just started"),
    ],
)
def test_elapsed(now: str, words: str) -> None:
    assert elapsed("2026-11-20T10:00:00Z", now) == words


def test_a_run_on_a_pull_request_links_to_its_repository() -> None:
    of = definition(PRIOR)
    state = after_leg(PLAIN, of=of, url="https://github.example/octo/queue/pull/12")
    assert "(https://github.example/octo/queue/blob/" in status(state)
    assert Limits().turns > 0


def test_an_author_whose_account_is_gone_is_not_called() -> None:
    state = after_leg(ASKING, author="ghost")
    said = status(state) + comment(state, "questions/")
    assert "Whoever may write here (the author's account is gone), before" in said
    assert "@ghost" not in said


def test_a_pull_request_of_a_plan_shows_its_core() -> None:
    plan = (Path(__file__).parents[2] / "data" / "macro-plan.md").read_text(encoding="utf-8")
    play = Play(None, PLAIN, PLAIN)
    play.go()
    state = fold(replace(play.state.record, shared={"_tasks/queue-depth/002-macro-plan.md": plan}))
    (pull,) = (wish for wish in publications(state) if isinstance(wish, PullRequestWish))
    assert "## The units, each in short" in pull.body
    assert "## Summary" not in pull.body

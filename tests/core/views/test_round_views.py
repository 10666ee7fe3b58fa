"""What a round of reviews shows: a review for each expert, the concerns' check, and one status comment."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.concerns import Concern, Concerns, Decision, Disposition, LogRow, Source, render
from bot.core.definition import Phase, Trigger
from bot.core.incoming import messages as m
from bot.core.outputs import REVIEW, Setting
from bot.core.publications import CheckWish, CommentWish, PullRequestWish, Remark, ReviewWish
from bot.core.run.acts import Commit, Converse, End, Outcome
from bot.core.run.advance import after, next_act
from bot.core.run.judge import judge
from bot.core.run.record import Earlier, PanelRound, Raised, Record, Standing
from bot.core.run.state import State, fold
from bot.core.views.shown import answers, publications, status
from tests.core.a_run import PERSONAS, Play, definition, pinned, with_entry, wrong

ITEM = {
    "title": "The scan is linear",
    "severity": "critical",
    "confidence": "high",
    "location": "docs/queue.md:3-4",
    "quote": "the scan",
    "problem": "It grows, says @eve.",
    "suggestion": "An index.",
}
ROUND = PanelRound(1, 31, ("docs/queue.md",), "", "asked for by name")
OF = definition(
    id="review-experts",
    trigger=Trigger("", "/review experts", pull=True),
    phases=(
        Phase("review", 3, "Review", "Review.", each="experts", output="findings"),
        Phase("expert-concerns", 4, "Expert concerns", "Merge.", reads=("review",), output="concerns"),
    ),
    panel=PERSONAS,
)


def review(lens: str, *items: dict[str, str]) -> str:
    said = {"verdict": "Not yet.", "summary": "Thin.", "examined": "All.", "items": list(items)}
    lines = lambda path: ["", "", "the", "scan"] if path == "docs/queue.md" else None  # noqa: E731
    return REVIEW.render(REVIEW.settle(said, Setting(f"{lens}, review: Q", lens, {}, lines)))


def concerns(*all_: Concern) -> str:
    return render(Concerns("Expert concerns: Q", all_))


C1 = Concern("C1", "The scan is linear", "critical", (Source("Graph algorithms", "critical"),), "P")
TARJAN, SECURITY = review("Graph algorithms", ITEM), review("Security")


def play(*said: Any, round: PanelRound = ROUND) -> Play:
    run = "7.31.review-experts.1"
    inputs = pinned(
        OF, run=run, workflow=OF.id, title="A queue", url="https://github.example/octo/queue/pull/31", round=round
    )
    return Play(Record(inputs, head="h" * 40, now="2026-11-20T10:00:01Z"), *said)


def wishes(state: State, kind: type) -> list[Any]:
    return [wish for wish in publications(state) if isinstance(wish, kind)]


def test_a_round_reads_the_pull_request_s_documents_and_writes_no_request() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    assert round.go() == End("done")
    first = next(act for act in round.acts if isinstance(act, Converse))
    assert [(ref.path, ref.commit) for ref in first.briefs[0].documents] == [("docs/queue.md", "b" * 40)]
    assert first.briefs[0].lens == "Graph algorithms"
    commits = [sorted(act.files) for act in round.acts if isinstance(act, Commit)]
    folder = "_tasks/queue-depth"
    assert commits == [
        [f"{folder}/003-security-review.md", f"{folder}/003-tarjan-review.md"],
        [f"{folder}/004-expert-concerns.md"],
    ]


def test_the_reviews_with_remarks_on_the_lines() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    round.go()
    security, tarjan = wishes(round.state, ReviewWish)
    assert (tarjan.key, tarjan.number, tarjan.commit) == ("review/003-tarjan", 31, "b" * 40)
    (remark,) = tarjan.remarks
    assert isinstance(remark, Remark)
    assert (remark.path, remark.start, remark.end) == ("docs/queue.md", 3, 4)
    assert remark.body.startswith("**F1. The scan is linear** (critical, confidence high)\n\nIt grows, says ")
    assert "@eve" not in remark.body
    assert "*Suggestion:* An index." in remark.body
    assert tarjan.body.startswith(
        "**Graph algorithms** · Graph algorithms\n\n**Verdict:** Not yet.\n\nThin.\n\nExamined: All."
    )
    assert "1 finding; the whole review is [003-tarjan-review.md](" in tarjan.body
    assert "No finding; the whole" in security.body
    assert security.remarks == ()


def test_a_review_of_a_recording_says_so() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    round.go()
    assert "recording" not in wishes(round.state, ReviewWish)[0].body
    record = round.state.record
    replayed = tuple(replace(each, spent=replace(each.spent, replayed=each.spent.calls)) for each in record.commits)
    for wish in wishes(fold(replace(record, commits=replayed)), ReviewWish):
        assert wish.body.endswith("This is a recorded answer: replayed, no cost.")


def test_what_is_not_where_it_is_said_to_be_is_marked_and_a_place_that_is_none_is_left_to_the_document() -> None:
    two = review("G", ITEM | {"quote": "nothing", "suggestion": ""}, ITEM | {"location": "everywhere"})
    round = play(two, SECURITY, concerns(C1))
    round.go()
    remarks = wishes(round.state, ReviewWish)[1].remarks
    assert [remark.body.partition("\n")[0] for remark in remarks] == [
        "**F1. The scan is linear** (critical, confidence high) [UNVERIFIED]"
    ]
    assert "Suggestion" not in remarks[0].body


def test_the_check_of_the_concerns() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    round.go()
    check = wishes(round.state, CheckWish)[-1]
    assert (check.name, check.conclusion, check.title) == (
        "charrette/concerns",
        "failure",
        "1 critical concern is undecided",
    )
    assert [(note.path, note.line) for note in check.annotations] == [("_tasks/queue-depth/004-expert-concerns.md", 5)]
    decided = play(TARJAN, SECURITY, concerns(replace(C1, decision=Decision("accept", "so"))))
    decided.go()
    assert wishes(decided.state, CheckWish)[-1].conclusion == "success"
    assert "no concern is open" in status(decided.state)
    none = play(SECURITY, SECURITY, concerns())
    none.go()
    assert wishes(none.state, CheckWish)[-1].conclusion == "neutral"


def test_the_status() -> None:
    before = play()
    told = status(before.state)
    assert "### Review: A queue\n" in told
    assert "1 document at [`bbbbbbbb`]" in told
    assert "- [ ] Robert Tarjan …" in told
    round = play(TARJAN, SECURITY, concerns(C1, replace(C1, id="C2")), round=replace(ROUND, number=2))
    round.go()
    after = status(round.state)
    assert "### Review: A queue, round 2" in after
    assert "**Done: 2 critical. Each waits for a decision.**" in after
    assert "| **C1** The scan is linear | Graph algorithms | open |" in after
    assert "- [x] [Robert Tarjan](" in after
    many = play(TARJAN, SECURITY, concerns(*(replace(C1, id=f"C{n}") for n in range(1, 31))))
    many.go()
    assert "| and 10 more | | |" in status(many.state)


def test_the_trend_over_the_rounds() -> None:
    before = Earlier("docs/002-expert-concerns.md", "c" * 40, "s" * 40, (), (), ((3, 1, 0, 2), (1, 0, 0, 0)))
    third = replace(ROUND, number=3, earlier=before)
    head = "| open after | critical | important | nice to have | questions |\n| --- | --- | --- | --- | --- |\n"
    so_far = f"{head}| round 1 | 3 | 1 | 0 | 2 |\n| round 2 | 1 | 0 | 0 | 0 |\n"
    assert f"{so_far}\n" in status(play(round=third).state)
    round = play(TARJAN, SECURITY, concerns(C1, replace(C1, id="C2")), round=third)
    round.go()
    assert f"{so_far}| round 3 | 2 | 0 | 0 | 0 |\n" in status(round.state)
    assert "open after" not in status(play(round=replace(third, earlier=replace(before, trend=()))).state)


def test_reviewers_are_told_what_was_decided_and_what_was_left_out() -> None:
    raised = (
        Raised("C1", "t", "critical", "reject", "so"),
        Raised("I1", "t", "important"),
        Raised("C2", "t", "critical", gone=True),
    )
    before = Earlier("docs/002-expert-concerns.md", "c" * 40, "s" * 40, raised, ("docs/queue.md",), ((1, 1, 0, 0),))
    round = play(TARJAN, SECURITY, concerns(C1), round=replace(ROUND, number=2, earlier=before, left=("docs/big.md",)))
    round.go()
    experts, clerk = (act.briefs for act in round.acts if isinstance(act, Converse))
    gone = "C2 taken out of the document by hand, and not decided"
    for brief in experts:
        assert f"Round 2 since {'s' * 40}. C1 reject; I1 ; {gone}; docs/queue.md not docs/big.md" in brief.charge
        assert [(ref.path, ref.commit[0]) for ref in brief.documents] == [
            ("docs/queue.md", "b"),
            (before.concerns, "c"),
        ]
    assert (before.concerns, "0") in [(ref.path, ref.commit[0]) for ref in clerk[0].documents]
    assert "Round 2" not in clerk[0].charge
    alone = play(TARJAN, SECURITY, concerns(C1), round=replace(ROUND, left=("docs/big.md",)))
    alone.go()
    assert "not docs/big.md" in next(act for act in alone.acts if isinstance(act, Converse)).briefs[0].charge


def test_a_branch_that_moved_on_and_documents_that_were_too_much_are_told_everywhere() -> None:
    many = tuple(f"docs/{n}.md" for n in range(7))
    round = play(TARJAN, SECURITY, concerns(C1), round=replace(ROUND, left=many))
    round.go()
    state = replace(round.state, record=replace(round.state.record, moved="d" * 40))
    for text in (status(state), wishes(state, ReviewWish)[0].body):
        assert "The branch has moved on since, to `dddddddd`; those changes were not read." in text
        assert "left out: `docs/0.md`, `docs/1.md`, `docs/2.md`, `docs/3.md`, `docs/4.md` and 2 more." in text
    one = replace(state.pinned, round=replace(ROUND, left=("docs/0.md",)))
    assert "left out: `docs/0.md`." in status(replace(state, record=replace(state.record, pinned=one)))


def test_a_stopped_round_names_no_label() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    round.go()
    told = status(with_entry(round.state, m.Stop("")))
    assert "To go on, write `/resume`." in told
    assert "label" not in told


def test_on_somebody_s_branch_the_files_are_offered() -> None:
    round = play(TARJAN, SECURITY, concerns(C1), round=replace(ROUND, into="their-branch", documents=("a.md", "b.md")))
    round.go()
    (pull,) = wishes(round.state, PullRequestWish)
    assert (pull.base, pull.title, pull.draft) == ("their-branch", "Reviews: A queue", False)
    assert "The reviews of #31" in pull.body
    assert "2 documents at" in status(round.state)


def failed(play_: Play, reason: str) -> Outcome:
    brief = next(act for act in play_.acts if isinstance(act, Converse)).briefs[0]
    return Outcome(brief.address, "failed", reason=reason)


def test_an_expert_who_fails_is_told_and_the_others_count() -> None:
    first = play(TARJAN, SECURITY, concerns())
    first.go()
    gone = failed(first, "The model did not answer; it was away.")
    round = play(gone, SECURITY, concerns())
    assert round.go() == End("findings")
    told = status(round.state)
    assert "- [ ] Robert Tarjan: **failed**, so this lens is missing. The model did not answer, it was away." in told
    assert len(wishes(round.state, ReviewWish)) == 1
    commit = next(act for act in round.acts if isinstance(act, Commit))
    assert "Charrette-Failed: tarjan: The model did not answer, it was away.\n" in commit.message


def test_an_expert_whose_answer_stays_wrong_failed_too() -> None:
    bad = ("nonsense", (wrong(),))
    round = play(bad, SECURITY, bad, bad, concerns())
    assert round.go() == End("findings")
    assert "**failed**, so this lens is missing. It says nothing." in status(round.state)


def test_a_round_in_which_all_fail_has_failed() -> None:
    first = play(TARJAN, SECURITY, concerns())
    first.go()
    gone = failed(first, "The model is away.")
    round = play(gone, gone)
    assert round.go() == End("failed")
    assert "No expert brought a review. The model is away. " in status(round.state)
    assert "- [ ] Robert Tarjan\n" in status(round.state)
    assert not wishes(round.state, ReviewWish)
    own = play(failed(first, "No tarjan/1 here."), failed(first, "No security/1 here."))
    own.go()
    told = status(own.state)
    assert "No expert brought a review. No tarjan/1 here. " in told
    mixed = play(gone, failed(first, "No money."))
    mixed.go()
    told = status(mixed.state)
    assert "No expert brought a review. tarjan: The model is away.; security: No money." in told


def test_one_whose_answer_stays_wrong_and_one_who_fails_are_all() -> None:
    first = play(TARJAN, SECURITY, concerns())
    first.go()
    bad = ("nonsense", (wrong(),))
    assert play(bad, failed(first, "Away."), bad, bad).go() == End("failed")


def test_before_a_branch_is_there_only_the_status_is_shown() -> None:
    state = fold(replace(play().state.record, head=None))
    assert [wish.key for wish in publications(state)] == ["status"]


def test_an_issue_s_run_is_shown_as_before() -> None:
    state = fold(Record(pinned()))
    assert status(state).startswith("### Design: Queue depth")
    assert publications(state)


# --- a fork, and a pull request that ends ----------------------------------------------------------------------------

FORK = replace(ROUND, fork=True)


def test_on_a_fork_nothing_is_committed_and_all_is_given_to_whoever_merges() -> None:
    round = play(TARJAN, SECURITY, concerns(C1), round=FORK)
    assert round.go() == End("done")
    assert round.state.record.head == "h" * 40
    assert not wishes(round.state, PullRequestWish)
    _, clerk = (act.briefs for act in round.acts if isinstance(act, Converse))
    assert [(ref.path.rpartition("/")[2], ref.commit, ref.text) for ref in clerk[0].documents] == [
        ("queue.md", "b" * 40, None),
        ("003-security-review.md", "b" * 40, SECURITY),
        ("003-tarjan-review.md", "b" * 40, TARJAN),
    ]
    told = status(round.state)
    assert "- [x] Robert Tarjan: Not yet.\n" in told
    assert "- [x] Concerns, in a comment of their own\n" in told
    assert "Editing the document" not in told
    assert "blob" not in told


def test_a_fork_s_reviews_hold_what_no_line_and_no_document_has() -> None:
    two = review("G", ITEM, ITEM | {"location": "everywhere", "title": "No place"})
    round = play(two, SECURITY, concerns(C1), round=FORK)
    round.go()
    wish = wishes(round.state, ReviewWish)[1]
    assert [remark.body.partition(" (")[0] for remark in wish.remarks] == ["**F1. The scan is linear**"]
    assert (
        "2 findings.\n\nRead at `bbbbbbbb`.\n\n**F2. No place** (critical, confidence high) [UNVERIFIED]" in wish.body
    )
    assert "files on the branch" not in wish.rest


def comment(state: State) -> str:
    (found,) = [wish.body for wish in wishes(state, CommentWish) if wish.key == "concerns"]
    return str(found)


def test_a_fork_s_concerns_are_in_a_comment_with_what_was_decided_and_dismissed() -> None:
    hostile = replace(C1, title="<b>Bold</b> @eve | `x`", problem="Closes #3.\n</details>\n@eve", evidence="a.py:1")
    rejected = replace(C1, id="C2", decision=Decision("reject", "it is @eve's"))
    log = (LogRow(("C2",), "t", "reject: it is @eve's", "", "2026-11-25", "@ada"),)
    fates = (
        Disposition("003-tarjan", "F2", "dismissed", "", "said before"),
        Disposition("003-tarjan", "F1", "kept", "C1"),
    )
    text = render(Concerns("Expert concerns: Q", (hostile, rejected), fates, log))
    round = play(TARJAN, SECURITY, text, round=FORK)
    round.go()
    told = comment(round.state)
    assert "Decide with `/decide C1 accept: why`" in told
    assert "<summary><b>C1. &lt;b&gt;Bold&lt;/b&gt; " in told
    assert "</b> (critical) · reject: it is " in told
    assert told.count("<details>") == told.count("</details>") == 4
    assert "@eve" not in told
    assert "- 003-tarjan F2: said before" in told
    assert "- 2026-11-25 " in told
    check = wishes(round.state, CheckWish)[-1]
    assert (check.conclusion, check.head, check.annotations) == ("failure", "h" * 40, ())
    assert "[the pull request](https://github.example/octo/queue/pull/" in check.summary


def test_a_fork_s_concerns_fit_however_many_they_are() -> None:
    many = concerns(*(replace(C1, id=f"C{n}", problem="x" * 3_000) for n in range(1, 101)))
    round = play(TARJAN, SECURITY, many, round=FORK)
    round.go()
    told = comment(round.state)
    assert len(told) < 65_000
    assert told.count("<b>C") == 100
    assert 10 < told.count("<details>") < 30
    assert "\n- <b>C100. The scan is linear</b> (critical) · open\n" in told


def test_a_fork_that_moves_on_has_its_check_on_the_new_head() -> None:
    round = play(TARJAN, SECURITY, concerns(C1), round=FORK)
    round.go()
    moved = fold(replace(round.state.record, head="e" * 40))
    heads = {(wish.head[0], wish.name, wish.conclusion) for wish in wishes(moved, CheckWish)}
    assert heads == {
        ("e", "charrette/review-experts", "success"),
        ("e", "charrette/concerns", "failure"),
        ("0", "charrette/review-experts", "neutral"),
    }


def test_a_further_round_on_a_fork_is_given_the_concerns_that_no_commit_has() -> None:
    before = Earlier("docs/2-expert-concerns.md", "h" * 40, "s" * 40, (), (), ((1, 0, 0, 0),), "# As it was\n")
    first = play(TARJAN, SECURITY, concerns(C1), round=replace(FORK, earlier=before))
    first.go()
    experts, clerk = (act.briefs for act in first.acts if isinstance(act, Converse))
    assert experts[0].documents[-1].text == "# As it was\n"
    assert clerk[0].documents[1].text == "# As it was\n"
    standing = replace(first.state.record, commits=(), concerns=Standing(before.concerns, concerns(C1)))
    again = play(TARJAN, SECURITY, concerns(C1))
    again.state = fold(standing)
    again.go()
    clerk = [act.briefs for act in again.acts if isinstance(act, Converse)][-1]
    assert clerk[0].documents[1].text == concerns(C1)


def test_a_concerns_document_that_is_merged_again_is_given_as_it_was_written() -> None:
    round = play(TARJAN, SECURITY, (concerns(C1), (wrong(),)), concerns(C1), concerns(C1), concerns(C1), round=FORK)
    round.go()
    again = play(concerns(C1))
    again.state = with_entry(round.state, m.Retry(), "expert-concerns@1")
    again.go()
    (held,) = [act.briefs for act in again.acts if isinstance(act, Converse)]
    assert held[0].documents[-1].text == concerns(C1)


@pytest.mark.parametrize("how", ["closed", "merged"])
@pytest.mark.parametrize("fork", [False, True])
def test_a_round_whose_pull_request_ends_stops_and_says_so(how: Any, fork: bool) -> None:
    round = play(TARJAN, SECURITY, concerns(C1), round=replace(ROUND, fork=fork))
    while not isinstance(next_act(round.state), Commit):
        act = next_act(round.state)
        round.state = after(round.state, act, round.perform(act))
    act = next_act(round.state)
    round.state = after(round.state, act, round.perform(act))
    ended = fold(replace(round.state.record, closed=how))
    assert next_act(replace(ended, shown=True)) == End("stopped")
    told = status(ended)
    kept = "Kept here" if fork else "Kept on the branch"
    assert f"**Stopped: the pull request is {how}, so the panel has stopped. {kept}: 1 of 2 documents" in told
    assert ("Reopen it" in told) is (how == "closed")
    judged = judge(ended, m.Message("x", "ada", "", "", m.Retry(), writer=True))
    assert judged.reply.startswith(f"The pull request is {how}, so its review does not go on.")
    assert ("Reopen it" in judged.reply) is (how == "closed")


def test_a_round_that_is_over_stays_over_when_its_pull_request_ends() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    round.go()
    assert not fold(replace(round.state.record, closed="merged")).stopped


# --- what `/status` is told ------------------------------------------------------------------------------------------

LINK = "https://github.example/octo/queue/blob/charrette/12-queue-depth/_tasks/queue-depth/004-expert-concerns.md"
DOCUMENT = f"See [the concerns]({LINK})."


def test_an_answer_has_the_experts_and_counts_the_concerns_with_the_ids_of_the_grave_ones_that_are_open() -> None:
    important = [replace(C1, id=f"I{n}", severity="important") for n in range(1, 4)]
    nice = replace(C1, id="N1", severity="nice to have")
    rejected = replace(important[0], decision=Decision("reject", "no"))
    first = play(TARJAN, SECURITY, concerns())
    first.go()
    round = play(TARJAN, failed(first, "It was silent."), concerns(C1, rejected, *important[1:], nice))
    round.go()
    (told,) = answers(round.state)
    assert told.startswith(
        "### Review: A queue, round 1\n\n**Done: 1 critical, 2 important, 1 nice to have. Each waits"
    )
    assert "- [x] [Robert Tarjan](" in told
    assert "- [ ] Security: **failed**, so this lens is missing. It was silent." in told
    table = "\n".join(
        [
            "| concerns | in all | undecided |",
            "| --- | --- | --- |",
            "| critical | 1 | 1: C1 |",
            "| important | 3 | 2: I2, I3 |",
            "| nice to have | 1 | 1 |",
        ]
    )
    assert f"\n\n{table}\n\n{DOCUMENT} To decide: `/decide C1 accept: why`" in told
    assert "| **C1**" not in told


def test_an_answer_names_the_gravest_that_is_open_to_decide_on() -> None:
    nice = replace(C1, id="N1", severity="nice to have")
    important = replace(C1, id="I1", severity="important")
    round = play(TARJAN, SECURITY, concerns(replace(C1, decision=Decision("accept", "so")), nice, important))
    round.go()
    assert "To decide: `/decide I1 accept: why`, with" in "".join(answers(round.state))


def test_an_answer_where_all_is_decided_asks_for_nothing() -> None:
    round = play(TARJAN, SECURITY, concerns(replace(C1, decision=Decision("accept", "so"))))
    round.go()
    (told,) = answers(round.state)
    assert f"| critical | 1 | none |\n\n{DOCUMENT}\n" in told


def test_a_design_s_panel_is_told_below_it_and_concerns_whose_panel_is_unknown_once() -> None:
    round = play(TARJAN, SECURITY, concerns(C1))
    round.go()
    standing = round.state.record.concerns
    design = fold(Record(pinned(), concerns=standing, head="d" * 40, now="2026-11-20T10:00:05Z"))
    first, second = answers(design, round.state)
    assert first == status(design)
    assert second.startswith("### Review: A queue")
    assert list(answers(design))[1].startswith("### Concerns\n\n| concerns | in all |")
    bare = fold(replace(design.record, concerns=None))
    assert list(answers(bare)) == [status(bare)]


def test_very_many_open_concerns_are_not_all_named_and_a_document_that_is_gone_is_said_to_be() -> None:
    round = play(TARJAN, SECURITY, concerns(*(replace(C1, id=f"C{n}") for n in range(1, 70))))
    round.go()
    standing = round.state.record.concerns
    assert standing is not None
    assert "| critical | 69 | 69: C1, C2," in "".join(answers(round.state))
    assert ", C50, … |" in "".join(answers(round.state))
    gone = fold(replace(round.state.record, concerns=replace(standing, text="")))
    (told,) = answers(gone)
    assert "To decide: `/decide C1 accept: why`, with" in told
    assert "C1 (removed from the document), C2" in told
    assert "See the history of the branch: `_tasks/queue-depth/004-expert-concerns.md` is not there any more." in told
    assert "- [x] [Concerns]" not in told

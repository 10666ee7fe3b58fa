"""The honest end: the whole status comment at each of a run's ends, and nothing that GitHub would not take."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.incoming import messages as m
from bot.core.markdown.fitting import LIMIT
from bot.core.publications import CommentWish
from bot.core.run.acts import Converse, Outcome
from bot.core.run.record import Record
from bot.core.run.state import State, fold
from bot.core.views.endings import done
from bot.core.views.run import check, publications, status
from tests.core.a_run import ASKING, PLAIN, PRIOR, UNDERSTAND, Play, definition, outcome, pinned, with_entry, wrong

THERE = "https://github.example/octo/queue/blob/charrette/12-queue-depth/_tasks/queue-depth"
REQUEST = f"- [x] [001 The request]({THERE}/001-user-request.md)"
ONE = f"[002 Understanding]({THERE}/002-understanding.md)"
TWO = f"[003 Prior art]({THERE}/003-prior-art.md)"
BRANCH = "Branch [`charrette/12-queue-depth`](https://github.example/octo/queue/tree/charrette/12-queue-depth)"
FACTS = f"{BRANCH}, pull request #13."


def run(*said: object) -> State:
    play = Play(None, *said)  # type: ignore[arg-type]
    play.go()
    return play.state


def gone(**changes: object) -> Outcome:
    """A conversation that came to nothing."""
    play = Play(None, PLAIN, PLAIN)
    play.go()
    return outcome(next(act for act in play.acts if isinstance(act, Converse)).briefs[0], "", **changes)


def stopped() -> State:
    deed = m.Stop("the label `design` was taken off", "feature-design")
    play = Play(None, PLAIN, gone(ended="stopped"))
    play.go()
    play.then(deed)
    return play.state


def never_begun() -> State:
    state = fold(Record(pinned(), now="2026-11-20T10:00:05Z"))
    return with_entry(state, m.Stop("`/cancel` was written"))


def out_of_budget() -> State:
    return run(PLAIN, gone(ended="budget", reason="This run has used 5,000,000 of 5,000,000 tokens."))


def failed() -> State:
    return run(PLAIN, gone(ended="failed", reason="The model did not answer after 10 tries: 529"))


def failed_on_a_draft() -> State:
    bad = (PLAIN, (wrong(),))
    state = run(bad, bad, bad)
    return fold(replace(state.record, trouble="failed", reason="GitHub answered 502."))


def with_findings() -> State:
    note = wrong(severity="warning")
    return run((PLAIN, (note, note)), (PLAIN, (note,)))


REVIEW = "Review the pull request; people's edits on its branch are kept."
ENDS: list[tuple[str, Callable[[], State], str, list[str], str, str]] = [
    ("done", lambda: run(PLAIN, PLAIN), f"Done. {REVIEW}", [f"- [x] {ONE}", f"- [x] {TWO}"], FACTS, "success"),
    (
        "done with findings",
        with_findings,
        (
            "Done, with 3 findings left (see the check). 2 in 002 Understanding, 1 in 003 Prior art. To fix one, "
            f"edit the document on the branch, or write `/revise 002 ...`. {REVIEW}"
        ),
        [f"- [x] {ONE}", f"- [x] {TWO}"],
        FACTS,
        "neutral",
    ),
    (
        "stopped",
        stopped,
        (
            "Stopped. The label `design` was taken off (by ada). Kept on the branch: 1 of 2 documents finished. "
            "To go on, put the label back on, or write `/resume`."
        ),
        [f"- [x] {ONE}", "- [ ] 003 Prior art"],
        FACTS,
        "neutral",
    ),
    (
        "out of budget",
        out_of_budget,
        (
            "Out of budget: This run has used 5,000,000 of 5,000,000 tokens. Kept on the branch: 1 of 2 documents "
            "finished. `/retry` goes on once the limit is raised."
        ),
        [f"- [x] {ONE}", "- [ ] 003 Prior art"],
        FACTS,
        "failure",
    ),
    (
        "failed",
        failed,
        (
            "Failed: The model did not answer after 10 tries: 529. Kept on the branch: 1 of 2 documents finished. "
            "`/retry` goes on where it stopped."
        ),
        [f"- [x] {ONE}", "- [ ] 003 Prior art"],
        FACTS,
        "failure",
    ),
    (
        "failed on a draft",
        failed_on_a_draft,
        (
            "Failed: GitHub answered 502. Kept on the branch: 0 of 2 documents finished, with 002 Understanding "
            "unfinished. `/retry` goes on where it stopped."
        ),
        [f"- [ ] {ONE} (findings)", "- [ ] 003 Prior art", "", "- line 3, not-empty: It says nothing. Say something."],
        FACTS,
        "failure",
    ),
]


@pytest.mark.parametrize(
    ("of", "word", "items", "facts", "conclusion"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS]
)
def test_the_whole_comment_at_the_end(
    of: Callable[[], State], word: str, items: list[str], facts: str, conclusion: str
) -> None:
    state = of()
    *body, last, empty = status(state).split("\n")
    assert body == ["### Design: Queue depth", "", f"**{word}**", "", REQUEST, *items, "", facts]
    assert " calls · 0.0" in last
    assert empty == ""
    assert check(state).conclusion == conclusion


def test_where_the_last_document_sums_up_the_others_people_begin_with_it() -> None:
    state = run(PLAIN, PLAIN)
    *others, last = state.definition.phases
    summed = replace(state.definition, phases=(*others, replace(last, id="design-summary")))
    named = replace(state.record, pinned=replace(state.record.pinned, definition=summed))
    assert done(replace(state, record=named)).startswith("Done. Read the summary first, then review the pull request;")


def test_where_nothing_was_made_the_end_says_so_and_the_check_is_neutral() -> None:
    state = never_begun()
    assert status(state) == (
        "### Design: Queue depth\n\n**Stopped. `/cancel` was written (by ada). No document was made. To go on, "
        "put the label back on, or write `/resume`.**\n\n- [ ] 002 Understanding\n- [ ] 003 Prior art\n\n"
        "5 s · no tokens yet\n"
    )
    assert check(state).conclusion == "neutral"
    failed = fold(replace(state.record, entries=(), trouble="failed", reason=""))
    assert "**Failed: No document was made. `/retry` goes on where it stopped.**" in status(failed)
    assert check(failed).conclusion == "neutral"
    nothing = fold(Record(pinned(replace(definition(), phases=definition().phases[:1]))))
    assert check(nothing).conclusion == "neutral"


def test_a_stop_by_nobody_and_after_the_merge_says_what_it_can() -> None:
    halted = replace(run(ASKING), stopped=True)
    assert "**Stopped. Kept on the branch: 0 of 2 documents finished, with 002 Understanding unfinished. To" in status(
        halted
    )
    merged = with_entry(fold(replace(run(ASKING).record, closed="merged")), m.Stop("the pull request was merged"))
    assert "The pull request was merged (by ada)." in status(merged)
    assert "It can't go on, since the pull request is merged; a new issue starts another run." in status(merged)
    unsigned = replace(merged.record.entries[-1].message, by="")
    record = replace(merged.record, entries=(m.Entry(unsigned),))
    assert "The pull request was merged. Kept" in status(fold(record))


def test_many_documents_with_findings_are_counted() -> None:
    phases = tuple(replace(PRIOR, id=f"part-{n}", number=n, title=f"Part {n}", reads=()) for n in range(2, 9))
    play = Play(Record(pinned(definition(*phases))), *[(PLAIN, (wrong(severity="warning"),))] * 7)
    play.go()
    assert "1 in 006 Part 6, and 2 more documents." in status(play.state)


# --- nothing longer than GitHub takes --------------------------------------------------------------------------------


def test_a_status_of_very_many_documents_says_how_many_more_there_are() -> None:
    phases = tuple(replace(PRIOR, id=f"part-{n}", number=n, title="A long title " * 8, reads=()) for n in range(2, 600))
    state = fold(Record(pinned(definition(*phases)), head="a" * 40, now="2026-11-20T10:00:05Z"))
    text = status(state)
    assert len(text) <= LIMIT
    assert " more documents, on the branch\n" in text
    assert text.endswith("5 s · no tokens yet\n")


@pytest.mark.parametrize("length", [100, 3_000, 70_000])
def test_questions_of_any_length_can_be_answered(length: int) -> None:
    asked = ASKING.replace("Which store?", f"Which store? {'word ' * (length // 5)}".strip())
    asked = asked.replace("SQLite", f"SQLite {'for *this* ' * (length // 11)}".strip())
    state = run(asked)
    body = next(wish.body for wish in publications(state) if isinstance(wish, CommentWish) and "questions/" in wish.key)
    assert len(body) <= LIMIT
    assert "`/answer 1A 2B`" in body
    assert ("…" in body) == (length > 10_000)


def test_what_no_width_makes_short_enough_is_cut() -> None:
    options = "\n".join(f"- {chr(65 + n % 26)}) {'x' * 90}" for n in range(1000))
    state = run(ASKING.replace("- B) PostgreSQL", options))
    for wish in publications(state):
        if isinstance(wish, CommentWish):
            assert len(wish.body) <= LIMIT


def test_a_phase_without_findings_is_not_among_those_with_some() -> None:
    state = run((PLAIN, (wrong(severity="warning"),)), PLAIN)
    assert "1 finding left (see the check). 1 in 002 Understanding. To fix one" in status(state)
    assert UNDERSTAND.title in status(state)

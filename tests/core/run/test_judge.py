"""What a message comes to, against the state that it meets."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.definition import Policy
from bot.core.incoming import messages as m
from bot.core.incoming.messages import Judgement
from bot.core.run.judge import judge, said_of
from bot.core.run.record import Record, Seen
from bot.core.run.state import State, fold
from tests.core.a_run import (
    ASKING,
    PLAIN,
    PRIOR,
    SUMMARY,
    UNDERSTAND,
    Play,
    definition,
    message,
    pinned,
    with_entry,
    wrong,
)


def asking() -> State:
    play = Play(None, ASKING)
    play.go()
    return play.state


def half() -> State:
    return with_entry(asking(), m.Say("1B", direct=True), "understanding@1")


def stopped() -> State:
    return with_entry(asking(), m.Stop("why"))


def done() -> State:
    play = Play(None, PLAIN, PLAIN)
    play.go()
    return play.state


def awaiting() -> State:
    play = Play(Record(pinned(definition(SUMMARY))), PLAIN)
    play.go()
    return play.state


def blocked() -> State:
    play = Play(Record(pinned(definition(PRIOR))), *[(PLAIN, (wrong(),))] * 3)
    play.go()
    return play.state


def blocked_and_stopped() -> State:
    return with_entry(blocked(), m.Stop("why"))


def merged() -> State:
    return fold(replace(done().record, closed="merged"))


def asked_back() -> State:
    return with_entry(asking(), m.Say("1Z", direct=True), "understanding@1")


def undescribed() -> State:
    of = definition(UNDERSTAND, needs_description=("Feature description",))
    return fold(Record(pinned(of, description="")))


def about(judged: Judgement) -> str | None:
    return judged.entry.about if judged.entry else None


ENTRIES = [
    ("the label", done, message(m.Start("feature-design")), ""),
    ("a stop", asking, message(m.Stop("why")), ""),
    ("an answer", asking, message(m.Say("1A 2B", direct=True)), "understanding@1"),
    ("a plain answer by the author", asking, message(m.Say("1A 2B"), writer=False), "understanding@1"),
    ("an answer by a writer", asking, message(m.Say("1A", direct=True), author=False), "understanding@1"),
    ("a changed premise", asking, message(m.Say("We already use Redis, so drop the store")), "understanding@1"),
    ("go on without answers", asking, message(m.Proceed()), "understanding@1"),
    ("go on with findings", blocked, message(m.Proceed()), "prior-art@1"),
    ("the wait is over", asking, message(m.Expired("understanding@1")), "understanding@1"),
    ("an approval", awaiting, message(m.Approve()), "summary@1"),
    ("a rejection", awaiting, message(m.Reject("too long")), "summary@1"),
    ("a retry of what is blocked and stopped", blocked_and_stopped, message(m.Retry(), id="gh-9.0"), ""),
    ("a retry of what is blocked", blocked, message(m.Retry()), "prior-art@1"),
    ("a description", undescribed, message(m.Say("A gauge of the depth of the queue.")), "description"),
]


@pytest.mark.parametrize(("of", "said", "expected"), [row[1:] for row in ENTRIES], ids=[row[0] for row in ENTRIES])
def test_what_changes_the_run(of: object, said: m.Message, expected: str) -> None:
    assert about(judge(of(), said)) == expected  # type: ignore[operator]


REPLIES = [
    ("advice", asking, message(m.Say("What do you think?")), "A) SQLite"),
    ("a question back", asking, message(m.Say("What do you mean by port?")), "- **Q2.** Which port? Why it matters: f"),
    ("a question about nothing in them", asking, message(m.Say("Why?")), "`/answer 1A 2B`"),
    (
        "an aside by the author",
        asking,
        message(m.Say("I am on holiday until Monday.")),
        "open questions 1, 2. To answer: `/answer 1A 2B`",
    ),
    (
        "an aside with one question left",
        half,
        message(m.Say("On holiday."), id="gh-9.0"),
        "open question 2. To answer: `/answer 2B`",
    ),
    ("a question back with one left", half, message(m.Say("1. what do you mean?"), id="gh-9.0"), "**Q2.**"),
    ("only a quotation behind /answer", asking, message(m.Say("> 1A", direct=True)), "which question that answers"),
    ("nothing asked", done, message(m.Say("1A", direct=True)), "No question is open"),
    ("nothing to go on with", done, message(m.Proceed()), "Nothing waits"),
    ("proceed is no approval", awaiting, message(m.Proceed()), "`/approve`"),
    ("proceed is no description", undescribed, message(m.Proceed()), "description is needed"),
    ("nothing to approve", done, message(m.Approve()), "Nothing waits for approval"),
    ("nothing to retry at the end", done, message(m.Retry()), "continue: the run is done. `/revise <what>`"),
    ("nothing to retry while it asks", asking, message(m.Retry()), "waits for answers"),
    ("nothing to retry before approval", awaiting, message(m.Retry()), "waits for approval"),
    ("nothing to retry without a description", undescribed, message(m.Retry()), "waits for a description"),
    ("a retry after the merge", merged, message(m.Retry()), "#13 is merged, so this design is final here."),
    ("the label after the merge", merged, message(m.Start("feature-design")), "#13 is merged"),
    ("a question behind /answer", asked_back, message(m.Say("1. what is that?", direct=True), id="gh-9.0"), "**Q1.**"),
]


@pytest.mark.parametrize(("of", "said", "words"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES])
def test_what_only_gets_a_word(of: object, said: m.Message, words: str) -> None:
    judged = judge(of(), said)  # type: ignore[operator]
    assert judged.entry is None
    assert words in judged.reply


IGNORED = [
    ("words when nothing is asked", done, message(m.Say("Nice work!"))),
    ("a bystander's words", asking, message(m.Say("1A 2B"), author=False, writer=False)),
    ("a writer's plain words", asking, message(m.Say("1A 2B"), author=False)),
    ("an aside by another", asking, message(m.Say("I am on holiday until Monday."), author=False)),
    ("words to somebody else", asking, message(m.Say("@grace, are you on holiday?"))),
    ("an old deadline", asking, message(m.Expired("understanding@7"))),
    ("a deadline of a stopped run", stopped, message(m.Expired("understanding@1"))),
    ("a deadline after the end", done, message(m.Expired("understanding@1"))),
    ("unclear once more", asked_back, message(m.Say("1Z"), id="gh-9.0")),
    ("a bystander's description", undescribed, message(m.Say("A gauge."), author=False, writer=False)),
]


@pytest.mark.parametrize(("of", "said"), [row[1:] for row in IGNORED], ids=[row[0] for row in IGNORED])
def test_what_is_left_alone(of: object, said: m.Message) -> None:
    assert judge(of(), said) == Judgement()  # type: ignore[operator]


def test_a_message_counts_once() -> None:
    state = with_entry(asking(), m.Stop("why"))
    assert judge(state, message(m.Stop("why"), id="gh-1.0")) == Judgement()


def test_a_push_shows_the_run_anew_and_leaves_no_entry() -> None:
    assert judge(done(), message(m.Pushed("c" * 40))) == Judgement(looks=True)


def test_an_answer_to_the_rest_of_a_round() -> None:
    assert about(judge(half(), message(m.Say("B", direct=True), id="gh-9.0"))) == "understanding@1"
    whole = with_entry(half(), m.Say("recommended", direct=True), "understanding@1")
    assert [answer.letter for answer in whole.rounds[0].answers] == ["B", "B"]


@pytest.mark.parametrize(
    ("of", "text", "reply"),
    [
        (asking, "1B", "I took 1B; still open: 2."),
        (asking, "2: whatever is free", "I took 2 in your words; still open: 1."),
        (half, "for the first, A", "I took 1A; still open: 2."),
        (half, "2A", ""),
        (asking, "1B and for the second, never", ""),
        (asking, "We already use Redis, so drop the store", ""),
    ],
)
def test_a_partial_answer_gets_a_word_beside_its_entry(of: Callable[[], State], text: str, reply: str) -> None:
    judged = judge(of(), message(m.Say(text), id="gh-9.0"))
    assert (about(judged), judged.reply) == ("understanding@1", reply)


@pytest.mark.parametrize(
    ("text", "direct"),
    [("1Z", True), ("1Z", False), ("thanks for the work", True)],
    ids=["no option", "plain", "an aside"],
)
def test_an_unclear_answer_is_asked_back_and_kept(text: str, direct: bool) -> None:
    judged = judge(asking(), message(m.Say(text, direct=direct)))
    assert about(judged) == "understanding@1"
    assert "/answer 1A 2B" in judged.reply


@pytest.mark.parametrize(
    ("first", "then", "answers"),
    [
        ("1Z", "1Z", [(1, "", "1Z")]),
        ("thanks for it", "the blue one", [(1, "", "the blue one"), (2, "", "the blue one")]),
        ("1Z", "1B", [(1, "B", "PostgreSQL")]),
        ("1Z", "the blue one", []),
        ("1Z", "1. what is that?", []),
    ],
    ids=["again", "to all", "clear now", "another question is unclear", "a question back"],
)
def test_an_answer_that_is_unclear_again_counts_as_it_stands(
    first: str, then: str, answers: list[tuple[int, str, str]]
) -> None:
    state = with_entry(asking(), m.Say(first, direct=True), "understanding@1")
    state = with_entry(state, m.Say(then, direct=True), "understanding@1")
    assert [(a.number, a.letter, a.text) for a in state.rounds[0].answers] == answers


@pytest.mark.parametrize(
    ("text", "direct", "once"),
    [
        ("What do you think?", True, "advice/understanding@1"),
        ("What do you mean by port?", False, "explained/understanding@1"),
        ("What do you mean by port?", True, ""),
        ("I am on holiday until Monday.", False, "no-answer/understanding@1"),
    ],
)
def test_what_is_not_plain_is_said_once_in_a_round(text: str, direct: bool, once: str) -> None:
    assert judge(asking(), message(m.Say(text, direct=direct))).once == once


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (m.Say("1A", direct=True), "I took 1A; still open: 2. It is kept, but the run has halted: `/resume` continues"),
        (m.Proceed(), "It is kept, but the run has halted: `/resume` continues it."),
        (m.Start("feature-design"), ""),
        (m.Retry(), ""),
        (m.Stop("why"), ""),
    ],
)
def test_what_is_said_to_a_run_that_stands_still_is_kept_with_a_word(deed: m.Deed, words: str) -> None:
    for state in (stopped(), fold(replace(asking().record, trouble="failed"))):
        judged = judge(state, message(deed, id="gh-9.0"))
        assert judged.entry is not None
        assert judged.reply.startswith(words)
        assert bool(judged.reply) == bool(words)


def test_the_word_to_an_entry_that_is_kept_can_be_said_again() -> None:
    state = asking()
    said = message(m.Say("1B", direct=True), id="gh-9.0")
    judged = judge(state, said)
    assert judged.entry is not None
    record = replace(state.record, entries=(judged.entry,))
    assert said_of(record, "gh-9.0") == Judgement(reply=judged.reply)
    later = with_entry(fold(record), m.Say("2A", direct=True), "understanding@1").record
    assert said_of(later, "gh-9.0") == Judgement(reply=judged.reply)
    odd = replace(record, entries=(m.Entry(message(m.Approve(), id="gh-9.0")),))
    assert said_of(odd, "gh-9.0") == Judgement()


# --- approval --------------------------------------------------------------------------------------------------------

PATH = "_tasks/queue-depth/005-summary.md"
BEFORE, THEN, LATER = "2026-11-20T10:04:00Z", "2026-11-20T10:05:00Z", "2026-11-20T10:06:00Z"


def shown(state: State) -> State:
    """The state that the next message meets: what waits was shown."""
    return fold(replace(state.record, seen=state.awaited))


def edited(state: State, now: str) -> State:
    """The state after a person edited what waits."""
    return fold(replace(state.record, edited={PATH: f"theirs at {now}"}, now=now))


def requested() -> State:
    play = Play(Record(pinned(definition(SUMMARY), policy=Policy(not_by_requester=True))), PLAIN)
    play.go()
    return play.state


APPROVALS = [
    ("what was shown", shown(awaiting()), True),
    ("what was shown again after an edit, before the message", shown(edited(shown(awaiting()), BEFORE)), True),
    ("what was shown again in the very second", shown(edited(shown(awaiting()), THEN)), False),
    ("what was shown only after the message", shown(edited(shown(awaiting()), LATER)), False),
    ("what was edited since it was shown", edited(shown(awaiting()), BEFORE), False),
    ("a lost database, and a head from before", fold(replace(awaiting().record, head_at=BEFORE)), True),
    ("a lost database, and a head from after", fold(replace(awaiting().record, head_at=LATER)), False),
]


@pytest.mark.parametrize("deed", [m.Approve(), m.Reject("too long")], ids=["approve", "reject"])
@pytest.mark.parametrize(("state", "good"), [row[1:] for row in APPROVALS], ids=[row[0] for row in APPROVALS])
def test_a_verdict_is_bound_to_what_could_be_seen(state: State, good: bool, deed: m.Deed) -> None:
    judged = judge(state, message(deed))
    if good:
        assert judged.entry is not None
        assert state.awaited is not None
        assert (judged.entry.about, judged.entry.digest) == ("summary@1", state.awaited.digest)
        return
    assert state.awaited is not None
    assert judged.entry is None
    assert judged.looks
    assert judged.reply.startswith("005 Summary has changed since you could see it: it is `")
    assert state.awaited.digest[:7] in judged.reply


def test_what_was_shown_is_dated_only_where_something_else_was_shown_before() -> None:
    first = shown(awaiting())
    assert first.awaited == first.record.seen
    assert first.awaited is not None
    assert first.awaited.at == ""
    changed = edited(first, LATER)
    assert changed.awaited is not None
    assert changed.awaited.at == LATER
    assert shown(changed).awaited == changed.awaited
    other = fold(replace(changed.record, seen=Seen("prior-art@1", "another")))
    assert other.awaited is not None
    assert other.awaited.at == ""


def test_nobody_approves_what_they_asked_for_where_the_repository_says_so() -> None:
    judged = judge(requested(), message(m.Approve()))
    assert judged.entry is None
    assert "Somebody else has to." in judged.reply
    assert judge(requested(), message(m.Approve(), by="grace", author=False)).entry is None  # who started the run
    assert judge(requested(), message(m.Approve(), by="linus", author=False)).entry is not None
    assert judge(requested(), message(m.Reject("too long"))).entry is not None


def test_a_retry_of_a_run_that_nobody_is_at_goes_on() -> None:
    assert judge(fold(Record(pinned())), message(m.Retry())) == Judgement(looks=True)


def test_retry_takes_up_what_failed_or_was_stopped_and_asks_anew_what_was_refused() -> None:
    pending = fold(Record(pinned()))
    assert about(judge(replace(pending, trouble="failed"), message(m.Retry()))) == ""
    assert about(judge(replace(pending, stopped=True), message(m.Retry()))) == ""
    assert about(judge(replace(pending, trouble="refused"), message(m.Retry()))) == "understanding@1"

"""What a message comes to, against the state that it meets."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core import messages as m
from bot.core.judge import Judgement, judge
from bot.core.record import Record
from bot.core.state import State, fold

from .a_run import ASKING, PLAIN, PRIOR, SUMMARY, UNDERSTAND, Play, definition, message, pinned, with_entry, wrong


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
    ("unclear", asking, message(m.Say("1Z", direct=True)), "/answer 1A 2B"),
    ("an aside to /answer", asking, message(m.Say("thanks for the work", direct=True)), ""),
    ("only a quotation behind /answer", asking, message(m.Say("> 1A", direct=True)), "which question that answers"),
    ("nothing asked", done, message(m.Say("1A", direct=True)), "No question is open"),
    ("nothing to go on with", done, message(m.Proceed()), "Nothing waits"),
    ("proceed is no approval", awaiting, message(m.Proceed()), "`/approve`"),
    ("proceed is no description", undescribed, message(m.Proceed()), "description is needed"),
    ("nothing to approve", done, message(m.Approve()), "Nothing waits for approval"),
    ("nothing to retry", done, message(m.Retry()), "nothing to retry"),
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


def test_an_approval_is_bound_to_the_text_that_it_saw() -> None:
    state = awaiting()
    judged = judge(state, message(m.Approve()))
    assert judged.entry is not None
    commit = state.phases[0].commit
    assert commit is not None
    assert judged.entry.digest == state.digest(commit)


def test_retry_takes_up_what_failed_or_was_stopped_and_asks_anew_what_was_refused() -> None:
    pending = fold(Record(pinned()))
    assert about(judge(replace(pending, trouble="failed"), message(m.Retry()))) == ""
    assert about(judge(replace(pending, stopped=True), message(m.Retry()))) == ""
    assert about(judge(replace(pending, trouble="refused"), message(m.Retry()))) == "understanding@1"

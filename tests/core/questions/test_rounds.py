"""A round of questions, entry by entry."""

from bot.core.incoming import messages as m
from bot.core.incoming.messages import Entry
from bot.core.questions.answers import Answered, Unclear
from bot.core.questions.asking import Option, Question
from bot.core.questions.rounds import Round, understood, with_entry
from tests.core.a_run import message

ROUND = Round(
    "understanding@1",
    (
        Question(1, "Which store?", "Consistency.", (Option("A", "SQLite", True), Option("B", "PostgreSQL"))),
        Question(2, "Which port?", "Firewalls.", (Option("A", "80"), Option("B", "8080", True))),
    ),
)


def after(*deeds: m.Deed) -> Round:
    round = ROUND
    for deed in deeds:
        round = with_entry(round, Entry(message(deed), ROUND.about))
    return round


def test_answers_add_up_and_a_later_one_replaces_an_earlier() -> None:
    round = after(m.Say("1A", direct=True), m.Say("1B 2B", direct=True))
    assert [answer.letter for answer in round.answers] == ["B", "B"]
    assert round.closed


def test_what_answers_nothing_leaves_the_round_as_it_is() -> None:
    assert after(m.Say("What do you think?", direct=True)).answers == ()
    assert after(m.Approve()) == ROUND


def test_words_beside_the_answers_are_kept() -> None:
    round = after(m.Say("We already use Redis, so drop the store", direct=False))
    assert round.closed
    assert round.premise
    assert "Redis" in round.rest
    assert Answered((), "").rest == ""


def test_words_that_give_nothing_to_what_is_open_are_asked_back() -> None:
    half = after(m.Say("1B", direct=True))
    assert understood(half, "all recommended except 2", True) == Unclear("all recommended except 2", (2,))


def test_an_ordinal_names_a_question_that_is_answered_already() -> None:
    round = after(m.Say("1A", direct=True), m.Say("for the first, B"))
    assert [answer.letter for answer in round.answers] == ["B"]


def test_a_number_that_is_too_long_for_one_is_no_question() -> None:
    words = f"1A 2B\n\nThe id is {'9' * 5_000}."
    assert isinstance(understood(ROUND, words, False), Answered)

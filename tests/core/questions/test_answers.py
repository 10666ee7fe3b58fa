from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.questions.answers import Advice, Answered, Aside, Premise, Unclear, understand
from bot.core.questions.asking import Answer, Option, Question


def question(number: int, *options: str, best: int = 0) -> Question:
    made = tuple(Option("ABCD"[at], text, at == best) for at, text in enumerate(options))
    return Question(number, f"Question {number}?", "It matters.", made)


THREE = (
    question(1, "Redis", "PostgreSQL", "A file"),
    question(2, "Yes, behind a flag", "No"),
    question(3, "At start", "At runtime", best=1),
)
ONE = (question(1, "Resident set size", "Virtual size"),)


def said(answered: Answered) -> dict[int, str]:
    return {answer.number: f"{answer.letter}: {answer.text}" for answer in answered.answers}


A1, B1, C1 = "A: Redis", "B: PostgreSQL", "C: A file"
A2, B2 = "A: Yes, behind a flag", "B: No"
A3, B3 = "A: At start", "B: At runtime"
BEST = {1: A1, 2: A2, 3: B3}


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1A 2B 3A", {1: A1, 2: B2, 3: A3}),
        ("1A 2B", {1: A1, 2: B2}),
        ("1a, 2b", {1: A1, 2: B2}),
        ("2B 1A", {1: A1, 2: B2}),
        ("1A\n2B\n3B", {1: A1, 2: B2, 3: B3}),
        ("1) a\n2) b", {1: A1, 2: B2}),
        ("1. A\r\n2. B\r\n", {1: A1, 2: B2}),
        ("- 1: A\n- 2: B", {1: A1, 2: B2}),
        ("Q1: A, Q2: B", {1: A1, 2: B2}),
        ("question 1: a", {1: A1}),
        ("Q1 A", {1: A1}),
        ("1-A, 2-B", {1: A1, 2: B2}),
        ("1 = B", {1: B1}),
        ("1 - B", {1: B1}),
        ("1 -> B", {1: B1}),
        ("1 b", {1: B1}),
        ("(1) A (2) B", {1: A1, 2: B2}),
        ("1.A 2.B", {1: A1, 2: B2}),
        ("1A. 2B. 3B.", {1: A1, 2: B2, 3: B3}),
        ("1A; 2B; 3B", {1: A1, 2: B2, 3: B3}),
        ("**1** A **2** B", {1: A1, 2: B2}),
        ("**1. A**\n**2. B**", {1: A1, 2: B2}),
        ("1: option B", {1: B1}),
        ("1: `B`", {1: B1}),
        ("My answers: 1B, 2A and 3B.", {1: B1, 2: A2, 3: B3}),
        ("I'd go with 1B", {1: B1}),
        ("ok, 1B 2B", {1: B1, 2: B2}),
        ("A for 1, B for 2", {1: A1, 2: B2}),
        ("option C for question 1", {1: C1}),
        ("1. use Redis 2. yes 3. at runtime", {1: A1, 2: A2, 3: B3}),
        ("1. use Redis 2. no 3. whenever it is idle", {1: A1, 2: B2, 3: ": whenever it is idle"}),
        ("1. Memcached, we run it anyway", {1: ": Memcached, we run it anyway"}),
        ("1: yes 2: no 3: recommended", {1: A1, 2: B2, 3: B3}),
        ("1 yes 2 no 3 yes", {1: A1, 2: B2, 3: B3}),
        ("1. a cache would be nice", {1: ": a cache would be nice"}),
        ("1. the third one, 2. first", {1: C1, 2: A2}),
        ("1. the last one", {1: C1}),
        ("1. the fourth one", {1: ": the fourth one"}),
        ("1. PostgreSQL, because it is there", {1: f"{B1}; because it is there"}),
        ("1. up to you", {1: A1}),
        ("1. sure, but not in tests", {1: f"{A1}; but not in tests"}),
        ("Q1 use a table of 2.5 GB at 10:30", {1: ": use a table of 2.5 GB at 10:30"}),
        (
            "1B because it is there 2A, but keep the old flag",
            {1: f"{B1}; because it is there", 2: f"{A2}; but keep the old flag"},
        ),
        ("1B please", {1: B1}),
        ("2 but keep the old flag", {2: ": but keep the old flag"}),
        ("1A 1A 2B", {1: A1, 2: B2}),
        ("yes and yes and no", {1: A1, 2: A2, 3: ": no"}),
        ("no, no, yes", {1: ": no", 2: B2, 3: B3}),
        ("yes no yes", {1: A1, 2: B2, 3: B3}),
        ("A, B, A", {1: A1, 2: B2, 3: A3}),
        ("b a b", {1: B1, 2: A2, 3: B3}),
        ("recommended", BEST),
        ("Recommended!", BEST),
        ("all recommended, thanks", BEST),
        ("go with your recommendations please", BEST),
        ("the defaults are fine", BEST),
        ("sure", BEST),
        ("Sure, go ahead", BEST),
        ("agreed", BEST),
        ("up to you", BEST),
        ("you decide", BEST),
        ("I don't mind.", BEST),
        ("all A", {1: A1, 2: A2, 3: A3}),
        ("B for all of them", {1: B1, 2: B2, 3: B3}),
        ("A everywhere", {1: A1, 2: A2, 3: A3}),
        ("all recommended except 3A", {1: A1, 2: A2, 3: A3}),
        ("recommended, but 1: use Memcached", {1: ": use Memcached", 2: A2, 3: B3}),
        ("all recommended except 2 and 3", {1: A1}),
        ("1B, the rest as recommended", {1: B1, 2: A2, 3: B3}),
        ("2B and the others are fine", {1: A1, 2: B2, 3: B3}),
        ("1B and for the second, never", {1: B1, 2: ": never"}),
        ("1B, and for the last one: at start", {1: B1, 3: A3}),
        ("1B but for the third use a clock", {1: B1, 3: ": use a clock"}),
        ("1B, the third one: never, question 2: no", {1: B1, 2: B2, 3: ": never"}),
        ("1B; the second question, no", {1: B1, 2: B2}),
        ("As for question 2, no.", {2: B2}),
        ("First: C. Second: B", {1: C1, 2: B2}),
        ("B for the first and A for the second", {1: B1, 2: A2}),
        ("1B, never for the second", {1: B1, 2: ": never"}),
        ("1. the third one: it is faster", {1: ": the third one: it is faster"}),
        ("1B since it suits the second, larger one", {1: f"{B1}; since it suits the second, larger one"}),
        ("1B as said for question 9", {1: f"{B1}; as said for question 9"}),
        ("1B, thanks for question 2", {1: f"{B1}; thanks for question 2"}),
        ("recommended, but for the second, never", {1: A1, 2: ": never", 3: B3}),
        (
            "I would take the PostgreSQL server for question 1. For the rest go with the recommended ones.",
            {1: B1, 2: A2, 3: B3},
        ),
        ("I would not want PostgreSQL for question 1", {1: ": I would not want PostgreSQL"}),
        ("@charrette[bot] 1A 2B", {1: A1, 2: B2}),
        ("> 1B\n\n1A", {1: A1}),
        ("<!-- 1B -->\n2B", {2: B2}),
    ],
)
def test_answers_to_several_questions(text: str, direct: bool, expected: dict[int, str]) -> None:
    result = understand(text, THREE, direct=direct)
    assert isinstance(result, Answered)
    assert said(result) == expected
    assert result.rest == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", BEST),
        ("ok", BEST),
        ("LGTM 👍", BEST),
        ("ABA", {1: A1, 2: B2, 3: A3}),
        ("use Redis\nyes\nat runtime", {1: A1, 2: A2, 3: B3}),
        ("- Memcached\n- no\n- at start", {1: ": Memcached", 2: B2, 3: A3}),
        ("Memcached, yes, at night", {1: ": Memcached", 2: A2, 3: ": at night"}),
        ("I think 1. Redis", {1: A1}),
    ],
)
def test_behind_the_command_more_is_an_answer(text: str, expected: dict[int, str]) -> None:
    direct = understand(text, THREE, direct=True)
    assert isinstance(direct, Answered)
    assert said(direct) == expected
    assert isinstance(understand(text, THREE), Aside | Unclear)


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("1A\n\nAlso, mind the docs.", {1: A1}, "Also, mind the docs."),
        ("The build was slow.\n1A", {1: A1}, "The build was slow."),
        ("1A 2F", {1: A1}, "2F"),
        ("1A 2. what do you think?", {1: A1}, "2. what do you think?"),
        ("1A\n7B", {1: A1}, "7B"),
        ("1A 2A 2B", {1: A1}, "2B"),
        ("1A 2. what do you mean by a flag?", {1: A1}, "2. what do you mean by a flag?"),
        ("1A 4D", {1: A1}, "4D"),
    ],
)
def test_what_is_no_answer_is_kept(text: str, expected: dict[int, str], rest: str) -> None:
    result = understand(text, THREE)
    assert isinstance(result, Answered)
    assert (said(result), result.rest) == (expected, rest)


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What do you think?", Advice),
        ("which one would you take?", Advice),
        ("Not sure. What is the difference?", Advice),
        ("Any thoughts?", Advice),
        ("1. what do you think?", Advice),
        ("we already use X, so drop the syslog part", Premise),
        ("Actually this is about workers only.", Premise),
        ("Syslog is out of scope.", Premise),
        ("Please drop the syslog part.", Premise),
        ("", Aside),
        ("<!-- nothing -->", Aside),
        ("```\n1A 2B\n```", Aside),
        ("> 1A", Aside),
    ],
)
def test_what_is_no_answer(text: str, direct: bool, kind: type[Any]) -> None:
    assert understand(text, THREE, direct=direct) == kind(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, I'll look tomorrow.",
        "ok",
        "I found 2 bugs in 3 files",
        "in 3D it is better",
        "The build took 1.5 hours at 10:30.",
        "@bob what do you think?",
        "@bob 1F",
        "Thanks for question 1.",
        "We compared Redis and PostgreSQL for question 1",
        "Is 2. Redis still maintained, @bob?",
        "/usr/bin/x",
        "12. December is the deadline",
        "x" * 10_001,
    ],
)
def test_a_plain_comment_is_left_alone(text: str) -> None:
    assert understand(text, THREE) == Aside(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Thanks, I'll look tomorrow.", (1, 2, 3)),
        ("x" * 10_001, (1, 2, 3)),
        ("BAD", (1, 2, 3)),
        ("use Redis, not Memcached", (1, 2, 3)),
        ("all D", (1, 2, 3)),
        ("A and B", (1, 2, 3)),
        ("no", (1, 2, 3)),
        ("2", (2,)),
        ("1F", (1,)),
        ("1A 1B", (1,)),
        ("4A", (4,)),
        ("recommended except 2F", (2,)),
    ],
)
def test_what_is_unclear_behind_the_command(text: str, numbers: tuple[int, ...]) -> None:
    result = understand(text, THREE, direct=True)
    assert isinstance(result, Unclear)
    assert result.numbers == numbers


@pytest.mark.parametrize("text", ["yes", "no", "2", "1F", "1A 1B", "4A", "A and B", "all C"])
def test_a_plain_comment_that_is_unclear_is_asked_back(text: str) -> None:
    assert isinstance(understand(text, THREE), Unclear)


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("What do you mean by a flag?", (2,)),
        ("What does runtime mean?", (3,)),
        ("Could you explain Redis and the flag", (1, 2)),
        ("How long does that take?", (1, 2, 3)),
        ("2. what do you mean by a flag?", (2,)),
    ],
)
def test_a_question_back_is_no_answer_and_no_request_for_advice(
    text: str, direct: bool, numbers: tuple[int, ...]
) -> None:
    assert understand(text, THREE, direct=direct) == Unclear(text, numbers)


def test_an_answer_to_somebody_else_is_one_where_it_names_the_question() -> None:
    assert said(understand("@bob 1A 2B", THREE)) == {1: A1, 2: B2}  # type: ignore[arg-type]


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", "A: Resident set size"),
        ("b.", "B: Virtual size"),
        ("(B)", "B: Virtual size"),
        ("option B", "B: Virtual size"),
        ("option B is what we want", "B: Virtual size; is what we want"),
        ("B please", "B: Virtual size"),
        ("B, but only on Linux", "B: Virtual size; but only on Linux"),
        ("the second one", "B: Virtual size"),
        ("1A", "A: Resident set size"),
        ("2", "B: Virtual size"),
        ("2 but keep the old flag", "B: Virtual size; but keep the old flag"),
        ("yes", "A: Resident set size"),
        ("recommended", "A: Resident set size"),
        ("let's use virtual size", "B: Virtual size"),
        ("Virtual size; the other lies", "B: Virtual size; the other lies"),
        ("1. Use PSS", ": Use PSS"),
        ("We prefer PSS", ": We prefer PSS"),
        ("Q1 PSS", ": PSS"),
        ("For question 1, PSS", ": PSS"),
        ("B, for the second, better", "B: Virtual size; for the second, better"),
    ],
)
def test_one_question(text: str, direct: bool, expected: str) -> None:
    result = understand(text, ONE, direct=direct)
    assert isinstance(result, Answered)
    assert said(result) == {1: expected}


@pytest.mark.parametrize(
    ("text", "direct", "plain"),
    [
        ("PSS, as the kernel counts it", Answered, Aside),
        ("ok", Answered, Aside),
        ("A cache would be nice", Answered, Aside),
        ("C", Unclear, Unclear),
        ("no", Unclear, Unclear),
        ("drop the cache", Answered, Premise),
    ],
)
def test_one_question_behind_the_command_and_plain(text: str, direct: type[Any], plain: type[Any]) -> None:
    assert isinstance(understand(text, ONE, direct=True), direct)
    assert isinstance(understand(text, ONE), plain)


def test_no_to_an_option_that_says_no() -> None:
    asked = (question(1, "Yes", "No, never"),)
    assert understand("no", asked) == Answered((Answer(1, "B", "No, never"),))


def test_without_questions_nothing_is_an_answer() -> None:
    assert understand("1A", ()) == Aside("1A")


def test_questions_keep_their_numbers() -> None:
    left = (THREE[1], THREE[2])
    assert said(understand("2B 3A", left)) == {2: B2, 3: A3}  # type: ignore[arg-type]


@given(st.text(alphabet="123456789ABab.,:;-() \nandyesno?Q@*", max_size=80), st.booleans())
def test_any_words_are_understood_somehow(text: str, direct: bool) -> None:
    result = understand(text, THREE, direct=direct)
    if isinstance(result, Answered):
        numbers = [answer.number for answer in result.answers]
        assert numbers == sorted(set(numbers))
        assert set(numbers) <= {1, 2, 3}
        assert all(answer.letter in {"", *"ABC"} for answer in result.answers)


@pytest.mark.parametrize("part", ["\n\n;", ", ", "but ", "1 ", "and ", "1A ", "? ", ". "])
def test_twice_as_many_words_take_about_twice_as_long(part: str) -> None:
    """Figures are for benchmarks; this only tells a line from a curve."""
    before = process_time()
    understand((part * 9_900)[:9_900], THREE)
    assert process_time() - before < 2

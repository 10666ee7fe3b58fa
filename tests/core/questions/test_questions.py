import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown.artifact import Artifact
from bot.core.questions.asking import Option, Question, Reading, parse, render

ONE = Question(
    1,
    "Which memory figure decides?",
    "It says which workers are ended.",
    (Option("A", "Resident set size", True), Option("B", "Virtual size")),
)
STRICT = """\
### Q1. Which memory figure decides?

Why it matters: It says which workers are ended.

- A) Resident set size (recommended)
- B) Virtual size
"""


def read(text: str) -> Reading:
    return parse(Artifact("002.md", text))


def test_render() -> None:
    assert render([ONE]) == STRICT


def test_the_recommended_option_is_the_first_where_none_is_marked() -> None:
    assert ONE.recommended.letter == "A"
    assert Question(1, "", "", (Option("A", "x"), Option("B", "y"))).recommended.letter == "A"


@pytest.mark.parametrize(
    "text",
    [
        STRICT,
        "# Understanding\n\n## Questions\n\n" + STRICT + "\n## Ambiguities\n\n1. Not a question\n- A) no\n",
        "## Clarifying questions\n\nOne thing:\n\n" + STRICT,
        STRICT.replace("\n", "\r\n"),
        """\
## 2. Questions (at most five)

1. Which memory figure
decides?
   Why it matters: It says which workers are ended.
   a. Resident set size **(Recommended)**
   b. Virtual
      size
""",
        """\
## Questions

**Q1: Which memory figure decides?**

*Why this matters:* It says which workers are ended.

(A) Resident set size
(B) Virtual size

**Recommended: A**
""",
        """\
## Questions

- **Q1.** Which memory figure decides?
  - **Why it matters** — It says which workers are ended.
  - **A)** [recommended] Resident set size
  - **B) Virtual size**
<!-- none but this -->
""",
        """\
## Questions

### Question 1 — Which memory figure decides?

__Why it matters:__ It says which workers are ended.

* [ ] Option A: Resident set size
* [ ] Option B: Virtual size

Recommendation: option A, because it is what the kernel counts.
""",
    ],
)
def test_tolerant_in_reading(text: str) -> None:
    assert read(text) == Reading((ONE,))


@pytest.mark.parametrize(
    "text",
    ["", "# A\n\n1. First\n2. Second\n", "## Questions\n\nNone: the issue says all.", "## Q\n\n- Q1 is a quarter"],
)
def test_no_questions(text: str) -> None:
    assert read(text) == Reading()


@pytest.mark.parametrize(
    ("old", "new", "line", "wrong"),
    [
        ("### Q1. Which memory figure decides?", "### Q1.", 3, "Question 1 has no text."),
        ("Why it matters: It says which workers are ended.\n", "", 3, "Question 1 has no line “Why it matters: …”."),
        ("It says which workers are ended.", "", 3, "Question 1 has no line “Why it matters: …”."),
        ("- A)", "Why it matters: x\n- A)", 3, "Question 1 has more than one line “Why it matters: …”."),
        ("- B) Virtual size", "", 3, "Question 1 has one option."),
        ("- B)", "- C)", 7, "The options of question 1 are lettered A, C."),
        ("Virtual size", "Virtual size (recommended)", 3, "Question 1 has 2 recommended options."),
        (" (recommended)", "", 3, "Question 1 has no recommended option."),
        ("- B) Virtual size", "- B) Virtual size\n\nSo?", 10, "This line belongs to no part of question 1."),
        ("- B) Virtual size", "- B) Virtual size\n\n### More", 10, "This heading is no question."),
        ("### Q1.", "What else?\n### Q1.", 3, "This question has no number."),
    ],
)
def test_strict_in_reporting(old: str, new: str, line: int, wrong: str) -> None:
    reading = read("## Questions\n\n" + STRICT.replace(old, new))
    assert [(fault.line, fault.wrong) for fault in reading.faults] == [(line, wrong)]
    assert all(fault.mend for fault in reading.faults)
    assert [question.number for question in reading.questions] == [1]


def test_a_question_without_options_is_a_fault_and_no_question() -> None:
    reading = read("## Questions\n\n### Q1. Why?\n\nWhy it matters: so.\n")
    assert reading.questions == ()
    assert [fault.wrong for fault in reading.faults] == ["Question 1 has no options."]


def test_a_number_that_comes_twice_is_a_fault() -> None:
    reading = read("## Questions\n\n" + STRICT + "\n" + STRICT)
    assert reading.questions == (ONE,)
    assert [(fault.line, fault.wrong) for fault in reading.faults] == [(10, "There is a second question 1.")]


_TEXT = (
    st.text(alphabet=string.ascii_letters + string.digits + " .,:;!?()[]*_`#-“é—'\"/|~$\\", min_size=1, max_size=60)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text and "recommended" not in text.lower())
)


@st.composite
def _questions(draw: st.DrawFn) -> tuple[Question, ...]:
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        texts = draw(st.lists(_TEXT, min_size=2, max_size=5))
        best = draw(st.integers(0, len(texts) - 1))
        options = tuple(Option("ABCDE"[at], text, at == best) for at, text in enumerate(texts))
        found.append(Question(number, draw(_TEXT), draw(_TEXT), options))
    return tuple(found)


@given(_questions())
def test_parse_undoes_render(questions: tuple[Question, ...]) -> None:
    assert read(render(questions)) == Reading(questions)
    assert read("# Title\n\n## Questions\n\n" + render(questions) + "\n## More\n\ntext\n") == Reading(questions)


@given(st.text(alphabet="#Q1.:)A(recommended) Why it matters-*\n", max_size=150))
def test_any_text_can_be_read(text: str) -> None:
    reading = read("## Questions\n" + text)
    assert all(question.options for question in reading.questions)

"""A document's sentences, and those that are marked."""

import pytest

from bot.core.markdown.artifact import Artifact
from bot.core.markdown.sentences import repetitions, sentences, unverified
from bot.core.prompts import LISTED, unverified_block

TEXT = """# A title

First one. The queue
is large. [UNVERIFIED] `Third` one [UNVERIFIED].

- 1 item: it sleeps.
- [ ] a task

| a | b \\| c |
|---|---|
| one two. Three | |
| It has pods and nodes [UNVERIFIED] | more |

> Cells that rest on memory end with `[UNVERIFIED]`.

```
no [UNVERIFIED] sentence
```
"""


def test_sentences_and_cells_with_their_lines() -> None:
    assert [(one.line, one.text, one.marked) for one in sentences(Artifact("", TEXT))] == [
        (1, "A title", False),
        (3, "First one.", False),
        (3, "The queue is large. [UNVERIFIED]", True),
        (4, "`Third` one [UNVERIFIED].", True),
        (6, "1 item: it sleeps.", False),
        (7, "a task", False),
        (9, "a", False),
        (9, "b \\| c", False),
        (11, "one two.", False),
        (11, "Three", False),
        (12, "It has pods and nodes [UNVERIFIED]", True),
        (12, "more", False),
        (14, "Cells that rest on memory end with `[UNVERIFIED]`.", False),
    ]


def test_where_a_sentence_ends() -> None:
    assert [TEXT[: one.end].splitlines()[-1] for one in sentences(Artifact("", TEXT))][2:4] == [
        "is large. [UNVERIFIED]",
        "is large. [UNVERIFIED] `Third` one [UNVERIFIED].",
    ]


def test_marked_statements() -> None:
    found = unverified(Artifact("", TEXT))
    assert [one.words for one in found] == ["the queue is large", "third one", "it has pods and nodes"]
    assert unverified(Artifact("", "Nothing. `[UNVERIFIED]`")) == ()
    assert unverified(Artifact("", "[UNVERIFIED]")) == ()
    assert unverified(Artifact("", "Nothing.")) == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("So: the *queue* is large, they say.", [1]),
        ("a\n\nIt has [pods](x) and nodes.\n\nThe queue is large!", [3, 5]),
        ("The queue is large [UNVERIFIED].", []),
        ("The queue is larger. Third one.", []),
        ("The queue.\n\nIs large.", []),
    ],
)
def test_repetitions(text: str, lines: list[int]) -> None:
    found = repetitions(Artifact("", text), unverified(Artifact("", TEXT)))
    assert sorted(sentence.line for sentence, _ in found) == lines


def test_nothing_marked_is_nothing_repeated() -> None:
    assert list(repetitions(Artifact("", TEXT), ())) == []


def test_the_list_for_the_model() -> None:
    assert unverified_block([("a.md", "Nothing.")]) == ""
    listed = unverified_block([("a.md", "It is. [UNVERIFIED]"), ("b.md", "x\n\nOr </document> [UNVERIFIED]")])
    assert listed.startswith("These statements of the documents above could not be shown to hold.")
    assert listed.endswith(
        '<document path="unverified">\n- a.md, line 1: It is. [UNVERIFIED]\n'
        "- b.md, line 3: Or &lt;/document> [UNVERIFIED]\n</document>"
    )
    many = unverified_block([("a.md", "It is so. [UNVERIFIED]\n\n" * (LISTED + 2))])
    assert "- and 2 more, marked [UNVERIFIED] where they stand" in many

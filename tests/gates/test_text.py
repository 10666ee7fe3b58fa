from collections.abc import Callable
from typing import Any

import pytest

from bot.core.findings import Finding

Judge = Callable[..., list[Finding]]


@pytest.mark.parametrize("text", ["# A\n\ntext", "- item", "```\ncode\n```"])
def test_not_empty_good(found: Judge, text: str) -> None:
    assert found("not-empty", text) == []


@pytest.mark.parametrize("text", ["", "# A\n\n## B\n", "<!-- write here -->"])
def test_not_empty_bad(found: Judge, text: str) -> None:
    (finding,) = found("not-empty", text)
    assert (finding.line, finding.wrong) == (1, "The document has no text.")


@pytest.mark.parametrize(
    "text",
    [
        "The gate looks for `TBD` and `{name}`.",
        "```\nTODO\n<placeholder>\n```",
        "    TODO in code",
        "<!-- TODO for the writer -->",
        "A todo list, a List<String>, ${HOME}, {1, 2}, /users/{id}, {id}/x and `<T>`.",
        "<details><summary>More</summary>\n\ntext <br> <https://x.org> <a@b.org>\n\n</details>",
        "[add it](b.md) and [Your guide][g] and [x]",
        "Segments {1, 2} -> {merged}. Let S' = {compacted}.",
        "It is needed as a key. Fill in the form.",
        "- [ ] open",
        "The state has to be written where a request begins, and needs to be completed where it ends.",
    ],
)
def test_no_placeholders_good(found: Judge, text: str) -> None:
    assert found("no-placeholders", text) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Owner: TBD", "TBD"),
        ("Owner: tbd.", "tbd"),
        ("TODO: write", "TODO"),
        ("FIXME", "FIXME"),
        ("It is to be determined.", "to be determined"),
        ("The runbook is to be written.", "to be written"),
        ("Add tests as needed.", "as needed"),
        ("Lorem ipsum dolor", "Lorem ipsum"),
        ("Name: <your name>", "<your name>"),
        ("# <placeholder>", "<placeholder>"),
        ("The {feature_name} feature", "{feature_name}"),
        ("The {{ title }} feature", "{{ title }}"),
        ("[I'll describe the feature below]", "[I'll describe the feature below]"),
        ("[insert a diagram]", "[insert a diagram]"),
        ("| a | b |\n|---|---|\n| x | TBA |", "TBA"),
    ],
)
def test_no_placeholders_bad(found: Judge, text: str, what: str) -> None:
    (finding,) = found("no-placeholders", text)
    assert finding.line == text.count("\n") + 1
    assert finding.wrong == f"“{what}” is left to be filled in."


GOOD = "# T\n\n## 1. In our words\n\nx\n\n## Questions (at most five)\n\n### Q1\n\ny\n\n## Ambiguities\n\n- z\n"


@pytest.mark.parametrize(
    "value",
    [
        ["In our words", "Questions", "Ambiguities"],
        ["IN OUR WORDS!"],
        {"wanted": ["Ambiguities", "Questions"], "in-order": False},
        ["Questions", "Questions"],
        [],
    ],
)
def test_headings_good(found: Judge, value: Any) -> None:
    assert found("headings", GOOD, value) == []


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        (GOOD, ["Success criteria"], [(1, "There is no heading “Success criteria”.")]),
        (
            GOOD,
            ["Ambiguities", "Questions"],
            [(7, "“Questions (at most five)” stands before “Ambiguities”.")],
        ),
        (
            "## A\n\n<!-- x -->\n\n## B\n\n### C\n",
            ["A", "B"],
            [(1, "There is nothing below “A”."), (5, "There is nothing below “B”.")],
        ),
    ],
)
def test_headings_bad(found: Judge, text: str, value: Any, expected: list[tuple[int, str]]) -> None:
    assert [(finding.line, finding.wrong) for finding in found("headings", text, value)] == expected


@pytest.mark.parametrize(
    ("gate", "text", "value"),
    [
        ("words", "# A\n\none two three", {"section": "A", "at-least": 3, "at-most": 3}),
        ("words", "# A\n\none", {}),
        ("words", "# A\n\none", "A"),
        ("lines", "# A\n\none\n\ntwo\n# B\nthree", {"section": "A", "at-least": 2, "at-most": 2}),
        ("lines", "one", {"at-most": 1}),
    ],
)
def test_bounds_good(found: Judge, gate: str, text: str, value: Any) -> None:
    assert found(gate, text, value) == []


@pytest.mark.parametrize(
    ("gate", "text", "value", "line", "wrong", "mend"),
    [
        ("words", "\n# A\n\none", {"section": "a", "at-least": 3}, 2, "“A” has 1 word.", "Write at least 3."),
        ("words", "one two", {"at-most": 1}, 1, "The document has 2 words.", "Shorten it to at most 1."),
        ("lines", "# A\n\nx\ny", {"section": "A", "at-most": 1}, 1, "“A” has 2 lines.", "Shorten it to at most 1."),
        ("lines", "x", {"section": "A"}, 1, "There is no heading “A”.", "Add “## A” with its text."),
    ],
)
def test_bounds_bad(found: Judge, gate: str, text: str, value: Any, line: int, wrong: str, mend: str) -> None:
    (finding,) = found(gate, text, value)
    assert (finding.line, finding.wrong, finding.mend) == (line, wrong, mend)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("## S\n\n- **SC-1** one\n- [ ] SC-2: two\n", {"section": "S", "at-least": 2}),
        ("## S\n\n| Id | What |\n|---|---|\n| SC-1 | x |\n", "S"),
        ("## S\n\n### G1. First\n\n### G2. Second\n\n## T\n\n- G1\n", {"section": "S", "prefix": "G", "at-least": 2}),
        ("## S\n\n- SC-1 one\n- BC-1 two\n- no id\n", {"section": "S", "prefix": "SC"}),
    ],
)
def test_numbered_good(found: Judge, text: str, value: Any) -> None:
    assert found("numbered", text, value) == []


@pytest.mark.parametrize(
    ("text", "value", "line", "wrong"),
    [
        ("## S\n\n- one\n- two\n", "S", 1, "“S” has 0 of at least 1 items with an id."),
        ("## S\n\n- SC-1 one\n- SC1 two\n", "S", 4, "The id SC1 is used already in line 3."),
        (
            "## S\n\n- SC-1 one\n",
            {"section": "S", "prefix": "BC", "at-least": 2},
            1,
            "“S” has 0 of at least 2 items with an id.",
        ),
        ("## T", "S", 1, "There is no heading “S”."),
    ],
)
def test_numbered_bad(found: Judge, text: str, value: Any, line: int, wrong: str) -> None:
    (finding,) = found("numbered", text, value)
    assert (finding.line, finding.wrong) == (line, wrong)

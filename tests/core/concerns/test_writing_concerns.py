"""What is written of concerns reads back as the same; a decision changes its field and the log, and nothing else."""

import difflib
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.concerns import Concern, Concerns, Decision, Disposition, LogRow, Source, findings_of, read, render
from bot.core.concerns.deciding import Decided, decide
from bot.core.concerns.shape import LETTERS, SEVERITIES, Severity
from bot.core.concerns.writing import tidied
from bot.core.markdown.safe import published

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], exclude_characters="\\<`"), max_size=40
)
NAMED = WORDS.map(lambda text: f"N{text}")
CAUSES = WORDS.map(lambda text: f"so {text}")


QUESTION = Concern("Q1", "N", "question", problem="N")


def concerns_of(severity: Severity) -> st.SearchStrategy[list[Concern]]:
    one = st.builds(
        Concern,
        id=st.just(""),
        title=NAMED,
        severity=st.just(severity),
        sources=st.lists(st.builds(Source, NAMED, st.sampled_from(["", "high", "critical"])), max_size=3).map(tuple),
        problem=NAMED,
        evidence=WORDS,
        solution=WORDS,
        owner=WORDS,
        downgrade=WORDS,
        decision=st.none() | st.builds(Decision, st.sampled_from(["accept", "reject", "defer"]), CAUSES),
    )
    return st.lists(one, max_size=3)


DOCUMENTS = st.builds(
    Concerns,
    title=NAMED,
    concerns=st.tuples(*map(concerns_of, SEVERITIES)).map(
        lambda groups: tuple(
            replace(concern, id=f"{LETTERS[concern.severity]}{n}")
            for group in groups
            for n, concern in enumerate(group, 1)
        )
    ),
    dispositions=st.lists(
        st.builds(Disposition, NAMED, st.just("F1"), st.sampled_from(["merged", "kept"]), st.just("C1"), WORDS),
        max_size=3,
    ).map(tuple),
    log=st.lists(
        st.builds(LogRow, st.just(("C1", "I2")), WORDS, NAMED, WORDS, WORDS, WORDS, WORDS, WORDS), max_size=3
    ).map(tuple),
)


def bare(document: Concerns) -> Concerns:
    """Without the lines, which nothing has before it is written."""
    return replace(
        document,
        concerns=tuple(
            replace(each, line=0, field_line=0, decision=replace(each.decision, line=0) if each.decision else None)
            for each in document.concerns
        ),
        dispositions=tuple(replace(each, line=0) for each in document.dispositions),
        log=tuple(replace(each, line=0) for each in document.log),
    )


@settings(max_examples=60)
@given(DOCUMENTS)
@example(Concerns("N0 0"))
@example(Concerns("N", (replace(QUESTION, decision=Decision("accept", "so ✅")),)))
def test_reading_undoes_writing(document: Concerns) -> None:
    tidy = tidied(document)
    assert bare(read(render(tidy))) == tidy


@given(DOCUMENTS)
def test_tidying_twice_changes_nothing_more(document: Concerns) -> None:
    assert tidied(tidied(document)) == tidied(document)


TWO = "# Two\n\n## Critical\n\n### C1. One\n\n**Decision:** [ ]\n\n### C2. Two\n\nWords.\n\n---\n\n## Questions\n"
ACCEPT = Decided(("C1",), Decision("accept", "it is so"), "ada", "2026-11-25T10:00:00Z", "Track 2", "0123456789abcdef")


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-" and line[2:].strip()]


def test_a_decision_stands_in_its_field_and_in_the_log() -> None:
    after = decide(TWO, ACCEPT)
    assert changed(TWO, after) == [
        "- **Decision:** [ ]",
        "+ **Decision:** [x] accept: it is so",
        "+ ## Decision log",
        "+ | # | Concern | Decision | Track | Date | By | Commit | Notes |",
        "+ | --- | --- | --- | --- | --- | --- | --- | --- |",
        "+ | C1 | One | accept: it is so | Track 2 | 2026-11-25 | @ada | 0123456789ab |  |",
    ]
    assert [finding.rule for finding in findings_of(read(after))] == ["no-decision-field"]


def test_a_concern_without_a_field_is_written_without_one() -> None:
    document = Concerns("X", (Concern("Q1", "Who?", "question", has_field=False),))
    assert "Decision:" not in render(document)
    assert bare(read(render(document))) == document


def test_a_second_decision_is_a_second_row() -> None:
    once = decide(TWO, ACCEPT)
    twice = decide(once, replace(ACCEPT, ids=("C1", "C2"), decision=Decision("reject", "no | yes")))
    row = "+ | C1+C2 | One; Two | reject: no \\| yes | Track 2 | 2026-11-25 | @ada | 0123456789ab |  |"
    field = "+ **Decision:** [x] reject: no | yes"
    assert changed(once, twice) == ["- **Decision:** [x] accept: it is so", field, field, row]
    assert findings_of(read(twice)) == ()


def test_a_log_of_somebody_else_keeps_its_columns() -> None:
    text = f"{TWO}\n## Log\n\n| ID | Decision | Date |\n|-|-|-|\n"
    assert changed(text, decide(text, ACCEPT))[-1] == (
        "+ | C1 | accept: it is so | 2026-11-25 (concern One; track Track 2; by @ada; commit 0123456789ab) |"
    )


def test_a_log_with_all_columns_takes_each() -> None:
    header = "| ID | Topic | Decision | Track | When | Who | Commit |\n|-|-|-|-|-|-|-|\n"
    text = f"{TWO}\n## Log\n\n{header}| C2 | x | [ ] |||||\n"
    assert changed(text, decide(text, ACCEPT))[-1] == (
        "+ | C1 | One | accept: it is so | Track 2 | 2026-11-25 | @ada | 0123456789ab |"
    )


def test_a_field_in_a_list_and_its_line_ends_stay() -> None:
    text = "### C1. One\r\n- **Problem:** x\r\n  - **Decision:** [ ]\r\n"
    assert "\r\n  - **Decision:** [x] accept: it is so\r\n" in decide(text, ACCEPT)


def test_a_concern_that_is_a_list_item_gets_its_field_behind_it() -> None:
    after = decide("## Critical\n\n- **C1. One** bad\n- **C2. Two** worse\n", ACCEPT)
    first, second = read(after).concerns
    assert (first.decision is not None, second.decision) == (True, None)


def test_an_id_that_is_none() -> None:
    with pytest.raises(KeyError, match="C9"):
        decide(TWO, replace(ACCEPT, ids=("C9",)))


def test_what_was_put_in_so_that_nobody_is_mentioned_is_no_part_of_what_is_read() -> None:
    row = LogRow(("C1",), "As @eve says", "accept: so says @eve", "", "2026-11-25", "@ada", "", "")
    document = Concerns("T", (Concern("C1", "As @eve says", "critical", problem="It fixes #3."),), (), (row,))
    text = published(render(document))
    assert "@ada" not in text
    for _ in range(2):
        found = read(text)
        assert (found.log[0].by, found.log[0].decision) == ("@ada", "accept: so says @eve")
        assert (found.concerns[0].title, found.concerns[0].problem) == ("As @eve says", "It fixes #3.")
        assert text == published(render(tidied(found)))
    assert tidied(replace(document, title="@&#8203;eve")).title == "@eve"

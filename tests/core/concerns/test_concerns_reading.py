"""Documents of concerns in the forms that people and we write."""

from pathlib import Path

import pytest

from bot.core.concerns import Concerns, Decision, Disposition, LogRow, Source, read
from bot.core.concerns.words import decision_in, ids_in, is_open, severity_of, sources_in, verdict_in

REAL = Path(__file__).parents[3].parent / "shared/data/rfdb-004-expert-concerns.md"
OURS = """\
# Expert concerns: queues

## Critical

### C1. Writes are lost

**Source:** Graph algorithms (critical); Soundness (important)

**Problem:** Nothing is flushed.

**Evidence:** `queue.py:12`

**Solution:** Flush before the answer.

**Owner:** storage

**Decision:** [x] accept: it is a bug

## Important

None.

## Nice to have

## Questions

### Q1. Who owns the clock?

**Source:** Soundness;

## Dispositions

| Finding | Disposition | Reason |
| --- | --- | --- |
| Graph algorithms F1 | merged into C1 | one fix |
| Soundness F2 | kept as Q1 |  |
| Soundness F3 | dismissed | said twice |

## Decision log

| # | Concern | Decision | Track | Date | By | Commit | Notes |
| --- | --- | --- | --- | --- | --- | --- | --- |
| C1 | Writes are lost | accept: it is a bug | Track 2 | 2026-11-25 | @ada | abc | - |
"""


def only(text: str) -> tuple[object, ...]:
    document = read(text)
    assert len(document.concerns) == 1, document
    (concern,) = document.concerns
    return concern.id, concern.title, concern.severity


def test_ours() -> None:
    document = read(OURS)
    first, second = document.concerns
    assert (first.id, first.title, first.severity, first.line) == ("C1", "Writes are lost", "critical", 5)
    assert first.sources == (Source("Graph algorithms", "critical"), Source("Soundness", "important"))
    assert (first.problem, first.evidence) == ("Nothing is flushed.", "`queue.py:12`")
    assert (first.solution, first.owner) == ("Flush before the answer.", "storage")
    assert first.decision == Decision("accept", "it is a bug", 17)
    assert (second.id, second.severity, second.has_field, second.decision) == ("Q1", "question", False, None)
    assert document.dispositions == (
        Disposition("Graph algorithms", "F1", "merged", "C1", "one fix", 35),
        Disposition("Soundness", "F2", "kept", "Q1", "", 36),
        Disposition("Soundness", "F3", "dismissed", "", "said twice", 37),
    )
    row = LogRow(("C1",), "Writes are lost", "accept: it is a bug", "Track 2", "2026-11-25", "@ada", "abc", "", 43)
    assert document.log == (row,)
    assert document.loose == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("## Critical\n\n### C1: Colon\n", ("C1", "Colon", "critical"), id="colon"),
        pytest.param("## Critical\n\n#### C1 — Dash\n", ("C1", "Dash", "critical"), id="dash"),
        pytest.param("## Critical\n\n### [C1] Brackets\n", ("C1", "Brackets", "critical"), id="brackets"),
        pytest.param("## Critical\n\n### **C1.** Bold\n", ("C1", "Bold", "critical"), id="bold heading"),
        pytest.param("## Critical\n\n### Concern C-1: Hyphen\n", ("C1", "Hyphen", "critical"), id="hyphen"),
        pytest.param("### C1\n**Decision:** [ ]\n", ("C1", "", "critical"), id="an id alone"),
        pytest.param("### I2. Without a section\n", ("I2", "Without a section", "important"), id="letter"),
        pytest.param("### X7. Another house\n**Severity:** MUST\n", ("X7", "Another house", "critical"), id="field"),
        pytest.param("### X7. Another house\n", ("X7", "Another house", "important"), id="nothing said"),
        pytest.param("## Suggestions\n\n- **S1. Item** more\n", ("S1", "Item", "nice to have"), id="list"),
        pytest.param("## Blockers\n\n**B1: Paragraph**\nProblem: x\n", ("B1", "Paragraph", "critical"), id="paragraph"),
        pytest.param(
            "## Should fix\n\n| ID | Title | Severity | From |\n|-|-|-|-|\n| M3 | In a table | HIGH | Ada |\n",
            ("M3", "In a table", "important"),
            id="table",
        ),
        pytest.param(
            "| # | Concern | Source |\n| - | - | - |\n| C4 | Only a concern | Ada |\n| all of it | x | y |\n",
            ("C4", "Only a concern", "critical"),
            id="table without a title",
        ),
        pytest.param(
            "| # | Title | Size | Source |\n|-|-|-|-|\n| C4 | The title | 3 | Ada |\n",
            ("C4", "The title", "critical"),
            id="table with a column of no label",
        ),
    ],
)
def test_forms(text: str, found: tuple[str, str, str]) -> None:
    assert only(text) == found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## Critical issues\n\nNone.\n", id="a section"),
        pytest.param("```\n### C1. In code\n```\n", id="code"),
        pytest.param("<!--\n### C1. In a comment\n-->\n", id="comment"),
        pytest.param("| Name | Size |\n| - | - |\n| C1 | 2 |\n", id="another table"),
        pytest.param("C1 is bad.\n", id="prose"),
    ],
)
def test_what_is_no_concern(text: str) -> None:
    assert read(text) == Concerns(read(text).title)


def test_lines_without_a_label_belong_to_the_field_before() -> None:
    (concern,) = read("### C1. Long\n**Problem:** one\ntwo\n- three\n\n---\n\n#### Deeper\n\nnot read\n").concerns
    assert concern.problem == "one\ntwo\n- three"


def test_several_bold_concerns_in_one_section() -> None:
    first, second = read("## Critical\n\nSome words.\n\n- **C1. One**: first\n- **C2. Two**\n  Owner: me\n").concerns
    assert (first.problem, second.owner) == ("first", "me")


def test_a_heading_that_lost_its_id_is_reported() -> None:
    important = "## Important\n\n### No id\n**Source:** Ada\n\n### Only words\n\n"
    text = f"{important}## Else\n\n### Free\n**Source:** A\n**Decision:** [ ]\n"
    loose = read(text).loose
    assert [(each.line, each.mend) for each in loose] == [
        (3, "Begin the heading with an id that is free, as in “### I9. No id”."),
        (10, "Begin the heading with an id that is free, as in “### I9. Free”."),
    ]


def test_a_heading_that_lacks_its_blank_is_told_and_takes_nothing_from_its_neighbour() -> None:
    field = "**Decision:** [x] accept: so\n"
    text = f"## Critical\n\n#C1. First\n{field}\n### C2. Two\n**Decision:** [ ]\n\n##[C3]: no\n###C3: Three\n{field}"
    found = read(f"{text}\n- **C4. Four** x\n#C5. Five\n{field}\n## Resolution\n\n#C6. said\n")
    assert [(each.id, each.decision) for each in found.concerns] == [("C2", None)]
    assert [(each.line, each.rule) for each in found.loose] == [(n, "broken-heading") for n in (3, 9, 10, 14)]
    assert found.loose[0].wrong == "“#C1. First” is no heading, so what is below it belongs to no concern."
    assert found.loose[0].mend == "Write “### C1. First”, with a blank behind the marks."


def test_fields_in_plain_or_all_in_bold_words() -> None:
    (one,) = read("### C1. A\nSource: Ada\n**Decision: [x] accept: in bold**\n").concerns
    assert (one.sources, one.decision) == ((Source("Ada"),), Decision("accept", "in bold", 3))
    assert [each.line for each in read("## Critical\n\n### No id\nSource: Ada\nDecision: [ ]\n").loose] == [3]


def test_a_log_without_notes_and_with_several_ids() -> None:
    text = "## Addressing log\n\n| # | Decision |\n| - | - |\n| C1+C2 | Merged |\n| N1–N3, Q1 | — |\n"
    assert [(row.ids, row.decision) for row in read(text).log] == [
        (("C1", "C2"), "Merged"),
        (("N1", "N2", "N3", "Q1"), ""),
    ]


def test_dispositions_without_a_reason_or_of_no_known_kind() -> None:
    text = "## Dispositions\n\n| Finding | Disposition |\n| - | - |\n| ada F1 | dropped |\n"
    assert read(text).dispositions == (Disposition("ada", "F1", "dismissed", "", "", 5),)


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ("[ ]", None),
        ("", None),
        ("TBD", None),
        ("[ ] accept: not ticked", None),
        ("[x] accept: because it is so", Decision("accept", "because it is so", 3)),
        ("[X] Rejected, since it costs too much", Decision("reject", "since it costs too much", 3)),
        ("[x]", Decision("", "", 3)),
        ("[ x ] accept: so", Decision("accept", "so", 3)),
        ("[  ] accept", None),
        ("[x] Semantic ids adopted", Decision("", "Semantic ids adopted", 3)),
        ("☑ deferred (next year)", Decision("defer", "next year", 3)),
        ("defer: later", Decision("defer", "later", 3)),
        ("[x] accept [ ] reject [ ] defer: it is small", Decision("accept", "it is small", 3)),
        ("[x] accept: now [ ] reject", Decision("accept", "now", 3)),
        ("[x] accept [x] reject", Decision("accept", "", 3, 2)),
        ("no one knows", Decision("", "no one knows", 3)),
    ],
)
def test_a_decision_as_people_write_it(words: str, decision: Decision | None) -> None:
    assert decision_in(words, 3) == decision


@pytest.mark.parametrize(
    ("words", "open_"), [("", True), ("—", True), ("pending", True), ("[ ]", True), ("[x]", False), ("done", False)]
)
def test_what_leaves_a_decision_open(words: str, open_: bool) -> None:
    assert is_open(words) is open_


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Cousot (HIGH), Hejlsberg", (Source("Cousot", "HIGH"), Source("Hejlsberg"))),
        ("Ada and Bob & Eve", (Source("Ada"), Source("Bob"), Source("Eve"))),
        ("Graphs, after R. Tarjan (high); Types", (Source("Graphs, after R. Tarjan", "high"), Source("Types"))),
        ("", ()),
    ],
)
def test_sources(text: str, said: tuple[Source, ...]) -> None:
    assert sources_in(text) == said


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        ("CRITICAL → RESOLVED", "critical"),
        ("Must fix (correctness)", "critical"),
        ("B", "critical"),
        ("NB", "nice to have"),
        ("Should", "important"),
        ("Medium", "important"),
        ("Nice to have (future)", "nice to have"),
        ("Low", "nice to have"),
        ("Questions to answer", "question"),
        ("Background", None),
    ],
)
def test_severities_of_other_houses(words: str, severity: str | None) -> None:
    assert severity_of(words) == severity


def test_a_verdict_needs_an_end() -> None:
    assert verdict_in("Nowhere: x") == ("", "Nowhere: x")
    assert verdict_in("**Accepted** because of x") == ("accept", "of x")


def test_a_range_of_ids_is_bounded() -> None:
    assert len(ids_in("C1-99999")) == 100


@pytest.mark.skipif(not REAL.exists(), reason="the real documents are not here")
def test_the_real_document() -> None:
    document = read(REAL.read_text())
    ids = [concern.id for concern in document.concerns]
    assert ids == [
        f"{letter}{n}" for letter, last in (("C", 4), ("I", 7), ("N", 10), ("Q", 3)) for n in range(1, last + 1)
    ]
    assert [concern.id for concern in document.concerns if concern.decision] == ["I6"]
    assert document.concerns[0].sources == (Source("Cousot", "HIGH"), Source("Hejlsberg"))
    assert sum(len(row.ids) for row in document.log) == 24
    assert document.loose == ()


def test_a_number_that_nobody_counts_to_is_no_id() -> None:
    assert ids_in(f"C1-{'9' * 5000}")[:2] == ("C1", "C2")
    assert [each.id for each in read(f"## Critical\n\n### C{'9' * 5000}. Long\n\n### C2. Short\n").concerns] == ["C2"]

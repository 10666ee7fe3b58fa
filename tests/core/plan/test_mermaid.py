"""Mermaid flowcharts: what is read of them, and what is said of the rest."""

import pytest

from bot.core.markdown.artifact import Artifact
from bot.core.plan.mermaid import mermaid

Edges = set[tuple[str, str]]
HEAD = "graph TD\n  a[PR 1]\n  b[PR 2]\n  c[PR 3]\n"


def drawn(body: str) -> tuple[Edges, str]:
    """The edges of a drawing, and what is wrong with it, "" where nothing is."""
    (fence,) = Artifact("p.md", f"```mermaid\n{body}\n```\n").fences
    found = mermaid(fence)
    assert found.unread is None or "PR1 --> PR2" in found.unread.mend
    return {(first, then) for first, then, _ in found.edges}, found.unread.wrong if found.unread else ""


@pytest.mark.parametrize(
    ("body", "edges"),
    [
        pytest.param("a --> b & c", {("PR1", "PR2"), ("PR1", "PR3")}, id="to several"),
        pytest.param("a-->b-->c", {("PR1", "PR2"), ("PR2", "PR3")}, id="a chain"),
        pytest.param("a -- text --> b", {("PR1", "PR2")}, id="text on the arrow"),
        pytest.param("a -- needs-it --> b", {("PR1", "PR2")}, id="text with a hyphen"),
        pytest.param("a --> |text| b", {("PR1", "PR2")}, id="text behind the arrow"),
        pytest.param("a ==> b; b -.-> c", {("PR1", "PR2"), ("PR2", "PR3")}, id="thick and dotted"),
        pytest.param("a -. text .-> b == text ==> c", {("PR1", "PR2"), ("PR2", "PR3")}, id="text on those"),
        pytest.param("a e1@--> b", {("PR1", "PR2")}, id="an arrow with a name"),
        pytest.param('d["PR 4: a --> b; c & d"] --> a', {("PR4", "PR1")}, id="signs in a label"),
        pytest.param("d[PR 4: this & that] --> a", {("PR4", "PR1")}, id="signs in a bare label"),
        pytest.param('d@{ shape: rect, label: "PR 4: d" } --> a', {("PR4", "PR1")}, id="a label in braces"),
        pytest.param("box[PR 4] --> a\nbox-->b", {("PR4", "PR1"), ("PR4", "PR2")}, id="a name that ends in x"),
        pytest.param("a:::done --> b\nclassDef done fill:#0f0", {("PR1", "PR2")}, id="a class"),
        pytest.param("PR_4 --> PR-5", {("PR4", "PR5")}, id="ids as names"),
        pytest.param("subgraph one\na --> b\nend\nc --> a", {("PR1", "PR2"), ("PR3", "PR1")}, id="within a group"),
        pytest.param("subgraph PR4\na\nend\nPR4 --> b", {("PR4", "PR2")}, id="a group that is a unit"),
        pytest.param("subgraph one\nx\nend\none --> a", set(), id="a group without units"),
        pytest.param("a ~~~ b\nend", set(), id="an invisible line"),
        pytest.param("x --> a\nb --> y --> z", set(), id="what is no unit, before and behind"),
        pytest.param("x --- a\ny <--> z", set(), id="lines to what is no unit"),
        pytest.param("style a fill:#0f0\ndirection LR\na --> b %% a --- c", {("PR1", "PR2")}, id="beside the point"),
    ],
)
def test_what_is_read(body: str, edges: Edges) -> None:
    assert drawn(HEAD + body) == (edges, "")


@pytest.mark.parametrize(
    ("body", "edges", "why"),
    [
        pytest.param("a --> b\nb --- c", {("PR1", "PR2")}, "“b --- c” is no arrow", id="no direction"),
        pytest.param("a <--> b", set(), "“a <--> b” is no arrow", id="both directions"),
        pytest.param("a --x b", set(), "“a --x b” is no arrow", id="a cross"),
        pytest.param("PR4 --- PR5", set(), "“PR4 --- PR5” is no arrow", id="units by name"),
        pytest.param('d["PR 4"] --- e["PR 5"]', set(), "is no arrow", id="units by label, on that line"),
        pytest.param("a --> b --- c", set(), "“a --> b --- c” is no arrow", id="within a chain"),
        pytest.param("a --> b c", set(), "“a --> b c” is no arrow", id="a missing arrow"),
        pytest.param('d["PR 4', set(), '“d["PR 4” is no arrow', id="a label over several lines"),
        pytest.param("subgraph g\na\nend\ng --> b", set(), "“g --> b” begins or ends at a group", id="from a group"),
        pytest.param("subgraph g\na\nend\nb --> g", set(), "“b --> g” begins or ends at a group", id="to a group"),
        pytest.param("a --> x --> y --> b\ny --> x", set(), "“y --> b” goes on from a unit through y", id="through"),
    ],
)
def test_what_is_not_read_is_said(body: str, edges: Edges, why: str) -> None:
    found, wrong = drawn(HEAD + body)
    assert found == edges
    assert why in wrong
    assert wrong.endswith("So the drawing is not held against tables and units.")


@pytest.mark.parametrize(
    ("others", "said"),
    [(1, "; nor is line 7."), (3, "; nor are lines 7, 8, 9."), (20, ", 14, and 12 more.")],
)
def test_all_lines_that_are_not_read_are_one_finding(others: int, said: str) -> None:
    assert said in drawn(HEAD + "a --- b\n" * (1 + others))[1]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("gantt\n  PR 1 :a, 30d\n  PR 2 :after a, 9d", "“gantt” is no flowchart"),
        ("gantt\n  PR 1 :a, 30d", ""),
        ("%% a\nstateDiagram-v2\n  PR1 --> PR2 : then", "“stateDiagram-v2” is no flowchart"),
        ('pie\n  "PR 1" : 30\n  "PR 2" : 70', ""),
        ("sequenceDiagram\n  PR1->>PR2: hello", ""),
    ],
)
def test_other_kinds_of_drawings_are_not_read(body: str, said: str) -> None:
    edges, wrong = drawn(body)
    assert edges == set()
    assert (said in wrong) if said else not wrong


def test_a_title_in_front_and_a_missing_head_are_nothing_to_it() -> None:
    assert drawn("---\ntitle: PR 1 --- PR 2\n---\nflowchart LR\nPR1 --> PR2")[0] == {("PR1", "PR2")}
    assert drawn("PR1 --> PR2") == ({("PR1", "PR2")}, "")
    assert drawn("") == (set(), "")

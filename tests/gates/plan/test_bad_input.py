"""Plans as bad as people and tools hand them in: each is read whole, and what is wrong with it is said."""

import pytest

from bot.core.markdown.artifact import Artifact
from bot.core.plan import read
from bot.gates.plan import Paper, lint

from .examples import GOOD

HEAD = "## PR Plan\n\n"


def unit(id: str, *lines: str) -> str:
    return f"### {id}: Unit\n\n" + "".join(f"{line}\n\n" for line in lines)


def found(text: str, *rules: str) -> list[tuple[str, int, str]]:
    findings = lint(Paper.of(Artifact("plan.md", text)))
    return [(each.rule, each.line, each.wrong) for each in findings if each.rule in rules]


@pytest.mark.parametrize(
    ("edges", "said"),
    [
        ([("PR 1", "PR 2"), ("PR 2", "PR 1")], "PR1 → PR2 → PR1: each needs the one before."),
        ([("PR 1", "PR 1"), ("PR 2", "none")], "PR1 needs itself."),
        ([("PR 1", "PR 3"), ("PR 2", "PR 1"), ("PR 3", "PR 2")], "PR1 → PR2 → PR3 → PR1: each needs the one before."),
    ],
    ids=["two", "itself", "three"],
)
def test_circles(edges: list[tuple[str, str]], said: str) -> None:
    text = HEAD + "".join(unit(id, f"**Depends on:** {other}") for id, other in edges)
    assert found(text, "cycle") == [("cycle", 3, f"There is a circle. {said}")]


def test_in_a_circle_nothing_shared_is_said_to_be_made_too_late() -> None:
    text = GOOD.replace("**Depends on:** none", "**Depends on:** PR 3", 1)
    assert found(text, "shared-order") == []
    assert [rule for rule, _, _ in found(text, "cycle")] == ["cycle"]


def test_two_circles_are_two_findings() -> None:
    pairs = [("PR 1", "PR 2"), ("PR 2", "PR 1"), ("PR 3", "PR 4"), ("PR 4", "PR 3"), ("PR 5", "PR 1")]
    text = HEAD + "".join(unit(id, f"**Depends on:** {other}") for id, other in pairs)
    assert len(found(text, "cycle")) == 2


def test_a_unit_that_is_not_there() -> None:
    text = HEAD + unit("PR 1", "**Depends on:** PR 7, PR 7") + unit("PR 2", "**Blocks:** PR 8")
    said = [(line, wrong) for _, line, wrong in found(text, "dangling")]
    assert said == [(5, "PR7 is no unit of this plan."), (9, "PR8 is no unit of this plan.")]


@pytest.mark.parametrize(
    ("units", "other", "said"),
    [
        (["PR 9a", "PR 9b"], "PR 9", "PR9 is no unit, and could mean PR9a, PR9b."),
        (["PR 2", "PR 2"], "PR 2", "PR2 is the id of 2 units."),
    ],
    ids=["a family", "two of one id"],
)
def test_a_reference_that_could_mean_several(units: list[str], other: str, said: str) -> None:
    text = HEAD + "".join(map(unit, units)) + unit("PR 10", f"**Depends on:** {other}")
    assert [wrong for _, _, wrong in found(text, "ambiguous")] == [said]
    assert found(text, "dangling") == []


def test_a_reference_to_a_group() -> None:
    stage = "### Stage 1: Ground\n\n#### T1.1: Dig\n\n#### T1.2: Fill\n\n"
    text = f"## Plan\n\n{stage}### Stage 2: Roof\n\n**Needs:** Stage 1\n"
    assert [wrong for _, _, wrong in found(text, "ambiguous")] == ["Stage1 is no unit, and could mean T1.1, T1.2."]
    assert read(text).groups == {"Stage1": ("T1.1", "T1.2")}


def test_ids_that_two_units_have() -> None:
    text = (
        "## PR Plan\n\n### PR 1: A <!-- unit: a -->\n\n### PR 1: B <!-- unit: b -->\n\n### PR 2: C <!-- unit: a -->\n"
    )
    assert [(line, wrong) for _, line, wrong in found(text, "duplicate-id")] == [
        (5, "PR1 is the unit of line 3 already."),
        (7, "a is the unit of line 3 already."),
    ]
    needing = text.replace("### PR 2", "**Depends on:** PR 1\n\n### PR 2")
    assert [line for _, line, _ in found(needing, "ambiguous")] == [7]
    assert found(needing, "cycle") == []


def test_a_title_that_swallowed_the_document_is_cut() -> None:
    (finding,) = [each for each in found("# A) Executive Summary " + "word " * 600, "sections") if "empty" in each[2]]
    assert len(finding[2]) < 150


@pytest.mark.parametrize(
    ("stated", "needed"),
    [
        ("PRs 1-3", ("PR1", "PR2", "PR3")),
        ("PR 1 to PR 3", ("PR1", "PR2", "PR3")),
        ("PR 1–PR 2 and PR 3", ("PR1", "PR2", "PR3")),
        ("none", ()),
        ("nothing; independent of PR 1", ()),
        ("none (but PR 1 helps)", ()),
        ("— (independent of PR 2)", ()),
    ],
)
def test_ranges_and_negatives(stated: str, needed: tuple[str, ...]) -> None:
    text = HEAD + "".join(map(unit, ("PR 1", "PR 2", "PR 3"))) + unit("PR 4", f"**Depends on:** {stated}")
    assert read(text).units[3].depends_on == needed
    assert found(text, "unread", "dangling", "cycle") == []


def test_a_range_without_end_is_cut() -> None:
    assert len(read(HEAD + unit("PR 1", "**Depends on:** PR 2-99999999")).units[0].depends_on) < 300


@pytest.mark.parametrize(
    ("drawing", "lines"),
    [
        ("```\nPR 1 → PR 2\nPR 1 → PR 3\n```", []),
        ("```\nPR 1 → PR 3 → PR 2\n```", ["PR2 needs PR3 by the drawing, but not by the unit itself (line 9)."]),
        ("```mermaid\nflowchart LR\n  PR2[PR 2] --> PR1[PR 1]\n```", None),
        ("| Unit | Depends on |\n|--|--|\n| PR 2 | none |\n| PR 1 | none |", None),
    ],
    ids=["the same", "a further edge", "turned round", "a table without it"],
)
def test_drawings_that_disagree(drawing: str, lines: list[str] | None) -> None:
    text = HEAD + unit("PR 1", "**Depends on:** none") + unit("PR 2", "**Depends on:** PR 1")
    text += unit("PR 3", "**Depends on:** PR 1") + f"## Dependency DAG\n\n{drawing}\n"
    said = [wrong for _, _, wrong in found(text, "disagreement")]
    if lines is None:
        assert any("PR2 needs PR1 by the unit itself, but not by" in wrong for wrong in said)
    else:
        assert [wrong for wrong in said if "missing" not in wrong] == lines


def test_what_follows_through_others_is_no_disagreement() -> None:
    text = HEAD + unit("PR 1", "**Depends on:** none") + unit("PR 2", "**Depends on:** PR 1")
    text += unit("PR 3", "**Depends on:** PR 1, PR 2") + "## Dependency DAG\n\n```\nPR 1 → PR 2 → PR 3\n```\n"
    assert found(text, "disagreement") == []


def test_a_drawing_that_is_read_in_part_disagrees_with_nothing() -> None:
    text = HEAD + unit("PR 1", "**Depends on:** none") + unit("PR 2", "**Depends on:** PR 1")
    text += "## Dependency DAG\n\n```\nPR 2 → PR 3\n ┌┴┐\n```\n"
    assert found(text, "disagreement") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("PR1[PR 1] --> PR3[PR 3]", ["PR2 needs PR1 by the unit itself, but not by the Mermaid diagram (line 20)."]),
        ("PR1[PR 1] --- PR2[PR 2]", []),
        ("PR1[PR 1] --> x[Check] --> PR2[PR 2]", []),
    ],
    ids=["read whole", "a line without a direction", "by way of what is no unit"],
)
def test_of_a_mermaid_drawing_that_is_read_in_part_nothing_is_claimed(line: str, said: list[str]) -> None:
    text = HEAD + unit("PR 1", "**Depends on:** none") + unit("PR 2", "**Depends on:** PR 1")
    text += unit("PR 3", "**Depends on:** PR 1, PR 2") + "## Dependency DAG\n\n"
    text += f"```mermaid\ngraph TD\n  {line}\n  PR2 --> PR3\n  PR1 --> PR3\n```\n"
    assert [wrong for _, _, wrong in found(text, "disagreement")] == said
    assert len(found(text, "unread")) == (0 if said else 1)


def test_a_drawing_is_compared_although_another_was_not_read() -> None:
    text = HEAD + unit("PR 1", "**Depends on:** none") + unit("PR 2", "**Depends on:** none")
    text += "## Dependency DAG\n\n```mermaid\ngraph TD\n  PR1 --- PR2\n```\n\n```\nPR 1 → PR 2\n```\n"
    (said,) = found(text, "disagreement")
    assert said[2].startswith("PR2 needs PR1 by the drawing, but not by the unit itself")


def test_what_blocks_another_says_not_all_that_it_needs() -> None:
    text = HEAD + unit("PR 1", "**Blocks:** PR 3", "**Depends on:** none") + unit("PR 2", "**Depends on:** none")
    text += unit("PR 3") + "## Dependency DAG\n\n```\nPR 2 → PR 3\nPR 1 → PR 3\n```\n"
    assert found(text, "disagreement") == []


def test_parallel_with_what_is_needed_through_others() -> None:
    text = HEAD + unit("PR 1", "**Parallel with:** PR 3, PR 1") + unit("PR 2", "**Depends on:** PR 1")
    text += unit("PR 3", "**Depends on:** PR 2")
    assert found(text, "parallel") == [("parallel", 5, "PR1 is parallel with PR3, but PR3 needs PR1.")]


def test_no_units() -> None:
    assert found("# A plan\n\nWe will see.\n", "units") == [("units", 1, "No unit was found.")]
    assert found("", "units") == [("units", 1, "No unit was found.")]
    assert found("", "summary-units", "cycle", "dangling", "blocks") == []


def test_units_without_a_line_of_dependencies() -> None:
    text = HEAD + unit("PR 1") + unit("PR 2", "**Depends on:** PR 1")
    assert [line for _, line, _ in found(text, "says-dependencies")] == [3]


@pytest.mark.parametrize(
    "label",
    [
        "Abhängig von", "Abhängigkeiten", "Hängt ab von", "Dépend de", "Dépendances", "Depende de", "Dependencias",
        "Dependências", "Dipende da", "Dipendenze", "Зависит от", "Зависимости", "依赖", "依賴", "依存",
    ],
)  # fmt: skip
def test_labels_of_other_languages(label: str) -> None:
    assert read(HEAD + unit("PR 1") + unit("PR 2", f"**{label}:** PR 1")).edges == (("PR1", "PR2"),)
    assert read(HEAD + unit("PR 1") + unit("PR 2", f"- {label}: PR 1")).edges == (("PR1", "PR2"),)


@pytest.mark.parametrize("fence", ["````", "~~~~"])
def test_headings_in_nested_fences_are_no_units(fence: str) -> None:
    inner = f"{fence}markdown\n### PR 8: Quoted\n\n```\n### PR 9: Deeper\n```\n\n**Depends on:** PR 8\n{fence}"
    plan = read(HEAD + unit("PR 1", inner) + unit("PR 2", "**Depends on:** PR 1"))
    assert [each.id for each in plan.units] == ["PR1", "PR2"]
    assert plan.edges == (("PR1", "PR2"),)


def test_line_breaks_that_are_lost() -> None:
    text = "# Plan ## A) Executive Summary Two units. ## I) PR Plan ### PR 1: One **Depends on:** none ### PR 2: Two\n"
    assert [line for _, line, _ in found(text, "line-breaks")] == [1]
    table = HEAD + "| Unit | Depends on | |---|---| | PR 1 | none | | PR 2 | PR 1 |\n"
    assert [line for _, line, _ in found(table, "line-breaks")] == [3]
    assert [line for _, line, _ in found("## A) Executive Summary\n\n" + "word " * 600, "line-breaks")] == [3]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert lint(Paper.of(Artifact("plan.md", GOOD.replace("\n", end)))) == ()
    assert read(GOOD.replace("\n", end)) == read(GOOD)


def test_300_units() -> None:
    text = HEAD + "".join(
        unit(f"PR {n}", f"**Depends on:** PR {n - 1}" if n > 1 else "**Depends on:** none") for n in range(1, 301)
    )
    plan = read(text)
    assert (len(plan.units), len(plan.edges)) == (300, 299)
    assert found(text, "cycle", "dangling", "ambiguous", "disagreement", "duplicate-id", "says-dependencies") == []


@pytest.mark.parametrize(
    "body",
    [
        "word " * 200_000,
        "**Depends on:** " + "(" * 500_000,
        "**Depends on:** " + "PR 1 and no " * 20_000,
        "a `` b ` " * 100_000,
        "|" * 1_000_000,
        "- **Label:** a\n" * 3_000,
        "```\n" + "if a: {\nreturn 1\n" * 10_000 + "```\n",
    ],
    ids=["words", "brackets", "ids", "backticks", "pipes", "labels", "code"],
)
def test_long_lines_and_many_are_read_whole(body: str) -> None:
    text = HEAD + unit("PR 1", body) + unit("PR 2", "**Depends on:** PR 1")
    paper = Paper.of(Artifact("plan.md", text))
    assert [each.id for each in paper.plan.units] == ["PR1", "PR2"]
    assert ("PR1", "PR2") in paper.plan.edges
    assert any(finding.rule == "sections" for finding in lint(paper))


@pytest.mark.parametrize(
    ("drawing", "rule"),
    [
        ("```\n{left} → {right}\n```", "unread-drawing"),
        ("```mermaid\nflowchart LR\n  {nodes} --> {others}\n```", "unread-mermaid"),
    ],
    ids=["arrows", "Mermaid"],
)
def test_an_arrow_between_crowds_is_not_read(drawing: str, rule: str) -> None:
    left, right = (", ".join(f"PR {n}" for n in range(first, first + 300)) for first in (1, 301))
    nodes, others = (" & ".join(f"PR{n}" for n in range(first, first + 300)) for first in (1, 301))
    text = (
        HEAD
        + unit("PR 1")
        + "## Dependency DAG\n\n"
        + drawing.format(left=left, right=right, nodes=nodes, others=others)
    )
    plan = read(text)
    assert plan.statements == ()
    assert [finding.rule for finding in plan.findings] == [rule]

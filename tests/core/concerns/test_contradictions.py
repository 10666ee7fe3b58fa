"""Where fields, log, ids and sections of a document of concerns contradict each other."""

import re
from pathlib import Path

import pytest

from bot.core.concerns import findings_of, read

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared/data/rfdb-004-expert-concerns.md"
LOG = "\n## Decision log\n\n| # | Decision | Date | Notes |\n| - | - | - | - |\n"


def rules(text: str) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in findings_of(read(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            f"### C1. A\n**Decision:** [ ]\n{LOG}| C1 | accept: x | | |\n", [(1, "log-decides-open-field")], id="log"
        ),
        pytest.param(f"### C1. A\n{LOG}| C1 | accept: x | | |\n", [(1, "log-decides-open-field")], id="log, no field"),
        pytest.param(f"### C1. A\n**Decision:** [x] accept: x\n{LOG}", [(2, "field-decides-no-log")], id="field"),
        pytest.param("### C1. A\n**Decision:** [x] accept: x\n", [(2, "field-decides-no-log")], id="field, no log"),
        pytest.param(
            f"### C1. A\n**Decision:** [x] accept: x\n{LOG}| C1 | [ ] | | |\n",
            [(2, "field-decides-no-log")],
            id="open row",
        ),
        pytest.param(
            f"### C1. A\n**Decision:** [x] accept: x\n{LOG}| C1 | reject: y | | |\n",
            [(2, "verdicts-differ")],
            id="differ",
        ),
        pytest.param(
            f"### C1. A\n**Decision:** [x] reject: x\n{LOG}| C1 | accept | | |\n| C1 | reject: y | | |\n",
            [],
            id="the last counts",
        ),
        pytest.param(
            f"### C1. A\n**Decision:** [x] accept\n{LOG}| C1 | accept | | |\n", [(2, "no-reason")], id="no reason"
        ),
        pytest.param(
            f"### C1. A\n**Decision:** [x] accept\n{LOG}| C1 | accept | | so |\n", [], id="reason in the notes"
        ),
        pytest.param("### C1. A\n**Decision:** [x] accept [x] reject\n", [(2, "several-ticked")], id="both ticked"),
        pytest.param("### C1. A\n", [(1, "no-decision-field")], id="no field"),
        pytest.param("### C1. A\n**Decision:** [ ]\n", [], id="open"),
        pytest.param(
            "### C1. A\n**Decision:** [ ]\n\n### C1. B\n**Decision:** [ ]\n",
            [(4, "duplicate-id")],
            id="the same id twice",
        ),
        pytest.param(
            "## Important\n\n### C1. A\n**Decision:** [ ]\n", [(3, "severity-and-section")], id="wrong section"
        ),
        pytest.param("## Important\n\n### B1. A\n**Decision:** [ ]\n", [], id="another house's letters"),
        pytest.param(
            f"### C1. A\n**Decision:** [ ]\n{LOG}| C9 | accept: x | | |\n| all | x | | |\n",
            [(8, "unknown-id"), (9, "row-without-id")],
            id="rows of nothing",
        ),
        pytest.param("## Critical\n\n### A\n**Source:** Ada\n", [(3, "no-id")], id="no id"),
        pytest.param("## Critical\n\n#C1. A\n**Decision:** [ ]\n", [(3, "broken-heading")], id="no heading"),
    ],
)
def test_contradictions(text: str, found: list[tuple[int, str]]) -> None:
    assert rules(text) == found


def test_each_says_what_to_write() -> None:
    (finding,) = findings_of(read("### C1. A\n**Decision:** [x] accept: x\n"))
    assert finding.wrong == "C1 is decided in its field, and there is no log."
    assert finding.mend == "Add a row for C1 to the decision log: who decided what, when and why."


@pytest.mark.skipif(not REAL.exists(), reason="the real documents are not here")
def test_the_real_document_has_one_for_each_id_that_its_log_decides_and_its_field_leaves_open() -> None:
    found = findings_of(read(REAL.read_text()))
    assert {finding.rule for finding in found} == {"log-decides-open-field"}
    assert len(found) == 23


def test_the_page_names_every_rule_and_no_other() -> None:
    names = ("contradictions", "reading", "shape")
    source = "\n".join((ROOT / f"bot/core/concerns/{name}.py").read_text() for name in names)
    page = (ROOT / "docs/concerns.md").read_text().partition("## What is reported")[2].partition("With `--json`")[0]
    assert set(re.findall(r"`([a-z-]+)`", page)) == set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source))


def test_the_example_of_the_page_contradicts_itself_nowhere() -> None:
    page = (ROOT / "docs/concerns.md").read_text()
    document = read(page.partition("```markdown\n")[2].partition("\n```")[0])
    assert [concern.id for concern in document.concerns] == ["C1"]
    assert findings_of(document) == ()

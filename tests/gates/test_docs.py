from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.gates import GATES, Context, parameters

Judge = Callable[..., list[Finding]]
DOCS = Artifact("docs/gates.md", (Path(__file__).parents[2] / "docs" / "gates.md").read_text(encoding="utf-8"))


class Files:
    """A tree of one file."""

    commit = "c0ffee"

    def files(self) -> Sequence[str]:
        return ["src/queue.py"]

    def lines(self, path: str) -> Sequence[str] | None:
        return ["class Queue:"]


REVIEW = """\
# Graph algorithms: review

**Lens:** Graph algorithms

## Findings

### F1. The scan is linear

**Severity:** important

**Confidence:** high
"""
ACCEPTED = "## Critical\n\n### C1. Writes are lost\n\n**Decision:** [x] accept: so\n"
CONTEXT = Context(
    tree=Files(),
    documents={"003-tarjan-review.md": REVIEW, "004-expert-concerns.md": ACCEPTED},
    given="https://docs.ray.io",
)


def test_every_gate_has_its_heading_and_no_other() -> None:
    assert [heading.title for heading in DOCS.headings if heading.level == 2] == list(GATES)


@pytest.mark.parametrize("name", GATES)
def test_every_parameter_has_its_row(name: str) -> None:
    tables = [table for table in DOCS.tables if table.section == name]
    rows = [row.cells[:2] for table in tables for row in table.rows]
    assert rows == [(f"`{one.name}`", one.kind) for one in parameters(name).values()]


@pytest.mark.parametrize("name", GATES)
def test_the_examples_are_good_and_bad(found: Judge, name: str) -> None:
    section = DOCS.section(name)
    assert section
    call, good, bad = [fence.text for fence in DOCS.fences if section.first <= fence.line <= section.last]
    (use,) = yaml.safe_load(call)
    value = use[name] if isinstance(use, dict) else None
    assert (use if isinstance(use, str) else next(iter(use))) == name
    assert found(name, good, value, CONTEXT) == []
    assert found(name, bad, value, CONTEXT) != []

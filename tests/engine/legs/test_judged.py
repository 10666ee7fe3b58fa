"""Findings that are made anew from the branch: each phase has its own, and the last of a document what is left."""

from dataclasses import replace
from typing import Any, cast

import pytest

from bot.core.definition import GateUse
from bot.core.findings import Finding
from bot.core.ports import Checkout
from bot.engine.legs.judged import judged_anew
from tests.core.a_run import PRIOR, definition, pinned
from tests.core.run.test_into import AT, RESEARCH, ROADMAP

GATES = (GateUse("no-placeholders"),)
FIRST, LAST = replace(RESEARCH, gates=GATES), replace(ROADMAP, gates=GATES)
TEXT = "# R\n\n## Prior art\n\nTODO\n\n## Decisions\n\nPull.\n\n## Roadmap\n\nXXX\n"


class Nothing:
    """A clone of which nothing is read."""

    def tree(self, commit: str) -> None:
        assert commit == "b" * 40


def judged(phase: str, told: dict[str, tuple[Finding, ...]]) -> list[tuple[int, str]]:
    of = pinned(definition(FIRST, LAST, replace(PRIOR, gates=GATES)))
    found = judged_anew(of, phase, {AT: TEXT}, cast(Checkout, cast(Any, Nothing())), told)
    return [(finding.line, finding.severity) for finding in found]


@pytest.mark.parametrize(
    ("phase", "tells", "expected"),
    [
        ("research", False, [(5, "error")]),
        ("roadmap", False, [(13, "error"), (5, "warning")]),
        ("roadmap", True, [(13, "error")]),
        ("prior-art", True, [(5, "error"), (13, "error")]),
    ],
    ids=["its own", "what is left too", "what was told before", "a document of its own"],
)
def test_who_has_which_findings(phase: str, tells: bool, expected: list[tuple[int, str]]) -> None:
    of = pinned(definition(FIRST, LAST))
    first = judged_anew(of, "research", {AT: TEXT}, cast(Checkout, cast(Any, Nothing())), {})
    assert judged(phase, {"research": first} if tells else {}) == expected

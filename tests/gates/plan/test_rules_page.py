"""docs/plan-rules.md lists the rules that there are, at their levels."""

import re
from pathlib import Path

from bot.core.markdown.artifact import Artifact
from bot.core.plan.comparing import RULES as OF_REVISIONS
from bot.gates.plan import RULES

FILE = Path(__file__).parents[3] / "docs" / "plan-rules.md"
PAGE = Artifact("docs/plan-rules.md", FILE.read_text(encoding="utf-8"))
ROWS = [row.cells for table in PAGE.tables for row in table.rows]


def test_every_rule_has_one_row_and_every_row_its_rule() -> None:
    named = [name for cells in ROWS for name in re.findall(r"`([^`]+)`", cells[1])]
    assert sorted(named) == sorted([*RULES, *OF_REVISIONS])


def test_every_row_says_who_decides() -> None:
    assert [cells for cells in ROWS if cells[1] != "*panel*" and not re.fullmatch(r"`[a-z0-9-]+`", cells[1])] == []


def test_the_levels_are_the_registry_s() -> None:
    levels = {cells[1].strip("`"): cells[2] for cells in ROWS if cells[1] != "*panel*"}
    for name, rule in RULES.items():
        assert levels[name].startswith(rule.severity), name
        assert re.findall(r"\((ours|process)\)", levels[name]) == ([] if rule.fits == "all" else [rule.fits]), name

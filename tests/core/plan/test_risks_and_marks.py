import pytest

from bot.core.plan import Plan, Risk, Unit, read
from bot.core.plan.marking import cells_of, with_cell, with_status
from bot.core.plan.risks import Result, abort_plan, named_risk, protected, result_of, rework


def risk(**cells: str) -> Risk:
    return Risk(**{"decision": "D", "assumption": "", "validation": "", "cost": "", "gate": "", **cells}, line=1)


@pytest.mark.parametrize(
    ("cost", "units"), [("PR 1, PR 2", 2), ("4 PRs of rework", 4), ("much", 0), ("PR 1 and 3 units", 3)]
)
def test_rework(cost: str, units: int) -> None:
    assert rework(risk(cost=cost)) == units


@pytest.mark.parametrize(
    ("cells", "plan"),
    [
        ({"validation": "Run it. **Success:** 1. **Abort:** use\npressure"}, "use pressure"),
        ({"validation": "Run it.", "gate": "Before PR 1. If it fails, drop PR 2"}, "drop PR 2"),
        ({"validation": "Run it."}, ""),
    ],
)
def test_abort_plans(cells: dict[str, str], plan: str) -> None:
    assert abort_plan(risk(**cells)) == plan


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("**passed** 2026-11-26 (by ada): fine", Result("passed", "2026-11-26", "ada", "fine")),
        ("Failed, 2026-11-26 (@ada) it swaps", Result("failed", "2026-11-26", "ada", "it swaps")),
        ("✅ passed", Result("passed")),
        ("passed: a; before: **failed** 2026-11-25: b", Result("passed", found="a")),
        ("pending", None),
        ("", None),
    ],
)
def test_results(text: str, result: Result | None) -> None:
    assert result_of(risk(result=text)) == result


@pytest.mark.parametrize(
    ("gate", "units"),
    [
        ("Before PR 2", ("PR2",)),
        ("After PR 1, before PR 2", ("PR2",)),
        ("PR 1 review", ("PR1",)),
        ("Before May; PR 1", ("PR1",)),
        ("PR 9", ()),
    ],
)
def test_what_a_gate_protects(gate: str, units: tuple[str, ...]) -> None:
    plan = Plan("", units=(Unit("PR1", "", 1), Unit("PR2", "", 2)))
    assert protected(plan, risk(gate=gate)) == units


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("1", (1,)),
        ("row 2", (2,)),
        ("R3", (3,)),
        ("#2", (2,)),
        ("9", ()),
        ("short items", (2,)),
        ("items", (2, 3)),
        ("nothing", ()),
        ("", ()),
    ],
)
def test_how_people_name_a_row(name: str, rows: tuple[int, ...]) -> None:
    plan = Plan("", risks=tuple(risk(decision=each) for each in ("Memory decides", "**Short items**", "Long items")))
    assert tuple(named_risk(plan, name)) == rows


@pytest.mark.parametrize(
    ("before", "column", "after"),
    [
        ("| a | b |", 1, "| a | new |"),
        ("| a | b |", 2, "| a | b | new |"),
        ("| a |", 2, "| a | | new |"),
        ("a | b", 1, "a | new"),
        ("a | b", 0, " new | b"),
        ("| a \\| x | b |", 1, "| a \\| x | new |"),
        ("| a | b", 0, "| new | b"),
        ("  | a | b |  ", 0, "  | new | b |"),
    ],
)
def test_cells(before: str, column: int, after: str) -> None:
    assert with_cell(before, column, "new") == after


@pytest.mark.parametrize(("row", "cells"), [("| a | b |", 2), ("a | b", 2), ("| a \\| b |", 1), ("| a | b \\|", 2)])
def test_how_many_cells(row: str, cells: int) -> None:
    assert cells_of(row) == cells


def test_a_status_before_a_comment_that_is_no_marker() -> None:
    assert with_status("### PR 1: One <!-- mine -->", "done") == "### PR 1: One (done) <!-- mine -->"
    assert with_status("### PR 1: Get it done", "done", had=False) == "### PR 1: Get it done (done)"


@pytest.mark.parametrize(
    ("cell", "status"), [("**Done** 2026-11-25", "done** 2026-11-25"), ("✅ done", "done"), ("open", "open")]
)
def test_a_row_says_its_status(cell: str, status: str) -> None:
    rows = f"| PR | Depends on | Status |\n|---|---|---|\n| PR 1 | none | {cell} |\n"
    assert read(rows).units[0].status == status


def test_items_say_their_status() -> None:
    assert [unit.status for unit in read("- [x] PR 1: One\n- PR 2: Two (done)\n- [ ] PR 3: Three\n").units] == [
        "done",
        "done",
        "",
    ]

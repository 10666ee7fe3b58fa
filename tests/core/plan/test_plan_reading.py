"""Plans in the forms that people and we write."""

from pathlib import Path

import pytest

from bot.core.plan import Plan, Risk, read
from bot.core.plan.ids import ids, in_order, leading
from bot.core.plan.stated import said

DATA = Path(__file__).parents[3].parent / "shared/data"
UNITS = "## I) PR Plan\n\n### PR 1: One\n\n### PR 2: Two\n\n### PR 3: Three\n\n"


def edges(text: str) -> set[tuple[str, str]]:
    return set(read(text).edges)


def units(text: str) -> list[tuple[str, str]]:
    return [(unit.id, unit.title) for unit in read(text).units]


@pytest.mark.parametrize(
    ("title", "id"),
    [
        ("PR 1: One", "PR1"), ("PR1", "PR1"), ("PR-1 — one", "PR1"), ("PR 1/5", "PR1"), ("PR0", "PR0"),
        ("PR9b: x", "PR9b"),
        ("PR A: x", "PRA"), ("PR2.5", "PR2.5"), ("WP0", "WP0"), ("T1.1", "T1.1"), ("T030a", "T030a"), ("B-3", "B3"),
        ("GAP-2: x", "GAP2"), ("Stage 1", "Stage1"), ("M3", "M3"), ("**PR 4**", "PR4"), ("pr 5: x", "PR5"),
        ("(PR9c–PR9f)", None), ("PR9c–PR9f: a group", None), ("Phase 1: x", None), ("B.1 Packages", None),
        ("PR plan", None),
        ("BC-17-1", None), ("T-shirt sizes", None), ("PR a day", None), ("Objectives", None),
    ],
)  # fmt: skip
def test_ids_as_people_write_them(title: str, id: str | None) -> None:
    found = leading(title)
    assert (found[0] if found else None) == id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PR 6, PR 7", ["PR6", "PR7"]),
        ("PRs 6-7", ["PR6", "PR7"]),
        ("PR 11, 13 and 14", ["PR11", "PR13", "PR14"]),
        ("T4.1-3", ["T4.1", "T4.2", "T4.3"]),
        ("PR9c–PR9e", ["PR9c", "PR9d", "PR9e"]),
        ("PR 3 to PR 1", ["PR3", "PR1"]),
        ("PR 2, 80 LOC", ["PR2"]),
        ("PR A and PR B", ["PRA", "PRB"]),
        ("issue #12, v1.2", []),
        ("PR 1 twice: PR1", ["PR1"]),
    ],
)
def test_ids_in_a_text(text: str, found: list[str]) -> None:
    assert list(ids(text)) == found


def test_ids_in_order() -> None:
    assert in_order(["PR10", "PR2", "PR9b", "PR9"]) == ["PR2", "PR9", "PR9b", "PR10"]


@pytest.mark.parametrize(
    ("text", "found", "unread"),
    [
        ("PR 1", ("PR1",), False),
        ("none", (), False),
        ("None.", (), False),
        ("—", (), False),
        ("", (), False),
        ("nothing, it can start now", (), False),
        ("none (but T1.2 benefits from it)", (), False),
        ("Independent of PR 2", (), False),
        ("PR 8 (which needs PR 6 [see PR 5])", ("PR8",), False),
        ("PR 1. PR 2 comes later", ("PR1",), False),
        ("PR 1; PR 2", ("PR1", "PR2"), False),
        ("PR 1; The rest needs PR 2", ("PR1",), False),
        ("PR 1,\nPR 2\nnot PR 3", ("PR1", "PR2"), False),
        ("the scheduler", (), True),
        ("PR 1, not PR 2", ("PR1",), False),
        ("PR 1, not on PR 2 or PR 3", ("PR1",), False),
        ("PR 1, parallel with PR 2 and PR 3", ("PR1",), False),
        ("PR 1, in parallel with PR 2, then PR 3", ("PR1", "PR3"), False),
        ("PR 1, which must not come after PR 2", ("PR1", "PR2"), False),
        ("not PR 2", (), True),
        ("nichts", (), False),
        ("keinem", (), False),
        ("rien", (), False),
        ("ninguno", (), False),
        ("なし", (), False),
        ("无。", (), False),
    ],
)
def test_what_a_dependency_says(text: str, found: tuple[str, ...], unread: bool) -> None:
    what = said(text)
    assert (what.ids, what.unread) == (found, unread)


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param("**Depends on:** PR 1", id="bold label"),
        pytest.param("- **Dependencies**: PR 1", id="in a list"),
        pytest.param("Depends on: PR 1", id="plain label"),
        pytest.param("**Blocked by:** PR1", id="blocked by"),
        pytest.param("**Abhängig von:** PR 1", id="German"),
        pytest.param("*Depends on:* PR 1", id="italics"),
        pytest.param("**Depends on** PR 1", id="bold without a colon"),
        pytest.param("Depends on PR #1.", id="a sentence of its own"),
        pytest.param("> **Depends on:** PR 1", id="quoted"),
        pytest.param("**Depends on (hard):** PR 1", id="hard"),
        pytest.param("**Depends on / blocked by:** PR 1", id="two labels"),
        pytest.param("**Depends on:** [PR 1](#pr-1)", id="a link"),
        pytest.param("- Depends on:\n  - PR 1\n- Scope: PR 2 alone", id="a list below"),
        pytest.param("**Depends on:**\n\n- PR 1\n\nPR 2 ends the work.", id="a list behind a blank line"),
        pytest.param("**Depends on:** PR 1\n\nIt prepares for PR 2.", id="prose below"),
        pytest.param("| # | Unit | Depends on |\n|--|--|--|\n| 1 | PR 2 | PR 1 |", id="the unit in another column"),
        pytest.param("依赖：PR 1", id="Chinese"),
        pytest.param("**依存関係：** PR 1", id="Japanese"),
        pytest.param("**Zależy od:** PR 1", id="Polish"),
        pytest.param("**Bloqué par :** PR 1", id="French, blocked"),
        pytest.param("| Aspect | Details |\n|--|--|\n| **Depends On** | PR 1 |", id="row of aspects"),
        pytest.param("```\nPR 1 → PR 2\n```", id="arrow on one line"),
        pytest.param("```text\nPR 1 (One)\n  ↓\nPR 2 (Two)\n```", id="chain"),
        pytest.param("```\nPR 1\n (One)\n  |\n  v\nPR 2\n```", id="chain with remarks"),
        pytest.param("```mermaid\nflowchart LR\n  a[PR 1] --> b[PR 2]\n```", id="Mermaid by labels"),
        pytest.param("```mermaid\ngraph TD\n  PR1 -->|then| PR2; x --> y %% no\n```", id="Mermaid by names"),
        pytest.param("### Dependency graph\n\nPR 1 -> PR 2\n", id="arrow in prose"),
        pytest.param("| Unit | Depends on |\n|--|--|\n| PR 2 | PR 1 |", id="row of units"),
        pytest.param("| Unit | Depends on |\n|--|--|\n| both | PR 9 |\n| PR 2 | PR 1 |", id="a row of no unit"),
        pytest.param("| Unit | Needs |\n|--|--|\n| PR 2 | PR 1 |\n| PR 1 | none |", id="needs"),
    ],
)
def test_one_dependency_in_many_forms(stated: str) -> None:
    text = f"## PR plan\n\n### PR 1: One\n\n### PR 2: Two\n\n{stated}\n"
    assert edges(text) == {("PR1", "PR2")}
    assert read(text).units[1].depends_on == ("PR1",)


def test_in_the_heading_and_the_other_way_round() -> None:
    two = "### PR 2: Two (depends on PR 1)\n\n**Blocks:** PR 3\n\n"
    text = f"{two}### PR 1: One (Issue #809)\n\n### PR 3: Three (per round)\n"
    plan = read(text)
    assert [unit.title for unit in plan.units] == ["Two", "One", "Three (per round)"]
    assert set(plan.edges) == {("PR1", "PR2"), ("PR2", "PR3")}
    assert [(each.unit, each.where) for each in plan.statements] == [("PR2", "heading"), ("PR3", "label")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{UNITS}PR 2 needs what PR 1 brings, so PR 1 comes first.\n", id="prose"),
        pytest.param(f"{UNITS}**Independent of:** PR 1\n", id="independent"),
        pytest.param(f"{UNITS}**Parallel with:** PR 1\n", id="parallel"),
        pytest.param(f"{UNITS}```python\n# PR 1 -> PR 2\n```\n", id="code"),
        pytest.param(f"{UNITS}Rename it: PR 1 → PR 2\n", id="an arrow that is no order"),
        pytest.param(f"{UNITS}```\nWeek 1: PR 1\nWeek 2: PR 2\n```\n", id="a calendar"),
        pytest.param(f"{UNITS}```\nsrc/\n├── a.py  # PR 1\n└── b.py  # PR 2\n```\n", id="a tree of files"),
        pytest.param(f"{UNITS}```mermaid\nflowchart LR\n  a[Reader] --> b[Writer]\n```\n", id="another diagram"),
        pytest.param(f"{UNITS}| Old | New |\n|--|--|\n| PR 1 | PR 2 |\n", id="another table"),
    ],
)
def test_no_edge_is_guessed(text: str) -> None:
    plan = read(text)
    assert plan.edges == ()
    assert plan.findings == ()


@pytest.mark.parametrize(
    "drawing",
    [
        "PR 1\n  │\n ┌┴┐\n ▼ ▼\nPR 2  PR 3",
        "PR 1\n  |\nPR 2",
        "+------+\n| PR 1 |--\\\n+------+   PR 2",
        "PR 1\n\nPR 2\n  ↓\n",
        "PR 1 ← PR 2",
        "PR 1 <-- PR 2",
    ],
)
def test_any_other_drawing_is_one_finding_with_its_lines(drawing: str) -> None:
    plan = read(f"{UNITS}```\n{drawing}\n```\n")
    assert plan.edges == ()
    (finding,) = plan.findings
    assert (finding.rule, finding.severity) == ("unread-drawing", "warning")
    assert finding.wrong.startswith((f"This drawing (lines {finding.line} to ", f"This drawing (line {finding.line}) "))


@pytest.mark.parametrize(
    ("text", "read_of_it"),
    [
        pytest.param("```\nPR 1 --> PR 2\nPR 3 <-- PR 1\n```", {("PR1", "PR2")}, id="an arrow back among others"),
        pytest.param("## Dependency graph\n\nPR 2 ← PR 1", set(), id="an arrow back in prose"),
    ],
)
def test_what_is_left_of_a_drawing_is_said(text: str, read_of_it: set[tuple[str, str]]) -> None:
    plan = read(f"{UNITS}{text}\n")
    assert set(plan.edges) == read_of_it
    assert [finding.rule for finding in plan.findings] == ["unread-drawing"]


def test_arrows_on_one_line_are_read_within_a_larger_drawing() -> None:
    plan = read(f"{UNITS}```\nPR 1 ──────► PR 2\n              │\n              ▼\n            PR 3\n```\n")
    assert plan.edges == (("PR1", "PR2"),)
    assert [finding.rule for finding in plan.findings] == ["unread-drawing"]


def test_a_row_that_names_no_unit_is_said() -> None:
    rows = "| Unit | Depends on |\n|--|--|\n| the roof | PR 1 |\n| the rest | none |\n"
    (finding,) = read(f"{UNITS}{rows}").findings
    assert finding.wrong == "This row says what needs PR1, and names no unit."


def test_what_cant_be_read_is_said() -> None:
    (finding,) = read(f"{UNITS}**Depends on:** the scheduler\n").findings
    assert finding.wrong == "What PR3 depends on can't be read: “the scheduler”."


@pytest.mark.parametrize("stated", ["**Sõltub:** PR 1", "**Unlocks:** PR 1 and PR 2", "**Nach**: PR 1–2"])
def test_a_label_that_is_unknown_before_units_alone_is_said(stated: str) -> None:
    plan = read(f"{UNITS}{stated}\n")
    assert plan.edges == ()
    (finding,) = plan.findings
    assert (finding.rule, finding.line) == ("unread-dependency", 9)
    assert finding.wrong == f"“{stated.replace('*', '')}” of PR3 says something of units, not what."


@pytest.mark.parametrize(
    "stated",
    ["**Id:** PR 3", "**Scope:** what PR 1 left", "**Parallel Development:** PR 1 and PR 2", "**After:** PR 9"],
)
def test_a_field_that_says_nothing_of_order_is_left_alone(stated: str) -> None:
    assert read(f"{UNITS}{stated}\n").findings == ()


OURS = """\
# Plan

## E) Architectural Risk Register

| Decision | Assumption | Validation Method | Cost if Wrong | Gate |
|---|---|---|---|---|
| One clock | It is fast | Benchmark | PR 2 rework | Before PR 2 |

## I) PR Plan (PR0...PRN)

### PR 1: Queue depth — ✅ COMPLETED 2026-02-16 <!-- unit: queue-depth -->

--- Tier 1: Human Review Summary ---

- **Title:** `feat: depth`
- **Scope:**
  - In: the queue
  - Out: the rest
- **Behavioral Guarantees:**
  - BC-1-1: It counts
  - It stays fast
- **Risks:** none, because it reads only

--- Tier 2: Implementation Guide ---

- **API Surface Changes:** none

```markdown
### PR 9: In a fence
```

### PR 2: Next
<!-- unit: next -->

**Status:** In Progress

## J) Dependency DAG
"""


def test_fields_tiers_guarantees_status_and_the_stable_id() -> None:
    plan = read(OURS)
    first, second = plan.units
    assert (first.id, first.title, first.status, first.stable) == (
        "PR1",
        "Queue depth",
        "completed 2026-02-16",
        "queue-depth",
    )
    assert " ".join(first.tier1["scope"].split()) == "- In: the queue - Out: the rest"
    assert first.tier2 == {"api surface changes": "none"}
    assert [(each.id, each.text, each.line) for each in first.guarantees] == [
        ("BC-1-1", "It counts", 20),
        ("", "It stays fast", 21),
    ]
    assert first.says("nothing", "risks") == "none, because it reads only"
    assert first.says("nothing") == ""
    assert (second.stable, second.status) == ("next", "in progress")
    assert plan.risks == (Risk("One clock", "It is fast", "Benchmark", "PR 2 rework", "Before PR 2", 7),)
    assert [(each.title, each.line, each.lines) for each in plan.sections] == [
        ("E) Architectural Risk Register", 3, 3),
        ("I) PR Plan (PR0...PRN)", 9, 17),
        ("J) Dependency DAG", 37, 0),
    ]
    assert plan.unit("PR2") is second
    assert plan.unit("PR9") is None


def test_a_heading_over_units_is_a_group() -> None:
    assert units("## Plan\n\n### Stage 1: Ground\n\n#### T1.1: Dig\n\n#### T1.2: Fill\n\n### Stage 2: Roof\n") == [
        ("T1.1", "Dig"),
        ("T1.2", "Fill"),
        ("Stage2", "Roof"),
    ]


def test_a_unit_within_another_speaks_for_itself() -> None:
    outer = "## Plan\n\n### WP0: Ground\n\n**Depends on:** none\n\n#### T1.1: Dig\n\n**Depends on:** WP0\n"
    plan = read(f"{outer}\n#### T1.2: Fill\n\n**Depends on:** T1.1\n")
    assert plan.edges == (("WP0", "T1.1"), ("T1.1", "T1.2"))
    assert [(unit.id, unit.last) for unit in plan.units] == [("WP0", 6), ("T1.1", 10), ("T1.2", 14)]


def test_units_outside_the_plan_s_section_are_talk_and_said_to_be() -> None:
    talk = "## Revision notes\n\n### PR A: moved\n\n### PR 2: split\n\n### Stage 4: later\n\n"
    plan = read(f"{talk}{UNITS}")
    assert [(unit.id, unit.title) for unit in plan.units] == [("PR1", "One"), ("PR2", "Two"), ("PR3", "Three")]
    (finding,) = plan.findings
    assert (finding.rule, finding.line) == ("unread-unit", 3)
    assert "“PR A: moved” stands outside" in finding.wrong


@pytest.mark.parametrize("begun", ["```", "~~~~", "- An item\n\n  ```"])
def test_a_block_of_code_without_an_end_is_said(begun: str) -> None:
    plan = read(f"## I) PR Plan\n\n### PR 1: One\n\n{begun}\n  ### PR 2: Two\n")
    assert [unit.id for unit in plan.units] == ["PR1"]
    (finding,) = plan.findings
    assert finding.rule == "unread-block"
    assert finding.wrong.startswith("This block of code has no end: lines ")


def test_blocks_of_code_that_end() -> None:
    blocks = "```\nx\n```\n\n```\n```\n\n> ~~~\n> y\n> ~~~\n\n- z\n\n  ````md\n  ```\n  ````\n"
    assert read(f"{UNITS}{blocks}").findings == ()


def test_units_that_only_a_table_lists() -> None:
    plan = read(
        "## Work\n\n| Unit | What | Depends on |\n|--|--|--|\n| WP0 | Ground | none |\n| WP1: Walls | x | WP0 |\n"
    )
    assert [(unit.id, unit.title) for unit in plan.units] == [("WP0", "Ground"), ("WP1", "Walls")]
    assert plan.edges == (("WP0", "WP1"),)


def test_units_that_only_a_list_lists() -> None:
    plan = read("## Tasks\n\n- [x] T001 Make it\n- [ ] T002 Break it\n- a word\n")
    assert [(unit.id, unit.title, unit.status) for unit in plan.units] == [
        ("T001", "Make it", "done"),
        ("T002", "Break it", ""),
    ]


@pytest.mark.parametrize(
    ("heading", "title", "status"),
    [
        ("PR 1: One ✅", "One", "done"),
        ("PR 1: One (done)", "One", "done"),
        ("PR 1: One [WIP]", "One", "wip"),
        ("PR 1: Framework (GEPA)", "Framework (GEPA)", ""),
        ("PR 1", "", ""),
    ],
)
def test_a_title_and_its_status(heading: str, title: str, status: str) -> None:
    (unit,) = read(f"### {heading}\n").units
    assert (unit.title, unit.status) == (title, status)


@pytest.mark.parametrize("text", ["", "# Only a title", "no heading at all"])
def test_a_plan_without_units(text: str) -> None:
    plan = read(text)
    assert (plan.units, plan.edges) == ((), ())


def test_line_ends_do_not_matter() -> None:
    assert read(OURS.replace("\n", "\r\n")).units == read(OURS).units


@pytest.mark.skipif(not DATA.exists(), reason="the real documents are not here")
def test_the_real_plans() -> None:
    weighted = read((DATA / "macro-plan-weighted-scoring.md").read_text())
    assert [unit.id for unit in weighted.units] == ["PR17", "PR18"]
    assert weighted.edges == (("PR17", "PR18"),)
    assert len(weighted.units[0].guarantees) == 5
    assert weighted.findings == ()
    blis = read((DATA / "macro-plan-blis-v3.4.md").read_text())
    assert [unit.id for unit in blis.units] == [f"PR{n}" for n in range(1, 17)]
    assert len(blis.edges) == 17
    assert blis.units[15].depends_on == ("PR11", "PR13", "PR14")
    assert [(finding.rule, finding.line) for finding in blis.findings] == [("unread-drawing", 1472)]


def test_a_large_plan_is_read_whole() -> None:
    text = "## PR plan\n\n" + "".join(
        f"### PR {n}: Unit {n}\n\n**Depends on:** PR {n - 1}\n\n{'words ' * 500}\n\n" for n in range(1, 301)
    )
    plan: Plan = read(text)
    assert len(plan.units) == 300
    assert len(plan.edges) == 299


def test_numbers_of_thousands_of_digits_stop_no_reader() -> None:
    long = "9" * 5000
    text = f"## I) PR Plan\n\nPR1-PR{long}, PR{long} of {long} PRs\n\n### PR {long}: One\n"
    assert units(text) == [(f"PR{long}", "One")]
    assert [one for one in in_order([f"PR{long}", "PR10", "PR2"]) if len(one) < 9] == ["PR2", "PR10"]

"""What issues and people are told: texts of units that say much or little, the drawing, previews and summaries."""

from pathlib import Path

import pytest

from bot.core.identity import slug_of
from bot.core.plan.ids import spoken
from bot.core.tracking import Done, Ref, Work
from bot.core.tracking.marks import Notes, digest, mention, numbered, parts, section, spliced
from bot.core.tracking.naming import plan_id, short_title
from bot.core.tracking.shape import Block, Label, Milestone, Nest, Open, Say, Step, Unblock, Unnest, Write
from bot.core.tracking.units import pieces
from bot.core.tracking.words import preview, step_name, summary
from bot.engine.plans.tracking import source_of

from .world import PLAN, World, reconcile, units

DATA = Path(__file__).parents[2] / "data"


def body(text: str, title: str) -> str:
    world = World()
    reconcile(world, text)
    return world.of(title).body


def plan(unit: str) -> str:
    return f"# A plan\n\n## PR Plan\n\n{unit}\n\n### PR 9: Last\n\nDepends on: PR 1\n"


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        pytest.param("### PR 1: Bare", "The plan names no guarantee of this unit.", id="nothing said"),
        pytest.param(
            "### PR 1: A\n\n- **Files:** `a.py`,\n  `b.py`\n- **LOC Estimate:** 120\n- **Test Files:** none\n",
            "### Files and size\n\n- **Files:** `a.py`, `b.py`\n- **LOC estimate:** 120\n- **Test files:** none",
            id="files and size",
        ),
        pytest.param(
            "### PR 1: A\n\n- **Files:**\n  - `a.py`, new\n  - `b.py`\n",
            "- **Files:** `a.py`, new; `b.py`\n",
            id="files in a list",
        ),
        pytest.param(
            "### PR 1: A\n\nFree words, @ada.\n\n---\n", "### Summary\n\nFree words, @&#8203;ada.\n\n###", id="prose"
        ),
        pytest.param(
            "### PR 1: A\n\n- **Guarantees:**\n  - it holds\n",
            "### Acceptance\n\n- [ ] it holds",
            id="guarantee without id",
        ),
        pytest.param("### PR 1: A\n\nThis fixes #12.\n", "This f&#8203;ixes #12", id="closing keyword"),
    ],
)
def test_a_unit_says_what_the_plan_says_of_it(unit: str, said: str) -> None:
    assert said in body(plan(unit), "PR 1")


def test_a_page_is_linked_where_it_is_known() -> None:
    source = source_of("a/plan`.md", units(1), "https://github.com/o/r/blob/main/a/plan.md")
    assert source.link == "[`a/plan.md`](https://github.com/o/r/blob/main/a/plan.md)"


def test_a_unit_that_many_wait_for_names_the_first_of_them_where_github_does_not_show_them() -> None:
    world = World(lacking=frozenset({"dependencies"}))
    reconcile(world, units(24, lambda n: [1] if n > 1 else []))
    assert "PR 21: Unit 21, and 3 more" in world.of("PR 1").body


def test_huge_tiers_fit_into_an_issue() -> None:
    lines = "".join(f"- line {n} of what is said at great length and with many words\n" for n in range(700))
    unit = f"### PR 1: A\n\n--- Tier 1 ---\n\n{lines}\n--- Tier 2 ---\n\n{lines}"
    assert len(body(plan(unit), "PR 1")) < 60_000


def test_a_drawing_has_no_character_that_mermaid_would_read() -> None:
    assert 'u1["PR 1: A #34;quote#34; #35;1 #60;b#62;"]' in body(plan('### PR 1: A "quote" #1 <b>'), "Plan")


@pytest.mark.parametrize(
    ("id", "said"), [("PR2", "PR 2"), ("WP0", "WP 0"), ("PRA", "PR A"), ("T1.1", "T1.1"), ("Stage1", "Stage 1")]
)
def test_ids_are_shown_as_people_write_them(id: str, said: str) -> None:
    assert spoken(id) == said


def test_units_come_after_what_they_need_and_otherwise_as_in_the_plan() -> None:
    found = pieces(source_of("p", units(5, lambda n: {1: [4], 2: [1], 5: [3]}.get(n, []))).plan)
    assert [piece.unit.id for piece in found] == ["PR4", "PR1", "PR2", "PR3", "PR5"]


@pytest.mark.parametrize(
    ("taken", "name"),
    [((), "plan-limits"), (("plan-limits",), "plan-limits-2"), (("plan-limits", "plan-limits-2"), "plan-limits-3")],
)
def test_a_new_plan_gets_a_name_of_its_own(taken: tuple[str, ...], name: str) -> None:
    assert plan_id("Limits", "p.md", taken) == name


def test_a_plan_without_a_title_is_named_by_its_path() -> None:
    assert plan_id("", "docs/limits.md", ()) == "plan-docs-limits-md"


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Macro plan: Worker limits", "Worker limits"),
        ("Plan: Macro-Plan: Worker limits", "Worker limits"),
        ("Worker limits: macro plan", "Worker limits: macro plan"),
        ("Macro plan:", "Macro plan:"),
        ("Planning: rooms", "Planning: rooms"),
    ],
)
def test_a_title_that_says_that_it_is_a_plan_is_shortened(title: str, short: str) -> None:
    assert short_title(title) == short
    assert plan_id(title, "p.md", ()) == f"plan-{slug_of(short)}"


# --- marks -----------------------------------------------------------------------------------------------------------


def test_a_section_is_taken_apart_as_it_was_made() -> None:
    notes = Notes(digest("t"), digest("u"), ("a1", "b2"), ("#12", "#13"), "docs/a plan.md", "gone")
    made = section("plan-x", "unit/a", notes, "\nText.\n")
    found = parts(f"Above.\n{made}\nBelow.")
    assert (found.plan, found.key, found.notes, found.text) == ("plan-x", "unit/a", notes, "Text.")
    assert (found.before, found.section, found.after) == ("Above.\n", made, "\nBelow.")
    assert parts("<!-- charrette:key=unit/a run=7.1.design.1 -->").plan == ""


def test_ticks_stay_with_what_they_were_set_for() -> None:
    old = section("plan-x", "unit/a", Notes(), "- [x] one\n- [ ] two\n- [X] three")
    new = section("plan-x", "unit/a", Notes(), "- [ ] three\n- [ ] one, changed\n- [ ] two\n- [x] done")
    assert parts(spliced(old, new)).text == "- [x] three\n- [ ] one, changed\n- [ ] two\n- [x] done"


def test_keys_become_numbers() -> None:
    assert numbered(f"{mention('a')}, {mention('b')}", {"a": Ref(7, 1)}) == "#7, no-issue-yet"


# --- words -----------------------------------------------------------------------------------------------------------

WORK = Work("plan-x", "X", "x.md", names={"a": "PR 1: A", "b": "PR 2: B"}, refs={"b": Ref(12, 1)}, units=2)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (Label("plan", "0", ""), "label plan"),
        (Milestone("X", ""), "milestone X"),
        (Open("a", "A", "", ()), "open PR 1: A"),
        (Nest("a", "b"), "PR 1: A as a sub-issue of PR 2: B"),
        (Unnest("a", 12), "PR 1: A no sub-issue of #12 any more"),
        (Block("a", "b"), "PR 1: A blocked by PR 2: B"),
        (Unblock("a", Ref(12, 1)), "PR 1: A no longer blocked by #12"),
        (Write("a", ""), "update PR 1: A"),
        (Write("a", "", state="open"), "open again PR 1: A"),
        (Say("other", "x", ""), "a comment on other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_steps_have_names(step: Step, name: str) -> None:
    assert step_name(step, WORK) == name


@pytest.mark.parametrize(
    ("step", "row"),
    [
        (Milestone("X|", ""), "| (milestone) | “X&#124;”, for all of them |"),
        (Open("a", "A", "", ()), "| PR 1: A | open it |"),
        (Nest("a", "b"), "| PR 1: A | sub-issue of #12 |"),
        (Unnest("b", 9), "| #12 PR 2: B | no sub-issue of #9 any more |"),
        (Block("b", "a"), "| #12 PR 2: B | blocked by PR 1 |"),
        (Unblock("a", Ref(12, 1)), "| PR 1: A | no longer blocked by #12 |"),
        (Write("b", ""), "| #12 PR 2: B | update its text |"),
        (Write("b", "", "New"), "| #12 PR 2: B | rename it to “New”, and update its text |"),
        (Write("b", "", state="open"), "| #12 PR 2: B | open it again: the plan has it again |"),
        (Write("b", "", state="closed", why="superseded"), "| #12 PR 2: B | close it: another unit supersedes it |"),
        (Write("b", "", state="closed", why="dropped"), "| #12 PR 2: B | close it: the plan no longer has it |"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_preview_has_a_row_for_each_step(step: Step, row: str) -> None:
    from dataclasses import replace

    assert row in preview(replace(WORK, steps=(step,)))


@pytest.mark.parametrize(
    "step", [Label("plan", "0", ""), Say("b", "x", ""), Write("a", ""), Nest("a", "plan")], ids=repr
)
def test_what_goes_without_saying_has_no_row(step: Step) -> None:
    from dataclasses import replace

    assert "Nothing would be changed" in preview(replace(WORK, steps=(step,)))


def test_a_long_preview_and_many_refusals_are_cut_and_counted() -> None:
    from dataclasses import replace

    work = replace(WORK, steps=tuple(Unblock(f"unit/{n}", Ref(n, n)) for n in range(250)))
    assert "| and 50 more | |" in preview(work)
    told = summary(work, [Done(changed=False, refused="No.")] * 250, {})
    assert "- and 230 more" in told
    assert "has no tracking issue: nothing was changed" in told


def test_what_the_words_say_when_much_was_done() -> None:
    world = World()
    run = reconcile(world, PLAN)
    assert summary(run.work, run.done, run.refs) == (
        "The plan's issues are tracked in #11: opened 4 issues, made 3 sub-issues and noted 2 dependencies."
    )


@pytest.mark.parametrize("name", ["macro-plan-blis-v3.4.md", "macro-plan-weighted-scoring.md"])
def test_plans_of_other_people_become_issues(name: str) -> None:
    file = Path(__file__).parents[4] / "shared" / "data" / name
    if not file.exists():
        pytest.skip("the plans of others are not here")
    world = World()
    run = reconcile(world, file.read_text("utf-8"))
    assert all(not done.refused for done in run.done)
    before = len(world.writes)
    reconcile(world, file.read_text("utf-8"))
    assert len(world.writes) == before

"""A plan becomes issues, once; and what people, other plans, kills and bad luck do in between is minded."""

import re
from collections.abc import Callable
from itertools import count

import pytest

from bot.core.errors import PersonError, TransientError
from bot.core.tracking import Work
from bot.core.tracking.words import doubted, preview, summary
from bot.engine.plans.tracking import compared

from .world import PATH, PLAN, KilledError, World, reconcile, source, units

HOME = "Plan: Worker limits: macro plan"
ONE, TWO, THREE = "PR 1: Memory reading", "PR 2: A worker over its limit ends", "PR 3: A limit for each queue"


@pytest.fixture
def world() -> World:
    made = World()
    reconcile(made)
    made.writes.clear()
    made.reads = 0
    return made


def without_ids(text: str) -> str:
    return re.sub(r" <!-- unit: \S+ -->", "", text)


def changed(old: str, new: str, text: str = PLAN) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_tracking_issue_and_one_for_each_unit_with_all_that_belongs_to_it(world: World) -> None:
    assert [issue.title for issue in world.ours()] == [HOME, ONE, TWO, THREE]
    home, one, two, three = world.ours()
    assert world.parents == {each.number: home.number for each in (one, two, three)}
    assert world.blockers == {two.number: [one.number], three.number: [two.number]}
    assert [issue.labels for issue in world.ours()] == [("plan",), ("plan", "unit", "ready"), *[("plan", "unit")] * 2]
    assert (world.milestones, {issue.milestone for issue in world.ours()}) == (["Worker limits: macro plan"], {1})
    assert (
        f"| PR 2 | A worker over its limit ends | #{two.number} | ⏳ waits for #{one.number} | #{one.number} |"
        in home.body
    )
    assert "u1 --> u2" in home.body
    for said in (
        f"**Depends on:** #{one.number} (PR 1)",
        "- **Motivation:** a worker that swaps takes the machine down.",
        "- [ ] **BC-2-2:** no item is lost",
        "<details><summary>Implementation guide</summary>\n\n- **Architectural Impact:** Judge and Warden",
        "**BC-1-1:** a reading is never older than a second",
        "**Freezes Judge**",
        "**Building block Warden:** Ends workers between two items.",
    ):
        assert said in two.body


def test_twice_in_a_row_changes_nothing_and_reads_little(world: World) -> None:
    run = reconcile(world)
    assert (world.writes, run.work.steps, world.reads) == ([], (), 2)
    assert "nothing had to be changed" in summary(run.work, run.done, run.refs)
    assert "Nothing would be changed" in preview(run.work)


def small(*rows: str) -> str:
    """A plan of rows such as `3 third: Third one < 1, 2: promise; other promise`."""
    parts = ["# Small\n\n## PR Plan\n"]
    for row in rows:
        head, title, promises = row.split(": ")
        number, id = head.split()
        title, _, needs = title.partition(" < ")
        after = ", ".join(f"PR {n}" for n in needs.split(", ") if n) or "none"
        told = "".join(f"  - {promise}\n" for promise in promises.split("; "))
        parts.append(
            f"### PR {number}: {title} <!-- unit: {id} -->\n\n- **Depends on:** {after}\n- **Guarantees:**\n{told}"
        )
    return "\n".join(parts)


def test_a_crash_at_each_single_step_is_completed_by_the_next_run_with_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan; then one dropped, split, renamed, re-wired, and so many more that it needs groups; then one back."""
    monkeypatch.setattr("bot.core.tracking.grouping.MOST", 4)
    monkeypatch.setattr("bot.core.tracking.grouping._FILLED", 3)
    first = small("1 a: A: pa", "2 b: B < 1: pb; pbb", "3 c: C < 2: pc", "4 d: D < 1, 2: pd")
    then = small(
        "1 a: Another: pa", "2 e: E < 1: pb", "3 f: F < 2: pbb", "4 d: D < 3: pd", "5 g: G: pg", "6 h: H < 5: ph"
    )
    last = then + small("7 c: C: pc").partition("\n\n## PR Plan\n")[2]
    drafts = (first, then, last)
    calm = World()
    for text in drafts:
        reconcile(calm, text)
    wanted, total = calm.shape(), len(calm.writes)
    kinds = {write.split()[0] for write in calm.writes}
    assert kinds == {"label", "milestone", "open", "nest", "unnest", "block", "unblock", "edit", "comment"}
    for at in range(total):
        world, left = World(), count()

        def kill(what: str, at: int = at, left: "count[int]" = left) -> None:
            if next(left) == at:
                raise KilledError(what)

        world.after, kills = kill, 0
        for text in drafts:
            try:
                reconcile(world, text)
            except KilledError:
                kills += 1
                reconcile(world, text)
        assert (kills, world.shape()) == (1, wanted), f"a crash after {calm.writes[at]}"
        said = [(comment.url, comment.body) for comment in world.said]
        assert len(said) == len(calm.said)
        writes = len(world.writes)
        reconcile(world, drafts[-1])
        assert len(world.writes) == writes


def revised() -> str:
    """A unit more, one dropped, one split in two, and one that is called otherwise and needs others."""
    start, two, three, end = (PLAN.index(part) for part in ("### PR 1:", "### PR 2:", "### PR 3:", "## J)"))
    one, second, third = PLAN[start:two], PLAN[two:three], PLAN[three:end]
    first_half = second.replace("ends <!-- unit: over-limit -->", "is told <!-- unit: judge -->").replace(
        "  - BC-2-2: no item is lost\n", ""
    )
    second_half = (
        second.replace(
            "PR 2: A worker over its limit ends <!-- unit: over-limit -->", "PR 4: It ends <!-- unit: end -->"
        )
        .replace("  - BC-2-1: a worker over its limit ends after its item\n", "")
        .replace("Depends on:** PR 1", "Depends on:** PR 2")
    )
    third = third.replace("A limit for each queue", "Limits by queue").replace(
        "Depends on:** PR 2", "Depends on:** PR 4"
    )
    extra = one.replace("PR 1: Memory reading <!-- unit: memory-reading", "PR 5: A page <!-- unit: page").replace(
        "a reading is never older than a second", "the page shows each reading"
    )
    rest = PLAN[end:].replace("| PR 3 | PR 2 | none |", "").replace(" --> PR3[PR 3]", "")
    return PLAN[:start] + one + first_half + second_half + third + extra + rest


def test_a_unit_that_is_split_is_superseded_with_links_and_one_that_is_renamed_keeps_its_issue(world: World) -> None:
    old, third = world.of("PR 2"), world.of("PR 3")
    run = reconcile(world, revised())
    first, second = world.of("PR 2: A worker over its limit is told"), world.of("PR 4: It ends")
    gone = world.issues[old.number]
    assert (gone.open, gone.reason, gone.number in world.parents) == (False, "not_planned", False)
    word = f"superseded by #{first.number}, #{second.number}"
    assert word in gone.body
    assert [word in comment.body for comment in world.said] == [True]
    assert world.of("PR 3: Limits by queue").number == third.number
    assert world.blockers[third.number] == [second.number]
    assert "closed one" in summary(run.work, run.done, run.refs)
    assert (
        "PR 2: A worker over its limit is told | no sub-issue of #11 any more; close it: another unit supersedes it"
        in preview(compared(world, source(PATH, PLAN)))
    )


def test_a_unit_keeps_its_issue_when_all_are_numbered_anew(world: World) -> None:
    before = {issue.title.partition(": ")[2]: issue.number for issue in world.ours()}
    text = PLAN
    for old, new in (("3", "30"), ("2", "20"), ("1", "10")):
        text = re.sub(rf"\bPR {old}\b", f"PR {new}", text)
    reconcile(world, text)
    assert {issue.title.partition(": ")[2]: issue.number for issue in world.ours()} == before
    assert [issue.title for issue in world.ours()][1:] == [
        "PR 10: Memory reading",
        "PR 20: A worker over its limit ends",
        "PR 30: A limit for each queue",
    ]
    assert not any("open" in write for write in world.writes)


def test_a_unit_that_is_dropped_is_closed_with_a_word_and_comes_back_when_the_plan_has_it_again(world: World) -> None:
    three = world.of("PR 3").number
    shorter = PLAN[: PLAN.index("### PR 3:")] + PLAN[PLAN.index("## J)") :]
    reconcile(world, shorter)
    assert not world.issues[three].open
    assert "no longer has this unit" in world.issues[three].body
    assert "Limits in `pool.toml`".lower() in world.issues[three].body.lower(), "what it was can still be read"
    run = reconcile(world)
    assert world.issues[three].open
    assert "no longer has this unit" not in world.issues[three].body
    assert "opened one again" in summary(run.work, run.done, run.refs)
    world.writes.clear()
    reconcile(world)
    assert world.writes == []


def test_a_status_in_the_heading_counts(world: World) -> None:
    """What the plan says is dropped goes; what it says is done gets no issue if it has none."""
    dropped = changed("### PR 3: A limit for each queue", "### PR 3: A limit for each queue (dropped)")
    reconcile(world, dropped)
    assert not world.of("PR 3").open
    fresh = World()
    reconcile(fresh, changed("### PR 1: Memory reading", "### PR 1: Memory reading ✅ COMPLETED 2026-04-01"))
    assert [issue.title for issue in fresh.ours()] == [HOME, TWO, THREE]
    assert "✅ done, as the plan says" in fresh.of("Plan").body
    assert "🟢 ready | PR 1 |" in fresh.of("Plan").body
    assert "**Depends on:** PR 1 (no issue)" in fresh.of("PR 2").body
    fresh.writes.clear()
    reconcile(fresh, changed("### PR 1: Memory reading", "### PR 1: Memory reading ✅ COMPLETED 2026-04-01"))
    assert fresh.writes == []


def test_a_unit_waits_for_a_validation_that_is_mandatory_before_it_begins() -> None:
    world = World()
    reconcile(world, changed("**Validation Gate:** row 1, before the merge", "**Validation Gate:** row 1"))
    assert "⛔ held until row 1 of the risk register is validated" in world.of("Plan").body
    assert "1 held by a validation" in world.of("Plan").body
    assert "ready" not in world.of("PR 1").labels
    assert "**Depends on:** no other unit, but what the hand-off names has to be validated" in world.of("PR 1").body
    reconcile(world)
    assert "🟢 ready" in world.of("Plan").body


# --- what people do --------------------------------------------------------------------------------------------------


def test_what_people_write_around_our_section_stays_and_so_do_ticks_titles_and_labels(world: World) -> None:
    two, home = world.of("PR 2"), world.of("Plan")
    theirs = two.body.replace("- [ ] **BC-2-2", "- [x] **BC-2-2").replace("\n", "\r\n")
    world.edit(
        two.number,
        body=f"Above.\r\n{theirs}\r\nBelow, by ada.",
        title="Mine: the killer",
        labels=("later",),
        milestone=0,
    )
    reconcile(world)
    assert world.writes == []
    reconcile(world, changed("a worker that swaps takes", "a worker that swaps would take"))
    now = world.issues[two.number]
    assert now.body.startswith("Above.\n<!-- charrette:key")
    assert now.body.rstrip().endswith("Below, by ada.")
    assert "would take the machine" in now.body
    assert "- [x] **BC-2-2:** no item is lost" in now.body
    assert (now.title, now.labels, now.milestone) == ("Mine: the killer", ("later",), 0)
    assert world.writes == [f"edit #{two.number}"]
    assert home.number != two.number


def test_what_people_write_into_our_section_gives_way_to_what_the_plan_says(world: World) -> None:
    two = world.of("PR 2")
    world.edit(two.number, body=two.body.replace("no item is lost", "an item may be lost"))
    reconcile(world)
    assert world.issues[two.number].body == two.body


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(lambda body: body.replace("<!-- charrette:end -->", "And this."), id="the end of it"),
        pytest.param(lambda body: "All mine.", id="all of it"),
        pytest.param(lambda body: "", id="everything"),
    ],
)
def test_an_issue_whose_section_somebody_deleted_gets_it_back_and_what_they_wrote_stays(
    world: World, left: Callable[[str], str]
) -> None:
    two = world.of("PR 2")
    theirs = left(two.body)
    world.edit(two.number, body=theirs)
    reconcile(world)
    assert len(world.ours()) == 4
    now = world.issues[two.number].body
    assert now.count("<!-- charrette:key=unit/over-limit") == 1
    assert ("And this." in now, "All mine." in now) == ("And this." in theirs, "All mine." in theirs)
    world.writes.clear()
    reconcile(world)
    assert world.writes == []


def test_what_a_person_closed_stays_closed_and_counts_for_what_waits_for_it(world: World) -> None:
    one, two = world.of("PR 1"), world.of("PR 2")
    world.edit(one.number, open=False, reason="completed")
    run = reconcile(world)
    assert not world.issues[one.number].open
    home = world.of("Plan").body
    assert f"#{one.number} | ✅ done |" in home
    assert f"#{two.number} | 🟢 ready |" in home
    assert "1 of 3 units done, 1 ready to start, 1 waiting for others" in home
    assert "updated one" in summary(run.work, run.done, run.refs)
    world.edit(two.number, open=False, reason="not_planned")
    reconcile(world)
    assert "➖ closed as not planned" in world.of("Plan").body
    world.edit(one.number, open=True, reason="reopened")
    reconcile(world)
    assert f"#{one.number} | 🟢 ready |" in world.of("Plan").body


def test_what_a_person_opens_again_after_the_plan_dropped_it_stays_open(world: World) -> None:
    three = world.of("PR 3").number
    shorter = PLAN[: PLAN.index("### PR 3:")] + PLAN[PLAN.index("## J)") :]
    reconcile(world, shorter)
    world.edit(three, open=True)
    world.writes.clear()
    reconcile(world, shorter)
    assert (world.writes, world.issues[three].open) == ([], True)


def test_what_a_person_closed_before_the_plan_dropped_it_gets_no_comment(world: World) -> None:
    three = world.of("PR 3").number
    world.edit(three, open=False, reason="completed")
    reconcile(world, PLAN[: PLAN.index("### PR 3:")] + PLAN[PLAN.index("## J)") :])
    assert (world.said, world.issues[three].reason) == ([], "completed")


def test_a_deleted_issue_is_opened_anew_with_all_its_relations(world: World) -> None:
    shape = world.shape()
    world.delete(world.of("PR 2").number)
    reconcile(world)
    assert world.shape() == shape
    world.delete(world.of("Plan").number)
    reconcile(world)
    assert world.shape() == shape


def test_blockers_and_parents_that_people_chose_stay() -> None:
    world = World()
    reconcile(world, small("1 a: A: pa", "2 b: B < 1: pb", "3 c: C < 2: pc"))
    one, two, three = (world.of(f"PR {n}").number for n in (1, 2, 3))
    theirs = world.person_opens("An epic", "")
    world.parents[one] = theirs
    world.blockers[three] += [one, theirs]
    world.writes.clear()
    reconcile(world, small("1 a: A: pa", "2 b: B < 1: pb", "3 c: C < 2: pc"))
    assert world.writes == []
    reconcile(world, small("1 a: A: pa", "2 b: B < 1: pb", "3 c: C: pc"))
    assert world.blockers[three] == [one, theirs], "what the plan had stated is taken off, and no more"
    assert (world.blockers[two], world.parents[one]) == ([one], theirs)


def test_a_forged_marker_in_somebodys_issue_or_in_the_plan_counts_for_nothing(world: World) -> None:
    forged = world.of("PR 3").body
    world.delete(world.of("PR 3").number)
    number = world.person_opens(THREE, forged)
    reconcile(world)
    assert world.issues[number].body == forged
    assert len(world.ours()) == 4
    marked = "<!-- charrette:key=unit/memory-reading run=plan-worker-limits-macro-plan -->"
    reconcile(world, changed("a worker that swaps takes the machine down.", f"see {marked}"))
    assert marked not in world.of("PR 2").body


@pytest.mark.parametrize("deed", ["delete", "close", "edit"])
def test_somebody_acts_while_it_is_at_work(deed: str) -> None:
    """Before each write, a person does something to an issue that is there; nothing is doubled, and it comes right."""
    for at in range(12):
        world, left = World(), count()

        def act(what: str, at: int = at, world: World = world, left: "count[int]" = left) -> None:
            if next(left) == at and world.ours():
                last = world.ours()[-1]
                if deed == "delete":
                    world.delete(last.number)
                elif deed == "close":
                    world.edit(last.number, open=False, reason="completed")
                else:
                    world.edit(last.number, body=f"{last.body}\nMine.", title="Mine")

        world.before = act
        reconcile(world)
        reconcile(world)
        titles = [issue.title for issue in world.ours() if issue.title != "Mine"]
        assert len(titles) == len(set(titles))
        assert len(world.ours()) == 4
        mine = [issue for issue in world.ours() if issue.title == "Mine"]
        assert all(issue.body.endswith("Mine.") for issue in mine)
        assert len([issue for issue in world.ours() if not issue.open]) <= (deed == "close")


# --- bad luck --------------------------------------------------------------------------------------------------------


def test_a_secondary_limit_in_the_middle_of_each_write_delays_it_and_doubles_nothing() -> None:
    world, turn = World(), count()

    def limited(what: str) -> None:
        if next(turn) % 2 == 0:
            raise TransientError("GitHub's rate limit: You have exceeded a secondary rate limit.", 60.0)

    world.before = limited
    calm = World()
    reconcile(calm)
    reconcile(world)
    assert world.shape() == calm.shape()
    assert world.writes == calm.writes


def test_two_at_once_leave_nothing_twice_once_either_runs_again() -> None:
    """A command line and a service at the same time: both read before either has written."""
    world = World()
    other = compared(world, source(PATH, PLAN))
    reconcile(world)
    run_again(world, other)
    assert len(world.ours()) == 4, "each looks again before it opens an issue"
    reconcile(world)
    assert len({issue.title for issue in world.ours()}) == 4


def run_again(world: World, work: Work) -> None:
    from bot.engine.plans.tracking import carried_out, known

    refs = dict(work.refs)
    for step in work.steps:
        refs = dict(known(refs, step, carried_out(world, work, step, refs)))


def test_an_issue_that_is_there_twice_after_all_is_closed_as_a_double(world: World) -> None:
    """GitHub's listing may lag behind, so that a look finds nothing."""
    two = world.of("PR 2")
    double = world.open_issue(two.title, two.body, two.labels, 1).number
    world.writes.clear()
    run = reconcile(world)
    assert (world.issues[two.number].open, world.issues[double].open) == (True, False)
    assert f"#{two.number} is the issue of this" in world.said[0].body
    assert "closed one" in summary(run.work, run.done, run.refs)
    world.writes.clear()
    reconcile(world)
    assert world.writes == []


def test_a_plan_that_was_moved_or_has_another_title_keeps_its_issues(world: World) -> None:
    numbers = [issue.number for issue in world.ours()]
    moved = changed("# Worker limits: macro plan", "# Limits for workers")
    reconcile(world, moved, "docs/plans/limits.md")
    assert [issue.number for issue in world.ours()] == numbers
    assert world.of("Plan").title == "Plan: Limits for workers"
    assert "`docs/plans/limits.md`" in world.of("PR 1").body
    world.writes.clear()
    reconcile(world, moved, "docs/plans/limits.md")
    assert world.writes == []


def test_ends_of_lines_are_no_change(world: World) -> None:
    reconcile(world, PLAN.replace("\n", "\r\n"))
    assert world.writes == []


def test_another_plan_with_the_same_title_has_issues_of_its_own(world: World) -> None:
    reconcile(world, units(3).replace("# A long plan", "# Worker limits: macro plan"), "docs/other.md")
    assert len(world.ours()) == 8
    assert set(world.parents.values()) == {11, 15}
    world.writes.clear()
    reconcile(world)
    assert world.writes == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("# A plan\n\nNothing.\n", "No unit was found", id="no units"),
        pytest.param(units(3, lambda n: [n % 3 + 1]), "need each other in a circle", id="circle"),
        pytest.param(units(2, lambda n: [n]), "PR 1 needs itself, so it could never start", id="needs itself"),
        pytest.param(units(2).replace("u-2", "u-1"), "2 units have the stable id “u-1”", id="stable id twice"),
        pytest.param(units(2).replace("### PR 2", "### PR 1"), "2 units have the id “PR1”", id="id twice"),
    ],
)
def test_a_plan_that_can_not_become_issues_is_refused_with_what_to_write_instead(text: str, said: str) -> None:
    world = World()
    with pytest.raises(PersonError, match=said) as refused:
        reconcile(world, text)
    assert world.issues == {}
    assert "- line " in str(refused.value)


def test_what_the_plan_names_and_does_not_have_is_left_out_and_said() -> None:
    world = World()
    run = reconcile(world, units(2, lambda n: [n - 1, 9] if n > 1 else []))
    assert "PR 2 needs PR 9, which is no unit here" in summary(run.work, run.done, run.refs)
    assert list(world.blockers.values()) == [[12]]


def test_what_a_plan_leaves_open_of_its_order_is_said() -> None:
    headings = "".join(f"### PR {n}: Unit {n}\n\n" for n in range(1, 9))
    drawing = "```\nPR 1 ──┐\nPR 2 ──┴─ PR 3\n```\n"
    world = World()
    run = reconcile(world, f"# A plan\n\n## PR Plan\n\n{headings}**Depends on:** PR 7\n\n{drawing}")
    said = summary(run.work, run.done, run.refs)
    assert "Line 24: This drawing (lines 24 to 25) is read in part or not at all." in said
    assert "says what PR 1, PR 2, PR 3, PR 4 and 3 more needs. That is read as no dependency" in said
    body = world.of("PR 1").body
    assert "**Depends on:** nothing that could be read in the plan; look there before you start." in body
    assert not reconcile(world, f"# A plan\n\n## PR Plan\n\n{headings}**Depends on:** PR 7\n\n{drawing}").work.steps
    many = "".join(f"**Depends on:** the weather {n}\n\n" for n in range(7))
    run = reconcile(World(), f"# A plan\n\n## PR Plan\n\n### PR 1: One\n\n{many}")
    assert "2 more can't be read; `charrette plan lint` says which." in summary(run.work, run.done, run.refs)


@pytest.mark.parametrize("lacking", ["sub_issues", "dependencies"])
def test_where_sub_issues_or_dependencies_are_not_there_task_lists_stand_in_and_it_is_said(lacking: str) -> None:
    world = World(lacking=frozenset({lacking}))
    run = reconcile(world)
    home, one, two, _ = world.ours()
    told = {"sub_issues": "This GitHub has no sub-issues", "dependencies": "This GitHub has no dependencies"}[lacking]
    assert told in home.body
    assert told in summary(run.work, run.done, run.refs)
    if lacking == "sub_issues":
        assert (world.parents, f"- [ ] #{one.number}\n- [ ] #{two.number}" in home.body) == ({}, True)
    else:
        assert (world.blockers, f"**Blocked by:**\n\n- [ ] #{one.number} (PR 1)" in two.body) == ({}, True)
        assert "**Waits for this:** PR 2: A worker over its limit ends" in one.body
    world.writes.clear()
    reconcile(world)
    assert world.writes == []
    if lacking == "sub_issues":
        world.edit(one.number, open=False)
        reconcile(world)
        assert f"- [x] #{one.number}" in world.of("Plan").body


def test_what_github_refuses_is_said_and_holds_up_nothing_else() -> None:
    world = World()

    def refuse(what: str) -> None:
        if what.startswith("open PR 2"):
            raise PersonError("GitHub refused: Validation Failed.")

    world.before = refuse
    run = reconcile(world)
    told = summary(run.work, run.done, run.refs)
    assert "GitHub refused some of it" in told
    assert "- open PR 2: A worker over its limit ends: GitHub refused: Validation Failed." in told
    assert [issue.title for issue in world.ours()] == [HOME, ONE, THREE]
    assert "| PR 2 | A worker over its limit ends | no-issue-yet |" in world.of("Plan").body
    world.before = lambda what: None
    reconcile(world)
    fresh = World()
    reconcile(fresh)
    assert world.shape() == fresh.shape()


def test_a_milestone_that_somebody_deletes_meanwhile_keeps_no_issue_from_being_opened() -> None:
    world = World()

    def delete(what: str) -> None:
        if what.startswith("open PR 2"):
            world.milestones[0] = ""

    world.before = delete
    reconcile(world)
    assert [issue.milestone for issue in world.ours()] == [1, 1, 0, 0]


# --- many units ------------------------------------------------------------------------------------------------------


def test_300_units_are_grouped_and_a_revision_moves_none_without_need() -> None:
    world = World()
    run = reconcile(world, units(300))
    assert [done.refused for done in run.done if done.refused] == []
    home, *groups = (issue for issue in world.ours() if not issue.title.startswith("PR "))
    assert [issue.title for issue in groups] == [
        "Group 1 of the plan: PR 1 to PR 80",
        "Group 2 of the plan: PR 81 to PR 160",
        "Group 3 of the plan: PR 161 to PR 240",
        "Group 4 of the plan: PR 241 to PR 300",
    ]
    below = list(world.parents.values())
    assert [below.count(issue.number) for issue in (home, *groups)] == [4, 80, 80, 80, 60]
    assert "is too large to be drawn here" in home.body
    assert max(len(issue.body) for issue in world.ours()) < 65_536
    world.writes.clear()
    reconcile(world, units(300))
    assert world.writes == []
    reconcile(world, units(301))
    moved = [write for write in world.writes if write.startswith("nest")]
    assert moved == [f"nest #{world.of('PR 301').number} below #{groups[3].number}"]


def test_a_plan_that_outgrows_its_tracking_issue_gets_groups_and_keeps_them() -> None:
    world = World()
    reconcile(world, units(100))
    assert len(world.ours()) == 101
    reconcile(world, units(101))
    groups = [issue for issue in world.ours() if issue.title.startswith("Group")]
    assert [list(world.parents.values()).count(issue.number) for issue in groups] == [80, 21]
    reconcile(world, units(79))
    assert [issue.open for issue in world.ours() if issue.title.startswith("Group")] == [True, False]
    world.writes.clear()
    reconcile(world, units(79))
    assert world.writes == []


def test_groups_are_task_lists_too_where_there_are_no_sub_issues() -> None:
    world = World(lacking=frozenset({"sub_issues"}))
    reconcile(world, units(101, lambda n: []))
    group = world.of("Group 1")
    assert f"- [ ] #{group.number}" in world.of("Plan").body
    assert f"- [ ] #{world.of('PR 80').number}" in group.body


# --- plans without ids -----------------------------------------------------------------------------------------------


def test_a_plan_without_ids_is_matched_by_title_then_by_guarantees() -> None:
    world, bare = World(), without_ids(PLAN)
    reconcile(world, bare)
    numbers = [issue.number for issue in world.ours()]
    world.writes.clear()
    reconcile(world, bare)
    assert world.writes == []
    renamed = changed("A worker over its limit ends", "The axe", bare)
    reconcile(world, changed("### PR 1: Memory reading", "### PR 7: Memory reading", renamed))
    assert [issue.number for issue in world.ours()] == numbers
    assert world.of("PR 2").title == "PR 2: The axe"
    assert world.of("PR 7").number == numbers[1]


def test_a_plan_that_gets_ids_later_keeps_its_issues() -> None:
    world = World()
    reconcile(world, without_ids(PLAN))
    numbers = [issue.number for issue in world.ours()]
    reconcile(world)
    assert [issue.number for issue in world.ours()] == numbers
    reconcile(world, changed("PR 3: A limit for each queue", "PR 3: Something else"))
    assert [issue.number for issue in world.ours()] == numbers


def test_what_is_ambiguous_is_asked_about_and_left_alone() -> None:
    world, bare = World(), without_ids(PLAN)
    reconcile(world, bare)
    two = world.of("PR 2")
    start, end = bare.index("### PR 2:"), bare.index("### PR 3:")
    half = bare[start:end]
    halves = half.replace("A worker over its limit ends", "First half") + half.replace(
        "PR 2: A worker over its limit ends", "PR 4: Second half"
    )
    world.writes.clear()
    run = reconcile(world, bare[:start] + halves + bare[end:])
    assert {doubt.title for doubt in run.work.doubts} == {"PR 2: First half", "PR 4: Second half"}
    assert (world.issues[two.number].open, len(world.ours())) == (True, 4)
    asked = preview(run.work)
    assert "Which issue is **PR 2: First half**" in asked
    assert f"`<!-- unit: a-worker-over-its-limit-ends -->` for #{two.number}" in asked
    assert doubted(run.work.doubts[0]) in summary(run.work, run.done, run.refs)
    # The answer, as it was asked for.
    told = halves.replace("First half", "First half <!-- unit: a-worker-over-its-limit-ends -->")
    told = told.replace("Second half", "Second half <!-- unit: second-half -->")
    run = reconcile(world, bare[:start] + told + bare[end:])
    assert (run.work.doubts, len(world.ours())) == ((), 5)
    assert world.issues[two.number].title == "PR 2: First half"


def test_two_units_of_one_title_are_in_doubt_where_nothing_else_tells_them_apart() -> None:
    world, plan = World(), small("1 a: Same: pa", "2 b: Same: pb", "3 c: Other: pc")
    reconcile(world, without_ids(plan))
    world.writes.clear()
    reconcile(world, without_ids(plan))
    assert world.writes == [], "the order tells them apart as long as nothing changes"
    world = World()
    reconcile(world, plan)
    run = reconcile(world, without_ids(plan))
    assert [doubt.title for doubt in run.work.doubts] == ["PR 1: Same", "PR 2: Same"]
    assert "The same title has: #12, #13." in preview(run.work)

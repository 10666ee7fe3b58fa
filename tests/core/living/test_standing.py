import pytest

from bot.core.living import overview
from bot.core.living.sizes import size_of
from bot.core.living.standing import State
from bot.core.plan import Unit, read

from .series import ASIDE, DONE, PLAN, TAKEN, issues, validated, view


@pytest.mark.parametrize(
    ("text", "changed", "states"),
    [
        pytest.param(PLAN, {}, "ready blocked blocked blocked ready", id="at-first"),
        pytest.param(PLAN, {"PR1": TAKEN}, "working blocked blocked blocked ready", id="somebody-is-at-it"),
        pytest.param(
            PLAN, {"PR1": DONE}, "done held ready blocked ready", id="mandatory-validation-holds-advised-does-not"
        ),
        pytest.param(validated("passed"), {"PR1": DONE}, "done ready ready blocked ready", id="validated"),
        pytest.param(validated("failed"), {}, "ready blocked blocked blocked ready", id="failed-before-it-matters"),
        pytest.param(
            validated("failed"), {"PR1": DONE}, "done held held blocked ready", id="failed-holds-all-that-it-costs"
        ),
        pytest.param(PLAN, {"PR1": ASIDE}, "aside held ready blocked ready", id="not-planned-holds-up-nobody"),
        pytest.param(
            PLAN.replace("| Before PR 2 |", "| Before PR 2 merge |"),
            {"PR1": DONE},
            "done ready ready blocked ready",
            id="before-its-merge-it-may-be-begun",
        ),
        pytest.param(
            PLAN.replace("- **Size:** 40-60 lines", "- **Validation Gate:** row 1, before the merge"),
            {"PR1": DONE},
            "done ready ready blocked ready",
            id="the-unit-says-before-its-merge",
        ),
        pytest.param(
            PLAN.replace("Depends on:** PR 1", "Depends on:** PR 9"),
            {},
            "ready held ready blocked ready",
            id="dangling",
        ),
        pytest.param(
            PLAN.replace("Words <!--", "Words (done) <!--"),
            {},
            "ready blocked blocked blocked ready",
            id="issue-is-truth",
        ),
    ],
)
def test_states(text: str, changed: dict[str, dict[str, object]], states: str) -> None:
    assert " ".join(each.state for each in view(text, **changed).units.values()) == states


@pytest.mark.parametrize(("status", "state"), [("done 2026-11-25", "done"), ("dropped", "aside"), ("wip", "ready")])
def test_a_unit_without_an_issue_stands_as_the_plan_says(status: str, state: State) -> None:
    text = PLAN.replace("Memory <!--", f"Memory ({status}) <!--")
    assert overview(read(text), {}).units["PR1"].state == state


def test_who_works_on_it_and_what_it_waits_for() -> None:
    stands = view(PR4=TAKEN, PR1=DONE | {"assignees": ("ada",)})
    assert stands.units["PR4"].who == ("ada", "grace")
    assert stands.units["PR4"].waits == ("PR2", "PR3")
    assert stands.units["PR1"].who == ()
    assert [gate.row for gate in stands.units["PR2"].holding] == [1]
    assert overview(read(PLAN), {}).units["PR1"].who == ()


@pytest.mark.parametrize(
    ("text", "changed", "path"),
    [
        pytest.param(PLAN, {}, "PR1 PR3 PR4", id="by-size"),
        pytest.param(PLAN, {"PR1": DONE, "PR3": DONE}, "PR2 PR4", id="of-what-is-left"),
        pytest.param(
            PLAN.replace("1,000 lines", "small"), {"PR5": DONE}, "PR1 PR2 PR4", id="by-units-where-one-has-no-size"
        ),
        pytest.param(PLAN.replace("20 lines", "5,000 lines"), {}, "PR5", id="one-alone"),
        pytest.param(PLAN, dict.fromkeys(("PR1", "PR2", "PR3", "PR4", "PR5"), DONE), "", id="nothing-left"),
        pytest.param(
            PLAN.replace("Depends on:** PR 2, PR 3", "Depends on:** PR 4, PR 2"), {}, "PR1 PR3", id="circle-is-left-out"
        ),
    ],
)
def test_the_critical_path(text: str, changed: dict[str, dict[str, object]], path: str) -> None:
    assert " ".join(view(text, **changed).critical) == path


def test_what_a_unit_unlocks() -> None:
    assert view().after("PR1") == ["PR2", "PR3", "PR4"]
    assert view().after("PR5") == []


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"loc estimate": "~220 (100 + 120)"}, 220),
        ({"size": "150-200 lines"}, 175),
        ({"estimated effort": "small"}, 0),
        ({"scope": "12 files"}, 0),
        ({"size": "200 to 100"}, 200),
    ],
)
def test_sizes(fields: dict[str, str], size: int) -> None:
    assert size_of(Unit("PR1", "", 1, tier2=fields)) == size


def test_issues_of_all_units() -> None:
    assert [known.number for known in issues().values()] == [11, 12, 13, 14, 15]

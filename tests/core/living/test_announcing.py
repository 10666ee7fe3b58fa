import pytest

from bot.core.living import overview
from bot.core.living.announcing import Tag, announcements, tags
from bot.core.plan import read

from .series import ASIDE, DONE, PLAN, TAKEN, issues, validated, view


def said(text: str = PLAN, **changed: dict[str, object]) -> dict[str, str]:
    return {f"{each.key}@{each.number}": each.text for each in announcements(view(text, **changed), 10)}


def test_nothing_is_said_of_what_could_begin_from_the_first() -> None:
    assert said() == {}
    assert tags(view()) == ()


def test_a_unit_becomes_ready() -> None:
    text = said(PR1=DONE)["unit/queues/ready@13"]
    assert text == "This unit is ready, because #11 is done."
    assert "unit/limits/ready@12" not in said(PR1=DONE), "its validation is missing"


def test_a_validation_makes_one_ready() -> None:
    text = said(validated("passed"), PR1=DONE)["unit/limits/ready@12"]
    assert (
        text == "This unit is ready, because #11 is done and row 1 of the risk register (“Memory decides (D-1)”) "
        "is validated."
    )


def test_several_and_one_that_is_not_planned_any_more() -> None:
    assert (
        said(PR1=DONE, PR2=DONE, PR3=DONE)["unit/both/ready@14"] == "This unit is ready, because #12 and #13 are done."
    )
    text = said(PR1=DONE, PR2=DONE, PR3=ASIDE, PR4=TAKEN)["unit/both/ready@14"]
    assert text == "This unit is ready, because #12 is done and #13 is not planned any more."


def test_what_is_validated_before_the_merge_is_said_with_it() -> None:
    text = said(PLAN.replace("| Before PR 2 |", "| Before PR 2 merge |"), PR1=DONE)["unit/limits/ready@12"]
    assert text.endswith("is validated: `/plan validation 1 passed: what was found`, or `failed:`.")
    assert "It may be merged only once row 1" in text


def test_a_freeze_says_what_can_start() -> None:
    now = said(validated("passed"), PR1=DONE)["freeze/judge/11@10"]
    assert now == (
        "**Interface Judge is frozen** by PR 1 (#11). These can now start in parallel: PR 2 (#12), PR 3 (#13). "
        "Then, once what else they need is done: PR 4 (#14)."
    )
    one = said(PR1=DONE)["freeze/judge/11@10"]
    assert "PR 3 (#13) can start now. Then, once what else they need is done: PR 2 (#12), PR 4 (#14)." in one
    none = said(validated("failed"), PR1=DONE)["freeze/judge/11@10"]
    assert "What builds on it, once what else they need is done: PR 2 (#12), PR 3 (#13), PR 4 (#14)." in none


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        pytest.param(PLAN, {}, id="not-done"),
        pytest.param(PLAN, dict.fromkeys(("PR1", "PR2", "PR3", "PR4"), DONE), id="nothing-builds-on-it"),
        pytest.param(
            PLAN.replace("| Judge | PR 1 |", "| Judge | release 2 |"), {"PR1": DONE}, id="no-unit-of-the-plan"
        ),
        pytest.param(PLAN, {"PR1": ASIDE}, id="not-planned-any-more"),
    ],
)
def test_no_freeze(text: str, changed: dict[str, dict[str, object]]) -> None:
    assert not [key for key in said(text, **changed) if key.startswith("freeze")]


def test_a_freeze_of_before_the_plan_had_issues_is_no_news() -> None:
    known = issues()
    del known["PR1"]
    stands = overview(read(PLAN.replace("Memory <!--", "Memory (done) <!--")), known)
    assert announcements(stands, 10) == ()
    assert tags(stands) == ()


def test_a_freeze_by_several_of_which_the_last_has_no_issue() -> None:
    text = PLAN.replace("| Judge | PR 1 |", "| Judge | PR 1, PR 5 |").replace("Words <!--", "Words (done) <!--")
    known = issues(PR1=DONE)
    del known["PR5"]
    (key,) = [each.key for each in announcements(overview(read(text), known), 10) if each.key.startswith("freeze")]
    assert key == "freeze/judge/0"


def test_many_that_build_on_it_are_shortened() -> None:
    more = "\n".join(f"### PR {n}: More {n}\n\n- **Depends on:** PR 4\n" for n in range(20, 50))
    text = said(PLAN.replace("## J)", f"{more}\n## J)"), PR1=DONE)["freeze/judge/11@10"]
    assert text.endswith("and 12 more.")


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        pytest.param({"PR1": DONE}, [("queues", True)], id="put-on"),
        pytest.param({"PR1": DONE, "PR3": {"labels": ("ready",)}}, [], id="is-on"),
        pytest.param(
            {"PR1": DONE | {"labels": ("ready",)}, "PR3": {"labels": ("ready",)}}, [("memory", False)], id="done"
        ),
        pytest.param({"PR3": {"labels": ("ready", "x")}}, [("queues", False)], id="blocked-again"),
    ],
)
def test_the_label(changed: dict[str, dict[str, object]], wanted: list[tuple[str, bool]]) -> None:
    numbers = {"memory": 11, "queues": 13}
    assert list(tags(view(PLAN, **changed))) == [Tag(f"unit/{name}/label", numbers[name], on) for name, on in wanted]

"""What is said of a configuration's faults, and how a repository's limits meet the operator's."""

import pytest

from bot.core.definition import Budgets, least
from bot.core.errors import Fault
from bot.core.ports import Layer
from bot.core.publications import Annotation
from bot.core.run.record import Limits
from bot.core.views.configuration import check, configures, faulty, listed

OURS = Layer(".github/", url="https://github.com/o/r/blob/abc/.github/")
THEIRS = Layer("o/.github/", url="https://github.com/o/.github/blob/main/")
KEY = Fault(".github/charrette.yml", 3, "The configuration has no key “sistems”.", "Did you mean “systems”?")
LINK = Fault(".github/charrette/a b/workflow.yaml", 0, "This is a link, not a file.", "")
ABOVE = Fault("o/.github/charrette.yml", 1, "This is not YAML.", "Fix it.")
BUILT_IN = Fault("workflows/small/phases/first.md", 1, "“parameters” has no “systems”.", "There is none to name.")

PATHS = {
    "file": (".github/charrette.yml", True),
    "below the folder": (".github/charrette/small/workflow.yaml", True),
    "the folder as a link": (".github/charrette", True),
    "other ending": (".github/charrette.yaml", False),
    "name that begins so": (".github/charrette.yml.md", False),
    "elsewhere": ("docs/.github/charrette.yml", False),
    "other file": (".github/workflows/ci.yml", False),
}


@pytest.mark.parametrize(("path", "does"), PATHS.values(), ids=PATHS)
def test_which_paths_configure(path: str, does: bool) -> None:
    assert configures(path) is does


def test_each_fault_links_to_its_line_where_there_is_a_page() -> None:
    assert [row.partition(": ")[0] for row in listed([KEY, LINK, ABOVE, BUILT_IN], [OURS, THEIRS]).split("\n")] == [
        "- [.github/charrette.yml:3](https://github.com/o/r/blob/abc/.github/charrette.yml#L3)",
        "- [.github/charrette/a b/workflow.yaml](https://github.com/o/r/blob/abc/.github/charrette/a%20b/workflow.yaml)",
        "- [o/.github/charrette.yml:1](https://github.com/o/.github/blob/main/charrette.yml#L1)",
        "- workflows/small/phases/first.md:1",
    ]
    assert listed([KEY], []).endswith(": The configuration has no key “sistems”. Did you mean “systems”?")


def test_a_long_list_is_cut_and_says_so() -> None:
    assert listed([KEY] * 33, []).split("\n")[-1] == "- and 3 more"


def test_what_stands_in_a_file_can_neither_mention_nor_mark_up() -> None:
    fault = Fault(".github/charrette.yml", 1, "The key “@octo/team <img src=x> [x](y)” is unknown.", "Mend.")
    said = listed([fault], [])
    assert "@octo" not in said
    assert "<img" not in said
    assert "[x](y)" not in said
    (annotation,) = check("abc", [fault], OURS).annotations
    assert "@octo" not in annotation.title


def test_the_person_is_told_what_to_do_after_the_mend() -> None:
    assert faulty([KEY], [OURS]).startswith(
        "Nothing can start here: the configuration of this repository has a fault.\n\n- "
    )
    said = faulty([KEY, ABOVE], [OURS])
    assert "has 2 faults" in said
    assert said.endswith("put the label on again, or write the command again.")


def test_a_right_configuration_has_a_green_check() -> None:
    wish = check("abc", [], OURS)
    assert (wish.name, wish.head, wish.status, wish.conclusion) == (
        "charrette/configuration", "abc", "completed", "success",
    )  # fmt: skip
    assert wish.annotations == ()


def test_a_faulty_one_is_annotated_at_its_lines() -> None:
    wish = check("abc", [KEY, LINK, BUILT_IN], OURS)
    assert (wish.conclusion, wish.title) == ("failure", "3 faults")
    assert wish.annotations == (
        Annotation(KEY.where, 3, "failure", KEY.wrong, KEY.mend),
        Annotation(LINK.where, 1, "failure", LINK.wrong, "Fix it."),
    )
    assert "workflows/small/phases/first.md:1" in wish.summary
    assert check("abc", [KEY], OURS).title == "1 fault"


LEAST = {
    "both": (1.0, 2.0, 1.0),
    "the other": (3, 2, 2),
    "only one": (3, None, 3),
    "only the other": (None, 2, 2),
    "none": (None, None, None),
}


@pytest.mark.parametrize(("one", "other", "lower"), LEAST.values(), ids=LEAST)
def test_the_lower_of_two_limits(one: float | None, other: float | None, lower: float | None) -> None:
    assert least(one, other) == lower


def test_a_budget_lowers_and_never_raises() -> None:
    operators = Limits(run_tokens=100, run_dollars=0.0, day_tokens=200, day_dollars=9.0, turns=5)
    assert operators.lowered(Budgets(50, 1.0, 900, 90.0, 50)) == Limits(50, 1.0, 200, 9.0, 5)
    assert operators.lowered(Budgets()) == Limits(100, None, 200, 9.0, 5)
    assert Budgets(turns=3, attempts=2).stricter(Budgets(turns=2, wait_days=1)) == Budgets(
        turns=2, attempts=2, wait_days=1
    )

"""Two revisions of a plan."""

import pytest

from bot.core.markdown.artifact import Artifact
from bot.core.plan.comparing import Comparison, compare

OLD = """\
# Plan

**Revision 2026-03-01:** first version

## I) PR Plan

### PR 1: Ground <!-- unit: ground -->

**Depends on:** none

**Behavioral Guarantees:**
- BC-1-1: It holds
- BC-1-2: It stays

### PR 2: Walls <!-- unit: walls -->

**Depends on:** PR 1

**Behavioral Guarantees:**
- BC-2-1: They stand
"""
NOTE = ("**Revision 2026-03-01:**", "**Revision 2026-04-01:** changed, see below\n\n**Revision 2026-03-01:**")
BARE = OLD.replace(" <!-- unit: ground -->", "").replace(" <!-- unit: walls -->", "")


def compared(old: str, *changes: tuple[str, str]) -> Comparison:
    new = old
    for before, after in changes:
        assert before in new
        new = new.replace(before, after)
    return compare(Artifact("old.md", old), Artifact("new.md", new))


def rules(found: Comparison) -> list[str]:
    return [finding.rule for finding in found.findings]


def test_nothing_changed() -> None:
    found = compared(OLD)
    assert (found.added, found.dropped, found.renamed, found.renumbered) == ((), (), (), ())
    assert (found.rewired, found.guarantees, found.findings) == ((), (), ())


def test_what_changed_is_noted_with_a_new_date() -> None:
    assert rules(compared(OLD, ("It stays", "It stays."))) == ["revision-missing"]
    assert rules(compared(OLD, ("first version", "second version"))) == []
    assert rules(compared(OLD, ("It stays", "It stays."), NOTE)) == []
    assert rules(compared("# A plan\n", ("# A plan", "# The plan"))) == ["revision-missing"]


def test_a_unit_that_came_and_one_that_went() -> None:
    found = compared(OLD, ("### PR 2: Walls <!-- unit: walls -->", "### PR 2: Roof <!-- unit: roof -->"), NOTE)
    assert [unit.stable for unit in found.added] == ["roof"]
    assert [unit.stable for unit in found.dropped] == ["walls"]


def test_a_stable_id_outlives_title_and_number() -> None:
    found = compared(
        OLD, ("### PR 1: Ground", "### PR 4: Soil"), ("on:** PR 1", "on:** PR 4"), ("BC-1-", "BC-4-"), NOTE
    )
    assert [(old.title, new.title) for old, new in found.renamed] == [("Ground", "Soil")]
    assert [(old.id, new.id) for old, new in found.renumbered] == [("PR1", "PR4")]
    assert (found.added, found.dropped, found.rewired, found.guarantees, found.findings) == ((), (), (), (), ())


def test_a_title_outlives_a_number() -> None:
    found = compared(BARE, ("### PR 1: Ground", "### PR 4: Ground"), ("on:** PR 1", "on:** PR 4"), NOTE)
    assert [(old.id, new.id) for old, new in found.renumbered] == [("PR1", "PR4")]
    assert (found.added, found.dropped, found.rewired) == ((), (), ())


def test_guarantees_outlive_title_and_number() -> None:
    found = compared(BARE, ("### PR 1: Ground", "### PR 4: Soil"), ("It holds", "It bears"), NOTE)
    assert [(old.title, new.title) for old, new in found.renamed] == [("Ground", "Soil")]


def test_units_without_anything_in_common_are_two() -> None:
    found = compared(
        BARE, ("### PR 1: Ground", "### PR 4: Soil"), ("- BC-1-1: It holds\n- BC-1-2: It stays\n", ""), NOTE
    )
    assert ([unit.id for unit in found.added], [unit.id for unit in found.dropped]) == (["PR4"], ["PR1"])


def test_one_title_of_two_units_decides_nothing() -> None:
    found = compared(BARE, ("Walls", "Ground"), NOTE)
    assert [(old.title, new.title) for old, new in found.same] == [("Ground", "Ground"), ("Walls", "Ground")]


def test_what_a_unit_needs() -> None:
    third = "\n### PR 3: Roof <!-- unit: roof -->\n\n**Depends on:** none\n"
    (change,) = compared(OLD + third, ("**Depends on:** PR 1", "**Depends on:** PR 3"), NOTE).rewired
    assert (change.unit.id, change.lost, change.gained) == ("PR2", ("PR1",), ("PR3",))


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("**Contract:** BC-2-1: old: they stand; new: they lean; reason: the wind.", True),
        ("BC-2-1 was that they stand, and is now that they lean, because of the wind.", True),
        ("BC-2-1 changed, because of the wind.", False),
        ("BC-2-10: old: a; new: b; reason: c.", False),
        ("", False),
    ],
)
def test_a_changed_guarantee_needs_old_new_and_reason(note: str, said: bool) -> None:
    found = compared(OLD, ("They stand", "They lean"), NOTE, ("changed, see below", f"changed\n\n{note}"))
    (change,) = found.guarantees
    assert (change.unit.id, change.old.text, change.new and change.new.text) == ("PR2", "They stand", "They lean")
    assert rules(found) == ([] if said else ["guarantee-changed"])


def test_a_guarantee_that_is_gone() -> None:
    found = compared(OLD, ("- BC-1-1: It holds\n", ""), NOTE)
    (change,) = found.guarantees
    assert (change.old.id, change.new) == ("BC-1-1", None)
    (finding,) = found.findings
    assert finding.line == 9
    assert finding.wrong == "BC-1-1 of PR1 was “It holds”, and is gone, without a reason."


def test_a_guarantee_of_another_name_and_a_further_one_are_no_change() -> None:
    assert compared(OLD, ("BC-1-1", "BC-1-7"), NOTE).guarantees == ()
    assert compared(OLD, ("- BC-1-2", "- BC-1-3: It lasts\n- BC-1-2"), NOTE).guarantees == ()


def test_a_guarantee_that_changed_with_its_unit_s_number() -> None:
    (change,) = compared(OLD, ("### PR 2:", "### PR 5:"), ("BC-2-1: They stand", "BC-5-1: They lean"), NOTE).guarantees
    assert (change.old.id, change.new and change.new.id) == ("BC-2-1", "BC-5-1")


def test_each_unit_is_one_other_s_alone() -> None:
    twin = BARE.replace("### PR 2: Walls", "### PR 2: Floor").replace(
        "BC-2-1: They stand", "BC-2-1: It holds\n- It stays"
    )
    found = compared(twin, ("### PR 1: Ground", "### PR 3: Soil"), ("### PR 2: Floor", "### PR 4: Deck"), NOTE)
    assert [(old.title, new.title) for old, new in found.same] == [("Ground", "Soil"), ("Floor", "Deck")]


def test_long_guarantees_are_cut_in_the_finding() -> None:
    found = compared(OLD.replace("They stand", "They stand " * 20), ("They stand " * 20, "They lean"), NOTE)
    assert f"was “{('They stand ' * 20)[:79]}…”, and is “They lean” now" in found.findings[0].wrong

from dataclasses import replace

import pytest

from bot.core.living.editing import edited
from bot.core.living.edits import Edit, Finished, Recorded, Reworded
from bot.core.markdown.artifact import Artifact
from bot.core.plan import read
from bot.core.plan.comparing import compare
from bot.core.plan.risks import result_of
from tests.gates.plan.examples import GOOD

from .series import PLAN

DAY = "2026-11-26"
MEMORY = Finished("unit/memory", 45, "2026-11-25")
FAILED = Recorded("Memory decides (D-1)", "failed", DAY, "ada", "3 of 10 | swap\nfor @bob", "c1")
PASSED = Recorded("memory decides (d-1)", "passed", "2026-11-27", "grace", "none swaps now", "c2")


def lines(before: str, after: str) -> list[str]:
    """What is new in a text, without blank lines."""
    old = before.split("\n")
    return [line for line in after.split("\n") if line not in old and line.strip()]


def test_a_unit_is_marked_as_done_with_a_note() -> None:
    done = edited(PLAN, [MEMORY], DAY)
    assert lines(PLAN, done.text) == [
        f"**Revision {DAY}, status:** PR 1 is done, by #45.",
        "### PR 1: Memory (done 2026-11-25) <!-- unit: memory -->",
    ]
    assert done.made == (MEMORY,)
    unit = read(done.text).units[0]
    assert (unit.title, unit.status, unit.stable) == ("Memory", "done 2026-11-25", "memory")


def test_the_same_again_changes_nothing() -> None:
    done = edited(PLAN, [MEMORY, FAILED], DAY).text
    assert edited(done, [MEMORY, FAILED], "2026-12-01").text == done
    assert edited(done, [MEMORY], DAY).made == ()


def test_a_mark_that_a_person_took_away_is_not_made_again() -> None:
    taken = edited(PLAN, [MEMORY], DAY).text.replace(" (done 2026-11-25)", "")
    assert edited(taken, [MEMORY], DAY).text == taken


def test_notes_of_a_day_are_one_and_stand_behind_those_of_before() -> None:
    words = Finished("unit/words", 15, DAY, pull=False)
    both = edited(edited(PLAN, [MEMORY], DAY).text, [words], DAY).text
    assert (
        f"first version.\n\n**Revision {DAY}, status:** PR 1 is done, by #45. PR 5 is done: #15 was closed.\n" in both
    )
    later = edited(both, [Finished("unit/limits", 50, "2026-11-27")], "2026-11-27").text
    assert later.index(f"**Revision {DAY}") < later.index("**Revision 2026-11-27, status:** PR 2 is done, by #50.")


def test_the_gate_on_revisions_is_content() -> None:
    after = edited(GOOD, [Finished("unit/memory-reading", 45, DAY)], DAY).text
    assert compare(Artifact("", GOOD), Artifact("", after)).findings == ()


def test_windows_line_ends_stay() -> None:
    text = PLAN.replace("\n", "\r\n")
    done = edited(text, [MEMORY], DAY).text
    assert done.replace("\r\n", "\n") == edited(PLAN, [MEMORY], DAY).text
    assert "\n" not in done.replace("\r\n", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("### PR 1: Memory\n", "### PR 1: Memory (done 2026-11-25)", id="heading"),
        pytest.param("### PR 1: Memory ###\n", "### PR 1: Memory (done 2026-11-25) ###", id="closed-heading"),
        pytest.param("### PR 1: Memory 🚧 WIP\n", "### PR 1: Memory (done 2026-11-25)", id="another-status"),
        pytest.param("- [ ] PR 1: Memory\n", "- [x] PR 1: Memory", id="task"),
        pytest.param("- PR 1: Memory\n", "- PR 1: Memory (done 2026-11-25)", id="item"),
        pytest.param("### PR 1: Memory\n\n- **Status:** planned\n", "- **Status:** done 2026-11-25", id="field"),
        pytest.param(
            "### PR 1: Memory\n\n| Aspect | Text |\n|---|---|\n| **Status** | planned |\n",
            "| **Status** | done 2026-11-25 |",
            id="aspect",
        ),
        pytest.param(
            "| PR | Title | Depends on | Status |\n|---|---|---|---|\n| PR 1 | Memory | none | open |\n",
            "| PR 1 | Memory | none | done 2026-11-25 |",
            id="row",
        ),
    ],
)
def test_where_a_status_stands(text: str, line: str) -> None:
    done = edited(f"# P\n\n## PR plan\n\n{text}", [Finished("unit/~memory", 45, "2026-11-25")], DAY)
    assert line in done.text.split("\n")
    assert read(done.text).units[0].status.startswith("done")
    assert done.text.startswith(f"# P\n\n**Revision {DAY}, status:** PR 1 is done, by #45.\n\n## PR plan\n")


@pytest.mark.parametrize(
    ("text", "edit", "why"),
    [
        pytest.param(PLAN, Finished("unit/gone", 45, DAY), "is no unit of the document as it is now", id="unit-gone"),
        pytest.param(
            "| PR | Title | Depends on |\n|---|---|---|\n| PR 1 | Memory | none |\n",
            Finished("unit/~memory", 45, DAY),
            "its row has no column “Status”",
            id="no-column",
        ),
        pytest.param(
            PLAN, Recorded("Nothing", "passed", DAY, "ada", "x"), "has no row “Nothing” any more", id="row-gone"
        ),
        pytest.param(
            PLAN, Reworded("Judge", "words that are not there", "x", 45), "no place of its own", id="words-gone"
        ),
        pytest.param(PLAN, Reworded("Judge", " ", "x", 45), "no place of its own", id="no-words"),
        pytest.param(PLAN, Reworded("Nobody", "Nothing more.", "x", 45), "no place of its own", id="no-block"),
    ],
)
def test_what_has_no_place_is_said(text: str, edit: Edit, why: str) -> None:
    done = edited(text, [edit], DAY)
    assert (done.text, done.made) == (text, ())
    assert why in done.unplaced[0]


def test_a_failed_validation_is_recorded_and_its_abort_plan_proposed() -> None:
    text = edited(PLAN, [FAILED], DAY).text
    risk, other = read(text).risks
    result = result_of(risk)
    assert result
    assert (result.verdict, result.on, result.by) == ("failed", DAY, "ada")
    assert result.found.startswith("3 of 10 | swap for @")
    assert result_of(other) is None
    assert "@bob" not in text
    assert "By its abort plan: use pressure. It concerns PR 2, PR 3, PR 4, which wait until this is revised" in text
    word = f"> **To be revised:** row 1 of the risk register failed on {DAY}. Its abort plan: use pressure"
    assert text.count(word) == 3
    assert [unit.depends_on for unit in read(text).units] == [unit.depends_on for unit in read(PLAN).units]
    assert [unit.title for unit in read(text).units] == [unit.title for unit in read(PLAN).units]


def test_a_later_pass_keeps_what_was_found_before() -> None:
    failed = edited(PLAN, [FAILED], DAY).text
    text = edited(failed, [PASSED], "2026-11-27").text
    risk = read(text).risks[0]
    result = result_of(risk)
    assert result
    assert (result.verdict, result.by, result.found) == ("passed", "grace", "none swaps now")
    assert "; before: **failed** 2026-11-26 (by ada): 3 of 10 | swap" in risk.result
    assert "To be revised" not in text
    assert "Row 1 of the risk register, “Memory decides (D-1)”, is validated: none swaps now (found by grace)." in text
    ended = edited(PLAN, [replace(PASSED, found="none swaps now.")], DAY).text
    assert "is validated: none swaps now (found by grace)." in ended
    assert read(text).risks[1].gate == "Before PR 3"


def test_no_abort_plan_no_units_and_a_person_who_moved_the_word() -> None:
    text = PLAN.replace(" **Abort:** use pressure", "").replace(
        "PR 2, PR 3, PR 4 | Before PR 2", "all of it | In March"
    )
    failed = edited(text, [FAILED], DAY).text
    assert "By its abort plan: none is written down: say here what changes. It concerns no unit by name" in failed
    listed = "| PR | Depends on | Status |\n|---|---|---|\n| PR 2 | none | |\n\n"
    in_rows = f"# P\n\n{listed}{PLAN[PLAN.index('| Decision') : PLAN.index('### Freeze')]}"
    assert "To be revised" not in edited(in_rows, [FAILED], DAY).text
    moved = edited(PLAN, [FAILED], DAY).text.replace("\n\n> **To be revised", "\n> **To be revised")
    assert "To be revised" not in edited(moved, [PASSED], DAY).text


def test_the_concept_model_follows_what_was_merged() -> None:
    old = "says which workers are over their limit"
    assert GOOD.count(old) <= 1
    judge = next(block for block in read(GOOD).blocks if block.name == "Judge")
    done = edited(GOOD, [Reworded("judge", judge.responsibility, "decides for @all and fixes #1.", 45)], DAY)
    assert "The concept model says of Judge what #45 made of it." in done.text
    assert "@all" not in done.text
    assert judge.responsibility not in done.text


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param(
            "### PR 1: Memory\n", f"**Revision {DAY}, status:** PR 1 is done, by #45.\n\n### PR 1", id="no-title"
        ),
        pytest.param(
            "# P\n\n**Date:** x\n**Revision:** v3\n**Status:** Draft\n\n## PR plan\n\n### PR 1: Memory\n",
            f"# P\n\n**Date:** x\n**Revision:** v3\n**Status:** Draft\n\n**Revision {DAY}, status:** PR 1",
            id="behind-the-paragraph",
        ),
        pytest.param(
            "# PR plan\n## PR 1: Memory\n",
            f"# PR plan\n\n**Revision {DAY}, status:** PR 1 is done, by #45.\n## PR 1",
            id="tight",
        ),
        pytest.param(
            "- [ ] PR 1: Memory",
            f"**Revision {DAY}, status:** PR 1 is done, by #45.\n\n- [x] PR 1",
            id="no-heading-at-all",
        ),
        pytest.param(
            "# PR plan\n\n- [ ] PR 1: Memory\n\n**Revision 1**",
            f"# PR plan\n\n- [x] PR 1: Memory\n\n**Revision 1**\n\n**Revision {DAY}",
            id="at-the-end",
        ),
    ],
)
def test_where_the_note_stands(text: str, start: str) -> None:
    assert edited(text, [Finished("unit/~memory", 45, DAY)], DAY).text.startswith(start)


def test_keys_tell_edits_apart() -> None:
    edits = (MEMORY, FAILED, Reworded("Judge", "a", "b", 45))
    assert [edit.key for edit in edits] == [
        "done/unit/memory/45",
        "validation/c1",
        "concept/45",
    ]

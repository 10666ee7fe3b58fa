"""The reviews of a round become concerns: nothing is lost, nobody is misquoted, ids and decisions stay."""

from dataclasses import replace

import pytest

from bot.core.concerns import Concern, Concerns, Decision, Disposition, LogRow, Source
from bot.core.concerns.consolidating import Dismissed, Found, Grouped, Grouping, Reviewed, consolidated, faults

TARJAN = Reviewed("003-tarjan", "Graph algorithms", (Found("F1", "critical"), Found("F2", "nice to have")))
COUSOT = Reviewed("003-cousot", "Soundness", (Found("F1", "important"),))
BOTH = (TARJAN, COUSOT)
LOST = Grouped(
    "",
    "Writes are lost",
    "critical",
    ["003-tarjan F1", "003-cousot F1"],
    "",
    "No flush.",
    "`a.py:1`",
    "Flush.",
    "storage",
)
ROUND = Grouping([LOST], [Dismissed("003-tarjan F2", "measured, and it is fast")])


def test_a_round() -> None:
    assert faults(ROUND, BOTH, None) == ()
    assert consolidated(ROUND, BOTH, None, "Queues") == Concerns(
        "Queues",
        (
            Concern(
                "C1",
                "Writes are lost",
                "critical",
                (Source("Graph algorithms", "critical"), Source("Soundness", "important")),
                "No flush.",
                "`a.py:1`",
                "Flush.",
                "storage",
            ),
        ),
        (
            Disposition("003-tarjan", "F1", "merged", "C1"),
            Disposition("003-cousot", "F1", "merged", "C1"),
            Disposition("003-tarjan", "F2", "dismissed", "", "measured, and it is fast"),
        ),
    )


def test_one_expert_twice_counts_with_the_graver() -> None:
    said = Grouping([replace(LOST, findings=["003-tarjan F2", "003-tarjan F1"])], [Dismissed("003-cousot F1", "no")])
    (concern,) = consolidated(said, BOTH, None, "Q").concerns
    assert concern.sources == (Source("Graph algorithms", "critical"),)


def test_a_second_round_keeps_ids_decisions_and_the_log() -> None:
    decided = Concern(
        "C1", "Writes are lost", "critical", (Source("Soundness", "critical"),), decision=Decision("reject", "so")
    )
    foreign = Concern("X7", "Of another house", "critical")
    row = LogRow(("C1",), decision="reject: so")
    before = Concerns("First", (decided, foreign), (Disposition("003-cousot", "F9", "kept", "C1"),), (row,))
    again = Reviewed("005-tarjan", "Graph algorithms", (Found("F1", "critical"), Found("F2", "critical")))
    said = Grouping(
        [replace(LOST, keeps="C1", findings=["005-tarjan F1"]), replace(LOST, title="New", findings=["005-tarjan F2"])],
        [],
    )
    assert faults(said, (again,), before) == ()
    after = consolidated(said, (again,), before, "Second")
    assert [concern.id for concern in after.concerns] == ["C1", "X7", "C2"]
    kept = after.concerns[0]
    assert kept.decision == Decision("reject", "so")
    assert kept.sources == (Source("Soundness", "critical"), Source("Graph algorithms", "critical"))
    assert (after.title, after.log) == ("First", (row,))
    assert [(fate.expert, fate.kind, fate.concern) for fate in after.dispositions] == [
        ("003-cousot", "kept", "C1"),
        ("005-tarjan", "merged", "C1"),
        ("005-tarjan", "kept", "C2"),
    ]


@pytest.mark.parametrize(
    ("before", "taken"),
    [
        (Concerns("Q"), ["C4", "I9", "X7"]),
        (Concerns("Q", log=(LogRow(("C3", "C4"), decision="reject: so"),)), []),
        (
            Concerns(
                "Q", (), (Disposition("002-tarjan", "F1", "kept", "C4"), Disposition("002-don", "F1", "dismissed"))
            ),
            [],
        ),
    ],
    ids=["that was known", "in the log", "of a disposition"],
)
def test_an_id_is_never_used_again(before: Concerns, taken: list[str]) -> None:
    found = consolidated(Grouping([LOST], ROUND.dismissed), BOTH, before, "Q", taken)
    assert [concern.id for concern in found.concerns] == ["C5"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param(Grouping([LOST], []), "003-tarjan F2 is in no concern and not dismissed", id="dropped"),
        pytest.param(
            Grouping([LOST, replace(LOST, findings=["003-cousot F1"])], ROUND.dismissed),
            "003-cousot F1 is used 2",
            id="twice",
        ),
        pytest.param(
            Grouping([replace(LOST, findings=[*LOST.findings, "003-don F1"])], ROUND.dismissed),
            "There is no finding 003-don F1. Name findings as in “003-tarjan F1”",
            id="invented",
        ),
        pytest.param(Grouping([LOST], [Dismissed("003-tarjan F2", " ")]), "dismissed without a reason", id="no reason"),
        pytest.param(
            Grouping([replace(LOST, severity="important")], ROUND.dismissed),
            "a source gave “critical”",
            id="downgraded",
        ),
        pytest.param(
            Grouping([LOST, replace(LOST, findings=[])], ROUND.dismissed), "comes from no finding", id="from nowhere"
        ),
        pytest.param(Grouping([replace(LOST, owner="")], ROUND.dismissed), "has an empty `owner`", id="no owner"),
        pytest.param(
            Grouping([replace(LOST, keeps="C9")], ROUND.dismissed), "keeps C9, which is no concern", id="keeps"
        ),
    ],
)
def test_what_is_wrong_with_a_grouping(said: Grouping, words: str) -> None:
    found = faults(said, BOTH, None)
    assert len(found) == 1
    assert words in found[0]


def test_a_downgrade_that_is_explained_is_none_of_them() -> None:
    said = Grouping([replace(LOST, severity="important", downgrade="only in tests")], ROUND.dismissed)
    assert faults(said, BOTH, None) == ()
    assert consolidated(said, BOTH, None, "Q").concerns[0].id == "I1"


def test_a_grave_finding_does_not_vanish_in_a_small_concern_of_before() -> None:
    before = Concerns("First", (Concern("N1", "Small", "nice to have", downgrade="Old."),))
    kept = replace(LOST, keeps="N1")
    (wrong,) = faults(Grouping([kept], ROUND.dismissed), BOTH, before)
    assert "keeps N1, which is “nice to have”, and a source gave “critical”. Leave `keeps` empty" in wrong
    said = Grouping([replace(kept, downgrade="Only in tests.")], ROUND.dismissed)
    assert faults(said, BOTH, before) == ()
    (concern,) = consolidated(said, BOTH, before, "Q").concerns
    assert (concern.id, concern.severity, concern.downgrade) == ("N1", "nice to have", "Old. Only in tests.")


def test_what_is_no_graver_needs_no_word() -> None:
    before = Concerns("First", (Concern("C1", "Lost", "critical"),))
    said = Grouping([replace(LOST, keeps="C1", severity="nice to have", downgrade="no need")], ROUND.dismissed)
    assert faults(said, BOTH, before) == ()
    assert consolidated(said, BOTH, before, "Q").concerns[0].downgrade == ""

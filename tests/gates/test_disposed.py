"""A list of concerns that lost something of its reviews."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.concerns import Concern, Concerns, Decision, Disposition, Source, render
from bot.core.findings import Finding
from bot.core.outputs import REVIEW, Setting
from bot.gates import Context

Judge = Callable[..., list[Finding]]


def review(lens: str, *severities: str) -> str:
    items = [
        {
            "title": "T",
            "severity": severity,
            "confidence": "high",
            "location": "x",
            "quote": "",
            "problem": "P",
            "suggestion": "",
        }
        for severity in severities
    ]
    said = {"verdict": "No.", "summary": "S.", "examined": "E.", "items": items}
    return REVIEW.render(REVIEW.settle(said, Setting("R", lens)))


CONTEXT = Context(
    documents={
        "x/003-tarjan-review.md": review("Graphs", "critical", "important"),
        "x/003-cousot-review.md": review("Soundness", "important"),
        "x/002-roadmap.md": "# Roadmap\n",
    }
)
C1 = Concern("C1", "Lost", "critical", (Source("Graphs", "critical"), Source("Soundness", "important")), "P", owner="o")
FATES = (
    Disposition("003-tarjan", "F1", "merged", "C1"),
    Disposition("003-cousot", "F1", "merged", "C1"),
    Disposition("003-tarjan", "F2", "dismissed", "", "said before"),
)
GOOD = Concerns("Concerns", (C1,), FATES)


def wrong(found: Judge, document: Concerns) -> list[str]:
    return [finding.wrong for finding in found("dispositions", render(document), None, CONTEXT)]


def test_good(found: Judge) -> None:
    assert wrong(found, GOOD) == []
    earlier = Disposition("001-tarjan", "F1", "kept", "C1")
    assert wrong(found, Concerns("Concerns", (C1,), (*FATES, earlier))) == []


@pytest.mark.parametrize(
    ("concerns", "fates", "words"),
    [
        pytest.param((C1,), FATES[:2], "003-tarjan F2 was dropped: it has no disposition.", id="a dropped finding"),
        pytest.param((C1,), (*FATES, FATES[2]), "003-tarjan F2 has several dispositions.", id="twice"),
        pytest.param(
            (C1,), (*FATES, Disposition("003-cousot", "F7", "dismissed", "", "x")), "no finding F7", id="one too many"
        ),
        pytest.param(
            (C1,),
            (*FATES[:2], Disposition("003-tarjan", "F2", "kept", "C9")),
            "003-tarjan F2 went to C9, which is no concern here.",
            id="to nowhere",
        ),
        pytest.param(
            (C1,),
            (*FATES[:2], Disposition("003-tarjan", "F2", "dismissed")),
            "dismissed without a reason",
            id="no reason",
        ),
        pytest.param(
            (Concern("C1", "Lost", "critical", (*C1.sources, Source("Types")), "P"),),
            FATES,
            "C1 names “Types”, who did not say so.",
            id="a false source",
        ),
        pytest.param(
            (Concern("C1", "Lost", "critical", C1.sources[:1], "P"),),
            FATES,
            "does not name “Soundness”",
            id="a missing source",
        ),
        pytest.param(
            (Concern("C1", "Lost", "important", C1.sources, "P"),),
            FATES,
            "and a source gave “critical”",
            id="a shrunk severity",
        ),
        pytest.param(
            (Concern("C1", "Lost", "critical", (Source("Graphs", "low"), Source("Soundness", "low")), "P"),),
            FATES,
            "C1 does not say that a source gave “critical”.",
            id="a shrunk source",
        ),
    ],
)
def test_bad(found: Judge, concerns: tuple[Concern, ...], fates: tuple[Disposition, ...], words: str) -> None:
    told = wrong(found, Concerns("Concerns", concerns, fates))
    assert any(words in each for each in told), told


def test_a_downgrade_that_is_written(found: Judge) -> None:
    down = Concern("C1", "Lost", "important", C1.sources, "P", downgrade="only in tests")
    assert wrong(found, Concerns("Concerns", (down,), FATES)) == []


def test_a_grave_finding_that_a_further_round_put_into_a_small_concern(found: Judge) -> None:
    old = Disposition("001-ops", "F1", "kept", "N1")
    small = Concern("N1", "Small", "nice to have", (Source("Operations"), *C1.sources), "P")
    fates = (old, *(replace(fate, concern="N1") for fate in FATES[:2]), FATES[2])
    given = {**CONTEXT.documents, "x/001-expert-concerns.md": render(Concerns("C", (small,), (old,)))}

    def told(concern: Concern) -> list[str]:
        text = render(Concerns("C", (concern,), fates))
        return [each.wrong for each in found("dispositions", text, None, Context(documents=given))]

    assert told(small) == ["N1 is “nice to have”, and a source gave “critical”."]
    assert told(replace(small, downgrade="only in tests")) == []


def test_a_concern_of_nobody_s_review_is_left_alone(found: Judge) -> None:
    own = Concern("Q1", "By hand", "question", (Source("Ada"),), "P")
    assert wrong(found, Concerns("Concerns", (C1, own), FATES)) == []


def test_a_finding_that_is_not_there_gives_no_severity(found: Judge) -> None:
    fates = (*FATES, Disposition("003-cousot", "F7", "kept", "I1"))
    own = Concern("I1", "Else", "important", (Source("Soundness"),), "P")
    assert wrong(found, Concerns("Concerns", (C1, own), fates)) == ["The review 003-cousot has no finding F7."]


ACCEPTED = replace(C1, decision=Decision("accept", "so"))
REJECTED = replace(C1, id="C2", decision=Decision("reject", "no"))


@pytest.mark.parametrize(
    ("concerns", "text", "wrong"),
    [
        ((ACCEPTED, REJECTED), "C1: it is flushed.\n", []),
        ((ACCEPTED, REJECTED), "C12 and C2.\n", ["C1 was accepted, and is not answered: Lost."]),
        ((C1, REJECTED), "Nothing.\n", []),
        (None, "Nothing.\n", []),
    ],
)
def test_answers_concerns(found: Judge, concerns: tuple[Concern, ...] | None, text: str, wrong: list[str]) -> None:
    there = {} if concerns is None else {"x/004-expert-concerns.md": render(Concerns("E", concerns))}
    assert [one.wrong for one in found("answers-concerns", text, context=Context(documents=there))] == wrong


def test_decisions_agree(found: Judge) -> None:
    assert found("decisions-agree", "### C1. A\n**Decision:** [ ]\n") == []
    (finding,) = found("decisions-agree", "### C1. A\n**Decision:** [x] accept: so\n")
    assert finding.line == 2


OLD = """# Concerns

## Critical

### C1. A
**Decision:** [x] accept: so

### C1. B
**Decision:** [x] accept [x] reject

## Dispositions

| Finding | Disposition | Reason |
| --- | --- | --- |
| 001-tarjan F1 | kept as C7 | |
"""


def test_what_people_left_so_is_no_fault_of_who_goes_on(found: Judge) -> None:
    more = OLD.replace("### C1. A", "### C2. C\n**Decision:** [ ]\n\n### C1. A")
    given = Context(documents={"x/002-expert-concerns.md": OLD})
    for gate in ("decisions-agree", "dispositions"):
        assert found(gate, OLD, None, Context())
        assert found(gate, more, None, given) == []
    worse = more.replace("[ ]", "[x] reject: no")
    assert [each.rule for each in found("decisions-agree", worse, None, given)] == [
        "decisions-agree: field-decides-no-log"
    ]

"""A further round is added to the document that people have, and what they wrote stays, however they wrote it."""

from dataclasses import replace

import pytest

from bot.core.codec import from_json, to_json
from bot.core.concerns import Concern, Concerns, Disposition, Source, read, render
from bot.core.concerns.consolidating import Found, Grouped, Grouping, Reviewed, consolidated
from bot.core.concerns.continuing import continued
from bot.core.outputs import CONCERNS

THEIRS = """# Concerns about the queue

We met on Monday, and @ada takes notes.

## Critical

### C1. Writes are lost
**Raised by:** Cousot (HIGH), Hejlsberg
It was seen twice.

- a list that a person wrote
**Decision:** [x] accept [x] reject: we differ

### C1. Another of the same number
**Decision:** [ ]

### No number yet
**Source:** Ops
**Decision:** [ ]

## Must

## Nice to have

### N1. Critical paths are drawn
**Decision:** [ ]

---

## Important

None.

## Decision log

| # | Decision | Notes |
| --- | --- | --- |
| C1 | accept | on the phone |
"""


def group(title: str, severity: str, finding: str, keeps: str = "", downgrade: str = "") -> Grouped:
    return Grouped(keeps, title, severity, [finding], downgrade, "P", "", "S", "o")  # type: ignore[arg-type]


def after(text: str, *groups: Grouped) -> str:
    """The document after a round in which Ops found something critical and something important."""
    review = Reviewed("005-ops", "Ops", (Found("F1", "critical"), Found("F2", "important")))
    document = consolidated(Grouping(list(groups), []), (review,), read(text), "T")
    return CONCERNS.render(to_json(replace(document, goes_on=text)))


def lost(before: str, now: str) -> list[str]:
    """The lines of a text that another has not."""
    return [line for line in before.splitlines() if line not in now.splitlines()]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_people_wrote_stays(ends: str) -> None:
    text = THEIRS.replace("\n", ends)
    now = after(text, group("Slow", "critical", "005-ops F1"), group("No limit", "important", "005-ops F2"))
    assert lost(text, now) == ["None."]
    assert ("\r" in now) is ("\r" in ends)
    found = read(now)
    assert [(each.id, each.severity) for each in found.concerns] == [
        ("C1", "critical"),
        ("C1", "critical"),
        ("C2", "critical"),
        ("N1", "nice to have"),
        ("I1", "important"),
    ]
    assert found.concerns[0].decision is not None
    assert found.concerns[0].decision.ticked == 2
    assert [(each.expert, each.finding, each.concern) for each in found.dispositions] == [
        ("005-ops", "F1", "C2"),
        ("005-ops", "F2", "I1"),
    ]
    assert [loose.line for loose in found.loose]
    assert now.index("## Dispositions") < now.index("## Decision log")


def test_who_says_so_too_is_added_to_its_line() -> None:
    commas = "## Critical\n\n### C1. A\n\n**Source:** Cousot, Hejlsberg\n\n**Decision:** [ ]\n"
    now = after(commas, group("A", "critical", "005-ops F1", "C1"), group("B", "critical", "005-ops F2", "C1"))
    assert "**Source:** Cousot, Hejlsberg, Ops (critical), Ops (important)\n" in now
    assert [each.expert for each in read(now).concerns[0].sources] == ["Cousot", "Hejlsberg", "Ops", "Ops"]
    ours = render(Concerns("T", (Concern("C1", "A", "critical", (Source("Cousot", "critical"),), "P"),)))
    now = after(ours, group("A", "critical", "005-ops F1", "C1"), group("B", "important", "005-ops F2"))
    assert "**Source:** Cousot (critical); Ops (critical)\n" in now
    assert lost(ours, now) == ["**Source:** Cousot (critical)"]
    again = after(now, group("A", "critical", "005-ops F1", "C1"), group("B", "important", "005-ops F2"))
    assert read(again).concerns[0].sources == read(now).concerns[0].sources


@pytest.mark.parametrize("field", ["**Decision:** [ ]\n", ""])
def test_why_it_is_less_grave_than_somebody_found_it_is_added(field: str) -> None:
    text = f"## Nice to have\n\n### N1. A\n\n**Source:** Ada\n\n{field}"
    now = after(
        text, group("A", "nice to have", "005-ops F1", "N1", "In tests."), group("B", "important", "005-ops F2")
    )
    concern = next(each for each in read(now).concerns if each.id == "N1")
    assert (concern.downgrade, [each.expert for each in concern.sources]) == ("In tests.", ["Ada", "Ops"])
    assert lost(text, now) == ["**Source:** Ada"]


def test_a_document_of_ours_goes_on_as_if_it_were_written_anew() -> None:
    """A document that nobody touched reads the same whether it is written into or written again."""
    one = Concern("C1", "A", "critical", (Source("Cousot", "critical"),), "P", owner="o")
    first = Concerns("T", (one,), (Disposition("003-cousot", "F1", "kept", "C1"),))
    review = Reviewed("005-ops", "Ops", (Found("F1", "critical"), Found("F2", "important")))
    said = Grouping([group("S", "critical", "005-ops F1"), group("L", "important", "005-ops F2")], [])
    then = consolidated(said, (review,), first, "T")
    text = continued(render(first), then)
    assert text == render(then)


def test_a_section_that_is_not_there_is_made() -> None:
    now = after("# Notes\n", group("S", "critical", "005-ops F1"), group("L", "important", "005-ops F2"))
    assert [each.id for each in read(now).concerns] == ["C1", "I1"]
    assert now.index("## Critical") < now.index("## Important") < now.index("## Dispositions")


@pytest.mark.parametrize(
    "text",
    [
        "# T\n\n```\nan open fence\n",
        "| # | Title | Severity |\n| --- | --- | --- |\n| C1 | A | critical |\n",
    ],
    ids=["an open fence hides what is added", "a table has no line for who said so"],
)
def test_where_there_is_no_place_for_it_the_document_is_written_anew(text: str) -> None:
    keeps = "C1" if "C1" in text else ""
    now = after(text, group("S", "critical", "005-ops F1", keeps), group("L", "important", "005-ops F2"))
    found = read(now)
    assert [each.id for each in found.concerns] == ["C1", "I1"]
    assert len(found.dispositions) == 2


def test_a_new_document_goes_on_from_none() -> None:
    document = Concerns("T", (Concern("C1", "A", "critical", (), "P"),))
    assert CONCERNS.render(to_json(document)) == render(document)
    assert from_json(Concerns, CONCERNS.parse(render(document))).goes_on == ""


def test_a_round_that_found_nothing_changes_nothing() -> None:
    document = consolidated(Grouping([], []), (), read(THEIRS), "T")
    assert CONCERNS.render(to_json(replace(document, goes_on=THEIRS))) == THEIRS

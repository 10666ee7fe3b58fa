"""Sections of a document that several phases make: taken out, put in, and nothing else touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.findings import Finding
from bot.core.markdown.sections import Filling, digest_of_part, faults, is_filled, own, part_of, spliced, within

BELOW = "put what belongs to them below “###”."
ORDER = ("Research", "Decisions", "Roadmap")
WHOLE = "# Roadmap: X\n\nBy people.\n\n## Research\n\nOld.\n\n### Deeper\n\nOld.\n\n## Ours\n\nKept.\n"


def test_what_a_codec_leaves_out_is_no_fault_and_goes() -> None:
    coded = Filling(("Research", "Decisions"), ORDER, "Roadmap: X", coded=True)
    answer = "## Decisions\n\nNew.\n"
    assert list(faults(answer, coded)) == []
    made = spliced(WHOLE, answer, coded)
    assert "Old." not in made
    assert "By people.\n" in made
    assert "## Ours\n\nKept.\n" in made
    assert spliced(made, answer, coded) == made


def filling(*sections: str) -> Filling:
    return Filling(sections, ORDER, "Roadmap: X")


SPLICED = {
    "no document yet": ("", "## Research\n\nNew.\n", "# Roadmap: X\n\n## Research\n\nNew.\n"),
    "in the place of the old": (
        WHOLE,
        "## Research\n\nNew.\n",
        "# Roadmap: X\n\nBy people.\n\n## Research\n\nNew.\n\n## Ours\n\nKept.\n",
    ),
    "behind the phase before": (
        "# R\n\n## 1. Research\n\nOld.\n\n## Ours\n\nKept.\n",
        "## Decisions\n\nNew.\n",
        "# R\n\n## 1. Research\n\nOld.\n\n## Decisions\n\nNew.\n\n## Ours\n\nKept.\n",
    ),
    "ahead of the phase after": (
        "# R\n\n## Roadmap\n\nOld.\n",
        "## Decisions\n\nNew.\n",
        "# R\n\n## Decisions\n\nNew.\n\n## Roadmap\n\nOld.\n",
    ),
    "ahead of the notes": (
        "# R\n\n## Ours\n\n## Revision notes\n\n- one\n",
        "## Decisions\n\nNew.\n",
        "# R\n\n## Ours\n\n## Decisions\n\nNew.\n\n## Revision notes\n\n- one\n",
    ),
    "at the end": ("# R\n\nText", "## Decisions\n\nNew.", "# R\n\nText\n\n## Decisions\n\nNew.\n"),
    "with line ends of others": (
        "# R\r\n\r\nA\x0cB\u2028C\r\n\r\n## Roadmap\r\n\r\nOld.\r\n",
        "## Roadmap\n\nNew.\n",
        "# R\r\n\r\nA\x0cB\u2028C\r\n\r\n## Roadmap\n\nNew.\n",
    ),
    "a title and what belongs to nobody": (
        "# R\n",
        "# Mine\n\nWords.\n\n## B) Decisions (draft)\n\nNew.\n\n## Other\n\nNo.\n",
        "# R\n\n## Decisions\n\nNew.\n",
    ),
    "what looks like a heading": (
        "# R\n\n```\n## Decisions\n```\n",
        "## Decisions\n\nNew.\n",
        "# R\n\n```\n## Decisions\n```\n\n## Decisions\n\nNew.\n",
    ),
}


@pytest.mark.parametrize(("document", "answer", "expected"), SPLICED.values(), ids=SPLICED)
def test_an_answer_is_put_into_the_document(document: str, answer: str, expected: str) -> None:
    assert spliced(document, answer, filling("Research", "Decisions", "Roadmap")) == expected


@given(st.text(), st.text(alphabet=st.characters(blacklist_characters="\r\n")), st.text())
def test_whatever_else_stands_there_stays(before: str, title: str, behind: str) -> None:
    fills = filling("Decisions")
    document = f"# R\n\n{before}\n\n## Roadmap\n\n{title}\n\n{behind}\n"
    once = spliced(document, "## Decisions\n\nNew.\n", fills)
    again = spliced(once, "## Decisions\n\nNewer.\n", fills)
    if part_of(document, fills.sections) or "## Decisions\n\nNew.\n" not in once:
        return  # The text has such a section itself, or hides what is put behind it.
    head, _, tail = once.partition("## Decisions\n\nNew.\n")
    assert document.startswith(head.rstrip("\n"))
    assert document.endswith(tail.removeprefix("\n"))
    if "New." in part_of(once, fills.sections):
        assert "Newer." in again


def test_a_part_has_the_sections_in_their_order_and_a_digest() -> None:
    answer = "## Decisions\n\nB.\n\n### C\n\nD.\n\n## Research\nA.\n"
    assert part_of(answer, ("Research", "Decisions", "Roadmap")) == (
        "## Research\n\nA.\n\n## Decisions\n\nB.\n\n### C\n\nD.\n"
    )
    assert digest_of_part(answer, ("Research",)) == digest_of_part("# T\n\n## Research\n\nA.\n", ("Research",))
    assert digest_of_part(answer, ("Research",)) != digest_of_part("# T\n\n## Research\n\nB.\n", ("Research",))


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("## Research\n\nA.\n\n## Decisions\n\nB.\n", True),
        ("## Research\n\nA.\n", False),
        ("## Research\n\nA.\n\n## Decisions\n\n<!-- to come -->\n", False),
    ],
    ids=["both", "one", "one and a heading"],
)
def test_sections_are_filled_when_something_stands_in_each(text: str, filled: bool) -> None:
    assert is_filled(text, ("Research", "Decisions")) is filled


def test_what_can_t_be_put_in_is_named() -> None:
    answer = "# T\n\n## Research\n\nA.\n\n## Research\n\nA.\n\n## Mine\n\nB.\n"
    wrong = [f"{finding.wrong} {finding.mend}" for finding in faults(answer, filling("Research", "Decisions"))]
    assert wrong == [
        "The section “Research” stands 2 times. Write it once.",
        "The section “Decisions” is missing. Write it below “## Decisions”.",
        f"“Mine” is no section of this phase. Write “## Research”, “## Decisions” alone; {BELOW}",
    ]
    assert list(faults("## 1. Research\n\nA.\n", filling("Research"))) == []


def test_a_phase_answers_for_its_own_sections_and_what_is_nobody_s() -> None:
    document = "# T\n\n## Research\n\nA.\n\n## Ours\n\nB.\n"
    found = [Finding(line, str(line), "") for line in (1, 3, 5, 7, 9)]
    assert [finding.line for finding in own(found, document, ("Research",))] == [1, 3, 5]


def test_what_is_to_be_mended_has_its_line_in_the_answer() -> None:
    document = "# T\n\nWords.\n\n## Research\n\nA.\n\n## Decisions\n\nB.\n"
    answer = "## Research\n\nA.\n\n## Decisions\n\nB.\n"
    found = [Finding(line, "", "") for line in (1, 7, 11)]
    assert [finding.line for finding in within(found, document, answer)] == [1, 3, 7]
    assert [finding.line for finding in within(found, document, "Nothing.\n")] == [1, 7, 11]

"""What is committed of a draft: marks on what does not hold, links on what does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.definition import GateUse
from bot.core.findings import errors
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.sections import Filling
from bot.gates import Context
from bot.gates.settling import settled, settled_part

WEB = "https://github.example/octo/queue"
BASE = "0123456789abcdef0123456789abcdef01234567"
LINK = f"{WEB}/blob/{BASE}/src/a.py"


class Files:
    """A tree of one file."""

    commit = BASE

    def files(self) -> Sequence[str]:
        return ["src/a.py"]

    def lines(self, path: str) -> Sequence[str] | None:
        return ["class Queue:", "    pass"]


CODE = Context(tree=Files(), web=WEB)
LOOSE = [GateUse("citations")]
STRICT = [GateUse("citations", {"strict": True}), GateUse("no-placeholders")]
GONE = "“src/gone.py:1”: there is no file src/gone.py."
NAMELESS = "“src/a.py:2”: nothing that the sentence names stands there."


@pytest.mark.parametrize(
    ("text", "uses", "last", "expected", "findings"),
    [
        ("`Queue`: src/a.py:1.", STRICT, False, f"`Queue`: [src/a.py:1]({LINK}#L1).", []),
        ("It: src/gone.py:1, src/a.py:1.", STRICT, False, None, [("error", GONE)]),
        (
            "It: src/gone.py:1. It: src/a.py:1.",
            STRICT,
            True,
            f"It: src/gone.py:1 [UNVERIFIED]. It: [src/a.py:1]({LINK}#L1).",
            [("warning", GONE)],
        ),
        ("`Queue`: src/a.py:2.", STRICT, False, None, [("error", NAMELESS)]),
        ("`Queue`: src/a.py:2.", STRICT, True, "`Queue`: src/a.py:2 [UNVERIFIED].", [("warning", NAMELESS)]),
        ("`Queue`: src/a.py:2.", LOOSE, True, None, [("warning", NAMELESS)]),
        ("src/gone.py:1@ada", LOOSE, True, "src/gone.py:1 [UNVERIFIED]@&#8203;ada", [("warning", GONE)]),
        ("src/gone.py:1", [], True, None, []),
        (
            "Later: TBD. It: src/gone.py:1",
            STRICT,
            True,
            "Later: TBD. It: src/gone.py:1 [UNVERIFIED]",
            [("warning", GONE), ("error", "“TBD” is left to be filled in.")],
        ),
    ],
)
def test_what_is_committed(
    text: str, uses: list[GateUse], last: bool, expected: str | None, findings: list[tuple[str, str]]
) -> None:
    end = settled(Artifact("x.md", text), CODE, uses, last)
    assert end.text == (text if expected is None else expected)
    assert [(finding.severity, finding.wrong) for finding in end.findings] == findings


def test_what_is_committed_is_found_to_be_in_order() -> None:
    end = settled(Artifact("x.md", "It: src/gone.py:1. `Queue`: src/a.py:1, 2 places"), CODE, STRICT, True)
    again = settled(Artifact("x.md", end.text), CODE, STRICT, False)
    assert again.text == end.text
    assert again.findings == ()


def test_what_another_document_marks_is_marked_here_too() -> None:
    context = replace(
        CODE, documents={"003-prior-art.md": "Borg has cells and jobs. [UNVERIFIED]\n\nsrc/a.py:2 [UNVERIFIED]"}
    )
    text = "Since Borg has cells and jobs, we do.\n\nIt is in src/a.py:2. `Queue` is in src/a.py:1."
    end = settled(Artifact("x.md", text), context, LOOSE, True)
    assert end.text == (
        "Since Borg has cells and jobs, we do. [UNVERIFIED]\n\n"
        f"It is in src/a.py:2 [UNVERIFIED]. `Queue` is in [src/a.py:1]({LINK}#L1)."
    )
    assert [(finding.line, finding.severity) for finding in end.findings] == [
        (1, "warning"),
        (3, "warning"),
        (3, "warning"),
    ]
    assert settled(Artifact("x.md", end.text), context, LOOSE, False).findings == ()


def test_without_a_page_or_a_tree_nothing_is_linked() -> None:
    text = "`Queue`: src/a.py:1"
    assert settled(Artifact("x.md", text), Context(tree=Files()), STRICT, True).text == text
    assert settled(Artifact("x.md", text), Context(web=WEB), STRICT, True).text == text


def test_too_few_places_stay_an_error() -> None:
    end = settled(Artifact("x.md", "It: src/gone.py:1"), CODE, [GateUse("citations", {"at_least": 1})], True)
    assert [finding.severity for finding in end.findings] == ["warning", "error"]


FILLS = Filling(("Decisions",), ("Research", "Decisions"), "A roadmap")
STANDS = Artifact("x.md", "# A roadmap\n\n## Research\n\nIt: src/gone.py:1. TODO\n")
GATES = (*LOOSE, GateUse("no-placeholders"))


@pytest.mark.parametrize(
    ("answer", "last", "text", "wrong"),
    [
        ("## Decisions\n\nPull.\n", False, "## Decisions\n\nPull.\n", []),
        (
            "## Decisions\n\nPull, TODO.\n",
            False,
            "## Decisions\n\nPull, TODO.\n",
            [(9, "no-placeholders")],
        ),
        ("## Mine\n\nPull.\n", False, "## Mine\n\nPull.\n", [(1, "sections"), (1, "sections")]),
        ("## Decisions\n\nPull.\n\n## Mine\n\nToo.\n", True, "## Decisions\n\nPull.\n", [(1, "sections")]),
        (
            "## Decisions\n\nIt: src/gone.py:1.\n",
            True,
            "## Decisions\n\nIt: src/gone.py:1 [UNVERIFIED].\n",
            [(9, "citations")],
        ),
    ],
    ids=["good", "an error of its own", "another's section", "another's section at last", "marked at last"],
)
def test_sections_are_judged_where_they_stand_and_for_themselves(
    answer: str, last: bool, text: str, wrong: list[tuple[int, str]]
) -> None:
    end = settled_part(STANDS, answer, FILLS, CODE, GATES, last)
    assert [(finding.line, finding.rule) for finding in end.findings] == wrong
    assert end.text == text


@pytest.mark.parametrize(
    ("answer", "wrong", "mended"),
    [
        ("## Decisions\n\nPull.\n", [(5, "citations"), (5, "no-placeholders")], False),
        ("## Decisions\n\nTODO.\n", [(9, "no-placeholders"), (5, "citations"), (5, "no-placeholders")], True),
    ],
    ids=["nothing of its own", "an error of its own"],
)
def test_the_last_sections_tell_what_is_left_in_the_others_and_need_not_mend_it(
    answer: str, wrong: list[tuple[int, str]], mended: bool
) -> None:
    end = settled_part(STANDS, answer, replace(FILLS, closing=True), CODE, GATES, False)
    assert [(finding.line, finding.rule) for finding in end.findings] == wrong
    assert bool(errors(end.findings)) is mended
    assert end.text == answer

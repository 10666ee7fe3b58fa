"""Verified citations become permalinks, and the document stays what it was."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.citations.linking import linked, marked
from bot.core.citations.permalinks import commit_cited, is_permalink, permalink, stands_on_citation, unlinked
from bot.core.citations.reading import Citation, find
from bot.core.citations.verdicts import verify
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.safe import published

WEB = "https://github.example/octo/queue"
BASE = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "src/queue.py": "import os\n\n\nclass Queue:\n    def put(self, item):\n        self.items.append(item)",
    "app/[slug]/page.tsx": "one\ntwo",
    "a/x.py": "one",
    "b/x.py": "one",
    "src/größe@.py": "one\ntwo",
}


class Files:
    """A tree of a few files."""

    commit = BASE

    def files(self) -> Sequence[str]:
        return sorted(FILES)

    def lines(self, path: str) -> Sequence[str] | None:
        return FILES[path].split("\n")


TREE = Files()
Q = f"{WEB}/blob/{BASE}/src/queue.py"


def seen(text: str) -> list[tuple[Citation, str, str]]:
    """Every citation, wherever it links to, with its verdict."""
    verified = verify(find(Artifact("", text)), TREE, WEB)
    return [(replace(one.citation, address=""), one.verdict, one.resolved) for one in verified]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`Queue` is in `src/queue.py:4`.", f"`Queue` is in [`src/queue.py:4`]({Q}#L4)."),
        ("`Queue` (src/queue.py:4-6).", f"`Queue` ([src/queue.py:4-6]({Q}#L4-L6))."),
        ("It is in queue.py:4,6.", f"It is in [queue.py:4,6]({Q}#L4)."),
        ("It is in /home/me/t/src/queue.py:4.", f"It is in [/home/me/t/src/queue.py:4]({Q}#L4)."),
        ("See `src/queue.py` (lines 4-6).", f"See [`src/queue.py` (lines 4-6)]({Q}#L4-L6)."),
        ("See `src/queue.py` [lines 4-6].", f"See [`src/queue.py` [lines 4-6]]({Q}#L4-L6)."),
        ("Line 4 of `src/queue.py`: a class", f"[Line 4 of `src/queue.py`]({Q}#L4): a class"),
        ("**src/queue.py** at line 4", f"**[src/queue.py]({Q}#L4)** at line 4"),
        ("`src/queue.py`\n(lines 4-6)", f"[`src/queue.py`]({Q}#L4-L6)\n(lines 4-6)"),
        ("`src/queue.py:4` and `:6`", f"[`src/queue.py:4`]({Q}#L4) and [`:6`]({Q}#L6)"),
        ("`see src/queue.py:4 there`", f"[`see src/queue.py:4 there`]({Q}#L4)"),
        ("`src/queue.py:4 src/queue.py:6`", f"[`src/queue.py:4 src/queue.py:6`]({Q}#L4)"),
        ("src/queue.py:4@ada", f"[src/queue.py]({Q}#L4):4@ada"),
        ("see] src/queue.py:4", f"see] [src/queue.py:4]({Q}#L4)"),
        ("## In `src/queue.py:4`", f"## In [`src/queue.py:4`]({Q}#L4)"),
        ("- src/queue.py:4\n", f"- [src/queue.py:4]({Q}#L4)\n"),
        ("> src/queue.py:4\n", f"> [src/queue.py:4]({Q}#L4)\n"),
        ("[see src/queue.py:4]", f"[see [src/queue.py:4]({Q}#L4)]"),
        (
            "| a | b |\n|---|---|\n| x \\| y | `src/queue.py:4` |\n| `src/queue.py:6` | |",
            f"| a | b |\n|---|---|\n| x \\| y | [`src/queue.py:4`]({Q}#L4) |\n| [`src/queue.py:6`]({Q}#L6) | |",
        ),
        ("src/größe@.py:2", f"[src/größe@.py:2]({WEB}/blob/{BASE}/src/gr%C3%B6%C3%9Fe%40.py#L2)"),
        (f"[`src/queue.py:4`]({WEB}/blob/{'f' * 40}/src/queue.py#L99)", f"[`src/queue.py:4`]({Q}#L4)"),
        (f"[`src/queue.py:4`]({WEB}/blob/main/src/queue.py#L4)", f"[`src/queue.py:4`]({Q}#L4)"),
        ("app/[slug]/page.tsx:2", f"[app/[slug]/page.tsx:2]({WEB}/blob/{BASE}/app/%5Bslug%5D/page.tsx#L2)"),
        (f"``Queue``[`src/queue.py:4`]({Q}#L99)", f"``Queue`` [`src/queue.py:4`]({Q}#L4)"),
        (f"[`src/queue.py:999`]({Q}#L999)", "`src/queue.py:999`"),
    ],
)
def test_a_citation_that_holds_becomes_a_link(text: str, expected: str) -> None:
    assert linked(text, TREE, WEB) == expected
    assert linked(expected, TREE, WEB) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It is in src/gone.py:4, src/queue.py:99 and x.py:1.",
        "`Stack` is in `src/queue.py:4`.",
        "`Queue` is in `src/queue.py:4` [UNVERIFIED].",
        "`Queue` is in `src/queue.py:4`. [UNVERIFIED]",
        "```\nsrc/queue.py:4\n```",
        "    src/queue.py:4",
        "<!-- src/queue.py:4 -->",
        "[src/queue.py:4](other.md)",
        "[the queue](src/queue.py#L4)",
        "[src/queue.py:4](https://example.org/x)",
        f"[the queue]({Q}#L4)",
        f"[the queue]({WEB}/blob/main/src/queue.py#L4)",
        f"![src/queue.py:4]({Q}#L4)",
        f"x]({Q}#L4)",
        f"`[src/queue.py:999]({Q}#L4)`",
        "![src/queue.py:4](x.png)",
        "[src/queue.py:4][q]\n\n[q]: other.md",
        "[src/queue.py:4]\n\n[src/queue.py:4]: other.md",
        "!src/queue.py:4",
        "\\src/queue.py:4 <a href='src/queue.py:4'>",
    ],
)
def test_what_is_left_as_it_is(text: str) -> None:
    assert linked(text, TREE, WEB) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is in `src/gone.py:4`.", "It is in `src/gone.py:4` [UNVERIFIED]."),
        ("It is (src/gone.py:4), see", "It is (src/gone.py:4 [UNVERIFIED]), see"),
        ("`src/gone.py` (lines 4-6) is", "`src/gone.py` (lines 4-6) [UNVERIFIED] is"),
        ("`src/gone.py` (lines 4, 6) is", "`src/gone.py` (lines 4, 6) [UNVERIFIED] is"),
        ("[src/gone.py:4](x.md) is", "[src/gone.py:4](x.md) [UNVERIFIED] is"),
        ("src/gone.py:4[x] is", "src/gone.py:4 [UNVERIFIED] [x] is"),
        ("| a |\n|---|\n| x.py:1 |", "| a |\n|---|\n| x.py:1 [UNVERIFIED] |"),
        ("src/queue.py:4 and src/gone.py:1", "src/queue.py:4 and src/gone.py:1 [UNVERIFIED]"),
    ],
)
def test_what_does_not_hold_is_marked(text: str, expected: str) -> None:
    failed = [one for one in verify(find(Artifact("", text)), TREE) if one.verdict not in ("ok", "unnamed")]
    assert marked(text, failed) == expected
    assert all(citation.unverified for citation in find(Artifact("", expected)))


def test_nothing_to_mark_changes_nothing() -> None:
    assert marked("a\r\nb", []) == "a\r\nb"


def test_a_link_to_another_repository_is_no_claim_about_this_one() -> None:
    text = f"[`src/gone.py:4`](https://github.example/o/r/blob/{BASE}/src/gone.py#L4)"
    (citation,) = find(Artifact("", text))
    assert [verify([citation], TREE, web)[0].verdict for web in (WEB, "")] == ["external", "path-missing"]
    (other,) = find(Artifact("", "[`src/gone.py:4`](https://example.org/src/gone.py)"))
    assert [verify([other], TREE, web)[0].verdict for web in (WEB, "")] == ["external", "external"]


def test_addresses() -> None:
    address = permalink(WEB, BASE, "a b/(c).py", 3, 3)
    assert address == f"{WEB}/blob/{BASE}/a%20b/%28c%29.py#L3"
    assert is_permalink(address)
    assert is_permalink(address, WEB)
    assert not is_permalink(address, "https://github.example/o/r")
    assert not is_permalink(f"{WEB}/blob/main/a.py#L3")


PIECES = st.sampled_from(
    [
        "`src/queue.py:4`", "src/queue.py:4-6", "queue.py:4, 6", "`src/queue.py` (lines 4-6)", "src/gone.py:1",
        "Line 4 of `src/queue.py`", "**src/queue.py** at line 4", "`:6`", "at line 5", "x.py:1", "`Queue`", "“items”",
        "app/[slug]/page.tsx:2", "[a](b.md)", "[a](https://example.org/a)", "[", "]", "(", ")", "`", "``", "|",
        "\n", "\n\n", "\n- ", "\n> ", "\n## ", "\n```\n", "| a | b |\n|---|---|\n| ", " ", ". ", "It", ": ", "!", "\\",
        "*", "[UNVERIFIED]", "<b>", "<!--", "-->", "fixes #1", "@ada", f"[`src/queue.py:4`]({Q}#L4)", f"[x]({Q}#L4)",
        "[q]: x\n", "[`src/queue.py:4`](https://github.example/o/r/blob/main/src/queue.py#L4)", "]({Q}#L4)", "\r\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_linking_changes_no_meaning_and_doing_it_twice_nothing(text: str) -> None:
    bare = unlinked(published(text), WEB)
    once = linked(bare, TREE, WEB)
    assert linked(once, TREE, WEB) == once
    assert unlinked(once, WEB) == bare
    assert seen(once) == seen(bare)
    assert published(once) == once
    assert [heading.line for heading in Artifact("", once).headings] == [
        heading.line for heading in Artifact("", bare).headings
    ]


def test_the_commit_that_a_document_cites_is_that_of_its_first_link_to_this_repository() -> None:
    other = permalink("https://github.example/octo/other", "f" * 40, "a.py", 1, 2)
    text = f"[`a.py:1-2`]({other}), [`src/queue.py:4`]({permalink(WEB, BASE, 'src/queue.py', 4, 4)})"
    assert commit_cited(text, WEB) == BASE
    assert commit_cited(f"{other} and {WEB}/blob/main/README.md", WEB) == ""


@pytest.mark.parametrize(
    ("address", "ours"),
    [("/blob/abc/src/queue.py#L4", True), ("/blob/abc/src/queue.py", False), ("/issues/7#L4", False)],
)
def test_a_link_of_ours_goes_to_lines_of_a_file(address: str, ours: bool) -> None:
    web = "https://github.example/octo/queue"
    assert stands_on_citation("`src/queue.py:4`", f"{web}{address}", web) is ours
    assert not stands_on_citation("`src/queue.py:4`", f"https://elsewhere.example{address}", web)

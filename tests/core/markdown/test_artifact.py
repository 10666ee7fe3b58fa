import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown.artifact import Artifact, Link, loose, names, normal
from bot.core.markdown.markup import code_spans

TEXT = """\
---
made: by hand
---
# The `queue` design

Intro with [a link](other.md#x "t"), an ![image](pic.png) and <https://example.org/a>.

## 1. Options (under 80 lines)

Text with `TODO` inline. <!-- hidden
still hidden --> shown

### First

- [ ] one
  goes on
  1. nested [ref][r]
- two
-

### Second

## Table

| a | b |
|---|---|
| x | `y` |
| z |

> ## Quoted

```mermaid title
graph TD
## not a heading
```

    indented code

<!-- a block
comment -->

<details>
inside

</details>

Last
===
end

[r]: https://example.org/r
"""


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    return Artifact("a/002.md", TEXT)


def test_headings_are_nested_and_have_lines(artifact: Artifact) -> None:
    assert [(heading.level, heading.title, heading.line) for heading in artifact.headings] == [
        (1, "The `queue` design", 4),
        (2, "1. Options (under 80 lines)", 8),
        (3, "First", 13),
        (3, "Second", 21),
        (2, "Table", 23),
        (1, "Last", 47),
    ]
    assert artifact.headings[2].under == ("The `queue` design", "1. Options (under 80 lines)")
    assert artifact.headings[5].under == ()
    assert artifact.title == "The `queue` design"


@pytest.mark.parametrize(
    ("text", "title"), [("", ""), ("text", ""), ("## Two\n# One", "One"), ("### Three", "Three"), ("#", "")]
)
def test_title(text: str, title: str) -> None:
    assert Artifact("a.md", text).title == title


def test_a_section_holds_its_sub_sections(artifact: Artifact) -> None:
    options = artifact.section("Options")
    assert options
    assert (options.first, options.last) == (9, 22)
    assert options.body.startswith("\nText with")
    assert "### Second" in options.body
    assert artifact.section("the QUEUE: design") == artifact.sections[0]
    assert artifact.section("1 options, under 80 lines") == options
    assert artifact.section("Nothing") is None
    second = artifact.section("Second")
    assert second
    assert second.body == ""
    assert [heading.title for heading in artifact.headings_in(options)] == ["First", "Second"]


def test_the_innermost_section_of_a_line(artifact: Artifact) -> None:
    first = artifact.section_at(15)
    assert first
    assert first.title == "First"
    assert artifact.section_at(1) is None


def test_tables_have_cells_for_each_column(artifact: Artifact) -> None:
    (table,) = artifact.tables
    assert (table.line, table.header, table.section) == (25, ("a", "b"), "Table")
    assert [(row.line, row.cells) for row in table.rows] == [(27, ("x", "`y`")), (28, ("z", ""))]
    assert Artifact("", "|a|\n|-|\n").tables[0].section == ""


def test_list_items(artifact: Artifact) -> None:
    assert [(item.line, item.text, item.depth, item.number) for item in artifact.list_items] == [
        (15, "[ ] one goes on", 1, None),
        (17, "nested [ref][r]", 2, 1),
        (18, "two", 1, None),
        (19, "", 1, None),
    ]


def test_fences(artifact: Artifact) -> None:
    (fence,) = artifact.fences
    assert (fence.line, fence.info, fence.text) == (32, "mermaid title", "graph TD\n## not a heading\n")


def test_links(artifact: Artifact) -> None:
    assert artifact.links == (
        Link("a link", "other.md#x", 6),
        Link("image", "pic.png", 6),
        Link("https://example.org/a", "https://example.org/a", 6),
        Link("ref", "https://example.org/r", 17),
    )
    assert Artifact("", "one\ntwo [a\nb](c)\\\n[d](e) `code`").links == (Link("a b", "c", 2), Link("d", "e", 4))


def test_prose_leaves_out_code_and_comments(artifact: Artifact) -> None:
    shown = "\n".join(line.text for line in artifact.prose())
    for hidden in ("TODO", "hidden", "graph", "indented", "block", "made"):
        assert hidden not in shown
    for kept in ("shown", "inside", "Quoted", "end"):
        assert kept in shown
    assert "TODO" in "\n".join(line.text for line in artifact.prose(code=True))
    section = artifact.section("Last")
    assert section
    assert [(line.number, line.text) for line in artifact.prose(section)] == [
        (49, "end"),
        (51, "[r]: https://example.org/r"),
    ]


def test_paragraphs_join_lines_and_take_a_row_as_one() -> None:
    found = Artifact("", "a\nb\n\n| x | y |\n|-|-|\n| 1 | 2 |").paragraphs
    assert [(paragraph.line, paragraph.text) for paragraph in found] == [
        (1, "a\nb"),
        (4, "| x | y |"),
        (6, "| 1 | 2 |"),
    ]


def test_an_unclosed_comment_hides_a_block_but_not_a_paragraph() -> None:
    assert [line.text for line in Artifact("", "a <!-- b\n\n<!-- c\n\nd").prose()] == ["a <!-- b"]


@pytest.mark.parametrize(
    ("text", "words", "lines"),
    [
        ("# T\n", 0, 0),
        ("# T\none `two three`, four—five. - *\n", 4, 1),
        ("# T\none\n\n```\ncode\n\nmore\n```\n<!-- no\nno -->\n", 1, 5),
        ("# T\none\n## Sub\ntwo", 3, 3),
        ("# T\n\n    indented\n# U\n    more", 0, 1),
    ],
)
def test_words_and_lines(text: str, words: int, lines: int) -> None:
    artifact = Artifact("", text)
    assert artifact.words(artifact.sections[0]) == words
    assert artifact.lines(artifact.sections[0]) == lines


def test_words_and_lines_of_a_whole_document() -> None:
    artifact = Artifact("", "# Title\n\ntext here\n")
    assert (artifact.words(), artifact.lines()) == (3, 2)


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("", True),
        ("# T\n\n## U\n<!-- c -->", True),
        ("T\n==\n", True),
        ("# T\n\n---\n\n<details>\n<summary></summary>\n\n</details>\n\n> \n", True),
        ("# T\n\n<details><summary>x</summary>", False),
        ("# T\n\n| |\n|---|\n| x |", False),
        ("# T\nx", False),
        ("# T\n```\nx\n```", False),
        ("text", False),
    ],
)
def test_headings_and_comments_are_nothing(text: str, empty: bool) -> None:
    assert Artifact("", text).is_empty() is empty


def test_of_several_sections_the_highest_is_meant_and_the_title_last() -> None:
    artifact = Artifact("", "# A\n\n## B\n\n### A\n\nx\n\n## A\n\ny\n\n## A\n\nz\n")
    found = artifact.section("A")
    assert found
    assert found.heading.line == 9
    assert Artifact("", "# A\n\nx").section("a") is not None
    assert artifact.section("C") is None


def test_a_section_is_empty_by_itself() -> None:
    artifact = Artifact("", "# A\n# B\n```\nx\n```\n# C\n")
    assert [artifact.is_empty(section) for section in artifact.sections] == [True, False, True]


def test_line_ends_do_not_matter() -> None:
    text = "# A\n\n| a |\n|---|\n| b |\n\n- c\n"
    for end in ("\r\n", "\r"):
        other = Artifact("", text.replace("\n", end))
        assert other.headings == Artifact("", text).headings
        assert other.tables == Artifact("", text).tables
        assert other.list_items == Artifact("", text).list_items


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("API & Interfaces", "api interfaces"),
        ("`queue_depth`", "queue depth"),
        ("[Ray](https://ray.io)", "ray"),
        ("Größe", "grösse"),
    ],
)
def test_normal(text: str, expected: str) -> None:
    assert normal(text) == normal(expected) == " ".join(normal(expected).split())


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2.1 Options", "options"),
        ("C) Options (per round)", "options"),
        ("A. Options", "options"),
        ("A cache", "a cache"),
        ("3", "3"),
    ],
)
def test_loose(title: str, expected: str) -> None:
    assert loose(title) == expected


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("**Borg / Omega** (papers)", "Borg/Omega", True),
        ("Array", "Ray", False),
        ("a -> b", "->", True),
        ("a", "->", False),
    ],
)
def test_names(text: str, name: str, found: bool) -> None:
    assert names(text, name) is found


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a `b` c", ["b"]),
        ("`` a`b `` `c", ["a`b"]),
        ("<!-- `a` --> `b`", ["b"]),
        ("`<!--` x `-->`", ["<!--", "-->"]),
        ("``a` b", []),
    ],
)
def test_code_spans(text: str, spans: list[str]) -> None:
    assert [content for _, _, content in code_spans(text)] == spans


@given(st.text(alphabet="#-`|<!>[]() \n\r\tab1.:=~*", max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    artifact = Artifact("a.md", text)
    assert artifact.lines() <= len(artifact.source)
    assert all(section.last <= len(artifact.source) for section in artifact.sections)
    assert len(artifact.tables) + len(artifact.list_items) + len(artifact.fences) + len(artifact.links) >= 0
    assert artifact.words() >= 0 or artifact.is_empty()

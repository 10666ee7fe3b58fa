"""How texts, code, diffs and searches are read and shown."""

from __future__ import annotations

import pytest

from bot.hub.code import Signature
from bot.hub.history import CommitData
from bot.hub.pages.diagrams import draw
from bot.hub.pages.diffs import rows_of
from bot.hub.pages.highlight import lines_of_file
from bot.hub.pages.history import Told
from bot.hub.pages.lists import Search, search_of
from bot.hub.pages.markdown import Place, render


def _issue(name: str, number: int) -> str:
    return f"/{name}/issues/{number}" if number < 10 else ""


PLACE = Place("http://hub", "o/r", _issue, lambda login: f"/{login}" if login == "ada" else "")
FILE = Place("http://hub", "o/r", _issue, lambda login: "", "main", "docs")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("see #3", 'href="/o/r/issues/3"'),
        ("see a/b#3", 'href="/a/b/issues/3"'),
        ("hello @ada!", 'href="/ada" class="mention"'),
        ("at " + "a" * 40, f'href="/o/r/commit/{"a" * 40}"'),
        ("http://hub/o/r/issues/3", ">o/r#3</a>"),
        (f"http://hub/o/r/blob/{'a' * 40}/x.py#L1", ">x.py#L1 at aaaaaaa</a>"),
        ("https://example.com/", 'href="https://example.com/"'),
        ("one\ntwo", "one<br>"),
        ("- [x] done", 'checked=""'),
        ("~~gone~~", "<s>gone</s>"),
        ("|a|b|\n|-|-:|\n|1|2|", "text-align:right"),
        ("```python\ndef f(): pass\n```", '<span class="hl-k">def</span>'),
        ("```nonsense\n<b>\n```", "&lt;b&gt;"),
        ("```mermaid\nnonsense\n```", "can’t be drawn"),
        ("# Two words\n## Two words", 'id="user-content-two-words-1"'),
        ("[x](#two-words)", 'href="#user-content-two-words"'),
        ("> [!NOTE]\n> x", "markdown-alert-note"),
        ("![x](https://elsewhere.example/x.png)", '<a href="https://elsewhere.example/x.png"'),
    ],
)
def test_markdown_is_shown(text: str, wanted: str) -> None:
    assert wanted in render(text, PLACE)


@pytest.mark.parametrize(
    "text", ["`#3`", "#99", "@nobody", "x#3", "[#3](/x)", "```\n#3\n```", "a@ada.com", "<a href='/x'>#3</a>", "&#3;"]
)
def test_what_only_looks_like_a_short_link_is_none(text: str) -> None:
    assert "/o/r/issues/" not in render(text, PLACE)
    assert "mention" not in render(text, PLACE)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[x](y.md#z)", "/o/r/blob/main/docs/y.md#z"),
        ("[x](../y.py)", "/o/r/blob/main/y.py"),
        ("[x](/y.py)", "/o/r/blob/main/y.py"),
        ("[x](../../../y.py)", "/o/r/blob/main/y.py"),
        ("[x](https://example.com/y)", "https://example.com/y"),
        ("![x](y.png)", "/o/r/raw/main/docs/y.png"),
    ],
)
def test_relative_addresses_start_at_the_files_folder(text: str, wanted: str) -> None:
    assert f'="{wanted}"' in render(text, FILE)


def test_lines_of_a_file_are_as_many_as_it_has() -> None:
    code = 'x = """one\ntwo"""\n\ny = 1'
    assert len(lines_of_file(code, "a.py")) == 4
    assert lines_of_file("<b>\n", "unknown.kind") == ("&lt;b&gt;", "")


def test_a_diff_has_coloured_lines_with_their_numbers() -> None:
    rows = rows_of("@@ -1,2 +1,2 @@\n import a\n-x = 1\n+x = '<'", "a.py")
    assert [(row.mark, row.old, row.new) for row in rows] == [("@", 0, 0), (" ", 1, 1), ("-", 2, 0), ("+", 0, 2)]
    assert "&lt;" in rows[3].text
    assert 'class="hl-' in rows[1].text


def test_a_diagram_too_long_is_not_tried() -> None:
    assert "limit" in draw("x" * 60_000).fault


def test_search_words_are_githubs() -> None:
    wanted = Search("closed", ("help wanted",), ("ada",), ("slow",))
    assert search_of('is:issue is:closed label:"Help wanted" author:ada slow') == wanted
    assert search_of('"unclosed').words == ('"unclosed',)


@pytest.mark.parametrize(
    ("message", "body", "trailers"),
    [
        ("Title", "", []),
        ("Title\n\nWhy.", "Why.", []),
        ("Merge\n\nDesign: turn faster", "Design: turn faster", []),
        ("Title\n\nA-Key: x: y", "", [("A-Key", "x: y")]),
        ("Title\n\nWhy.\n\nA-Key: x\nB-Key: y\n", "Why.", [("A-Key", "x"), ("B-Key", "y")]),
        ("Title\n\nA-Key: x\nand prose", "A-Key: x\nand prose", []),
    ],
)
def test_trailers_are_told_from_prose(message: str, body: str, trailers: list[tuple[str, str]]) -> None:
    who = Signature("Ada", "ada@example.com", "2026-01-01T00:00:00Z")
    told = Told(CommitData("a" * 40, "b" * 40, (), who, who, message), None, False, "")
    assert (told.subject, told.body, told.trailers) == (message.split("\n", maxsplit=1)[0], body, trailers)

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.citations.reading import Citation, distinct, each_range, find, names_in
from bot.core.citations.verdicts import verify
from bot.core.markdown.artifact import Artifact


class Files:
    """A tree of a few files."""

    commit = "c0ffee"

    def __init__(self, **files: str) -> None:
        self._files = {path.replace("__", "/").replace("_dot_", "."): text for path, text in files.items()}

    def files(self) -> Sequence[str]:
        return sorted([*self._files, "logo.png"])

    def lines(self, path: str) -> Sequence[str] | None:
        return self._files[path].split("\n") if path in self._files else None


TREE = Files(
    src__queue_dot_py="import os\n\n\nclass Queue:\n    def put(self, item):\n        self.items.append(item)\n",
    src__util__names_dot_py="one\ntwo\nthree",
    tests__names_dot_py="one",
    src__only_dot_py="only",
    bin__run="#!/bin/sh\nexec python",
    Makefile="all:\n\ttrue",
)


def found(text: str) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    return [(citation.path, citation.ranges) for citation in find(Artifact("a.md", text))]


@pytest.mark.parametrize(
    ("text", "path", "ranges"),
    [
        ("see src/a.py:12", "src/a.py", ((12, 12),)),
        ("see src/a.py:12.", "src/a.py", ((12, 12),)),
        ("see `src/a.py:12-40` there", "src/a.py", ((12, 40),)),
        ("see src/a.py:12-40.", "src/a.py", ((12, 40),)),
        ("src/a.py:23–488", "src/a.py", ((23, 488),)),
        ("src/a.py:12,40-44", "src/a.py", ((12, 12), (40, 44))),
        ("src/a.py:12, 40, 50-52)", "src/a.py", ((12, 12), (40, 40), (50, 52))),
        ("src/a.py:12 and 40.", "src/a.py", ((12, 12), (40, 40))),
        ("(src/a.py:12 and 40)", "src/a.py", ((12, 12), (40, 40))),
        ("src/a.py:12, 40 of them", "src/a.py", ((12, 12),)),
        ("src/a.py:L12", "src/a.py", ((12, 12),)),
        ("src/a.py:L12-L14", "src/a.py", ((12, 14),)),
        ("src/a.py#L12", "src/a.py", ((12, 12),)),
        ("[code](src/a.py#L12-L20)", "src/a.py", ((12, 20),)),
        ("[src/a.py:12](x)", "src/a.py", ((12, 12),)),
        ("(src/a.py:12)", "src/a.py", ((12, 12),)),
        ("see(src/a.py:12)", "src/a.py", ((12, 12),)),
        ("src/a.py:12:5 column", "src/a.py", ((12, 12),)),
        ("src/a.py: 12", "src/a.py", ((12, 12),)),
        ("`src/a.py` (lines 12-40)", "src/a.py", ((12, 40),)),
        ("`src/a.py` (line 12)", "src/a.py", ((12, 12),)),
        ("`src/a.py`, lines 12–14", "src/a.py", ((12, 14),)),
        ("`src/a.py` L12-L14", "src/a.py", ((12, 14),)),
        ("src/a.py line 12", "src/a.py", ((12, 12),)),
        ("**src/a.py** at line 12", "src/a.py", ((12, 12),)),
        ("Line 1459 of src/a.py", "src/a.py", ((1459, 1459),)),
        ("on lines 12-14 of `src/a.py`", "src/a.py", ((12, 14),)),
        ("lines 3 and 9 in the file a.py.", "a.py", ((3, 3), (9, 9))),
        ("queue.go:12", "queue.go", ((12, 12),)),
        ("Makefile:3", "Makefile", ((3, 3),)),
        (".github/workflows/ci.yml:3", ".github/workflows/ci.yml", ((3, 3),)),
        (".gitignore:3", ".gitignore", ((3, 3),)),
        ("app/[slug]/page.tsx:3", "app/[slug]/page.tsx", ((3, 3),)),
        ("src/größe.py:3", "src/größe.py", ((3, 3),)),
        ("/home/me/tree/src/a.py:3", "/home/me/tree/src/a.py", ((3, 3),)),
        ("| `src/a.py:3` | x |\n|---|---|\n", "src/a.py", ((3, 3),)),
        ("- a.py:3\n", "a.py", ((3, 3),)),
        ("> a.py:3\n", "a.py", ((3, 3),)),
        ("bin/run:3", "bin/run", ((3, 3),)),
        ("bin/run:3-9", "bin/run", ((3, 9),)),
        ("x.R:3", "x.R", ((3, 3),)),
        ("a.py (LINE 172)", "a.py", ((172, 172),)),
        ("**File:** `src/a.py` ~line 12", "src/a.py", ((12, 12),)),
        ("`src/a.py` ~lines 12-14", "src/a.py", ((12, 14),)),
        ("`src/a.py` (3 calls at lines 12, 14)", "src/a.py", ((12, 12), (14, 14))),
    ],
)
def test_forms(text: str, path: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert found(text) == [(path, ranges)]


@pytest.mark.parametrize(
    "text",
    [
        "at 12:30",
        "at 10.30:12",
        "localhost:8080 and example.com:443 and 127.0.0.1:80",
        "redis:7 and python:3.11",
        "https://github.com/o/r/blob/main/src/a.py#L12",
        "https://example.org/a.py:12",
        "res.json() and res.json and a.b.c",
        "`sim/simulator.go:Run()`",
        "time.Now:12",
        "v1.2:3",
        "Q1:3 and 3:4 and a:1",
        "see section 3, line 12",
        "```\nsrc/a.py:12\n```",
        "    src/a.py:12",
        "<!-- src/a.py:12 -->",
        "src/a.py",
        "line 12 of it",
        "...:12",
        "@org/pkg:12",
        "src/:12",
    ],
)
def test_what_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "kubernetes/kubernetes@1f2e3d4c:pkg/a.go:12",
        "In ray-project/ray: pkg/a.go:12",
        "o/r:a.go:12",
        "github.com/o/r/a.go:12",
    ],
)
def test_another_repository_is_marked(text: str) -> None:
    citations = find(Artifact("", text))
    assert len(citations) <= 1
    assert all(verify([citation], TREE)[0].verdict in {"external", "path-missing"} for citation in citations)


def test_line_text_and_sentence() -> None:
    text = "# T\n\nFirst. The `Queue` holds\nitems (src/queue.py:4-6). Last one.\n"
    (citation,) = find(Artifact("", text))
    assert citation == Citation(
        4, "src/queue.py:4-6", "src/queue.py", ((4, 6),), "The `Queue` holds\nitems (src/queue.py:4-6)."
    )


def test_a_citation_behind_a_sentence_belongs_to_it() -> None:
    (citation,) = find(Artifact("", "More. The `Queue` holds items. (`src/queue.py:4`)"))
    assert names_in(citation) == ("Queue",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("`retries: 3` is set (`src/queue.py:4`)", ("retries: 3",)),
        ("`src/queue.py:4` and `:6`, `12`", ()),
        ("`see src/queue.py:4 there` and `src/only.py`", ()),
    ],
)
def test_places_are_no_names(text: str, names: tuple[str, ...]) -> None:
    assert names_in(find(Artifact("", text))[0]) == names


def test_several_in_one_line_come_in_order() -> None:
    assert found("line 3 of b.py, then a.py:1 and `c.py` (line 2), c.py:7") == [
        ("b.py", ((3, 3),)),
        ("a.py", ((1, 1),)),
        ("c.py", ((2, 2),)),
        ("c.py", ((7, 7),)),
    ]


@pytest.mark.parametrize(
    ("text", "verdict", "resolved"),
    [
        ("`Queue` is in src/queue.py:4", "ok", "src/queue.py"),
        ("`Queue.put(item)` is in src/queue.py:4-5", "ok", "src/queue.py"),
        ("It says “import os” in src/queue.py:1", "ok", "src/queue.py"),
        ('It says "import  os" in src/queue.py:1', "ok", "src/queue.py"),
        ("`Queue` is in ./src/queue.py:4", "ok", "src/queue.py"),
        ("`Queue` is in queue.py:4", "ok", "src/queue.py"),
        ("`two` is in util/names.py:2", "ok", "src/util/names.py"),
        ("`Queue` is in /home/me/tree/src/queue.py:1,4", "ok", "src/queue.py"),
        ("The queue is in src/queue.py:4", "unnamed", "src/queue.py"),
        ("The queue is in `src/queue.py:4`, as `src/only.py` says", "unnamed", "src/queue.py"),
        ("`Queue` is in src/queue.py:1", "content-mismatch", "src/queue.py"),
        ("`ppend` is in src/queue.py:6", "content-mismatch", "src/queue.py"),
        ("`def put(self,  item)` is in src/queue.py:5-6", "ok", "src/queue.py"),
        ("`(self` is in src/queue.py:5", "ok", "src/queue.py"),
        ("`queue.py` has it: src/queue.py:4", "unnamed", "src/queue.py"),
        ("“    ” src/queue.py:4", "unnamed", "src/queue.py"),
        ("/home/me/tree/src/gone.py:3", "path-missing", ""),
        ("/home/me/tree/lib/util.py:3", "external", ""),
        ("/usr/lib/src/queue.py:3", "external", ""),
        ("/usr/src/gone.py:3", "external", ""),
        ("`a-b` is in src/queue.py:1", "content-mismatch", "src/queue.py"),
        ("`one` is in names.py:1", "ambiguous", ""),
        ("src/queue.py:99", "out-of-range", "src/queue.py"),
        ("src/queue.py:0", "out-of-range", "src/queue.py"),
        ("src/queue.py:5-4", "out-of-range", "src/queue.py"),
        ("logo.png:1", "out-of-range", "logo.png"),
        ("src/gone.py:1", "path-missing", ""),
        ("other/only.py:1", "path-missing", ""),
        ("`exec` in bin/run:2", "ok", "bin/run"),
        ("library/redis:7", "external", ""),
        ("/usr/include/stdio.h:7", "external", ""),
        ("../other/a.py:7", "external", ""),
        ("lib/site-packages/x/a.py:7", "external", ""),
        ("Makefile:2", "unnamed", "Makefile"),
    ],
)
def test_verdicts(text: str, verdict: str, resolved: str) -> None:
    (verified,) = verify(find(Artifact("", text)), TREE)
    assert (verified.verdict, verified.resolved) == (verdict, resolved)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src/a.py:12 (the head) and `:40-44`", [("src/a.py", 12), ("src/a.py", 40)]),
        ("`src/a.py` has `put` at line 12, and `get` at ~line 40.", [("src/a.py", 12), ("src/a.py", 40)]),
        ("a.py:1 leaves early at line 9", [("a.py", 1), ("a.py", 9)]),
        ("a.py:1 and b.py:2, and at line 9", [("a.py", 1), ("b.py", 2)]),
        ("`src/a.py` and `src/b.py` at the end, at line 9", []),
        ("a.py:1 here. There at line 9", [("a.py", 1)]),
        ("| a.py:1 | at line 9 |\n|---|---|\n", [("a.py", 1)]),
        ("a.py:1, at line 9 of it", [("a.py", 1)]),
        ("a.py:1 at 12:30 and `:x`", [("a.py", 1)]),
    ],
)
def test_more_lines_of_the_file_that_was_named(text: str, expected: list[tuple[str, int]]) -> None:
    assert [(path, ranges[0][0]) for path, ranges in found(text)] == expected


def test_each_range_is_a_citation() -> None:
    one, other = each_range(find(Artifact("", "src/queue.py:4,99")))
    assert (one.ranges, other.ranges) == (((4, 4),), ((99, 99),))
    assert one.text == other.text == "src/queue.py:4,99"


def test_candidates() -> None:
    ambiguous, missing = verify(find(Artifact("", "names.py:1 and other/only.py:1")), TREE)
    assert ambiguous.candidates == ("src/util/names.py", "tests/names.py")
    assert missing.candidates == ("src/only.py",)


def test_a_file_is_read_once() -> None:
    once = Files(a_dot_py="x")
    first, second = verify(find(Artifact("", "a.py:1 and a.py:2")), once)
    assert (first.verdict, second.verdict, second.lines) == ("unnamed", "out-of-range", 1)


def test_several_files_of_a_worktree_that_are_gone() -> None:
    verdicts = [one.verdict for one in verify(find(Artifact("", "/me/src/gone.py:1 and /me/bin/none.py:2")), TREE)]
    assert verdicts == ["path-missing", "path-missing"]


def test_distinct_places() -> None:
    assert distinct(find(Artifact("", "a.py:1 a.py:1,2 b.py:1"))) == 3


@given(st.text(alphabet='ab/.:#L12-–, `()[]line of\n~"“”', max_size=120))
def test_any_text_is_searched(text: str) -> None:
    citations = find(Artifact("", text))
    assert all(citation.path and citation.ranges for citation in citations)
    assert [citation.line for citation in citations] == sorted(citation.line for citation in citations)
    assert len(verify(citations, TREE)) == len(citations)

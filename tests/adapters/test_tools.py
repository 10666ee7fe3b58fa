"""The repository tools: what the model gets, in what bounds, and what it is told to write instead."""

import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.clone import Clones
from bot.adapters.tools import BYTES, HITS, LINES, RepositoryTools
from bot.adapters.tree import GitTree
from bot.core.citations.reading import find
from bot.core.citations.verdicts import verify
from bot.core.identity import Repository
from bot.core.markdown.artifact import Artifact
from bot.core.ports import Toolbox
from tests.adapters.repositories import Upstream


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> GitTree:
    folder = tmp_path_factory.mktemp("tools")
    upstream = Upstream(folder / "upstream")
    upstream.commit("Begin", {"README.md": "# Web\n"}, date="2025-12-31T12:00:00Z")
    (upstream.folder / "link").symlink_to("README.md")
    inner = Upstream(upstream.folder / "vendor")
    inner.commit("inner", {"x": "y"})
    upstream.git("-c", "advice.addEmbeddedRepo=false", "add", "vendor")
    files: dict[str, str | bytes] = {
        "src/core/run.py": "".join(f"line {n}\n" for n in range(1, 1001)),
        "src/core/state.py": "def fold(record):\n    return record\n",
        "src/wide.py": "".join(f"{n} " + "w" * 500 + "\n" for n in range(200)),
        "src/min.js": "x" * 10_000 + "needle\n",
        "empty.txt": "",
        "image.png": b"\x89PNG\0",
        "large.log": "spam\n" * 500_000,
        "slow.txt": "a" * 60 + "\n",
    }
    commit = upstream.commit("Add the core", files)
    checkout = Clones(folder / "clones", lambda _: (upstream.url, None)).checkout(Repository(1, "a/b", 1))
    checkout.fetch(commit)
    return checkout.tree(commit)


@pytest.fixture
def tools(tree: GitTree) -> RepositoryTools:
    return RepositoryTools(tree)


def said(tools: Toolbox, name: str, **arguments: Any) -> str:
    text, failed = tools.call(name, arguments)
    assert not failed, text
    return text


def refused(tools: Toolbox, name: str, **arguments: Any) -> str:
    text, failed = tools.call(name, arguments)
    assert failed, text
    return text


def test_definitions_are_byte_identical(tree: GitTree) -> None:
    one, other = (json.dumps(RepositoryTools(tree).definitions()) for _ in range(2))
    assert one == other
    assert [tool["name"] for tool in json.loads(one)] == ["list_files", "read_file", "search_text", "read_history"]
    assert all(tool["input_schema"]["additionalProperties"] is False for tool in json.loads(one))


# --- list_files ------------------------------------------------------------------------------------------------------


def test_the_root_is_listed_two_levels_deep(tools: RepositoryTools) -> None:
    assert said(tools, "list_files").split("\n") == [
        "The repository: 11 files",
        "README.md",
        "empty.txt",
        "image.png",
        "large.log",
        "link  (symbolic link)",
        "slow.txt",
        "src/core/  (2 files)",
        "src/min.js",
        "src/wide.py",
        "vendor  (submodule)",
    ]


@pytest.mark.parametrize("path", ["src/core", "/src/core/", "./src//core"])
def test_a_folder_is_listed_with_whole_paths(tools: RepositoryTools, path: str) -> None:
    assert said(tools, "list_files", path=path).split("\n")[1:] == ["src/core/run.py", "src/core/state.py"]


def test_a_list_that_is_too_long_shows_fewer_levels(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "upstream")
    commit = upstream.commit("one", {f"d{n % 7}/f{n}.txt": "x" for n in range(600)})
    checkout = Clones(tmp_path / "clones", lambda _: (upstream.url, None)).checkout(Repository(1, "a/b", 1))
    checkout.fetch(commit)
    tools = RepositoryTools(checkout.tree(commit))
    assert said(tools, "list_files", depth=3).split("\n")[1:] == [
        *(f"d{n}/  ({86 if n < 5 else 85} files)" for n in range(7)),
        "Only 1 of 3 levels fit: give a `path` to see more of a folder.",
    ]


# --- read_file -------------------------------------------------------------------------------------------------------


def test_a_range_is_read_with_its_numbers(tools: RepositoryTools) -> None:
    assert said(tools, "read_file", path="src/core/run.py", start=9, end=11) == (
        "src/core/run.py, lines 9 to 11 of 1000\n    9  line 9\n   10  line 10\n   11  line 11"
    )


def test_a_long_file_is_read_in_pieces_that_say_how_to_go_on(tools: RepositoryTools) -> None:
    lines = said(tools, "read_file", path="src/core/run.py", end=900).split("\n")
    assert lines[0] == f"src/core/run.py, lines 1 to {LINES} of 1000"
    assert lines[-1].endswith(f"Go on with start={LINES + 1}.")


def test_a_whole_file_read_by_default_pieces_is_the_file(tools: RepositoryTools, tree: GitTree) -> None:
    got: list[str] = []
    while len(got) < 1000:
        text = said(tools, "read_file", path="src/core/run.py", start=len(got) + 1)
        got += [line[7:] for line in text.split("\n")[1:] if line[:5].strip().isdigit()]
    assert got == tree.lines("src/core/run.py")


def test_wide_lines_fill_a_call_sooner(tools: RepositoryTools) -> None:
    text = said(tools, "read_file", path="src/wide.py")
    assert len(text.encode()) < BYTES + 500
    assert "Go on with start=63." in text


def test_a_very_long_line_is_shortened(tools: RepositoryTools) -> None:
    assert said(tools, "read_file", path="src/min.js").endswith("… (9,406 more characters)")


def test_an_end_past_the_file_is_the_file(tools: RepositoryTools) -> None:
    assert "lines 1 to 2 of 2" in said(tools, "read_file", path="src/core/state.py", start=1, end=99)


def test_an_empty_file_is_said_to_be_empty(tools: RepositoryTools) -> None:
    assert said(tools, "read_file", path="empty.txt") == "`empty.txt` is empty."


# --- search_text -----------------------------------------------------------------------------------------------------


def test_a_search_gives_place_and_line(tools: RepositoryTools) -> None:
    assert said(tools, "search_text", pattern="return record") == "src/core/state.py:2: return record"


def test_a_search_takes_a_regular_expression_and_a_path(tools: RepositoryTools) -> None:
    assert said(tools, "search_text", pattern="^line 10?$", regex=True, path="src/core") == (
        "src/core/run.py:1: line 1\nsrc/core/run.py:10: line 10"
    )


def test_a_text_is_no_expression(tools: RepositoryTools) -> None:
    assert said(tools, "search_text", pattern="fold(record)").startswith("src/core/state.py:1:")
    assert said(tools, "search_text", pattern="-e").startswith("No line holds `-e`.")


def test_many_hits_say_how_to_narrow(tools: RepositoryTools) -> None:
    lines = said(tools, "search_text", pattern="line").split("\n")
    assert len(lines) == HITS + 1
    assert lines[-1] == f"There are more lines than these {HITS}. Narrow it: a longer pattern, or a `path`."


def test_exactly_the_limit_is_not_more(tools: RepositoryTools) -> None:
    text = said(tools, "search_text", pattern="^line (1|2|3|4|5|6|7|8)[0-9]$", regex=True)
    assert len(text.split("\n")) == HITS


def test_hits_in_huge_files_are_bounded(tools: RepositoryTools) -> None:
    assert len(said(tools, "search_text", pattern="spam")) < BYTES + 500


def test_a_file_of_a_hundred_megabytes_is_never_read_whole(tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "upstream")
    upstream.git("config", "core.compression", "1")
    line = b"a line of a huge log\n"
    commit = upstream.commit("Huge", {"huge.log": line * (100_000_000 // len(line) + 1), "a.py": "x = 1\n"})
    checkout = Clones(tmp_path / "clones", lambda _: (upstream.url, None)).checkout(Repository(1, "a/b", 1))
    checkout.fetch(commit)
    tree = checkout.tree(commit)
    tools = RepositoryTools(tree)
    entry = tree.entry("huge.log")
    assert entry is not None
    assert entry.size >= 100_000_000
    tracemalloc.start()
    try:
        assert "huge.log" in said(tools, "list_files")
        assert "at most 2,000,000 are read" in refused(tools, "read_file", path="huge.log")
        assert len(said(tools, "search_text", pattern="huge log")) < BYTES + 500
        cited = find(Artifact("002.md", "It logs `a line` (`huge.log:3`).\n\nIt sets `x = 1` (`a.py:1`).\n"))
        verdicts = [found.verdict for found in verify(cited, tree)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert verdicts == ["out-of-range", "ok"]
    assert peak < 20_000_000


def test_no_hit_is_an_answer(tools: RepositoryTools) -> None:
    assert "below `src`" in said(tools, "search_text", pattern="no such text", path="src")


def test_a_pattern_that_never_ends_is_stopped(tools: RepositoryTools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.tools.SECONDS", 0.5)
    began = time.monotonic()
    text, failed = tools.call("search_text", {"pattern": "(a*)*(a*)*(a*)*(a|aa)*\\1\\2\\3b$", "regex": True})
    assert time.monotonic() - began < 20
    assert failed == ("The search failed" in text)


# --- read_history ----------------------------------------------------------------------------------------------------


def test_the_history_has_the_newest_first(tools: RepositoryTools) -> None:
    lines = said(tools, "read_history").split("\n")
    assert [line[10:] for line in lines] == [" 2026-01-02 Ada: Add the core", " 2025-12-31 Ada: Begin"]


def test_the_history_of_a_path_is_its_own(tools: RepositoryTools) -> None:
    assert said(tools, "read_history", path="README.md").endswith("Ada: Begin")
    assert said(tools, "read_history", path="src", limit=1).endswith("Ada: Add the core")


def test_commits_beyond_the_clones_edge_are_not_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.clone.DEPTH", 2)
    upstream = Upstream(tmp_path / "upstream")
    commits = [upstream.commit(f"c{n}", {f"{n}.txt": "x"}) for n in range(4)]
    checkout = Clones(tmp_path / "clones", lambda _: (upstream.url, None)).checkout(Repository(1, "a/b", 1))
    checkout.fetch(commits[3])
    tools = RepositoryTools(checkout.tree(commits[3]))
    assert said(tools, "read_history", path="0.txt") == "Older commits are not in this clone."
    assert said(tools, "read_history").split("\n")[0].endswith("c3")


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("read_files", {"path": "a"}, "Did you mean `read_file`?"),
        ("bash", {"command": "ls"}, "Use one of `list_files`, `read_file`, `search_text`, `read_history`."),
        ("read_file", {}, "read_file needs `path`"),
        ("read_file", {"file": "a"}, "no parameter `file`"),
        ("read_file", {"path": "src/core/run.py", "start_line": 3}, "Did you mean `start`?"),
        ("read_file", {"path": 3}, "`path` must be a text, not 3."),
        ("read_file", {"path": "src/core/run.py", "start": "3"}, '`start` must be a whole number, not "3".'),
        ("read_file", {"path": "src/core/run.py", "start": True}, "must be a whole number"),
        ("read_file", {"path": "src/core/run.py", "start": 0}, "has lines 1 to 1000"),
        ("read_file", {"path": "src/core/run.py", "start": 1001}, "has lines 1 to 1000"),
        ("read_file", {"path": "src/core/run.py", "start": 9, "end": 3}, "`end` comes before `start`"),
        ("read_file", {"path": "../etc/passwd"}, "may leave the repository"),
        ("read_file", {"path": "src/../../x"}, "may leave the repository"),
        ("read_file", {"path": "/etc/passwd"}, "There is no `etc/passwd`"),
        ("read_file", {"path": "src/run.py"}, "Near it are `src/core/run.py`."),
        ("read_file", {"path": "src/core"}, "is a folder. Call list_files"),
        ("read_file", {"path": ""}, "`.` is a folder"),
        ("read_file", {"path": "link"}, "links are not followed"),
        ("read_file", {"path": "vendor"}, "is a submodule"),
        ("read_file", {"path": "vendor/x"}, "`vendor` is a submodule, not a folder."),
        ("read_file", {"path": "README.md/x"}, "Call read_file with `README.md`."),
        ("read_file", {"path": "image.png"}, "is a binary file"),
        ("read_file", {"path": "large.log"}, "2,500,000 bytes; at most 2,000,000 are read. Find lines of it"),
        ("list_files", {"path": "README.md"}, "is a file, not a folder. Call read_file"),
        ("list_files", {"path": "link"}, "is a symbolic link, not a folder. It is not followed"),
        ("list_files", {"depth": 0}, "from 1 to 10"),
        ("search_text", {"pattern": ""}, "on one line"),
        ("search_text", {"pattern": "a\nb"}, "on one line"),
        ("search_text", {"pattern": "a\ud83d"}, "on one line"),
        ("search_text", {"pattern": "a" * 200_000}, "at most 600 characters"),
        ("read_file", {"path": "a\ud83d"}, "There is no"),
        ("search_text", {"pattern": "(", "regex": True}, "Unmatched ( or"),
        ("search_text", {"pattern": "\\d+", "regex": True}, "write [0-9]"),
        ("search_text", {"pattern": "x", "path": "nowhere/else"}, "Call list_files to see what there is."),
        ("search_text", {"pattern": "x", "regex": "yes"}, "true or false"),
        ("read_history", {"limit": 101}, "from 1 to 100"),
    ],
)
def test_a_refusal_says_what_to_write_instead(
    tools: RepositoryTools, name: str, arguments: dict[str, Any], words: str
) -> None:
    assert words in refused(tools, name, **arguments)


@pytest.fixture(scope="module")
def shared(tree: GitTree) -> RepositoryTools:
    return RepositoryTools(tree)


written = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(
    name=st.sampled_from(["list_files", "read_file", "search_text", "read_history"]) | st.text(),
    arguments=st.dictionaries(
        st.sampled_from(["path", "start", "end", "pattern", "regex", "depth", "limit"]) | st.text(),
        st.sampled_from(["src/core/run.py", "src", 1, 5, True]) | written,
    )
    | written,
)
def test_no_call_raises(shared: RepositoryTools, name: str, arguments: Any) -> None:
    text, failed = shared.call(name, arguments)
    assert text
    assert isinstance(failed, bool)
    assert len(text.encode(errors="replace")) < BYTES + 2_000

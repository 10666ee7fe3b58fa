"""What became of cited lines at a later commit, and how it is said."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.citations.comparing import drifted
from bot.core.citations.drift import Drift, Drifted
from bot.core.run.record import Record
from bot.core.views.run import check, status
from tests.core.a_run import PLAIN, Play, pinned

QUEUE = "class Queue:\n    def put(self):\n        pass\n"


class Files:
    """A tree of a few files."""

    def __init__(self, commit: str, files: dict[str, str]) -> None:
        self.commit = commit
        self._files = files

    def files(self) -> Sequence[str]:
        return sorted(self._files)

    def lines(self, path: str) -> Sequence[str] | None:
        return self._files[path].splitlines()


BASE = Files("b" * 40, {"src/queue.py": QUEUE, "src/other.py": "one\n"})
TEXT = """# D

`Queue` is in `src/queue.py:1`, `put` in queue.py:2-3, again in src/queue.py:1. `None` of the kind is in src/queue.py:2.

It is in src/queue.py:3 [UNVERIFIED], src/gone.py:1 and src/queue.py:99.
"""


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({"src/queue.py": QUEUE}, []),
        ({"src/queue.py": QUEUE + "more\n"}, []),
        ({"src/queue.py": "\n\n" + QUEUE}, [("src/queue.py:1", "moved", 3), ("src/queue.py:2-3", "moved", 4)]),
        ({"src/queue.py": QUEUE.replace("put", "add")}, [("src/queue.py:2-3", "changed", 0)]),
        (
            {"src/queue.py": "\n" + QUEUE + QUEUE},
            [("src/queue.py:1", "changed", 0), ("src/queue.py:2-3", "changed", 0)],
        ),
        ({}, [("src/queue.py:1", "gone", 0), ("src/queue.py:2-3", "gone", 0)]),
    ],
)
def test_what_drifted(head: dict[str, str], expected: list[tuple[str, str, int]]) -> None:
    found = drifted({"002.md": TEXT, "003.md": "`Queue` is in `src/queue.py:1`."}, BASE, Files("c" * 40, head))
    assert [(one.place, one.became, one.now) for one in found] == expected
    assert all((one.document, one.line) == ("002.md", 3) for one in found)


def test_each_document_is_named_where_it_is_first_cited() -> None:
    (found,) = drifted({"002.md": "Nothing.", "003.md": "\n`one`: src/other.py:1"}, BASE, Files("c" * 40, {}))
    assert (found.document, found.line) == ("003.md", 2)


def drift(count: int) -> Drift:
    place = Drifted("_tasks/queue-depth/002-understanding.md", 4, "src/a.py", 3, 5, "moved", 7)
    others = (replace(place, path=f"src/{n}`\n.py", last=3, became="changed") for n in range(1, count))
    return Drift("c" * 40, "main", (place, *others)[:count])


def said(count: int) -> tuple[str, str]:
    play = Play(Record(pinned()), PLAIN, PLAIN)
    play.go()
    state = replace(play.state, record=replace(play.state.record, drift=drift(count)))
    return status(state), check(state).summary


def test_the_status_and_the_check_say_what_drifted() -> None:
    moved = "- `src/a.py:3-5` ([002-understanding.md](https://github.example/octo/queue/blob/"
    shown, summary = said(7)
    assert "The branch `main` has moved to [`cccccccc`](https://github.example/octo/queue/commit/cccc" in shown
    assert "7 cited places have moved or changed." in shown
    assert moved in shown
    assert "line 4) has moved to 7-9" in shown
    assert "- `src/1' .py:3` (" in shown
    assert "- and 2 more, in the check" in shown
    assert "and 2 more" not in summary
    assert summary.count("has changed") == 6


def test_few_and_none() -> None:
    assert "One cited place has moved or changed." in said(1)[0]
    assert "All cited places are unchanged." in said(0)[0]
    assert "- and 1 more\n" in said(101)[1]


def test_gone_is_said() -> None:
    assert replace(drift(1).places[0], became="gone").words == "is gone with its file"

"""`charrette citations`, from the command line to its exit status, over a real repository."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.adapters.repositories import Upstream

QUEUE = "import os\n\n\nclass Queue:\n    def put(self, item):\n        self.items.append(item)\n"
FILES: dict[str, str | bytes] = {
    "src/queue.py": QUEUE,
    "src/util/names.py": "one\ntwo\nthree",
    "tests/names.py": "one\n",
    "docs/größe.md": "# Size\n",
    "Makefile": "all:\n\ttrue\n",
    "logo.png": b"\x89PNG\0\0\n",
    "big.py": "".join(f"line_{number} = {number}\n" for number in range(1, 1501)),
}
KEYS = ["line", "text", "path", "start", "end", "verdict", "resolved"]
VERDICTS = {"ok", "unnamed", "ambiguous", "path-missing", "out-of-range", "content-mismatch", "external"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Upstream:
    made = Upstream(tmp_path_factory.mktemp("citing") / "code")
    made.commit("before", {"src/queue.py": "old = 1\n"})
    made.git("tag", "before")
    made.commit("after", FILES)
    return made


class Said:
    """What one run of the command printed, and its status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer

    @property
    def rows(self) -> list[tuple[str, int, int, str, str]]:
        shown = ("path", "start", "end", "verdict", "resolved")
        return [tuple(row[key] for key in shown) for row in self.answer["citations"]]


@pytest.fixture
def cite(repository: Upstream, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(text: str, *options: str) -> Said:
        document = tmp_path / "plan.md"
        document.write_text(text, "utf-8")
        status = main(["citations", str(document), "--repo", str(repository.folder), *options])
        return Said(status, *capsys.readouterr())

    return run


Q = "src/queue.py"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        pytest.param("`Queue`: src/queue.py:4", [(Q, 4, 4, "ok", Q)], id="path and line"),
        pytest.param("`put` in `src/queue.py:4-6`", [(Q, 4, 6, "ok", Q)], id="range"),
        pytest.param("`put` in src/queue.py:4–6", [(Q, 4, 6, "ok", Q)], id="en dash"),
        pytest.param(
            "`Queue` in src/queue.py:4,5, 99",
            [(Q, 4, 4, "ok", Q), (Q, 5, 5, "content-mismatch", Q), (Q, 99, 99, "out-of-range", Q)],
            id="comma list, one entry for each range",
        ),
        pytest.param("`Queue` in src/queue.py:L4", [(Q, 4, 4, "ok", Q)], id="L"),
        pytest.param("`Queue` in src/queue.py#L4-L6", [(Q, 4, 6, "ok", Q)], id="anchor"),
        pytest.param("`Queue` is in `src/queue.py` (lines 4-6)", [(Q, 4, 6, "ok", Q)], id="lines in brackets"),
        pytest.param("`Queue` is in `src/queue.py` ~line 4", [(Q, 4, 4, "ok", Q)], id="about"),
        pytest.param("See queue.py (LINE 4)", [("queue.py", 4, 4, "unnamed", Q)], id="capitals"),
        pytest.param(
            "Line 1459 of big.py has “line_1459 = 1459”", [("big.py", 1459, 1459, "ok", "big.py")], id="line of"
        ),
        pytest.param("`Queue` is in queue.py:4", [("queue.py", 4, 4, "ok", Q)], id="a basename that is unique"),
        pytest.param("`one` is in names.py:1", [("names.py", 1, 1, "ambiguous", "")], id="a basename that is not"),
        pytest.param(
            "`two` is in util/names.py:2", [("util/names.py", 2, 2, "ok", "src/util/names.py")], id="the end of a path"
        ),
        pytest.param(
            "`Queue` in /home/me/tree-2/src/queue.py:4",
            [("/home/me/tree-2/src/queue.py", 4, 4, "ok", Q)],
            id="absolute path of a worktree",
        ),
        pytest.param(
            "`Queue` in /home/me/tree-2/src/gone.py:4",
            [("/home/me/tree-2/src/gone.py", 4, 4, "path-missing", "")],
            id="a file of a worktree that is not there",
        ),
        pytest.param("In src/gone.py:1", [("src/gone.py", 1, 1, "path-missing", "")], id="missing"),
        pytest.param("In src/queue.py:7", [(Q, 7, 7, "out-of-range", Q)], id="one line behind the last"),
        pytest.param("In docs/größe.md:1", [("docs/größe.md", 1, 1, "unnamed", "docs/größe.md")], id="umlauts"),
        pytest.param("In logo.png:1", [("logo.png", 1, 1, "out-of-range", "logo.png")], id="no text"),
        pytest.param("The queue is in src/queue.py:4", [(Q, 4, 4, "unnamed", Q)], id="names nothing"),
        pytest.param("`get` is in src/queue.py:4-6", [(Q, 4, 6, "content-mismatch", Q)], id="something else there"),
        pytest.param(
            "ray-project/ray@1f2e3d4: python/ray/actor.py:12",
            [("python/ray/actor.py", 12, 12, "external", "")],
            id="another repository at a commit",
        ),
        pytest.param(
            "See ray-project/ray:python/ray/actor.py:12",
            [("python/ray/actor.py", 12, 12, "external", "")],
            id="another repository",
        ),
        pytest.param(
            "/usr/include/stdio.h:3", [("/usr/include/stdio.h", 3, 3, "external", "")], id="a file of the system"
        ),
        pytest.param("```\n$ grep\nsrc/queue.py:4: class Queue\n```", [], id="sample output"),
        pytest.param("    src/queue.py:99", [], id="a listing inside the plan"),
        pytest.param("It calls `res.json` and res.json(), 3 times.", [], id="method calls"),
        pytest.param(
            "https://github.com/o/r/blob/main/src/queue.py#L99 and localhost:8080 at 12:30", [], id="addresses"
        ),
        pytest.param("", [], id="an empty document"),
    ],
)
def test_every_form_end_to_end(cite: Any, text: str, rows: list[tuple[str, int, int, str, str]]) -> None:
    said = cite(f"# Plan\n\n{text}\n", "--json")
    assert said.rows == rows
    good = all(verdict in {"ok", "unnamed", "external"} for *_, verdict, _ in rows)
    assert said.status == (0 if good else 1)
    assert said.err == ""


def test_the_json_is_exactly_this(cite: Any) -> None:
    said = cite("# T\n\nThe `Queue` is in\nqueue.py:4,99.\n", "--json")
    assert list(said.answer) == ["citations", "counts"]
    assert said.answer["citations"][0] == {
        "line": 4,
        "text": "queue.py:4,99",
        "path": "queue.py",
        "start": 4,
        "end": 4,
        "verdict": "ok",
        "resolved": Q,
    }
    assert [list(row) for row in said.answer["citations"]] == [KEYS, KEYS]
    assert set(said.answer["counts"]) == VERDICTS
    assert +Counter(said.answer["counts"]) == Counter(["ok", "out-of-range"])


def test_the_table_says_what_is_the_matter(cite: Any) -> None:
    text = "`Queue` in queue.py:4. `Queue` in src/queue.py:1.\n\nnames.py:1, src/gone.py:2, up/queue.py:1, "
    text += "big.py:9999, o/r:1\n"
    said = cite(text)
    assert said.status == 1
    shown = [line.split(maxsplit=3) for line in said.out.splitlines()]
    assert shown[0] == ["line", "verdict", "citation"]
    assert shown[1] == ["1", "ok", "queue.py:4", Q]
    assert shown[2][:3] == ["1", "content-mismatch", "src/queue.py:1"]
    assert shown[3] == ["3", "ambiguous", "names.py:1", "several are called so: src/util/names.py, tests/names.py"]
    assert shown[4] == ["3", "path-missing", "src/gone.py:2", "there is no such file"]
    assert shown[5] == ["3", "path-missing", "up/queue.py:1", f"did you mean {Q}?"]
    assert shown[6] == ["3", "out-of-range", "big.py:9999", "big.py has 1500 lines"]
    assert shown[7] == ["3", "external", "o/r:1", "not of this repository"]
    assert said.out.splitlines()[-1].endswith(
        "1 ok, 1 ambiguous, 2 path-missing, 1 out-of-range, 1 content-mismatch, 1 external"
    )


def test_a_document_without_citations_is_good(cite: Any) -> None:
    said = cite("# Nothing\n")
    assert (said.status, said.out.startswith("0 cited at "), said.out.endswith(": none\n")) == (0, True, True)


def test_the_verdict_is_that_of_the_commit(cite: Any) -> None:
    text = "`Queue` is in src/queue.py:4\n"
    assert cite(text, "--json").rows[0][3] == "ok"
    assert cite(text, "--commit", "before", "--json").rows[0][3] == "out-of-range"


def test_what_is_not_committed_does_not_count(cite: Any, repository: Upstream) -> None:
    repository.write({"draft.py": "x\n"})
    assert cite("draft.py:1", "--json").rows[0][3] == "path-missing"
    (repository.folder / "draft.py").unlink()


@pytest.mark.parametrize(
    ("arguments", "wrong", "mend"),
    [
        (["none.md", "--repo", "{repo}"], "There is no such file.", "Name a Markdown document"),
        (["{repo}", "--repo", "{repo}"], "This is a folder.", "Name a Markdown document"),
        (["{repo}/logo.png", "--repo", "{repo}"], "This is no text in UTF-8.", "Name a Markdown document"),
        (["{repo}/Makefile", "--repo", "{plain}"], "This is no git repository.", "Name the folder of a clone"),
        (["{repo}/Makefile", "--repo", "{plain}/no"], "There is no such folder.", "Name the folder of a clone"),
        (["{repo}/Makefile", "--repo", "{repo}", "--commit", "no"], "no commit “no”", "a branch or a tag"),
    ],
)
def test_bad_arguments_say_what_to_write(
    arguments: list[str],
    wrong: str,
    mend: str,
    repository: Upstream,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = {"repo": str(repository.folder), "plain": str(tmp_path)}
    assert main(["citations", *(argument.format(**places) for argument in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert wrong in err
    assert mend in err
    assert err.count("\n") == 1


def test_no_document_is_a_wrong_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["citations"])
    assert ended.value.code == 2


def test_as_a_process_in_the_repository(repository: Upstream, tmp_path: Path) -> None:
    document = tmp_path / "plan.md"
    document.write_text("`Queue` is in src/queue.py:4\n")
    command = [sys.executable, "-m", "bot.cli", "citations", str(document), "--json"]
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        command, cwd=repository.folder, env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert (done.returncode, json.loads(done.stdout)["counts"]["ok"], done.stderr) == (0, 1, b"")

"""`charrette local`: from a file and a clone to a branch in that clone, at a terminal, and what stays untouched."""

import io
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.definitions import FolderDefinitions
from bot.cli import main
from bot.core.definition import GateUse, Phase
from bot.core.errors import PersonError
from bot.core.incoming.messages import Entry, Stop
from bot.core.run.record import Record
from bot.core.run.state import State, fold
from bot.core.views.headline import headline
from bot.hub.code import Change, Code, Signature
from bot.hub.importing import import_code
from bot.local import clone, kept, processes
from bot.local.issue import Issue, read
from bot.local.lines import Lines
from bot.local.session import service_environment
from bot.local.warnings import Warnings
from bot.local.watch import Answering, standing
from bot.local.words import at_home, readable
from tests.adapters.repositories import IDENTITY, Upstream
from tests.core.a_run import ASKING, PLAIN, UNDERSTAND, Play, definition, message, pinned, wrong
from tests.core.views.test_endings import ENDS
from tests.service import clean, workflows
from tests.stories.closed_loop import ClosedLoop, closed_loop
from tests.stories.stage import ROOT

MODEL = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "ANTHROPIC_API_KEY": "none"}
WORKFLOW = """\
version: 1
summary: Ask, then write one document.
trigger: {label: note, command: /note}
artifacts: notes/{slug}
phases:
  - id: request
    from: event
  - id: note
    asks: author
    tools: [repository]
    gates:
      - headings: [Questions, Findings]
"""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **IDENTITY},
    )
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Upstream:
    """A repository with all that may stand in one."""
    made = Upstream(tmp_path / "mein prójekt")
    made.write({"src/ключ key.py": "def rotate_keys(oldest):\n    return oldest\n", "README.md": "# Keys\n\nOf all.\n"})
    made.write({"big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"})
    made.write({".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    (made.folder / "link").symlink_to("README.md")
    made.commit("One", {})
    made.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendored")
    made.commit("Two", {".gitmodules": '[submodule "vendored"]\n\tpath = vendored\n\turl = ../vendored\n'})
    return made


# --- the issue -------------------------------------------------------------------------------------------------------

ISSUES = {
    "the first heading": ("# Rotate *keys*\n\nBy age.\n", Issue("Rotate *keys*", "By age.")),
    "windows, with a mark": ("\ufeff# Rotate\r\n\r\nBy\r\nage.\r\n", Issue("Rotate", "By\nage.")),
    "underlined": ("Rotate\n======\n\nBy age.\n", Issue("Rotate", "By age.")),
    "a lower one at the top": ("## Rotate\n\nBy age.\n", Issue("Rotate", "By age.")),
    "the first of the first level": ("Hello.\n\n# Rotate\n\nBy age.\n", Issue("Rotate", "Hello.\n\n\nBy age.")),
    "none": ("Rotate keys.\n", Issue("my issue", "Rotate keys.")),
    "only lower ones, later": ("Rotate.\n\n## Why\n\nAge.\n", Issue("my issue", "Rotate.\n\n## Why\n\nAge.")),
    "one in code": ("```sh\n# Not\n```\n", Issue("my issue", "```sh\n# Not\n```")),
    "an empty one": ("#\n\nRotate.\n", Issue("my issue", "#\n\nRotate.")),
    "nothing below": ("# Rotate\n", Issue("Rotate", "")),
}


@pytest.mark.parametrize("name", ISSUES)
def test_title_and_text_of_an_issue(name: str, tmp_path: Path) -> None:
    file = tmp_path / "my issue.md"
    file.write_bytes(ISSUES[name][0].encode())
    assert read(file) == ISSUES[name][1]


BAD_ISSUES: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "there is no such file. Give --issue a text file."),
    "empty": (b" \n\n", "there is nothing in it. Write a heading"),
    "binary": (b"# A\0B\n", "this is no text in UTF-8"),
    "latin": ("# Schlüssel\n".encode("latin-1"), "this is no text in UTF-8"),
    "long": (b"# A\n" + b"x" * 70_000, "it has 70,004 characters, and GitHub's issues take 65,536"),
    "huge": (b"x" * 700_000, "it has 700,000 bytes, more than any issue"),
}


@pytest.mark.parametrize("name", BAD_ISSUES)
def test_a_file_that_is_no_issue(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, words = BAD_ISSUES[name]
    file = tmp_path / "issue.md"
    if content is not None:
        file.write_bytes(content)
    assert main(["local", "--repo", str(tmp_path), "--issue", str(file)]) == 1
    assert f"charrette local: {file}: {words}" in capsys.readouterr().err


def test_a_folder_is_no_issue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["local", "--issue", str(tmp_path)]) == 1
    assert "this is a folder. Give --issue a text file." in capsys.readouterr().err


# --- the clone -------------------------------------------------------------------------------------------------------


def run(project: Path, *more: str) -> int:
    issue = project.parent / "issue.md"
    issue.write_text("# Rotate\n\nBy age.\n")
    return main(["local", "--repo", str(project), "--issue", str(issue), *more])


@pytest.fixture
def with_model(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in MODEL.items():
        monkeypatch.setenv(name, text)


@pytest.mark.usefixtures("with_model")
def test_what_no_run_can_work_with(
    tmp_path: Path, project: Upstream, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plain").mkdir()
    git(tmp_path, "init", "--quiet", "none yet")
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "sha256")
    tries: list[tuple[Path, list[str], str]] = [
        (tmp_path / "absent", [], "There is no such folder. Give --repo the folder of a clone."),
        (tmp_path / "plain", [], "This is no git repository. Give --repo the folder of a clone."),
        (tmp_path / "issue.md", [], "This is no git repository."),
        (tmp_path / "none yet", [], "nothing is committed on what is checked out there"),
        (tmp_path / "sha256", [], "its objects are named by SHA-256"),
        (project.folder, ["--base", "v9"], "there is no commit “v9”. Give --base a commit"),
        (project.folder, ["--workflow", "desing"], "no workflow “desing”. Give --workflow one of "),
        (
            project.folder,
            ["--workflow", "review-experts"],
            "is not for an issue. Give --workflow one of architecture-planning, feature-design",
        ),
        (project.folder, ["--answers", "/none"], "/none: there is no such file. Give --answers a text file."),
        (project.folder, ["--state", "/proc/none"], "/proc/none: nothing can be kept there"),
    ]
    for folder, more, words in tries:
        assert run(folder, *more) == 1, words
        assert words in capsys.readouterr().err
    for name in MODEL:
        monkeypatch.delenv(name)
    assert run(project.folder) == 1
    assert "There is no model to ask. Set ANTHROPIC_API_KEY" in capsys.readouterr().err
    assert not (project.folder / ".git/charrette").exists()


def shallow(project: Upstream) -> Path:
    folder = project.folder.parent / "shallow"
    git(folder.parent, "clone", "--quiet", "--depth=1", project.url, str(folder))
    return folder


def bare(project: Upstream) -> Path:
    folder = project.folder.parent / "bare.git"
    git(folder.parent, "clone", "--quiet", "--bare", project.url, str(folder))
    return folder


def linked(project: Upstream) -> Path:
    folder = project.folder.parent / "linked tree"
    project.git("worktree", "add", "--quiet", "-b", "other", str(folder))
    return folder / "src"


def detached(project: Upstream) -> Path:
    project.git("checkout", "--quiet", "--detach", "HEAD~1")
    return project.folder / "src"


def reftable_like(project: Upstream) -> Path:
    project.git("pack-refs", "--all")
    project.git("gc", "--quiet")
    return project.folder


KINDS: list[Callable[[Upstream], Path]] = [shallow, bare, linked, detached, reftable_like]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_clone_lends_its_code_and_takes_the_branch(
    kind: Callable[[Upstream], Path], project: Upstream, tmp_path: Path
) -> None:
    there = clone.find(kind(project))
    base = there.base("")
    before = fingerprint(there.common)
    hub = Code(tmp_path / "hub.git")
    branch = import_code(hub, there.lend(base, tmp_path / "source.git"))
    shutil.rmtree(tmp_path / "source.git")
    assert (branch, hub.resolve(branch)) == (base.name or "base", base.commit)
    assert hub.entry(base.commit, "src/ключ key.py") is not None
    assert there.take(hub.path, "charrette/1-x") != ""
    first = commit(hub, base.commit, "001")
    assert there.take(hub.path, "charrette/1-x") == ""
    second = commit(hub, first, "002")
    assert there.take(hub.path, "charrette/1-x") == ""
    assert there.head("charrette/1-x") == second
    assert there.git.text("show", "charrette/1-x:notes/002.md") == "words"
    assert fingerprint(there.common) == before
    assert git(there.common, "fsck", "--connectivity-only") == ""


def commit(hub: Code, parent: str, name: str) -> str:
    who = Signature("Bot", "bot@example.org", "2026-01-02T03:04:05Z")
    tree = hub.write_tree(parent, [Change(f"notes/{name}.md", "100644", hub.write_blob(b"words"))])
    sha = hub.write_commit(tree, [parent], f"Notes {name}\n", who, who)
    hub.update_ref("refs/heads/charrette/1-x", sha)
    return sha


def fingerprint(common: Path) -> dict[str, str]:
    """All that a repository holds, but for objects, for runs' branches, and for what is kept of runs."""
    ours = re.compile(r"objects/|charrette/|(?:logs/)?refs/heads/charrette/")
    files = [path for path in common.rglob("*") if path.is_file()]
    names = {str(path.relative_to(common)): path for path in files}
    return {name: sha256(path.read_bytes()).hexdigest() for name, path in names.items() if not ours.match(name)}


def test_a_branch_of_a_person_is_never_moved(project: Upstream, tmp_path: Path) -> None:
    there = clone.find(project.folder)
    hub = Code(tmp_path / "hub.git")
    base = there.base("main")
    import_code(hub, there.lend(base, tmp_path / "source.git"))
    first = commit(hub, base.commit, "001")
    there.take(hub.path, "charrette/1-x")
    project.git("checkout", "--quiet", "charrette/1-x")
    second = commit(hub, first, "002")
    said = there.take(hub.path, "charrette/1-x")
    assert f"“git merge --ff-only {second}”" in said
    project.git("merge", "--quiet", "--ff-only", second)
    mine = project.commit("Mine", {"notes/mine.md": "mine"})
    project.git("checkout", "--quiet", "main")
    third = commit(hub, second, "003")
    assert f"“git merge {third}” brings both together" in there.take(hub.path, "charrette/1-x")
    assert there.head("charrette/1-x") == mine


def test_a_run_has_a_number_that_no_other_run_and_no_branch_has(project: Upstream, tmp_path: Path) -> None:
    project.git("branch", "charrette/3-rotate")
    there = clone.find(project.folder)
    issue, file, root = Issue("Rotate", "By age."), tmp_path / "a.md", tmp_path / "state"
    first = kept.new(root, file, issue, there, there.base(""), "feature-design")
    second = kept.new(root, tmp_path / "b.md", Issue("Other", ""), there, there.base("HEAD~1"), "feature-design")
    assert [first.branch, second.branch] == ["charrette/4-rotate", "charrette/5-other"]
    assert [first.base_name, second.base_name] == ["main", ""]
    assert kept.earlier(root, file, Issue("Rotate", "Changed.")) == first
    assert kept.earlier(root, tmp_path / "copy.md", issue) == first
    assert kept.earlier(root, tmp_path / "copy.md", Issue("Rotate", "Changed.")) is None
    with (
        kept.alone(root / first.name),
        pytest.raises(PersonError, match="at work on this issue"),
        kept.alone(root / first.name),
    ):
        raise AssertionError
    (root / first.name / "run.json").write_text("{")
    with pytest.raises(PersonError, match="this is not what `charrette local` keeps"):
        kept.earlier(root, file, issue)


@pytest.mark.usefixtures("with_model")
def test_another_base_is_no_way_to_go_on(project: Upstream, capsys: pytest.CaptureFixture[str]) -> None:
    there = clone.find(project.folder)
    issue = project.folder.parent / "issue.md"
    kept.new(there.common / "charrette", issue, Issue("Rotate", "By age."), there, there.base(""), "feature-design")
    assert run(project.folder, "--base", "HEAD~1") == 1
    assert "Leave --base out to go on with it, or begin another with --new." in capsys.readouterr().err


def test_the_service_gets_the_model_and_nothing_of_another_github() -> None:
    given = {
        "PATH": "/bin",
        "ANTHROPIC_API_KEY": "k",
        "CHARRETTE_MODEL_QUICK": "m",
        "CHARRETTE_RUN_DOLLARS": "1",
        "CHARRETTE_APP_PRIVATE_KEY_FILE": "f",
        "CHARRETTE_DATABASE_URL": "d",
        "CHARRETTE_STATE": "s",
        "GIT_DIR": "/elsewhere",
        "CHARRETTE_WEBHOOK_SECRET": "w",
        "CHARRETTE_LISTEN": "0.0.0.0:1",
    }
    assert sorted(service_environment(given)) == [
        "ANTHROPIC_API_KEY",
        "CHARRETTE_MODEL_QUICK",
        "CHARRETTE_RUN_DOLLARS",
        "PATH",
    ]


# --- the terminal ----------------------------------------------------------------------------------------------------

SHOWN = {
    "markers": ("Hello.\n\n<!-- charrette:key=reply/1 run=1 -->\n", "Hello."),
    "an open comment": ("Hello. <!-- never closed", "Hello."),
    "bold and slanted": ("**1. Which *one*?** *Why it matters:* 2 * 3 * 4", "1. Which one? Why it matters: 2 * 3 * 4"),
    "links of the hub": ("in [001](http://hub:1/blob/x)", "in 001"),
    "links elsewhere": ("[How](https://e.org/x) <https://e.org>", "How (https://e.org/x) <https://e.org>"),
    "what was escaped": ("a &lt;b&gt; &#124; 1\\. c", "a <b> | 1. c"),
    "what moves the cursor": ("a\x1b[2Jb &#27;[31m", "a[2Jb [31m"),
    "tables": ("| a | b |\n| --- | :-: |\n| 1 | 2 |", "| a | b |\n| 1 | 2 |"),
    "folded": ("<details><summary>More</summary>\n\nWords.\n</details>", "More\n\nWords."),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_the_bot_writes_is_readable(name: str) -> None:
    assert readable(SHOWN[name][0], "http://hub:1") == SHOWN[name][1]


def test_without_a_person_answers_come_from_the_file_then_from_lines_then_by_assumption() -> None:
    piped = Lines(io.StringIO("\n1A\n\n  2 use gRPC \n"))
    answering = Answering(piped, "recommended")
    given: list[str] = []
    while not given or given[-1] != "/proceed":
        text = answering.next("asks")
        given += [text] if text is not None else []
    assert given == ["recommended", "1A", "2 use gRPC", "/proceed"]
    assert answering.next("blocked") == "/proceed"
    assert answering.next("approval") == ""
    assert answering.next("description") == ""
    assert Answering(Lines(None)).next("asks") == "/proceed"


APPROVED = Phase("summary", 2, "Summary", "Sum up.", approval="maintainer", gates=(GateUse("not-empty"),))
UNDESCRIBED = pinned(definition(UNDERSTAND, needs_description=("Feature description",)), description="")
STANDINGS: dict[str, tuple[Record, list[Any]]] = {
    "asks": (Record(pinned()), [ASKING]),
    "done": (Record(pinned()), [PLAIN, PLAIN]),
    "description": (Record(UNDESCRIBED), []),
    "approval": (Record(pinned(definition(APPROVED))), [PLAIN]),
    "blocked": (Record(pinned(definition(UNDERSTAND))), [(PLAIN, (wrong(),))] * 3),
    "stopped": (Record(pinned(), entries=(Entry(message(Stop("`/cancel` was written"))),)), []),
}


@pytest.mark.parametrize("stands", STANDINGS)
def test_where_a_run_stands_is_read_off_its_status(stands: str) -> None:
    record, said = STANDINGS[stands]
    play = Play(record, *said)
    play.go()
    assert standing(headline(play.state)) == stands


def test_what_only_a_person_can_end_waits_for_one() -> None:
    record, said = STANDINGS["blocked"]
    play = Play(record, *said)
    play.go()
    path = "_tasks/queue-depth/002-understanding.md"
    for edited in ("theirs", ""):
        assert standing(headline(fold(replace(play.state.record, edited={path: edited})))) == "blocked"
    assert standing("Phase 4 of 6 waits: “Panel” failed. `/retry` begins it anew.") == "blocked"


@pytest.mark.parametrize("end", ENDS, ids=[row[0] for row in ENDS])
def test_an_end_names_nothing_that_is_only_on_github(end: tuple[str, Callable[[], State]]) -> None:
    said = at_home(headline(end[1]()))
    assert re.search(r"check\b|pull request|`/|label back", said) is None
    assert said.endswith(("Review the documents on the branch.", "The same command goes on.")) or (
        "The same command goes on " in said
    )


def test_the_words_of_an_end_are_those_of_a_clone() -> None:
    word = next(headline(row[1]()) for row in ENDS if row[0] == "done with findings")
    assert at_home(word) == (
        "Done, with 3 findings left (listed below). 2 in 002 Understanding, 1 in 003 Prior art. "
        "To fix one, edit the document on the branch. Review the documents on the branch."
    )
    assert at_home("- and 7 more, in the check") == "- and 7 more"
    first = "Read the summary first, then review the pull request; people's edits on its branch are kept."
    assert at_home(first) == "Read the summary first, then review the documents on the branch."


def test_a_run_that_works_or_failed_says_so() -> None:
    state = fold(Record(pinned()))
    assert standing(headline(state)) == "works"
    assert standing(headline(replace(state, trouble="failed", reason="It broke."))) == "failed"
    assert standing(headline(replace(state, trouble="budget", reason="It is."))) == "failed"


def test_what_goes_wrong_in_the_service_is_told_once(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    again = "worker | 2026-11-25T16:39:29.980Z WARNING charrette.engine turn 1.2/a@1/w/1#1 will be tried again: No.\n"
    log.write_text(f"web    | 2026-11-25T16:39:29.000Z INFO charrette.web stored\n{again}{again}worker | 2026-11-25")
    warnings = Warnings(log)
    assert list(warnings.new()) == ["will be tried again: No."]
    with log.open("a") as more:
        more.write(f"T16:39:31.000Z ERROR charrette.serve web ended\n{again}")
    assert list(warnings.new()) == ["web ended", "will be tried again: No."]
    assert list(warnings.new()) == []


class Terminal:
    """`charrette local` at a terminal of its own."""

    def __init__(self, folder: Path, env: dict[str, str], *arguments: str) -> None:
        self.text, self._seen = "", 0
        self.main, child = pty.openpty()
        command = [sys.executable, "-P", "-m", "bot.cli", "local", *arguments]
        env = {**env, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=child, stdout=child, stderr=child, start_new_session=True
        )
        os.close(child)

    def until(self, *words: str, patience: float = 90.0) -> None:
        """Reads on until all of these came, in any order."""
        end = time.monotonic() + patience
        while missing := [word for word in words if word not in self.text[self._seen :]]:
            assert time.monotonic() < end, f"{missing} did not come:\n{self.text}"
            assert self._read(), f"{missing} did not come:\n{self.text}"
        self._seen = max(self.text.index(word, self._seen) + len(word) for word in words)

    def types(self, text: str) -> None:
        os.write(self.main, f"{text}\n".encode())

    def ends(self, patience: float = 90.0) -> int:
        end = time.monotonic() + patience
        while self._read() and time.monotonic() < end:
            pass
        return self.process.wait(patience)

    def _read(self) -> bool:
        """More text; not where the other side is gone."""
        if select.select([self.main], [], [], 0.2)[0]:
            try:
                self.text += os.read(self.main, 65_536).decode(errors="replace")
            except OSError:
                return False
        return True

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        os.close(self.main)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a person: a model's server, and a short workflow."""
    folder = workflows(tmp_path / "workflows")
    (folder / "note/workflow.yaml").write_text(WORKFLOW)
    (folder / "note/phases/note.md").write_text("Write `{{ path }}`.\n")
    with closed_loop(ClosedLoop(FolderDefinitions(folder).all())) as mind:
        yield {
            **clean(),
            "ANTHROPIC_BASE_URL": mind.url,
            "ANTHROPIC_API_KEY": "none",
            "CHARRETTE_WORKFLOWS": str(folder),
            "HTTP_PROXY": "http://127.0.0.1:9",
            "http_proxy": "http://127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
            "CI": "",
        }


def test_asked_at_a_terminal_interrupted_and_gone_on_with(
    project: Upstream, played: dict[str, str], tmp_path: Path
) -> None:
    project.commit("An earlier design", {"notes/rotate-keys/001-user-request.md": "# Of last year\n"})
    there = linked(project)
    (there / "scratch.txt").write_text("mine")
    common = project.folder / ".git"
    before, status = fingerprint(common), git(there, "status", "--porcelain")
    file = tmp_path / "issue.md"
    file.write_text("# Rotate keys\n\nBy age, without logging anybody out.\n")
    seat = Terminal(there, played, "--issue", str(file))
    try:
        seat.until("1 changed files of the work tree are not committed: the run doesn't see them.")
        seat.until("waits for answers", "1. How strict should it be?", "The run waits until you do; Ctrl-C stops it")
        assert " days" not in seat.text
        seat.types("/status")
        seat.until("waits for answers")
        seat.types("1B")
        seat.until("I took 1B; still open: 2.")
        os.kill(seat.process.pid, signal.SIGINT)
        seat.until("Interrupted. The same command goes on where it stopped")
        assert seat.ends() == 130
    finally:
        seat.close()
    assert "charrette:key" not in seat.text
    assert there.parent.joinpath(".git").is_file()
    drafts = git(there, "log", "--format=%s", "charrette/1-rotate-keys-2", "^other").splitlines()
    assert len(drafts) >= 2

    command = [sys.executable, "-P", "-m", "bot.cli", "local", "--issue", str(file)]
    env = {**played, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=there, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as on:
        said, _ = on.communicate("2 use gRPC\n", timeout=120)
    assert on.returncode == 0, said
    assert "1. How strict should it be?" in said
    assert "Done. Review the documents on the branch." in said
    assert "pull request" not in said
    assert "2 documents are in notes/rotate-keys-2 on the branch charrette/1-rotate-keys-2" in said
    assert "git diff other...charrette/1-rotate-keys-2" in said
    request = git(there, "show", "charrette/1-rotate-keys-2:notes/rotate-keys-2/001-user-request.md")
    assert "Q2" in request
    assert "use gRPC" in request
    assert (fingerprint(common), git(there, "status", "--porcelain")) == (before, status)

    git(there, "branch", "--quiet", "-D", "charrette/1-rotate-keys-2")
    again = subprocess.run(command, cwd=there, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert again.returncode == 0
    assert "“Rotate keys” is done already; --new begins another run." in again.stdout
    assert git(there, "rev-parse", "charrette/1-rotate-keys-2")


def test_a_port_for_the_service_is_free_and_none_that_a_system_hands_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind((processes.LOOPBACK, 0))
        taken.listen()
        assert processes.free_port() < taken.getsockname()[1]
        monkeypatch.setattr(processes, "PORTS", range(taken.getsockname()[1], taken.getsockname()[1] + 1))
        monkeypatch.setattr(processes, "TRIES", 1)
        with pytest.raises(PersonError, match=r"No port from \d+ to \d+ could be had"):
            processes.free_port()

"""Citations verified a second in a repository of 100,000 files, and what it takes to open and to search it."""

import random
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.adapters.clone import Clones
from bot.adapters.tools import SECONDS, RepositoryTools
from bot.adapters.tree import GitTree
from bot.core.citations.reading import find
from bot.core.citations.verdicts import verify
from bot.core.identity import Repository
from bot.core.markdown.artifact import Artifact

from .rows import Row, Setting

FILES = 100_000
LINES = 100
CITED = 1_000
T = TypeVar("T")


def measure(setting: Setting) -> Iterator[Row]:
    """Fetched, opened, searched and cited, as in a conversation."""
    source = setting.folder / "source.git"
    commit = _repository(source)
    repository = Repository(1, "octo/large", 1)
    clones = Clones(setting.folder / "clones", lambda _: (f"file://{source}", None))
    checkout = clones.checkout(repository)
    seconds, _ = _timed(partial(checkout.fetch, commit))
    yield Row(f"fetch of {FILES:,} files", seconds, "s", f"{LINES} lines a file; from a local disk, code and history")
    seconds, tree = _timed(partial(checkout.tree, commit))
    bare, _ = _timed(partial(_git, source, "ls-tree", "-r", "-l", "-z", commit))
    yield Row(
        "opening it at a commit", seconds, "s", f"once for a commit; `git ls-tree -r -l` alone takes {bare:.2f} s"
    )
    yield from _searching(tree, source, commit)
    yield from _citing(tree)


def _searching(tree: GitTree, source: Path, commit: str) -> Iterator[Row]:
    tools = RepositoryTools(tree)
    for what, arguments in (
        ("a text that stands in one file", {"pattern": f"name_{FILES // 2}_7 "}),
        ("a text that stands in all", {"pattern": "return"}),
        ("a regular expression", {"pattern": f"name_{FILES // 3}_[0-9]+ ", "regex": True}),
    ):
        seconds, (_, failed) = _timed(partial(tools.call, "search_text", arguments))
        grep = ("grep", "-n", "-I", "-z", "-E", "-e", str(arguments["pattern"]), commit)
        bare, _ = _timed(partial(_git, source, *grep))
        cut = f"; it was given up after {SECONDS:.0f} s, and says so" if failed else ""
        yield Row(f"search for {what}", seconds, "s", f"`git grep` alone, to the last line, takes {bare:.2f} s{cut}")
    seconds, _ = _timed(partial(tools.call, "list_files", {"depth": 3}))
    yield Row("list of the root, 3 levels", seconds, "s", "")


def _citing(tree: GitTree) -> Iterator[Row]:
    chosen = random.Random(1)  # the same places each time
    for what, skipped in (("by their whole paths", 0), ("by the ends of their paths", 1)):
        claims = []
        for _ in range(CITED):
            number, line = chosen.randrange(FILES), chosen.randrange(1, LINES)
            path = _path(number).split("/", skipped)[-1]
            claims.append(f"It sets `name_{number}_{line}` there (`{path}:{line}`).")
        artifact = Artifact("_tasks/large/002-understanding.md", "# Claims\n\n" + "\n\n".join(claims) + "\n")
        found_in, citations = _timed(partial(find, artifact))
        seconds, verdicts = _timed(partial(verify, citations, tree))
        right = sum(one.verdict == "ok" for one in verdicts)
        assert len(citations) == CITED, f"{len(citations)} of {CITED} citations were found"
        assert right == CITED, f"{right} of {CITED} citations hold"
        note = f"{CITED:,} of different files, found in {found_in:.2f} s and verified in {seconds:.2f} s"
        yield Row(f"citations {what}", CITED / (found_in + seconds), "/s", note)
        again = statistics.median(_timed(partial(verify, citations, tree))[0] for _ in range(3))
        yield Row("the same once more", CITED / again, "/s", "verified alone; the tree keeps the texts of 256 files")


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def _path(number: int) -> str:
    return f"part{number % 50:02}/module{number // 50 % 40:02}/file_{number}.py"


def _repository(folder: Path) -> str:
    """A bare repository whose files have lines that are found nowhere else; the id of its one commit."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder)], check=True)
    _git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    _git(folder, "config", "uploadpack.allowFilter", "true")
    command = ["git", "--git-dir", str(folder), "fast-import", "--quiet", "--done"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"commit refs/heads/main\ncommitter Ada <ada@example.org> 1767323045 +0000\ndata 5\nfiles\n")
    for number in range(FILES):
        text = "".join(f"    name_{number}_{line} = {line}  # return\n" for line in range(1, LINES + 1)).encode()
        process.stdin.write(b"M 644 inline %s\ndata %d\n%s\n" % (_path(number).encode(), len(text), text))
    process.stdin.write(b"done\n")
    process.stdin.close()
    assert process.wait() == 0
    return _git(folder, "rev-parse", "main").decode().strip()


def _git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "--git-dir", str(folder), *arguments], check=True, capture_output=True).stdout

"""The files of a repository at one commit, its history, and a search; read from a local bare repository."""

import re
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from git import Git

from .git_commands import SAFE, GitCommands, GitFailedError, GitTimeoutError, environment

_HIT = re.compile(rb"([^\0]+)\0(\d+)\0([^\n]*)\n")
# How the answer of git ends, as its library quotes it, where there is no such object.
_ABSENT = " missing'"
Kind = Literal["file", "link", "submodule"]
LARGEST = 2_000_000
# With git's own 96m, a search through 100,000 files unpacks the same deltas again and again: 34 s, and 3 s with this.
DELTAS = "core.deltaBaseCacheLimit=256m"
KINDS: Mapping[str, Kind] = {"100644": "file", "100755": "file", "120000": "link", "160000": "submodule"}


@dataclass(frozen=True)
class Entry:
    """What is at a path: a file, a symbolic link or a submodule. `size` is in bytes."""

    kind: Kind
    sha: str
    size: int


@dataclass(frozen=True)
class Hit:
    """One line found by a search."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Search:
    """The result of a search. `more` says that there are further hits; `failed`, why nothing was found."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    failed: str = ""


@dataclass(frozen=True)
class LogEntry:
    """One commit of the history. `date` is the author's, as `2026-11-20`."""

    sha: str
    date: str
    author: str
    subject: str


@dataclass(frozen=True)
class Log:
    """The newest commits, newest first. `cut` says that older ones are not in the clone."""

    entries: tuple[LogEntry, ...] = ()
    cut: bool = False


class Objects:
    """Reads blobs and finds commits through one long-lived `git cat-file`; threads take turns."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._git = Git(folder)
        self._git.update_environment(**environment())
        self._git.set_persistent_git_options(c=list(SAFE), git_dir=str(folder))
        weakref.finalize(self, self._git.clear_cache)

    def read(self, sha: str) -> bytes:
        """The bytes of a blob."""
        return self._data(sha)[1]

    def text(self, entry: Entry | None) -> str | None:
        """The text of a file; None if it is missing, binary, a link, a submodule or too large."""
        if entry is None or entry.kind != "file" or entry.size > LARGEST:
            return None
        content = self.read(entry.sha)
        return None if b"\0" in content else content.decode(errors="replace")

    def commit(self, name: str) -> str | None:
        """The commit that a full id or a full reference names, or None."""
        try:
            return self._data(f"{name}^{{commit}}")[0]
        except ValueError:
            return None

    def _data(self, name: str) -> tuple[str, bytes]:
        """Id and bytes of an object; ValueError if there is no such object."""
        with self._lock:
            try:
                sha, _, _, data = self._git.get_object_data(name)
            except (OSError, ValueError) as error:
                if str(error).endswith(_ABSENT):
                    raise
                # The process may have been killed; a new one either reads or says what is wrong.
                self._git.clear_cache()
                sha, _, _, data = self._git.get_object_data(name)
            # Bytes, whatever the library's types say.
            return cast("bytes", sha).decode(), data


class GitTree:
    """Implements `bot.core.ports.Tree`, with search and history for the tools."""

    def __init__(self, code: GitCommands, history: GitCommands, objects: Objects, commit: str) -> None:
        self.commit = commit
        self._code, self._history, self._objects = code, history, objects
        self._entries = entries(code, commit)
        self._paths = tuple(sorted(self._entries))
        self._text = lru_cache(maxsize=256)(self._read)

    def files(self) -> Sequence[str]:
        """All paths, sorted; including links and submodules."""
        return self._paths

    def entry(self, path: str) -> Entry | None:
        """What is at the path, or None; a folder is None."""
        return self._entries.get(path)

    def text(self, path: str) -> str | None:
        """The text of a file; None if it is missing, binary, a link, a submodule or too large."""
        return self._text(path)

    def lines(self, path: str) -> Sequence[str] | None:
        """The lines of a text file without their ends, counted as git counts them; None if there is no text."""
        text = self._text(path)
        if text is None:
            return None
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        return [line.removesuffix("\r") for line in lines]

    def search(self, pattern: str, path: str, regex: bool, limit: int, seconds: float) -> Search:
        """The lines that match `pattern`, below `path` unless it is "". Bounded in hits, bytes and time."""
        kind = "--extended-regexp" if regex else "--fixed-strings"
        where = ("--", path) if path else ()
        command = ("-c", DELTAS, "grep", "-n", "-I", "-z", "--no-color", kind, "-e", pattern, self.commit, *where)
        try:
            out = self._code.run(*command, accept=(0, 1), timeout=seconds, limit=LARGEST)
        except GitTimeoutError:
            return Search(failed=f"It took longer than {seconds:g} seconds.")
        except GitFailedError as error:
            return Search(failed=str(error).removeprefix("fatal: ").removeprefix("-e option, "))
        hits = _hits(out, len(self.commit) + 1)
        return Search(hits[:limit], more=len(hits) > limit or len(out) == LARGEST)

    def log(self, path: str, limit: int) -> Log:
        """The newest commits that led to this one; only those that touched `path`, unless it is ""."""
        where = ("--", path) if path else ()
        command = ("log", f"--max-count={limit + 1}", "-z", "--no-color", "--format=%H%x1f%as%x1f%an%x1f%s")
        try:
            out = self._history.run(*command, self.commit, *where).decode(errors="replace")
        except GitFailedError:
            return Log(cut=True)
        edge = self._edge()
        found = [LogEntry(*line.split("\x1f", 3)) for line in out.split("\0") if line]
        # The oldest commits of a shallow history look as if they had made every file.
        kept = [entry for entry in found if entry.sha not in edge]
        return Log(tuple(kept[:limit]), cut=len(kept) < len(found))

    def _edge(self) -> frozenset[str]:
        try:
            return frozenset((self._history.folder / "shallow").read_text("ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _read(self, path: str) -> str | None:
        return self._objects.text(self._entries.get(path))


def entries(code: GitCommands, commit: str, folder: str = "") -> dict[str, Entry]:
    """What is at the paths below a folder, or at all paths."""
    listed = code.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit, *(("--", f"{folder}/") if folder else ()))
    found = {}
    for line in listed.decode(errors="replace").split("\0"):
        if line:
            facts, path = line.split("\t", 1)
            mode, _, sha, size = facts.split()
            found[path] = Entry(KINDS.get(mode, "file"), sha, int(size) if size != "-" else 0)
    return found


def _hits(out: bytes, prefix: int) -> tuple[Hit, ...]:
    """Parses `COMMIT:path NUL line NUL text` lines, where a path may contain newlines; a last, cut line is dropped."""
    hits = []
    for found in _HIT.finditer(out):
        path, line, text = (part.decode(errors="replace") for part in found.groups())
        hits.append(Hit(path[prefix:], int(line), text.removesuffix("\r")))
    return tuple(hits)

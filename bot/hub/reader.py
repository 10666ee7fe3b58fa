"""One `git cat-file` that stays: what is asked often needs no process of its own."""

from __future__ import annotations

import subprocess
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Object:
    """What git has under a name; `content` is empty where it was not asked for."""

    sha: str
    kind: str
    content: bytes = b""


class Reader:
    """Looks names up and reads objects; threads take turns.

    A name is whatever git resolves, on one line. References that moved and objects that came are seen.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._command = [*command, "cat-file", "--batch-command"]
        self._environ = dict(environ)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def find(self, name: str) -> Object | None:
        """The object under a name, without its content, or None."""
        return self._asked("info", name)

    def read(self, name: str) -> Object | None:
        """The object under a name, or None."""
        return self._asked("contents", name)

    def close(self) -> None:
        """The process is gone; the next question starts another."""
        with self._lock:
            self._end()

    def _asked(self, what: str, name: str) -> Object | None:
        if any(character < " " for character in name):
            return None  # no name has one, and a line end would be a question of its own
        with self._lock:
            try:
                return self._answer(what, name)
            except (BrokenPipeError, EOFError):
                self._end()
                return self._answer(what, name)

    def _answer(self, what: str, name: str) -> Object | None:
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                env=self._environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            weakref.finalize(self, _ended, self._process)
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None
        assert told is not None
        asked.write(f"{what} {name}\n".encode(errors="replace"))
        asked.flush()
        head = told.readline()
        if not head:
            raise EOFError("git cat-file ended")
        match head.decode(errors="replace").split():
            case [sha, "blob" | "tree" | "commit" | "tag" as kind, size] if size.isdigit():
                return Object(sha, kind, told.read(int(size) + 1)[:-1] if what == "contents" else b"")
        return None

    def _end(self) -> None:
        if self._process is not None:
            _ended(self._process)
            self._process = None


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            with suppress(BrokenPipeError):
                pipe.close()

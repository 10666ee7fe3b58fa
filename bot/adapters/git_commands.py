"""Runs git as a child process without prompts, hooks or user configuration, and with a timeout."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from git import Git

SAFE = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "gc.auto=0",
    "maintenance.auto=false",
)

# No protocol is allowed unless a call says so: nothing but a fetch ever reaches the network.
ENVIRONMENT: Mapping[str, str] = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ASKPASS": "",
    "GIT_CONFIG_COUNT": "0",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}


def environment() -> dict[str, str]:
    """What git's environment has besides the process's own, with database variables blanked."""
    return {**{name: "" for name in os.environ if name.startswith("PG")}, **ENVIRONMENT}


class GitFailedError(RuntimeError):
    """git exited with an unexpected status; the text is its error output."""


class GitTimeoutError(RuntimeError):
    """git exceeded its time limit and was killed."""


@dataclass(frozen=True)
class GitCommands:
    """Runs git on one bare repository."""

    folder: Path

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        accept: Sequence[int] = (0,),
        timeout: float = 60.0,
        limit: int | None = None,
    ) -> bytes:
        """The output of `git ARGUMENTS`; at most the first `limit` bytes, if given."""
        command = ["git", *(part for option in SAFE for part in ("-c", option)), f"--git-dir={self.folder}", *arguments]
        started = Git().execute(command, as_process=True, env={**environment(), **(env or {})}, start_new_session=True)
        process = cast("subprocess.Popen[bytes]", started.proc)
        late = threading.Event()
        timer = threading.Timer(timeout, _end, (process, late))
        timer.start()
        try:
            out, said, cut = _read(process, limit)
        finally:
            timer.cancel()
            _end(process)
            status = process.wait()
        if late.is_set():
            raise GitTimeoutError(f"git {arguments[0]} took longer than {timeout:g} seconds")
        if not cut and status not in accept:
            raise GitFailedError(said.decode(errors="replace").strip() or f"git {arguments[0]}: status {status}")
        return out

    def text(self, *arguments: str, accept: Sequence[int] = (0,)) -> str:
        """The output of `git ARGUMENTS` as text, without the last newline."""
        return self.run(*arguments, accept=accept).decode(errors="replace").rstrip("\n")

    def commit(self, name: str) -> str | None:
        """The commit that a full id or a full reference names, or None."""
        return self.text("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", accept=(0, 1, 128)) or None


def _read(process: "subprocess.Popen[bytes]", limit: int | None) -> tuple[bytes, bytes, bool]:
    """Output, error output, and whether the output was cut."""
    if limit is None:
        out, said = process.communicate()
        return out, said, False
    out = cast("IO[bytes]", process.stdout).read(limit)
    if len(out) == limit:
        return out, b"", True
    said = cast("IO[bytes]", process.stderr).read()
    process.wait()
    return out, said, False


def _end(process: "subprocess.Popen[bytes]", late: threading.Event | None = None) -> None:
    """Kills the process and its children (a fetch has some), unless it has ended already."""
    if process.poll() is None:
        if late is not None:
            late.set()
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()

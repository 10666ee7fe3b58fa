"""Keeps a few child processes running: restarts them with a growing delay, and stops them together."""

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from .signals import SIGNALS, relay

log = logging.getLogger("charrette.serve")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# A child that lived this long was well: the next pause is the first again.
WELL_SECONDS = 60.0
GRACE_SECONDS = 45.0
TICK = 0.05
FAULTS = 2


@dataclass
class Child:
    """One command, and the process that currently runs it."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    pause: float = field(default_factory=lambda: FIRST_PAUSE)
    readers: list[threading.Thread] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """Whether its process is running."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs the commands until SIGTERM or SIGINT.

    Children notice that the supervisor is gone, even after kill -9, by the end of their standard input. Their output
    goes to standard error, after their names if `prefixed`. `withheld` lists environment variables that a child does
    not get. A child that exits with status 2 says that no restart would help: then all stop.
    """

    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        environ: Mapping[str, str],
        prefixed: bool = True,
        withheld: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.stopping = threading.Event()
        self._children = [Child(name, command) for name, command in commands.items()]
        self._environ = environ
        self._withheld = withheld or {}
        self._width = max(map(len, commands)) if prefixed else 0
        self._impatient = False
        self._status = 0

    def alive(self) -> bool:
        """Whether all children are running."""
        return all(child.alive for child in self._children)

    def run(self) -> int:
        """Returns the exit status: 0 after an orderly stop, 1 if a child had to be killed, 2 for faults."""
        told = relay(self._told)
        for number in SIGNALS:
            signal.signal(number, told)
        while not self.stopping.is_set():
            for child in self._children:
                self._look_after(child)
            self.stopping.wait(TICK)
        self._stop()
        return self._status

    def _told(self) -> None:
        self._impatient = self.stopping.is_set()
        self.stopping.set()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.alive or self.stopping.is_set():
            return
        if child.process is None:
            if now >= child.due:
                self._start(child)
            return
        status = child.process.returncode
        self._forget(child)
        if status == FAULTS:
            log.error("%s can't start, for the reason above. Starting it again would not help, so all ends", child.name)
            self._status = FAULTS
            self.stopping.set()
            return
        if now - child.started > WELL_SECONDS:
            child.pause = FIRST_PAUSE
        log.error("%s ended with status %d; starting it again in %.1f s", child.name, status, child.pause)
        child.due = now + child.pause
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _start(self, child: Child) -> None:
        # In a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone.
        child.process = subprocess.Popen(
            child.command,
            env={k: v for k, v in self._environ.items() if k not in self._withheld.get(child.name, ())},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child.started = time.monotonic()
        assert child.process.stdout is not None
        reader = threading.Thread(target=self._pass_on, args=(child.name, child.process.stdout), daemon=True)
        reader.start()
        child.readers.append(reader)
        log.info("%s is started as process %d", child.name, child.process.pid)

    def _pass_on(self, name: str, lines: IO[bytes]) -> None:
        prefix = f"{name:<{self._width}} | ".encode() if self._width else b""
        with lines:
            for line in lines:
                sys.stderr.buffer.write(prefix + line)
                sys.stderr.buffer.flush()

    def _forget(self, child: Child) -> None:
        """Prints a dead child's last output, and closes its pipes."""
        assert child.process is not None
        assert child.process.stdin is not None
        child.process.stdin.close()
        for reader in child.readers:
            reader.join(2)
        child.readers.clear()
        child.process = None

    def _stop(self) -> None:
        living = [child for child in self._children if child.process is not None]
        for child in living:
            if child.alive and child.process is not None:
                child.process.terminate()
        until = time.monotonic() + GRACE_SECONDS
        while any(child.alive for child in living):
            if time.monotonic() > until or self._impatient:
                self._kill(living)
                break
            time.sleep(TICK)
        for child in living:
            if child.process is not None:
                child.process.wait()
                self._forget(child)

    def _kill(self, living: Sequence[Child]) -> None:
        for child in living:
            if child.alive and child.process is not None:
                log.error("%s doesn't end; it is killed", child.name)
                child.process.kill()
                self._status = self._status or 1

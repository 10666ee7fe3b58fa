"""The service as a process beside this one, as an operator would start it."""

import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import bot
from bot.core.errors import PersonError

LOOPBACK = "127.0.0.1"
READY_SECONDS = 60.0
# Linux hands out those from 32768 on, the others from 49152 on (RFC 6335).
PORTS = range(20_000, 32_000)
TRIES = 100


@dataclass(frozen=True)
class Process:
    """A command that runs, with its log."""

    name: str
    popen: "subprocess.Popen[str]"
    log: Path

    def tail(self, lines: int = 25) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text("utf-8", errors="replace").split("\n")[-lines:])

    def alive(self) -> None:
        """`PersonError` with the last lines of its log where it has ended."""
        if self.popen.poll() is not None:
            raise PersonError(f"{self.name} has ended by itself:\n{self.tail()}")

    def stop(self, patience: float = 10.0) -> None:
        """Asks it to end, and makes it end after so many seconds, or where the person doesn't want to wait."""
        self.popen.terminate()
        try:
            self.popen.wait(patience)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            self.popen.kill()
            self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe is not None:
                pipe.close()


def start(name: str, arguments: list[str], log: Path, environment: Mapping[str, str], piped: bool = False) -> Process:
    """A `charrette` command as a process that logs to a file; its output too, or through a pipe.

    It is the program that runs here, whatever stands in the current folder, and it speaks to this machine directly.
    The end of its standard input tells it that we are gone.
    """
    root = str(Path(bot.__file__).parents[1])
    direct = ",".join(filter(None, (environment.get("NO_PROXY") or environment.get("no_proxy"), LOOPBACK)))
    own = {
        "PYTHONPATH": os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
    with log.open("w", encoding="utf-8") as errors:
        popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "bot.cli", *arguments],
            stdout=subprocess.PIPE if piped else errors,
            stderr=errors,
            stdin=subprocess.PIPE,
            env={**environment, **own},
            text=True,
            start_new_session=True,
        )
    return Process(name, popen, log)


def wait_ready(port: int, service: Process) -> None:
    """The service takes deliveries; `PersonError` with the end of its log where it doesn't come to that."""
    url = f"http://{LOOPBACK}:{port}/readyz"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and service.popen.poll() is None:
        try:
            with direct.open(url, timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise PersonError(f"The service did not become ready at {url}:\n{service.tail()}")


def free_port() -> int:
    """A port of this machine that nobody listens on, and that no system hands out to who asks for any.

    Such a one could be anybody's between now and the start of who is to listen there.
    """
    for port in random.SystemRandom().sample(PORTS, TRIES):
        with socket.socket() as taken, suppress(OSError):
            taken.bind((LOOPBACK, port))
            return port
    raise PersonError(f"No port from {PORTS.start} to {PORTS.stop - 1} could be had on {LOOPBACK}.")

"""Children are kept alive, stopped in good order, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# A supervisor over two children that note their process ids; the second does what it is told by its argument.
SUPERVISOR = """
import os, sys
from pathlib import Path
from bot import logs
from bot.cli import supervisor
supervisor.FIRST_PAUSE = 0.06
supervisor.GRACE_SECONDS = 1.0
logs.configure("info", "plain", [])
folder, second = sys.argv[1:]
child = '''
import os, signal, sys, time
from pathlib import Path
from bot.cli.processes import watch_supervisor
name, folder, deed = sys.argv[1:]
signal.signal(signal.SIGTERM, signal.SIG_IGN if deed == "stubborn" else lambda *_: sys.exit(0))
watch_supervisor()
print(f"{name} is here", flush=True)
Path(folder, name).open("a").write(f"{os.getpid()}\\\\n")
if deed == "faults": sys.exit(2)
if deed == "dies": sys.exit(7)
time.sleep(60)
'''
commands = {name: [sys.executable, "-c", child, name, folder, deed] for name, deed in (("one", ""), ("second", second))}
sys.exit(supervisor.Supervisor(commands, os.environ).run())
"""


class Running:
    """A supervisor as a process."""

    def __init__(self, folder: Path, second: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(folder), second], stderr=subprocess.PIPE, text=True
        )

    def pids(self, name: str) -> list[int]:
        """The processes that this child has been, up to now."""
        path = self.folder / name
        return [int(line) for line in path.read_text().split("\n")[:-1]] if path.exists() else []

    def end(self) -> str:
        """What it and its children printed, once it has ended."""
        return self.process.communicate(timeout=20)[1]


Start = Callable[[str], Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Running] = []

    def make(second: str = "") -> Running:
        started.append(Running(tmp_path, second))
        return started[-1]

    yield make
    for running in started:
        running.process.kill()
        running.process.communicate()


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_both_in_good_order(start: Start, number: signal.Signals) -> None:
    running = start("")
    eventually(lambda: bool(running.pids("one") and running.pids("second")))
    running.process.send_signal(number)
    said = running.end()
    assert running.process.returncode == 0
    assert "one    | one is here\n" in said
    assert "second | second is here\n" in said
    assert not any(alive(pid) for name in ("one", "second") for pid in running.pids(name))


def test_a_child_that_is_killed_is_started_again_and_the_other_stays(start: Start) -> None:
    running = start("")
    eventually(lambda: bool(running.pids("one") and running.pids("second")))
    os.kill(running.pids("second")[0], signal.SIGKILL)
    eventually(lambda: len(running.pids("second")) == 2)
    running.process.terminate()
    said = running.end()
    assert "second ended with status -9; starting it again in 0.1 s" in said
    assert len(running.pids("one")) == 1


def test_the_pauses_between_starts_grow(start: Start) -> None:
    running = start("dies")
    eventually(lambda: len(running.pids("second")) == 4)
    running.process.terminate()
    said = running.end()
    pauses = [line.split(" in ")[1] for line in said.splitlines() if "second ended with status 7" in line]
    assert pauses[:3] == ["0.1 s", "0.1 s", "0.2 s"]


def test_settings_that_no_second_start_mends_end_it(start: Start) -> None:
    running = start("faults")
    assert "second can't start, for the reason above. Starting it again would not help, so all ends" in running.end()
    assert running.process.returncode == 2
    assert len(running.pids("second")) == 1


def test_a_child_that_does_not_end_is_killed(start: Start) -> None:
    running = start("stubborn")
    eventually(lambda: bool(running.pids("second")))
    running.process.terminate()
    said = running.end()
    assert running.process.returncode == 1
    assert "second doesn't end; it is killed" in said
    assert not alive(running.pids("second")[0])


def test_children_end_when_the_supervisor_is_killed(start: Start) -> None:
    running = start("")
    eventually(lambda: bool(running.pids("one") and running.pids("second")))
    running.process.kill()
    eventually(lambda: not any(alive(pid) for name in ("one", "second") for pid in running.pids(name)))

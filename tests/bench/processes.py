"""What processes have used so far, as Linux tells it: memory at its peak, and processor time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """The sum over some processes. `peak` in MB is the resident memory of each at its own peak, `cpu` in seconds."""

    peak: float
    cpu: float


def used(pid: int, part: str = "") -> Used:
    """What the processes below (and with) `pid` have used; with a `part`, only the Python ones with that argument."""
    found = [one for one in _family(pid) if not part or _is(one, part)]
    return Used(sum(map(_peak, found)), sum(map(_cpu, found)))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _is(pid: int, part: str) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return part.encode() in words and b"python" in words[0]


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS

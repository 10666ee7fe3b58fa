"""Load on a webhook: by wrk where it is installed, else by processes of Python, which take more of the processors."""

import http.client
import json
import multiprocessing
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .rows import percentile

SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 16
PROCESSES = 4


@dataclass(frozen=True)
class Load:
    """What came back: 2xx answers, in how many seconds, and how long the answers took, in milliseconds."""

    accepted: int
    refused: int
    seconds: float
    p50: float
    p99: float


@dataclass(frozen=True)
class Shot:
    """What is sent: one body with its signature. Each request gets an id that begins with `prefix`."""

    url: str
    body: Path
    signature: str
    prefix: str


def generator() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else f"{PROCESSES} Python processes"


def load(shot: Shot, seconds: int) -> Load:
    """Sixteen connections, each sending again as soon as it was answered."""
    return _wrk(shot, seconds) if shutil.which("wrk") else _python(shot, seconds)


def _wrk(shot: Shot, seconds: int) -> Load:
    command = ["wrk", "--threads=1", f"--connections={CONNECTIONS}", f"--duration={seconds}s", "--timeout=30s"]
    command += [f"--script={SCRIPT}", shot.url, "--", str(shot.body), shot.signature, shot.prefix]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = json.loads(out.strip().splitlines()[-1])
    assert not told["broken"], f"connections broke: {told}"
    return Load(told["answered"] - told["refused"], told["refused"], told["seconds"], told["p50"], told["p99"])


def _python(shot: Shot, seconds: int) -> Load:
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        parts = pool.starmap(_one_process, [(shot, n, seconds) for n in range(PROCESSES)])
    times = [taken for good, _ in parts for taken in good]
    refused = sum(bad for _, bad in parts)
    return Load(len(times), refused, seconds, 1000 * percentile(times, 50), 1000 * percentile(times, 99))


def _one_process(shot: Shot, number: int, seconds: int) -> tuple[list[float], int]:
    """The connections of one process: how long each accepted request took, and how many were refused."""
    times: list[float] = []
    refused: list[float] = []
    end = time.monotonic() + seconds
    body, at = shot.body.read_bytes(), urlsplit(shot.url)

    def send(name: str) -> None:
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
        n = 0
        while (began := time.monotonic()) < end:
            n += 1
            headers = {"Content-Type": "application/json", "X-GitHub-Event": "issues"}
            headers |= {"X-Hub-Signature-256": shot.signature, "X-GitHub-Delivery": f"{shot.prefix}-{name}-{n}"}
            connection.request("POST", at.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            (times if answer.status < 300 else refused).append(time.monotonic() - began)

    threads = [threading.Thread(target=send, args=(f"{number}.{k}",)) for k in range(CONNECTIONS // PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(refused)

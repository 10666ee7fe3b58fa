"""How many deliveries a second are accepted durably, against a commit for each of them, and against Probot."""

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.adapters.store import Store
from bot.local.processes import free_port
from bot.web import sign
from tests.service import SECRET, pem
from tests.stories.stage import ROOT

from .load import CONNECTIONS, Load, Shot, generator, load
from .processes import used
from .rows import Row, Setting

BYTES = 20_000
ROUNDS = 3
SECONDS = 5
PEER = Path(__file__).with_name("probot")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "charrette-bench"
OURS = (sys.executable, "-m", "bot.cli", "web")
SINGLE = (sys.executable, "-m", "tests.bench.one_at_a_time")


@dataclass(frozen=True)
class Contestant:
    """A program that takes webhooks, and how it is told where and with which database."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True)
class Result:
    """One round of one contestant."""

    load: Load
    peak: float

    @property
    def rate(self) -> float:
        """Accepted per second."""
        return self.load.accepted / self.load.seconds


def measure(setting: Setting) -> Iterator[Row]:
    """All contestants in turn, some rounds of it; the medians."""
    found, missing = _contestants()
    body = setting.folder / "body.json"
    body.write_bytes(a_body())
    rounds: dict[str, list[Result]] = {one.name: [] for one in found}
    for n in range(ROUNDS):
        for one in found:
            rounds[one.name].append(_round(one, setting.folder / f"{n}-{len(rounds[one.name])}-{one.name[:4]}", body))
    rates = {name: statistics.median(each.rate for each in results) for name, results in rounds.items()}
    for one in found:
        yield from _rows(one, rates[one.name], rounds[one.name])
    ours, single, *_ = rates.values()
    yield Row("groups against a commit each", ours / single, "times", "")
    if probot := rates.get("Probot"):
        yield Row("groups against Probot", ours / probot, "times", "")
    else:
        yield Row("groups against Probot", "not measured", "", missing)
    yield Row(
        "rows of 20 kB, a commit each, without a server",
        _commits(setting.folder),
        "/s",
        "what the disk allows one writer",
    )


def _rows(one: Contestant, rate: float, results: Sequence[Result]) -> Iterator[Row]:
    spread = f"{min(r.rate for r in results):,.0f} to {max(r.rate for r in results):,.0f} in {len(results)} rounds"
    note = f"{spread}; {one.note}" if one.note else spread
    yield Row(f"{one.name}: accepted", rate, "/s", note)
    p50, p99 = (statistics.median(getattr(r.load, name) for r in results) for name in ("p50", "p99"))
    yield Row(f"{one.name}: p99", p99, "ms", f"p50 {p50:.1f} ms, {CONNECTIONS} connections, load by {generator()}")
    yield Row(f"{one.name}: peak memory", max(r.peak for r in results), "MB", "")


def _contestants() -> tuple[list[Contestant], str]:
    """Whoever can be measured here, and why Probot can't where it can't."""
    ours = {"CHARRETTE_WEBHOOK_SECRET": SECRET}
    quiet = ours | {"CHARRETTE_LOG_LEVEL": "warning"}
    found = [
        Contestant("charrette web", OURS, quiet, "logs warnings"),
        Contestant("a commit each", SINGLE, quiet, "the same process, groups of one"),
        Contestant("charrette web, its default log", OURS, ours, "a line a delivery"),
    ]
    folder, missing = _peer()
    if folder is not None:
        app = {
            "APP_ID": "1",
            "PRIVATE_KEY": pem(),
            "WEBHOOK_SECRET": SECRET,
            "LOG_LEVEL": "warn",
            "NODE_ENV": "production",
        }
        versions = json.loads((PEER / "package.json").read_text())["dependencies"]
        note = ", ".join(f"{name} {version}" for name, version in versions.items())
        found.append(Contestant("Probot", ("node", str(folder / "peer.mjs")), app, f"{note}; logs warnings"))
    return found, missing


def _peer() -> tuple[Path | None, str]:
    """Probot, installed outside of the repository; None and a word where that can't be."""
    if not (shutil.which("node") and shutil.which("npm")):
        return None, "there is no Node here"
    folder = CACHE / "probot"
    folder.mkdir(parents=True, exist_ok=True)
    for file in PEER.iterdir():
        shutil.copy(file, folder)
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        return None, "npm could not install it"
    return folder, ""


def a_body() -> bytes:
    """A label on an issue, as GitHub sends it, with a long text."""
    repository = {"id": 1, "full_name": "octo/library", "name": "library", "owner": {"login": "octo", "id": 2}}
    issue = {
        "number": 7,
        "title": "Rotate keys",
        "body": "",
        "user": {"login": "ada", "id": 3},
        "labels": [{"name": "x"}],
    }
    payload: dict[str, Any] = {
        "action": "labeled",
        "label": {"name": "x"},
        "issue": issue,
        "repository": repository,
        "installation": {"id": 4},
        "sender": {"login": "ada", "id": 3},
    }
    words = "Keys that never change are found out one day. "
    issue["body"] = (words * (BYTES // len(words)))[: BYTES - len(json.dumps(payload))]
    return json.dumps(payload).encode()


def _round(one: Contestant, folder: Path, body: Path) -> Result:
    """One contestant with an empty database; what it acknowledged is there."""
    folder.mkdir()
    file = folder / "charrette.sqlite"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    store.close()
    with serving(one, folder, file) as (url, pid):
        shot = Shot(f"{url}/webhook", body, sign(SECRET, body.read_bytes()), folder.name.replace(" ", "-"))
        load(Shot(shot.url, shot.body, shot.signature, "warm"), 1)
        before = _count(file)
        measured = load(shot, SECONDS)
        peak = used(pid).peak
        kept = _count(file) - before
    assert not measured.refused, f"{one.name} refused {measured.refused}"
    assert kept >= measured.accepted, f"{one.name} acknowledged {measured.accepted} and kept {kept}"
    shutil.rmtree(folder)
    return Result(measured, peak)


@contextmanager
def serving(one: Contestant, folder: Path, file: Path) -> Iterator[tuple[str, int]]:
    """The program with this database: its address, and its process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*one.command, str(port), str(file)] if "node" in one.command else list(one.command)
    own = {"CHARRETTE_STATE": str(folder), "CHARRETTE_LISTEN": f"127.0.0.1:{port}"} if command == [*one.command] else {}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **one.environment, **own}, stdout=log, stderr=log
        )
        try:
            _wait(url, process, folder / "log")
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"It did not start:\n{log.read_text()[-2000:]}")


def _count(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        count: int = connection.execute("select count(*) from charrette_delivery").fetchone()[0]
    return count


def _commits(folder: Path) -> float:
    """Commits a second of one writer with the same table and settings, and nothing else."""
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table delivery (seq integer primary key autoincrement, id text unique, body blob)")
    end, n = time.monotonic() + 2, 0
    while time.monotonic() < end:
        n += 1
        connection.execute("insert into delivery (id, body) values (?, ?)", (str(n), b"x" * BYTES))
    connection.close()
    return n / 2

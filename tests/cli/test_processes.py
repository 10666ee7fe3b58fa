"""Web, worker and serve as processes, as an operator runs them."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.adapters.store import Store
from bot.cli.processes import _alone
from bot.core.errors import CharretteError
from bot.local.processes import free_port
from bot.settings import read
from bot.web import sign
from tests.databases import postgres
from tests.service import SECRET, clean, pem, workflows

# A worker whose work doesn't end by itself, and takes its time when it is told to.
SLOW = """
import threading, time
from types import SimpleNamespace
from bot import app
from bot.cli import processes

def work(settings, stop):
    print("at work", flush=True)
    stop.wait()
    print("told", flush=True)
    time.sleep(100)

app.prepare, app.work = lambda settings: None, work
processes.work(SimpleNamespace(database_url="postgresql://host/name"))
"""

# A signal that comes while its main thread holds the lock of the event that it waits on.
HELD = """
import os, signal, threading
from bot.cli.signals import relay

stop = threading.Event()
signal.signal(signal.SIGTERM, relay(stop.set))
with stop._cond:
    os.kill(os.getpid(), signal.SIGTERM)
print(stop.wait(20))
"""


class Web:
    """`charrette web` as a process."""

    def __init__(self, tmp_path: Path, **more: str) -> None:
        self.port = free_port()
        self.environ = {
            **clean(),
            "CHARRETTE_WEBHOOK_SECRET": SECRET,
            "CHARRETTE_STATE": str(tmp_path / "state"),
            "CHARRETTE_LISTEN": f"127.0.0.1:{self.port}",
            **more,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "web"], env=self.environ, stderr=subprocess.PIPE, text=True
        )

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            given = {name.replace("_", "-"): text for name, text in headers.items()}
            connection.request(method, path, body or None, given)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def deliver(self, id: str, event: str = "issues") -> tuple[int, dict[str, object]]:
        body = b'{"zen": "Design for failure."}'
        return self.ask(
            "POST",
            "/webhook",
            body,
            Content_Type="application/json",
            X_GitHub_Event=event,
            X_GitHub_Delivery=id,
            X_Hub_Signature_256=sign(SECRET, body),
        )

    def ready(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()[1]
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:
            return False


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    web = Web(tmp_path)
    eventually(web.ready)
    yield web
    web.process.kill()
    web.process.wait()
    assert web.process.stderr is not None
    web.process.stderr.close()


def test_the_web_process_takes_deliveries_and_ends_in_good_order(web: Web, tmp_path: Path) -> None:
    assert web.deliver("p", "ping") == (200, {"pong": "Design for failure."})
    assert web.deliver("d1") == (202, {"accepted": "d1"})
    assert web.deliver("d1") == (202, {"accepted": "d1"})
    assert web.ask("GET", "/healthz") == (200, {"alive": True})
    web.process.terminate()
    said = web.process.communicate(timeout=40)[1]
    assert web.process.returncode == 0
    assert SECRET not in said
    assert "INFO charrette.web Delivery d1 (issues) is stored" in said
    assert "INFO gunicorn.error Listening at" in said
    store = Store(f"sqlite:///{tmp_path / 'state/charrette.sqlite'}")
    assert [one.id for one in store.deliveries.pending()] == ["d1"]
    store.close()


def test_what_was_acknowledged_survives_a_kill(web: Web, tmp_path: Path) -> None:
    acknowledged = [f"d{n}" for n in range(20) if web.deliver(f"d{n}")[0] == 202]
    worker = int(Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()[0])
    os.kill(worker, signal.SIGKILL)
    web.process.kill()
    web.process.wait()
    store = Store(f"sqlite:///{tmp_path / 'state/charrette.sqlite'}")
    assert [one.id for one in store.deliveries.pending()] == acknowledged
    assert len(acknowledged) == 20
    store.close()


@contextmanager
def locked(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Nobody else writes to the database meanwhile."""
    with closing(sqlite3.connect(tmp_path / "state/charrette.sqlite", isolation_level=None)) as connection:
        connection.execute("begin immediate")
        yield connection


def stored(tmp_path: Path) -> list[str]:
    store = Store(f"sqlite:///{tmp_path / 'state/charrette.sqlite'}")
    found = [one.id for one in store.deliveries.pending()]
    store.close()
    return found


def test_a_delivery_in_flight_is_stored_before_the_web_process_ends(web: Web, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        with locked(tmp_path) as lock:
            sent = pool.submit(web.deliver, "d1")
            time.sleep(0.5)
            web.process.terminate()
            time.sleep(0.5)
            lock.execute("rollback")
        assert sent.result() == (202, {"accepted": "d1"})
    assert web.process.wait(40) == 0
    assert stored(tmp_path) == ["d1"]


def test_told_twice_the_web_process_ends_at_once_and_says_nothing_of_what_is_not_stored(
    web: Web, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as pool, locked(tmp_path):
        sent = pool.submit(web.deliver, "d1")
        time.sleep(0.5)
        for _ in range(2):
            web.process.terminate()
            time.sleep(0.3)
        assert web.process.wait(4) == 0
        with pytest.raises((OSError, http.client.HTTPException)):
            sent.result()
    assert stored(tmp_path) == []


def test_while_the_database_is_away_nothing_is_acknowledged(tmp_path: Path) -> None:
    with postgres() as url:
        name = make_url(url).database
        server = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")

        def allow(connections: bool) -> None:
            with server.connect() as connection:
                connection.execute(text(f"alter database {name} with allow_connections {connections}"))
                query = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
                connection.execute(text(query))

        web = Web(tmp_path, CHARRETTE_DATABASE_URL=url)
        try:
            eventually(web.ready)
            assert web.deliver("before")[0] == 202
            allow(False)
            assert web.ask("GET", "/readyz") == (503, {"ready": False})
            assert web.ask("GET", "/healthz")[0] == 200
            assert web.deliver("meanwhile")[0] == 503
            allow(True)
            eventually(web.ready)
            assert web.deliver("after")[0] == 202
            store = Store(url)
            assert [one.id for one in store.deliveries.pending()] == ["before", "after"]
            store.close()
        finally:
            server.dispose()
            web.process.kill()
            web.process.communicate()


def test_a_signal_that_meets_the_lock_of_its_event_is_heard() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_twice_ends_at_once(second: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "at work\n"
        worker.terminate()
        assert worker.stdout.readline() == "told\n"
        worker.send_signal(second)
        assert worker.wait(20) == -second


def test_a_second_worker_on_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.cli.processes.TURN_SECONDS", 0.1)
    settings = read({"CHARRETTE_WEBHOOK_SECRET": SECRET, "CHARRETTE_STATE": str(tmp_path)}, parts=frozenset({"web"}))
    with (
        _alone(settings, threading.Event()),
        pytest.raises(CharretteError, match="a SQLite database takes one"),
        _alone(settings, threading.Event()),
    ):
        pass
    with _alone(settings, threading.Event()):
        assert (tmp_path / "worker.lock").exists()


def test_serve_announces_itself_runs_both_and_ends_in_good_order(tmp_path: Path) -> None:
    port = free_port()
    env_file = tmp_path / "charrette.env"
    (tmp_path / "key.pem").write_text(pem())
    (tmp_path / "recording").mkdir()
    env_file.write_text(
        f"CHARRETTE_APP_ID=12\nCHARRETTE_APP_PRIVATE_KEY_FILE={tmp_path}/key.pem\nCHARRETTE_WEBHOOK_SECRET={SECRET}\n"
        f"CHARRETTE_STATE={tmp_path}/state\nCHARRETTE_LISTEN=127.0.0.1:{port}\n"
        f"CHARRETTE_WORKFLOWS={workflows(tmp_path / 'workflows')}\nCHARRETTE_MODEL_REPLAY={tmp_path}/recording\n"
        f"CHARRETTE_GITHUB_URL=http://127.0.0.1:{free_port()}\n"
    )
    command = [sys.executable, "-m", "bot.cli", "serve", "--env-file", str(env_file)]
    with (tmp_path / "log").open("w") as log:
        serving = subprocess.Popen(command, env=clean(), stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert serving.stdout is not None
        url = f"http://127.0.0.1:{port}"
        assert json.loads(serving.stdout.readline()) == {"ready": True, "url": url, "webhook": f"{url}/webhook"}
        body = b'{"action": "created"}'
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "star",
            "X-GitHub-Delivery": "d",
            "X-Hub-Signature-256": sign(SECRET, body),
        }
        request = urllib.request.Request(f"{url}/webhook", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 202
        store = Store(f"sqlite:///{tmp_path}/state/charrette.sqlite")
        eventually(lambda: not store.deliveries.pending())
        store.close()
    finally:
        serving.terminate()
        serving.communicate(timeout=60)
    said = (tmp_path / "log").read_text()
    assert serving.returncode == 0, said
    assert "ended with status" not in said
    assert SECRET not in said

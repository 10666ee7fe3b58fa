"""A locked database, or a full disk: 503, never a false 202, and all is well again without a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.adapters.store import Store, database
from bot.web import Group, create_app, sign

SECRET = "hush-hush"


@dataclass
class Web:
    """The application on a store of its own; `pages` limits the database's size while it is set."""

    store: Store
    client: Any
    file: Path
    pages: int = 0
    sent: int = 0

    def post(self, size: int = 100) -> int:
        """The status of a delivery of this size."""
        self.sent += 1
        body = b'{"a": "' + b"x" * size + b'"}'
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": f"d{self.sent}",
            "X-GitHub-Event": "issues",
            "X-Hub-Signature-256": sign(SECRET, body),
        }
        return int(self.client.post("/webhook", data=body, headers=headers).status_code)

    @property
    def ready(self) -> int:
        """What /readyz answers."""
        return int(self.client.get("/readyz").status_code)

    @property
    def stored(self) -> list[str]:
        """The ids that are kept."""
        return [one.id for one in self.store.deliveries.pending(100)]


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    file = tmp_path / "charrette.sqlite"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    group = Group(store.deliveries.accept)
    made = Web(store, create_app(SECRET, group.store, store.ping).test_client(), file)

    @event.listens_for(store._database.engine, "begin")
    def size(connection: Any) -> None:
        connection.exec_driver_sql(f"pragma max_page_count = {made.pages or 1_000_000}")

    yield made
    group.close()
    store.close()


def test_a_locked_database(web: Web) -> None:
    assert (web.post(), web.ready) == (202, 200)
    with closing(sqlite3.connect(web.file, isolation_level=None)) as other:
        other.execute("begin immediate")
        assert (web.post(), web.ready) == (503, 503)
        other.execute("rollback")
    assert (web.ready, web.post()) == (200, 202)
    assert web.stored == ["d1", "d3"]


def test_a_full_disk(web: Web) -> None:
    assert web.post() == 202
    with closing(sqlite3.connect(web.file)) as other:
        web.pages = int(other.execute("pragma page_count").fetchone()[0])
    assert web.post(100_000) == 503
    web.pages = 0
    assert (web.ready, web.post(100_000)) == (200, 202)
    assert web.stored == ["d1", "d3"]


def test_a_database_that_may_not_be_written(web: Web) -> None:
    assert web.post() == 202

    @event.listens_for(web.store._database.engine, "begin")
    def refuse(connection: Any) -> None:
        connection.exec_driver_sql("pragma query_only = on")

    assert (web.post(), web.ready) == (503, 503)
    event.remove(web.store._database.engine, "begin", refuse)
    web.store.close()
    assert (web.ready, web.post()) == (200, 202)
    assert web.stored == ["d1", "d3"]

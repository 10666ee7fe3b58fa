"""Who lives is known by locks that end with a session; what only one may do, only one does."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.adapters.store import Store
from bot.adapters.store import presence as module
from bot.core.errors import CharretteError
from bot.core.ports import Presence
from tests.databases import postgres


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres() as url:
        yield url


class Workers:
    """Some workers on one database, and why they were told that they are gone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.store = Store(url)
        self.lost: queue.Queue[str] = queue.Queue()
        self.present: list[Presence] = []

    def one(self, version: str = "1") -> Presence:
        self.present.append(self.store.present(version, self.lost.put))
        return self.present[-1]


@pytest.fixture
def workers(url: str) -> Iterator[Workers]:
    workers = Workers(url)
    yield workers
    for each in workers.present:
        each.close()
    workers.store.close()


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def terminate(url: str) -> None:
    """The server ends every session of a worker."""
    engine = create_engine(url)
    with engine.connect() as connection:
        query = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'charrette worker'"
        connection.execute(text(f"{query} and datname = current_database()"))
    engine.dispose()


def test_workers_see_each_other_until_they_go(workers: Workers) -> None:
    old, new = workers.one("1"), workers.one("2")
    living = old.living()
    assert living.worker(old.executor)
    assert living.worker(new.executor)
    assert not living.worker("2/somebody-else")
    assert [living.version(version) for version in ("1", "2", "3")] == [True, True, False]
    new.close()
    living = old.living()
    assert living.worker(old.executor)
    assert not living.worker(new.executor)
    assert not living.version("2")
    assert old.grace == module.GRACE > 2 * module.FRESH


def test_no_name_is_used_twice(workers: Workers) -> None:
    first = workers.one()
    first.close()
    assert len({first.executor, workers.one().executor, workers.one().executor}) == 3


@pytest.mark.parametrize("what", ["1/dead", "2/"])
def test_one_alone_takes_what_another_left_and_nobody_what_one_has_that_lives(workers: Workers, what: str) -> None:
    one, other = workers.one(), workers.one()
    with one.claim(what) as first, other.claim(what) as second:
        assert (first, second) == (True, False)
    with other.claim(what) as later:
        assert later
    with one.claim(other.executor) as taken:
        assert not taken


def test_a_lease_has_one_holder_and_passes_on_when_that_goes(workers: Workers) -> None:
    one, other = workers.one(), workers.one()
    eventually(lambda: one.leads("inbox"))
    for _ in range(3):
        assert not other.leads("inbox")
        time.sleep(module.BEAT)
    one.close()
    eventually(lambda: other.leads("inbox"))
    assert workers.lost.empty()


def test_who_has_not_shown_that_it_lives_does_not_lead(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    one = workers.one()
    eventually(lambda: one.leads("inbox"))
    monkeypatch.setattr(module, "FRESH", 0.0)
    assert not one.leads("inbox")


def test_a_worker_whose_session_ends_is_told_at_once(workers: Workers, url: str) -> None:
    workers.one()
    terminate(url)
    assert "the session with the database is lost" in workers.lost.get(timeout=10)


def test_a_worker_whose_lock_is_gone_is_told(workers: Workers) -> None:
    """As behind a pooler that gives a session to another client."""
    one = workers.one()
    connection = one._connection  # type: ignore[attr-defined]
    connection.execute(text("select pg_advisory_unlock_all()"))
    assert workers.lost.get(timeout=10) == "the session with the database is another one"


def test_a_pooler_that_shares_sessions_is_refused(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._Session, "_holds", lambda *_: False)
    with pytest.raises(CharretteError, match="a pooler that shares sessions"):
        workers.one()


def test_on_sqlite_there_is_one_worker_and_all_is_its_own(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/charrette.sqlite")
    alone = store.present("1", lambda _: None)
    assert alone.grace == 0
    assert alone.leads("inbox")
    assert alone.living().worker(alone.executor)
    assert not alone.living().worker("worker")
    assert not alone.living().version("2")
    with alone.claim("worker") as mine, alone.claim("2/") as too:
        assert mine
        assert too
    alone.close()
    store.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "presence"]

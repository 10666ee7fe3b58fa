"""The store keeps its ports' promises, on SQLite and, where CHARRETTE_TEST_POSTGRES_URL names one, on PostgreSQL."""

import gc
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text

from bot.adapters.store import Store
from bot.adapters.store import database as database_module
from bot.adapters.store import retention as retention_module
from bot.adapters.store.schema import metadata
from bot.adapters.store.turns import StoredTurns
from bot.core.errors import CharretteError, MissingError, TransientError
from bot.core.ports import Delivery, Remote, Reply, RunRow
from bot.core.run.record import Spent
from tests.databases import postgres

AT = "2026-11-20T10:00:00Z"
ROW = RunRow("7.12.feature-design.1", 7, 12, "feature-design", "open", False, {"title": "Größe"}, [])


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'state' / 'charrette.sqlite'}"
        return
    with postgres() as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    store.migrate()
    yield store
    store.close()


def test_migrate_twice_is_once_and_what_was_there_stays(url: str) -> None:
    for _ in range(2):
        store = Store(url)
        store.migrate()
        store.runs.create(ROW)
        assert store.runs.get(ROW.id) == ROW
        store.close()


def test_several_processes_may_migrate_at_once(url: str) -> None:
    stores = [Store(url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(Store.migrate, stores))
    for store in stores:
        store.ping()
        store.close()


def test_a_database_of_another_schema_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(url)
    store.migrate()
    monkeypatch.setattr(database_module, "VERSION", 2)
    with pytest.raises(CharretteError, match="has schema 1, and this version of Charrette knows schema 2"):
        store.migrate()
    store.close()


def test_a_database_that_can_t_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("no database, but for a while long enough to be looked at as one" * 20)
    for url, said in (
        (f"sqlite:///{tmp_path}/a file/x.sqlite", "The database's folder .* can't be made: .* Name another file in"),
        (f"sqlite:///{tmp_path}/a file", "a file is no database that can be used: file is not a database. Name"),
    ):
        with pytest.raises(CharretteError, match=said):
            Store(url).migrate()


def test_a_sqlite_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 34, 1))
    with pytest.raises(CharretteError, match=r"needs 3\.35 or newer.*CHARRETTE_DATABASE_URL=postgresql://"):
        Store(f"sqlite:///{tmp_path}/x.sqlite")


def test_a_database_that_can_t_hold_every_script_is_refused() -> None:
    with postgres("encoding 'SQL_ASCII' locale 'C' template template0") as url:
        store = Store(url)
        with pytest.raises(CharretteError, match=r"encoding is SQL_ASCII.* CREATE DATABASE \.\.\. ENCODING 'UTF8'"):
            store.migrate()
        store.close()


def test_deliveries_are_pending_in_their_order_until_they_are_handled(store: Store) -> None:
    first, second, third = (Delivery(f"d{n}", "issues", b'{"n": %d}\x00\xff' % n) for n in range(3))
    store.deliveries.accept([first, second])
    store.deliveries.accept([third])
    pending = store.deliveries.pending()
    assert [(one.id, one.event, one.body) for one in pending] == [
        (one.id, one.event, one.body) for one in (first, second, third)
    ]
    assert sorted(one.seq for one in pending) == [one.seq for one in pending]
    store.deliveries.handled("d0", "started\0")
    assert [one.id for one in store.deliveries.pending(limit=1)] == ["d1"]


def test_a_delivery_that_comes_again_changes_nothing(store: Store) -> None:
    one = Delivery("d", "issues", b"first")
    store.deliveries.accept([one, replace(one, body=b"in the same group")])
    store.deliveries.accept([replace(one, body=b"later")])
    assert [pending.body for pending in store.deliveries.pending()] == [b"first"]
    store.deliveries.handled("d")
    store.deliveries.accept([one])
    assert store.deliveries.pending() == []


def test_accepting_nothing_stores_nothing(store: Store) -> None:
    store.deliveries.accept([])
    assert store.deliveries.pending() == []


def test_a_run_is_created_once(store: Store) -> None:
    store.runs.create(ROW)
    store.runs.create(replace(ROW, status="done", pinned={}))
    assert store.runs.get(ROW.id) == ROW
    assert store.runs.get("another") is None


def test_the_runs_of_a_subject_come_oldest_first(store: Store) -> None:
    rows = [replace(ROW, id=f"7.12.feature-design.{n}") for n in (10, 9, 11)]
    for row in (*rows, replace(ROW, id="other home", home=13), replace(ROW, id="other repository", repository=8)):
        store.runs.create(row)
    assert store.runs.of_subject(7, 12) == rows


def test_the_newest_runs_of_a_repository(store: Store) -> None:
    for n in (1, 2, 3):
        store.runs.create(replace(ROW, id=str(n)))
    store.runs.create(replace(ROW, id="other repository", repository=8))
    assert [row.id for row in store.runs.newest(7, 2)] == ["3", "2"]


def test_runs_that_failed_before_they_cost_anything_are_not_counted(store: Store) -> None:
    for n, (status, cost) in enumerate([("done", True), ("failed", True), ("failed", False), ("starting", False)]):
        store.runs.create(replace(ROW, id=f"r{n}", status=status))
        if cost:
            store.ledger.write(f"r{n}#1", f"r{n}", 7, answer(), "2999-01-01T00:00:00Z")
    assert store.runs.begun(7, "2000-01-01T00:00:00Z") == 3
    assert store.runs.begun(8, "2000-01-01T00:00:00Z") == 0


def test_entries_are_appended_once_for_each_message(store: Store) -> None:
    store.runs.create(ROW)
    entries = [
        {"message": {"id": message}, "about": about} for message, about in [("m1", ""), ("m2", "x@1"), ("m1", "twice")]
    ]
    for entry in entries:
        store.runs.append(ROW.id, entry)
    row = store.runs.get(ROW.id)
    assert row is not None
    assert row.entries == entries[:2]


def test_entries_that_are_appended_at_once_are_all_kept(store: Store) -> None:
    store.runs.create(ROW)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: store.runs.append(ROW.id, {"message": {"id": f"m{n}"}}), range(40)))
    row = store.runs.get(ROW.id)
    assert row is not None
    assert {entry["message"]["id"] for entry in row.entries} == {f"m{n}" for n in range(40)}


def test_the_stop_flag_is_set_and_lifted(store: Store) -> None:
    store.runs.create(ROW)
    assert not store.runs.stopped(ROW.id)
    store.runs.set_stop(ROW.id, True)
    assert store.runs.stopped(ROW.id)
    store.runs.set_stop(ROW.id, False)
    assert not store.runs.stopped(ROW.id)
    assert store.runs.stopped("a run that is not there")


def test_closing_keeps_what_the_leg_left(store: Store) -> None:
    store.runs.create(ROW)
    store.runs.close(ROW.id, "waiting", {"questions": ["Größe?\0"]}, "failed", "the server\0 said \ud800")
    assert store.runs.get(ROW.id) == replace(
        ROW, status="waiting", state={"questions": ["Größe?\0"]}, trouble="failed", reason="the server� said ?"
    )


def test_a_run_that_is_not_there_cannot_be_changed(store: Store) -> None:
    with pytest.raises(MissingError):
        store.runs.append("none", {"message": {"id": "m"}})
    with pytest.raises(MissingError):
        store.runs.set_stop("none", True)
    with pytest.raises(MissingError):
        store.runs.close("none", "done", {}, "", "")


def answer(text: str = "hello", dollars: float | None = 0.25, model: str = "opus") -> Reply:
    return Reply("answered", {"content": [{"text": text}]}, spent=Spent(1, 10, 20, 30, 40, dollars), model=model)


def test_an_address_keeps_its_first_answer(store: Store) -> None:
    assert store.ledger.recorded("r/p@1/author/1#1") is None
    store.ledger.write("r/p@1/author/1#1", "r", 7, answer("first \ud800\0"), AT)
    store.ledger.write("r/p@1/author/1#1", "r", 7, answer("second"), AT)
    assert store.ledger.recorded("r/p@1/author/1#1") == answer("first \ud800\0")
    assert store.ledger.run_total("r") == Spent(1, 10, 20, 30, 40, 0.25)


def test_failed_attempts_cost_but_never_stand_in_an_answers_way(store: Store) -> None:
    cut = Reply("transient", reason="the stream ended early", spent=Spent(1, 5, 0, 0, 0, 0.125), retry_after=3)
    for reply in (cut, cut, Reply("refused", reason="no credit"), answer()):
        store.ledger.write("a#1", "r", 7, reply, AT)
    assert store.ledger.recorded("a#1") == answer()
    assert store.ledger.run_total("r") == Spent(3, 20, 20, 30, 40, 0.5)


def test_an_address_with_failures_only_has_no_answer(store: Store) -> None:
    store.ledger.write("a#1", "r", 7, Reply("refused", reason="no"), AT)
    assert store.ledger.recorded("a#1") is None


def test_totals_are_of_a_run_and_of_a_repositorys_day(store: Store) -> None:
    store.ledger.write("a#1", "r1", 7, answer(), "2026-11-20T23:59:59Z")
    store.ledger.write("a#2", "r1", 7, answer(), "2026-11-21T00:00:00Z")
    store.ledger.write("b#1", "r2", 7, answer(), "2026-11-20T00:00:00Z")
    store.ledger.write("c#1", "r3", 8, answer(), "2026-11-20T00:00:00Z")
    two = Spent(2, 20, 40, 60, 80, 0.5)
    assert store.ledger.run_total("r1") == two
    assert store.ledger.day_total(7, "2026-11-20") == two
    assert store.ledger.run_total("none") == Spent()


def test_one_unknown_price_makes_the_sum_unknown(store: Store) -> None:
    store.ledger.write("a#1", "r", 7, answer(), AT)
    store.ledger.write("a#2", "r", 7, answer(dollars=None), AT)
    total = store.ledger.run_total("r")
    assert (total.dollars, total.tokens) == (None, 200)


def test_the_last_remote_of_a_key_counts(store: Store) -> None:
    assert store.remotes.get("r", "status") is None
    store.remotes.put("r", "status", Remote("1", "aa"))
    store.remotes.put("r", "status", Remote("2", "bb"))
    store.remotes.put("r", "check", Remote("3", "cc"))
    store.remotes.put("other", "status", Remote("4", "dd"))
    assert store.remotes.get("r", "status") == Remote("2", "bb")
    assert store.remotes.get("r", "check") == Remote("3", "cc")


def test_readers_do_not_wait_for_a_writer(store: Store, url: str) -> None:
    store.runs.create(ROW)
    other = Store(url)
    with store._database.writing() as connection:
        connection.execute(text("update charrette_run set status = 'done'"))
        assert other.runs.get(ROW.id) == ROW
    other.close()


def test_a_locked_database_is_transient(store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 1)
    store.runs.create(ROW)
    other = Store(url)
    with store._database.writing() as connection:
        connection.execute(text("update charrette_run set status = 'done'"))
        with pytest.raises(TransientError):
            other.runs.set_stop(ROW.id, True)
    other.close()


def test_a_broken_statement_is_a_bug_and_not_transient(store: Store) -> None:
    metadata.drop_all(store._database.engine)
    with pytest.raises(Exception, match="charrette_run") as caught:
        store.runs.get("x")
    assert not isinstance(caught.value, TransientError)


def test_a_full_disk_is_transient(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'small.sqlite'}")
    store.migrate()
    with store._database.writing() as connection:
        connection.execute(text("pragma max_page_count = 40"))
        with pytest.raises(sqlite3.OperationalError, match="full"):
            connection.connection.cursor().execute("create table big as select zeroblob(1000000)")
    with pytest.raises(TransientError, match="full"):
        store.deliveries.accept([Delivery("big", "issues", bytes(1_000_000))])
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////proc/nowhere/charrette.sqlite",
        "postgresql://nobody@127.0.0.1:1/none",
        "postgresql://nobody@no.invalid/x",
    ],
)
def test_a_database_that_cannot_be_reached_is_transient(url: str) -> None:
    store = Store(url)
    with pytest.raises(TransientError):
        store.ping()
    store.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_other_databases_are_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(CharretteError, match="sqlite:///PATH"):
        Store(url)


def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'charrette.sqlite'}")
    store.migrate()
    with store._database.reading() as connection:
        assert connection.scalar(text("pragma journal_mode")) == "wal"
        assert connection.scalar(text("pragma synchronous")) == 2
    store.close()


def test_a_store_that_nobody_holds_closes_its_connections(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'charrette.sqlite'}")
    store.migrate()
    with store._database.reading() as connection:
        raw = cast(Any, connection.connection.dbapi_connection)
    del store, connection
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("select 1")


def test_one_store_serves_many_threads(store: Store) -> None:
    failures: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for turn in range(10):
                store.deliveries.accept([Delivery(f"{n}.{turn}", "issues", b"{}")])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.deliveries.pending(limit=500)) == 120


def test_deliveries_that_are_held_and_those_after_one(store: Store) -> None:
    store.deliveries.accept([Delivery("a", "issues", b"{}"), Delivery("b", "issues", b"{}")])
    store.deliveries.handled("a")
    assert store.deliveries.held(["a", "b", "c"]) == {"a", "b"}
    assert store.deliveries.held([]) == frozenset()
    (waits,) = store.deliveries.pending()
    assert store.deliveries.pending(after=waits.seq - 1) == [waits]
    assert store.deliveries.pending(after=waits.seq) == []


def test_one_of_many_has_the_turn_until_it_is_due_again(url: str) -> None:
    now = 1_000_000.0
    databases = [database_module.Database(url) for _ in range(4)]
    databases[0].migrate()
    turns = [StoredTurns(database, lambda: now) for database in databases]

    def taken() -> list[dict[str, Any]]:
        with ThreadPoolExecutor(4) as pool:
            return [note for note in pool.map(lambda each: each.take("missed", 60), turns) if note is not None]

    assert taken() == [{}]
    turns[1].note("missed", {"newest": 7})
    now += 59
    assert taken() == []
    now += 1
    assert taken() == [{"newest": 7}]
    now -= 3600  # a clock that was wrong
    assert taken() == [{"newest": 7}]
    for database in databases:
        database.close()


def test_nothing_stands_between_a_store_and_its_database(store: Store) -> None:
    assert store.pooled() is False


class Then:
    """A clock at a time of ours."""

    def __init__(self, at: str) -> None:
        self.at = at

    def now(self) -> str:
        return self.at


def test_what_is_old_and_over_is_forgotten_and_nothing_else(url: str) -> None:
    clock = Then("2026-01-01T00:00:00Z")
    store = Store(url, clock)
    store.migrate()
    answer = Reply("answered", {"content": []}, spent=Spent(calls=1, input=10, output=5))

    def happen(day: str) -> None:
        clock.at = f"{day}T00:00:00Z"
        store.deliveries.accept(
            [Delivery(f"handled {day}", "issues", b"{}"), Delivery(f"waits {day}", "issues", b"{}")]
        )
        store.deliveries.handled(f"handled {day}")
        for status in ("done", "stopped", "waits for answers", "running"):
            id = f"{status} {day}"
            store.runs.create(replace(ROW, id=id, home=len(id)))
            store.runs.append(id, {"message": {"id": "gh-1.0"}})
            store.runs.close(id, status, {"pull": 3, "now": clock.at, "findings": {"sha": []}}, "", "why")
            store.ledger.write(f"{id}/note@1#1", id, 7, answer, clock.at)
            store.remotes.put(id, "status", Remote("1", "d"))
        for key in (f"eyes/handled {day}.0", f"reply/gh-handled {day}.0", f"reply/waits {day}.0", "label/design"):
            store.remotes.put("7", key, Remote("1", "d"))

    happen("2026-01-01")
    happen("2026-06-01")
    before = "2026-03-01T00:00:00Z"
    over = ("done", "stopped")
    assert store.retention.forget(before, over) == 1 + 2 + 2 + 2
    assert store.retention.forget(before, over) == 0
    assert [each.id for each in store.deliveries.pending()] == ["waits 2026-01-01", "waits 2026-06-01"]
    assert store.deliveries.held(["handled 2026-01-01", "handled 2026-06-01"]) == {"handled 2026-06-01"}
    left = store.runs.get("done 2026-01-01")
    assert left is not None
    assert (left.status, left.reason, left.pinned, left.entries) == ("done", "why", {}, [])
    assert left.state == {"pull": 3, "now": "2026-01-01T00:00:00Z"}
    for id, known in {
        "done 2026-01-01": False,
        "stopped 2026-01-01": False,
        "waits for answers 2026-01-01": True,
        "running 2026-01-01": True,
        "done 2026-06-01": True,
    }.items():
        row = store.runs.get(id)
        assert row is not None
        assert (row.pinned == ROW.pinned) is known, id
        assert (store.ledger.recorded(f"{id}/note@1#1") is not None) is known, id
        assert (store.remotes.get(id, "status") is not None) is known, id
    keys = ("eyes/handled 2026-01-01.0", "reply/gh-handled 2026-01-01.0", "reply/waits 2026-01-01.0", "label/design")
    assert [store.remotes.get("7", key) is not None for key in keys] == [False, False, True, True]
    store.close()


def test_more_than_a_batch_is_forgotten(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "BATCH", 3)
    store = Store(url, Then("2026-01-01T00:00:00Z"))
    store.migrate()
    store.deliveries.accept([Delivery(f"d{n}", "issues", b"{}") for n in range(10)])
    for n in range(10):
        store.deliveries.handled(f"d{n}")
        store.remotes.put("7", f"eyes/d{n}.0", Remote("1", "d"))
    assert store.retention.forget("2026-03-01T00:00:00Z", ("done",)) == 20
    store.close()

"""SQLite as the engine needs it, whatever its version."""

import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event

from bot.engine.sqlite import tell_time, with_time


def test_a_default_has_the_time_in_milliseconds() -> None:
    connection = sqlite3.connect(":memory:")
    with_time(connection)
    connection.execute("create table t (what text, at integer not null default (unixepoch('subsec') * 1000))")
    before = time.time()
    connection.execute("insert into t (what) values ('now')")
    [at] = connection.execute("select at from t").fetchone()
    assert int(before * 1000) <= at <= time.time() * 1000 + 1
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("select unixepoch('2026-01-01')")
    connection.close()


@pytest.mark.parametrize(("version", "told"), [((3, 40, 1), True), ((3, 42, 0), False)])
def test_only_an_old_one_is_told(version: tuple[int, int, int], told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    listened: list[object] = []
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    monkeypatch.setattr(event, "contains", lambda *which: False)
    monkeypatch.setattr(event, "listen", lambda *which: listened.append(which))
    tell_time()
    assert listened == ([(Engine, "connect", with_time)] if told else [])


def test_every_engine_of_the_process_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    there = event.contains(Engine, "connect", with_time)
    tell_time()
    tell_time()
    engine = create_engine(f"sqlite:///{tmp_path}/x.sqlite")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select unixepoch('subsec') > 1.7e9").scalar() == 1
    engine.dispose()
    if not there:
        event.remove(Engine, "connect", with_time)


def test_a_connection_to_another_database_is_left_alone() -> None:
    with_time(object())

"""What the engine takes for granted in a database and SQLite may lack: the time in milliseconds, and an order."""

import sqlite3
import time

from sqlalchemy import Engine, create_engine, event

# https://sqlite.org/releaselog/3_42_0.html; `unixepoch('subsec')` is NULL before.
SUBSECONDS = (3, 42, 0)

# DBOS starts the oldest first, but before Python 3.12 it stamps rows in whole seconds, and rows of the same second are
# started in the order of their ids, which are random. So each row is made younger than all those before it.
_IN_ORDER = (
    "drop trigger if exists charrette_in_order",
    """
    create trigger charrette_in_order after insert on workflow_status when new.queue_partition_key is not null begin
        update workflow_status set created_at = max(created_at, coalesce((
            select max(before.created_at) + 1 from workflow_status as before
            where before.queue_name = new.queue_name and before.queue_partition_key = new.queue_partition_key
            and before.status in ('ENQUEUED', 'PENDING') and before.workflow_uuid != new.workflow_uuid
        ), 0)) where workflow_uuid = new.workflow_uuid;
    end
    """,
)


def tell_time() -> None:
    """Connections that this process opens from now on know milliseconds, however old their SQLite is.

    From Python 3.12 on DBOS asks SQLite for them, whichever SQLite the system has: Debian 12 has 3.40.
    """
    if sqlite3.sqlite_version_info < SUBSECONDS and not event.contains(Engine, "connect", with_time):
        event.listen(Engine, "connect", with_time)


def with_time(connection: object, *_: object) -> None:
    """A connection to SQLite has `unixepoch('subsec')`: seconds since 1970, with three decimals."""
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("unixepoch", 1, _unixepoch)


def keep_order(url: str) -> None:
    """From now on, what any process enqueues on a partition of the database at `url` starts in that order.

    The engine's tables must be there.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in _IN_ORDER:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _unixepoch(asked: object) -> float:
    if asked != "subsec":
        raise ValueError(f"unixepoch({asked!r}): only 'subsec' is known here")
    return round(time.time(), 3)

"""One database, SQLite or PostgreSQL: how it is opened, and which of its failures are temporary."""

import json
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql.schema import Table

from bot.core.errors import CharretteError, TransientError

from .schema import VERSION, metadata, schema_version

BUSY_SECONDS = 5
# The engine uses RETURNING (https://sqlite.org/lang_returning.html). The Makefile asks for the same.
SQLITE_FLOOR = (3, 35, 0)
_WRITES = "charrette_writes"
# https://www.sqlite.org/rescode.html, the primary codes: somebody else is at it, or the machine is out of something.
_SQLITE_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
# https://www.postgresql.org/docs/current/errcodes-appendix.html: connection, rollback, resources, operator, lock.
_POSTGRES_TRANSIENT = ("08", "25006", "40", "53", "55P03", "57", "58")
# Any number that is always the same: boots that migrate at once take turns on it.
_MIGRATION_LOCK = 7_236_114_042


class Database:
    """Connections to one URL: `sqlite:///PATH`, `postgresql://...` or `postgresql+psycopg://...`.

    Create one for each process, after a fork. `TransientError` is raised if the database can't be reached, is locked or
    is full.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        match parsed.drivername:
            case "sqlite" | "sqlite+pysqlite":
                self.file = parsed.database or ""
                if self.file in ("", ":memory:"):
                    raise CharretteError("A database in memory is lost with the process. Write sqlite:///PATH.")
                if sqlite3.sqlite_version_info < SQLITE_FLOOR:
                    raise CharretteError(
                        f"This Python has SQLite {sqlite3.sqlite_version}, and Charrette needs 3.35 or newer. Use "
                        "another Python, or PostgreSQL: CHARRETTE_DATABASE_URL=postgresql://..."
                    )
                self.engine = _open_sqlite(parsed)
            case "postgresql+psycopg":
                self.file = ""
                self.engine = create_engine(
                    parsed,
                    pool_pre_ping=True,
                    pool_size=8,
                    max_overflow=32,
                    connect_args={
                        "connect_timeout": BUSY_SECONDS,
                        "options": f"-c lock_timeout={BUSY_SECONDS}s",
                        "client_encoding": "utf8",
                    },
                )
            case other:
                raise CharretteError(f"There is no store for {other}. Write sqlite:///PATH or postgresql://...")
        # A pool that is dropped with connections in it leaves them open for as long as the collector likes.
        weakref.finalize(self, self.engine.dispose).atexit = False

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Raises temporary failures as `TransientError`."""
        with _translated():
            yield

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; committed at the end, or not at all."""
        with _translated(), self.engine.connect() as connection:
            writing = connection.execution_options(**{_WRITES: True})
            with writing.begin():
                yield writing

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that supports `on conflict`."""
        return sqlite.insert(table) if self.file else postgresql.insert(table)

    def migrate(self) -> None:
        """Creates the tables in this version's schema. Any number of processes may call it at the same time."""
        if self.file:
            use_wal(self.engine.url.render_as_string(hide_password=False))
        with self.writing() as connection:
            if not self.file:
                _refuse_encoding(connection)
                connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
            metadata.create_all(connection)
            have = connection.scalar(schema_version.select())
            if have is None:
                connection.execute(schema_version.insert().values(version=VERSION))
            elif have != VERSION:
                raise CharretteError(
                    f"The database has schema {have}, and this version of Charrette knows schema {VERSION}. "
                    "Start the version that made it, or name another database in CHARRETTE_DATABASE_URL."
                )

    def ping(self) -> None:
        """Checks that the tables exist and can be written; `TransientError` if the database is full or locked."""
        with self.writing() as connection:
            connection.execute(schema_version.update().values(version=schema_version.c.version))

    def pooled(self) -> bool:
        """Whether a pooler hands one PostgreSQL server connection to two of ours.

        Session state (locks, settings, notifications) is lost then.
        """
        if self.file:
            return False
        with _translated(), self.engine.connect() as one, self.engine.connect() as other:
            backends = []
            for connection in (one, other):
                backends.append(connection.scalar(text("select pg_backend_pid()")))
                connection.rollback()
        return bool(backends[0] == backends[1])

    def close(self) -> None:
        """Closes every idle connection."""
        self.engine.dispose()


def _open_sqlite(url: Any) -> Engine:
    # Without the driver's own transactions, which begin late and then fail on the first write of two.
    options = {"isolation_level": None, "timeout": BUSY_SECONDS}
    engine = create_engine(url, pool_size=8, max_overflow=32, connect_args=options)

    @event.listens_for(engine, "connect")
    def pragmas(connection: sqlite3.Connection, _record: object) -> None:
        # A delivery that was acknowledged and an answer that was paid for survive a power cut.
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def use_wal(url: str) -> None:
    """Creates a SQLite database and switches it to WAL mode, permanently; does nothing for others.

    The switch fails at once if the file is in use elsewhere, so this retries.
    """
    if not url.startswith("sqlite"):
        return
    file = Path(make_url(url).database or "")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CharretteError(
            f"The database's folder {file.parent} can't be made: {error.strerror}. Name another file in "
            "CHARRETTE_DATABASE_URL."
        ) from error
    for attempt in range(50):
        try:
            with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
                connection.execute("pragma journal_mode = wal")
                return
        except sqlite3.OperationalError as error:
            if attempt == 49 or not _passes(error):
                raise TransientError(f"The database can't be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            raise CharretteError(
                f"{file} is no database that can be used: {error}. Name another file in CHARRETTE_DATABASE_URL."
            ) from error
        time.sleep(0.1)


def _refuse_encoding(connection: Connection) -> None:
    """Refuses a database that isn't UTF-8: PostgreSQL started in the C locale would return bytes for text."""
    encoding = connection.scalar(text("show server_encoding"))
    if encoding != "UTF8":
        raise CharretteError(
            f"The database's encoding is {encoding}, and Charrette stores text in every script. Make it with "
            "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0, or name another in CHARRETTE_DATABASE_URL."
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or (error.orig is not None and _passes(error.orig)):
            raise TransientError(f"The database: {error.orig}") from error
        raise
    except PoolTimeoutError as error:
        raise TransientError(f"The database: {error}") from error


def _passes(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        # The low byte of an extended code is its primary code.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_TRANSIENT
    code = getattr(error, "sqlstate", None)
    if code is None:  # psycopg gives no code where no server answered
        return type(error).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
    return str(code).startswith(_POSTGRES_TRANSIENT)


def dump(value: object) -> str:
    """JSON as text that both databases accept: ASCII only, so without NUL or lone surrogates."""
    return json.dumps(value, separators=(",", ":"))


def words(value: str) -> str:
    """Text that both databases accept."""
    return value.replace("\0", "�").encode("utf-8", "replace").decode()

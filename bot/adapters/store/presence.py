"""Which workers are alive. On PostgreSQL each holds a lock that ends with its session; SQLite has one worker."""

import hashlib
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.core.errors import CharretteError
from bot.core.ports import Living, Presence

from .database import Database

log = logging.getLogger("charrette.presence")

# Seconds between two proofs of life, and how old one may be for this worker to begin what only one may do at a time.
BEAT, FRESH = 0.5, 2.5
# How long a worker's lock has to be free before its work is taken: longer than a worker takes to see that it lost it.
GRACE = 6.0
# Whoever's network goes away sees it (first number, milliseconds) before the server does, which then ends the session.
_OPTIONS = {"connect_timeout": 5, "tcp_user_timeout": 3000, "keepalives_idle": 1, "keepalives_interval": 1}
_SERVER = (
    "set tcp_keepalives_idle = 2; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3; "
    "set statement_timeout = '3s'; set idle_session_timeout = 0; set application_name = 'charrette worker'"
)
_LEASE = "lease"

Key = tuple[int, int]


def present(database: Database, version: str, lost: Callable[[str], None]) -> Presence:
    """Registers this worker with the others; `lost` is called, from a thread, when the registration is lost."""
    return _Alone(version) if database.file else _Session(database, version, lost)


def _key(of: str, what: str) -> Key:
    """The two numbers of an advisory lock."""

    def number(text: str) -> int:
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], signed=True)

    return number(f"charrette {of}"), number(what)


def _worker(executor: str) -> Key:
    return _key(f"version {executor.partition('/')[0]}", executor)


class _Alone:
    """Implements `Presence` for a single worker: all others are dead, and all work is its own."""

    grace = 0.0

    def __init__(self, version: str) -> None:
        self.executor = f"{version}/worker"

    def living(self) -> Living:
        return _Living(frozenset({_worker(self.executor)}))

    @contextmanager
    def claim(self, _what: str) -> Iterator[bool]:
        yield True

    def leads(self, _what: str) -> bool:
        return True

    def close(self) -> None:
        pass


class _Living:
    """Implements `Living` from the locks that are held."""

    def __init__(self, held: frozenset[Key]) -> None:
        self._held = held

    def worker(self, executor: str) -> bool:
        return _worker(executor) in self._held

    def version(self, version: str) -> bool:
        of, _ = _key(f"version {version}", "")
        return any(key[0] == of for key in self._held)


class _Session:
    """Implements `Presence` with advisory locks of one session, which a thread keeps alive and checks.

    A worker's name is never reused: nobody can take over its work by starting under the same name before it is certain
    that it ended.
    """

    grace = GRACE

    def __init__(self, database: Database, version: str, lost: Callable[[str], None]) -> None:
        self._database = database
        self._lost = lost
        self._engine = create_engine(
            database.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_OPTIONS
        )
        self._wanted: set[str] = set()
        self._leases: set[str] = set()
        self._ended = threading.Event()
        with database.translated():
            self._connection = self._engine.connect()
            self._connection.execute(text(_SERVER))
            self._backend = self._connection.scalar(text("select pg_backend_pid()"))
            self.executor = self._named(version)
        self._beaten = time.monotonic()
        self._thread = threading.Thread(target=self._keep, name="presence", daemon=True)
        self._thread.start()

    def _named(self, version: str) -> str:
        while True:
            name = f"{version}/{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
            if _try(self._connection, _worker(name)):
                break
        if not self._holds(name):
            raise CharretteError(
                "The worker's lock is not in its session: the database is reached through a pooler that shares "
                "sessions between clients. Name the server itself, or a pooler in session mode, in "
                "CHARRETTE_DATABASE_URL of the workers."
            )
        return name

    def _holds(self, executor: str) -> bool:
        """Whether the session is still the original one, and holds the worker's lock."""
        of, what = _worker(executor)
        query = (
            "select pg_backend_pid() = :backend and exists (select 1 from pg_locks where locktype = 'advisory' "
            "and granted and pid = :backend and objsubid = 2 and classid = :of and objid = :what)"
        )
        # pg_locks has them without a sign.
        values = {"backend": self._backend, "of": of & 0xFFFFFFFF, "what": what & 0xFFFFFFFF}
        return bool(self._connection.scalar(text(query), values))

    def _keep(self) -> None:
        while not self._ended.wait(BEAT):
            begun = time.monotonic()
            try:
                if not self._holds(self.executor):
                    self._lost("the session with the database is another one")
                    return
                for what in self._wanted - self._leases:
                    if _try(self._connection, _key(_LEASE, what)):
                        log.info("this worker has the %s", what)
                        self._leases.add(what)
            except SQLAlchemyError as error:
                if not self._ended.is_set():
                    self._lost(f"the session with the database is lost: {error}")
                return
            self._beaten = begun

    def living(self) -> Living:
        query = (
            "select classid, objid from pg_locks where locktype = 'advisory' and granted and objsubid = 2 "
            "and database = (select oid from pg_database where datname = current_database())"
        )
        with self._database.reading() as connection:
            rows = connection.execute(text(query)).all()
        return _Living(frozenset((_signed(of), _signed(what)) for of, what in rows))

    @contextmanager
    def claim(self, what: str) -> Iterator[bool]:
        with self._database.reading() as connection:
            key = _key("claim", what) if what.endswith("/") else _worker(what)
            query = text("select pg_try_advisory_xact_lock(:of, :what)")
            yield bool(connection.scalar(query, {"of": key[0], "what": key[1]}))

    def leads(self, what: str) -> bool:
        self._wanted.add(what)
        return what in self._leases and time.monotonic() - self._beaten < FRESH

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        # The server ends a session a moment after its client did: what others wait for is given back before.
        with suppress(SQLAlchemyError):
            self._connection.execute(text("select pg_advisory_unlock_all()"))
        self._connection.close()


def _try(connection: Connection, key: Key) -> bool:
    query = text("select pg_try_advisory_lock(:of, :what)")
    return bool(connection.scalar(query, {"of": key[0], "what": key[1]}))


def _signed(number: int) -> int:
    return int.from_bytes(int(number).to_bytes(4), signed=True)

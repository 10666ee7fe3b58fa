"""Facts survive a restart: one SQLite file holds a table for each kind of fact, and any thread may write."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints

from .facts import KINDS, Account, Issue, PullRequest, Repository

F = TypeVar("F")

# Ids start far apart: code that mistakes a number for a database id, or one kind's id for another's, fails here too.
FIRST_ID = {kind.__name__: (position + 1) * 10_000_000 for position, kind in enumerate(KINDS)}


class AbsentError(LookupError):
    """There is no such fact; the API answers 404."""


_HINTS: dict[type, dict[str, Any]] = {kind: get_type_hints(kind) for kind in KINDS}
_COLUMNS = {kind: ", ".join(f'"{name}"' for name in hints) for kind, hints in _HINTS.items()}


def _encode(value: Any) -> Any:
    return json.dumps(value, sort_keys=True) if isinstance(value, (tuple, list, dict)) else value


def _listed(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text))


def _decoder(hint: Any) -> Callable[[Any], Any] | None:
    """How a value comes back from its column; None where it is what the column holds."""
    decoders: dict[Any, Callable[[Any], Any]] = {bool: bool, tuple: _listed, dict: json.loads}
    return decoders.get(get_origin(hint) or hint)


_DECODERS = {
    kind: [(at, decode) for at, hint in enumerate(hints.values()) if (decode := _decoder(hint))]
    for kind, hints in _HINTS.items()
}


def _fact(kind: type[F], row: Sequence[Any]) -> F:
    values = list(row)
    for at, decode in _DECODERS[kind]:
        values[at] = decode(values[at])
    return kind(*values)


def text_of(moment: datetime) -> str:
    """GitHub's text of a moment: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _clock() -> datetime:
    return datetime.now(UTC)


class Store:
    """Reads and writes facts; every method is a short transaction unless one is open already."""

    def __init__(self, file: Path, clock: Callable[[], datetime] = _clock) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self._depth = 0
        self._after: list[Callable[[], None]] = []
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        with self.transaction():
            for kind in KINDS:
                self._create(kind)

    def _create(self, kind: type) -> None:
        names = [name for name in _HINTS[kind] if name != "id"]
        columns = ", ".join(f'"{name}"' for name in names)
        table = kind.__name__
        self._connection.execute(
            f'CREATE TABLE IF NOT EXISTS "{table}" (id INTEGER PRIMARY KEY AUTOINCREMENT, {columns})'
        )
        for name in names:
            if name.endswith("_id") or name in ("number", "sha", "head_sha", "token", "guid", "state"):
                self._connection.execute(f'CREATE INDEX IF NOT EXISTS "{table}_{name}" ON "{table}" ("{name}")')
        known = self._connection.execute("SELECT 1 FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        if not known:
            self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, FIRST_ID[table]))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all; other threads wait."""
        after: list[Callable[[], None]] = []
        with self.lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                    self._after.clear()
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")
                after, self._after = self._after, []
        for call in after:
            call()

    def after_commit(self, call: Callable[[], None]) -> None:
        """The call is made once the open transaction is durable."""
        self._after.append(call)

    def close(self) -> None:
        """The file is closed; the store is of no use afterwards."""
        with self.lock:
            self._connection.close()

    def now(self) -> str:
        """This moment, as GitHub writes it."""
        return text_of(self.clock())

    def add(self, fact: F) -> F:
        """The fact is stored, and comes back with its id."""
        values = {name: _encode(getattr(fact, name)) for name in _HINTS[type(fact)] if name != "id"}
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        with self.transaction():
            done = self._connection.execute(
                f'INSERT INTO "{type(fact).__name__}" ({columns}) VALUES ({marks})',  # noqa: S608
                tuple(values.values()),
            )
        return dataclasses.replace(fact, id=done.lastrowid)  # type: ignore[type-var]

    def change(self, fact: F, **values: Any) -> F:
        """The fact holds these values from now on, whatever else changed meanwhile; it comes back as it stands."""
        ident: int = fact.id  # type: ignore[attr-defined]
        sets = ", ".join(f'"{name}" = ?' for name in values)
        with self.transaction():
            if values:
                self._connection.execute(
                    f'UPDATE "{type(fact).__name__}" SET {sets} WHERE id = ?',  # noqa: S608
                    (*(_encode(value) for value in values.values()), ident),
                )
            return self.get(type(fact), ident)

    def remove(self, fact: object) -> None:
        """The fact is gone."""
        with self.transaction():
            self._connection.execute(
                f'DELETE FROM "{type(fact).__name__}" WHERE id = ?',  # noqa: S608
                (fact.id,),  # type: ignore[attr-defined]
            )

    def all(
        self, kind: type[F], /, *, newest_first: bool = False, limit: int = -1, after: int = 0, **where: Any
    ) -> list[F]:
        """Every fact of this kind with these values, by id, above `after`; a value may be a list of alternatives."""
        clauses: list[str] = ["id > ?"] if after else []
        arguments: list[Any] = [after] if after else []
        for name, value in where.items():
            if isinstance(value, (list, tuple, set, frozenset)):
                clauses.append(f'"{name}" IN ({", ".join("?" for _ in value)})')
                arguments += list(value)
            else:
                clauses.append(f'"{name}" = ?')
                arguments.append(value)
        text = f" WHERE {' AND '.join(clauses)}" if clauses else ""
        order = "DESC" if newest_first else "ASC"
        with self.lock:
            rows: Sequence[Any] = self._connection.execute(
                f'SELECT {_COLUMNS[kind]} FROM "{kind.__name__}"{text} ORDER BY id {order} LIMIT {limit}',  # noqa: S608
                arguments,
            ).fetchall()
        return [_fact(kind, row) for row in rows]

    def find(self, kind: type[F], /, **where: Any) -> F | None:
        """The first fact of this kind with these values, or None."""
        found = self.all(kind, limit=1, **where)
        return found[0] if found else None

    def _named(self, kind: type[F], column: str, name: str) -> list[F]:
        """The facts of this kind with that name, whatever its case; names are ASCII."""
        query = f'SELECT {_COLUMNS[kind]} FROM "{kind.__name__}" WHERE "{column}" = ? COLLATE NOCASE'  # noqa: S608
        with self.lock:
            rows: Sequence[Any] = self._connection.execute(query, (name,)).fetchall()
        return [_fact(kind, row) for row in rows]

    def get(self, kind: type[F], ident: int) -> F:
        """The fact of this kind with this id; raises AbsentError."""
        found = self.find(kind, id=ident)
        if found is None:
            raise AbsentError(f"{kind.__name__} {ident}")
        return found

    def account(self, login: str) -> Account:
        """The account with this login, whatever its case; raises AbsentError."""
        if found := self._named(Account, "login", login):
            return found[0]
        raise AbsentError(login)

    def repository(self, owner: str, name: str) -> Repository:
        """The repository `owner/name`, whatever its case; raises AbsentError."""
        account = self.account(owner)
        for repository in self._named(Repository, "name", name):
            if repository.owner_id == account.id:
                return repository
        raise AbsentError(f"{owner}/{name}")

    def formerly(self, owner: str, name: str) -> Repository | None:
        """The repository that had this name once, unless another has it now."""
        account = self.account(owner)
        found = self.all(Repository, owner_id=account.id)
        if any(each.name.lower() == name.lower() for each in found):
            return None
        return next((each for each in found if name.lower() in [old.lower() for old in each.former]), None)

    def full_name(self, repository: Repository) -> str:
        """`owner/name`."""
        return f"{self.get(Account, repository.owner_id).login}/{repository.name}"

    def issue(self, repository: Repository, number: int) -> Issue:
        """The issue (or the issue side of the pull request) with this number; raises AbsentError."""
        found = self.find(Issue, repository_id=repository.id, number=number)
        if found is None:
            raise AbsentError(f"issue {number}")
        return found

    def pull_request(self, repository: Repository, number: int) -> PullRequest:
        """The pull request with this number; raises AbsentError."""
        found = self.find(PullRequest, repository_id=repository.id, number=number)
        if found is None:
            raise AbsentError(f"pull request {number}")
        return found

    def next_number(self, repository: Repository) -> int:
        """The number of the next issue or pull request: the two share one sequence, and none is given twice."""
        with self.transaction():
            last = self.get(Repository, repository.id).last_number + 1
            self.change(repository, last_number=last)
            return last

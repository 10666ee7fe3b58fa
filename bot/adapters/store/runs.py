"""The rows of runs."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, not_, select, update

from bot.core.errors import MissingError
from bot.core.ports import Clock, RunRow

from .database import Database, dump, words
from .schema import run, spend


class StoredRuns:
    """Implements `Runs`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, row: RunRow) -> None:
        """Creates the run's row, unless it exists."""
        now = self._clock.now()
        statement = self._database.insert(run).values(
            id=row.id,
            repository=row.repository,
            home=row.home,
            workflow=row.workflow,
            status=row.status,
            stop=row.stop,
            pinned=dump(row.pinned),
            entries=dump(row.entries),
            state=None if row.state is None else dump(row.state),
            trouble=words(row.trouble),
            reason=words(row.reason),
            created_at=now,
            updated_at=now,
        )
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))

    def get(self, id: str) -> RunRow | None:
        """One run."""
        with self._database.reading() as connection:
            row = connection.execute(select(run).where(run.c.id == id)).first()
        return None if row is None else _row(row)

    def of_subject(self, repository: int, home: int) -> Sequence[RunRow]:
        """All runs of a subject, oldest first."""
        query = select(run).where(run.c.repository == repository, run.c.home == home).order_by(run.c.seq)
        with self._database.reading() as connection:
            return [_row(row) for row in connection.execute(query)]

    def begun(self, repository: int, since: str) -> int:
        """How many runs of a repository were created since a time, except those that failed before costing anything."""
        paid = select(spend.c.run).where(spend.c.repository == repository, spend.c.at >= since)
        in_vain = and_(run.c.status == "failed", run.c.id.not_in(paid))
        query = select(func.count()).where(run.c.repository == repository, run.c.created_at >= since, not_(in_vain))
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def newest(self, repository: int, limit: int) -> Sequence[RunRow]:
        """The runs of a repository, the most recently updated first."""
        query = select(run).where(run.c.repository == repository).order_by(run.c.updated_at.desc(), run.c.seq.desc())
        with self._database.reading() as connection:
            return [_row(row) for row in connection.execute(query.limit(limit))]

    def pin(self, id: str, pinned: dict[str, Any], entries: Sequence[dict[str, Any]]) -> None:
        """Stores the run's inputs, and the entries recovered from its branch."""
        self._update(id, pinned=dump(pinned), entries=dump(list(entries)))

    def append(self, id: str, entry: dict[str, Any]) -> None:
        """Adds an entry, once for each message id (`entry["message"]["id"]`)."""
        with self._database.writing() as connection:
            query = select(run.c.entries).where(run.c.id == id).with_for_update()
            text = connection.scalar(query)
            if text is None:
                raise MissingError(f"There is no run {id}.")
            entries: list[dict[str, Any]] = json.loads(text)
            if any(have["message"]["id"] == entry["message"]["id"] for have in entries):
                return
            values = {"entries": dump([*entries, entry]), "updated_at": self._clock.now()}
            connection.execute(update(run).where(run.c.id == id).values(values))

    def set_stop(self, id: str, stop: bool) -> None:
        """Sets or clears the stop flag."""
        self._update(id, stop=stop)

    def stopped(self, id: str) -> bool:
        """Whether the stop flag is set. A run without a row counts as stopped."""
        with self._database.reading() as connection:
            flag = connection.scalar(select(run.c.stop).where(run.c.id == id))
        return flag is None or bool(flag)

    def close(self, id: str, status: str, state: dict[str, Any], trouble: str, reason: str) -> None:
        """Stores what the leg leaves behind."""
        self._update(id, status=status, state=dump(state), trouble=words(trouble), reason=words(reason))

    def _update(self, id: str, **values: object) -> None:
        with self._database.writing() as connection:
            statement = update(run).where(run.c.id == id).values(**values, updated_at=self._clock.now())
            if connection.execute(statement).rowcount == 0:
                raise MissingError(f"There is no run {id}.")


def _row(row: Row[Any]) -> RunRow:
    return RunRow(
        id=row.id,
        repository=row.repository,
        home=row.home,
        workflow=row.workflow,
        status=row.status,
        stop=bool(row.stop),
        pinned=json.loads(row.pinned),
        entries=json.loads(row.entries),
        state=None if row.state is None else json.loads(row.state),
        trouble=row.trouble,
        reason=row.reason,
        updated_at=row.updated_at,
    )

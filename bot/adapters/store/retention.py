"""Deletes what is old and no longer needed. The row of an ended run stays; its branch has the rest."""

import json
import re
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, and_, delete, or_, select, tuple_, update

from .database import Database, dump
from .schema import delivery, remote, run, spend

# So many rows go in one transaction, so that others can write in between.
BATCH = 500
# The publications that belong to one delivery: its eyes, and the answer to what it said.
_OF_DELIVERY = re.compile(r"(?:eyes/|reply/(?:gh-)?)(.+)\.\d+")


class StoredRetention:
    """Implements `Retention`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self, before: str, over: Sequence[str]) -> int:
        """Returns the number of rows that were deleted or emptied."""
        done = 0
        for work in (self._deliveries, lambda c, b: self._runs(c, b, over), self._spend):
            done += self._all(work, before)
        return done + self._publications()

    def _all(self, work: Callable[[Connection, str], int], before: str) -> int:
        total = 0
        while True:
            with self._database.writing() as connection:
                count = work(connection, before)
            total += count
            if count < BATCH:
                return total

    def _deliveries(self, connection: Connection, before: str) -> int:
        old = select(delivery.c.seq).where(delivery.c.handled_at < before).limit(BATCH)
        return connection.execute(delete(delivery).where(delivery.c.seq.in_(old))).rowcount

    def _runs(self, connection: Connection, before: str, over: Sequence[str]) -> int:
        """Empties old runs' rows. Without the row, the label would start the run again, at full cost."""
        old = and_(run.c.status.in_(over), run.c.updated_at < before, run.c.pinned != "{}")
        rows = connection.execute(select(run.c.id, run.c.state).where(old).limit(BATCH)).all()
        for row in rows:
            kept = {key: value for key, value in json.loads(row.state or "{}").items() if key in ("pull", "now")}
            values = {"pinned": "{}", "entries": "[]", "state": dump(kept)}
            connection.execute(update(run).where(run.c.id == row.id).values(values))
            connection.execute(delete(remote).where(remote.c.scope == row.id))
        return len(rows)

    def _spend(self, connection: Connection, before: str) -> int:
        """Deletes old answers of emptied runs. An open run's answers are kept, so that they are not paid for again."""
        known = select(run.c.id).where(run.c.pinned != "{}")
        old = (
            select(spend.c.address, spend.c.attempt).where(spend.c.at < before, spend.c.run.not_in(known)).limit(BATCH)
        )
        keys = connection.execute(old).all()
        if keys:
            chosen = tuple_(spend.c.address, spend.c.attempt).in_([tuple(key) for key in keys])
            connection.execute(delete(spend).where(chosen))
        return len(keys)

    def _publications(self) -> int:
        """Deletes eyes and replies whose deliveries were deleted."""
        found = select(remote.c.scope, remote.c.key).where(
            or_(remote.c.key.startswith("eyes/"), remote.c.key.startswith("reply/"))
        )
        with self._database.reading() as connection:
            matches = [(row.scope, row.key, _OF_DELIVERY.fullmatch(row.key)) for row in connection.execute(found)]
        of = [(scope, key, match[1]) for scope, key, match in matches if match]
        total = 0
        for start in range(0, len(of), BATCH):
            batch = of[start : start + BATCH]
            with self._database.writing() as connection:
                held = set(
                    connection.scalars(select(delivery.c.id).where(delivery.c.id.in_([each[2] for each in batch])))
                )
                gone = [(scope, key) for scope, key, id in batch if id not in held]
                if gone:
                    connection.execute(delete(remote).where(tuple_(remote.c.scope, remote.c.key).in_(gone)))
            total += len(gone)
        return total

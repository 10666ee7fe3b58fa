"""Every answer of the model, and every attempt that cost something, by address."""

import json
from typing import Any

from sqlalchemy import ColumnElement, func, select

from bot.core.ports import Reply
from bot.core.run.record import Spent

from .database import Database, dump, words
from .schema import spend


class StoredLedger:
    """Implements `Ledger`.

    An address has one answer, the first. Failed attempts (`transient`, `refused`) are stored beside it, so that their
    cost counts; they never replace an answer.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def recorded(self, address: str) -> Reply | None:
        """The answer recorded for this address, if any."""
        query = select(spend).where(spend.c.address == address, spend.c.attempt == 0)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        spent = Spent(row.calls, row.input, row.cache_read, row.cache_write, row.output, row.dollars, row.replayed)
        return Reply(row.kind, json.loads(row.message), row.reason, 0.0, spent, row.model)

    def write(self, address: str, run: str, repository: int, reply: Reply, at: str) -> None:
        """Stores the reply; a second answer to the same address is ignored."""
        spent = reply.spent
        with self._database.writing() as connection:
            attempt = 0
            if reply.kind != "answered":
                failed = select(func.max(spend.c.attempt)).where(spend.c.address == address)
                attempt = (connection.scalar(failed) or 0) + 1
            statement = self._database.insert(spend).values(
                address=address,
                attempt=attempt,
                run=run,
                repository=repository,
                at=at,
                day=at[:10],
                kind=reply.kind,
                model=reply.model,
                message=dump(reply.message),
                reason=words(reply.reason),
                calls=spent.calls,
                input=spent.input,
                cache_read=spent.cache_read,
                cache_write=spent.cache_write,
                output=spent.output,
                dollars=spent.dollars,
                replayed=spent.replayed,
            )
            connection.execute(statement.on_conflict_do_nothing(index_elements=["address", "attempt"]))

    def run_total(self, run: str) -> Spent:
        """What a run has spent in total."""
        return self._total(spend.c.run == run)

    def day_total(self, repository: int, day: str) -> Spent:
        """What a repository has spent on a day (`2026-11-20`, UTC)."""
        return self._total(spend.c.repository == repository, spend.c.day == day)

    def _total(self, *where: ColumnElement[bool]) -> Spent:
        columns: list[ColumnElement[Any]] = [
            func.sum(spend.c.calls),
            func.sum(spend.c.input),
            func.sum(spend.c.cache_read),
            func.sum(spend.c.cache_write),
            func.sum(spend.c.output),
            func.sum(spend.c.dollars),
            func.sum(spend.c.replayed),
            func.count() - func.count(spend.c.dollars),
        ]
        with self._database.reading() as connection:
            *sums, unknown = connection.execute(select(*columns).where(*where)).one()
        calls, fresh, read, written, output, dollars, replayed = (value or 0 for value in sums)
        known = None if unknown else float(dollars)
        # PostgreSQL's sum of bigint is a decimal.
        return Spent(int(calls), int(fresh), int(read), int(written), int(output), known, int(replayed))

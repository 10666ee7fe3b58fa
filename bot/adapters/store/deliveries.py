"""The inbox of GitHub's deliveries."""

from collections.abc import Sequence

from sqlalchemy import select, update

from bot.core.ports import Clock, Delivery

from .database import Database, words
from .schema import delivery


class StoredDeliveries:
    """Implements `Deliveries`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # Made once: to make and to compare it takes as long as to store a delivery.
        self._insert = database.insert(delivery).on_conflict_do_nothing(index_elements=["id"])

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Stores them in one commit; existing ones are left as they are."""
        if not deliveries:
            return
        now = self._clock.now()
        rows = [{"id": one.id, "event": one.event, "body": one.body, "received_at": now} for one in deliveries]
        with self._database.writing() as connection:
            connection.execute(self._insert, rows)

    def pending(self, limit: int = 50, after: int = 0) -> Sequence[Delivery]:
        """The oldest unhandled deliveries after a given one, in the order of arrival."""
        waits = delivery.c.handled_at.is_(None), delivery.c.seq > after
        query = select(delivery).where(*waits).order_by(delivery.c.seq).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Delivery(row.id, row.event, bytes(row.body), row.seq) for row in rows]

    def handled(self, id: str, note: str = "") -> None:
        """Marks it as handled; `note` says in a word with which result."""
        with self._database.writing() as connection:
            connection.execute(
                update(delivery)
                .where(delivery.c.id == id, delivery.c.handled_at.is_(None))
                .values(handled_at=self._clock.now(), note=words(note))
            )

    def held(self, ids: Sequence[str]) -> frozenset[str]:
        """Which of these are stored."""
        if not ids:
            return frozenset()
        with self._database.reading() as connection:
            return frozenset(connection.scalars(select(delivery.c.id).where(delivery.c.id.in_(ids))))

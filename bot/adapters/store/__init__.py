"""Our own tables: deliveries, runs, spend, remotes, and turns."""

from collections.abc import Callable

from bot.adapters.clock import SystemClock
from bot.core.ports import Clock, Deliveries, Ledger, Presence, Remotes, Retention, Runs, Turns

from .database import Database, use_wal
from .deliveries import StoredDeliveries
from .ledger import StoredLedger
from .presence import present
from .remotes import StoredRemotes
from .retention import StoredRetention
from .runs import StoredRuns
from .turns import StoredTurns


class Store:
    """Everything stored in one database, `sqlite:///PATH` or `postgresql://...`.

    Create it after a fork. Every method of its parts may raise `TransientError`. Call `migrate` first.
    """

    deliveries: Deliveries
    runs: Runs
    ledger: Ledger
    remotes: Remotes
    turns: Turns
    retention: Retention

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self._database = Database(url)
        self.deliveries = StoredDeliveries(self._database, clock)
        self.runs = StoredRuns(self._database, clock)
        self.ledger = StoredLedger(self._database)
        self.remotes = StoredRemotes(self._database)
        self.turns = StoredTurns(self._database)
        self.retention = StoredRetention(self._database)

    def migrate(self) -> None:
        """Creates the tables; calling it again does nothing."""
        self._database.migrate()

    def ping(self) -> None:
        """Checks that the database answers; `TransientError` if not."""
        self._database.ping()

    def present(self, version: str, lost: Callable[[str], None]) -> Presence:
        """Registers this worker with the others; `lost` is called, from a thread, when the registration is lost."""
        return present(self._database, version, lost)

    def pooled(self) -> bool:
        """Whether a pooler shares one PostgreSQL connection between several of ours."""
        return self._database.pooled()

    def close(self) -> None:
        """Closes the connections."""
        self._database.close()


__all__ = ["Store", "use_wal"]

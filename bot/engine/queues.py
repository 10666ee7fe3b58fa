"""The engine's queues. A worker that is alone on its database polls them only when there may be something.

DBOS polls at a fixed interval. If that is short enough to start work promptly, polling costs an idle worker more than
everything else. Several workers have to poll like that, because any of them may take what another enqueues.

Work that waits on one partition starts in the order in which it was enqueued, even within the same second.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from dbos._queue import queue_worker_thread
from dbos._sys_db import db_retry
from sqlalchemy import select, update

from .sqlite import keep_order

LEGS = "legs"
CONVERSATIONS = "conversations"
# Seconds between two looks, of a few queries each: while there is something to do, and while nothing is.
POLL, CALM = 0.2, 1.0
# So long after something was put into a queue, or ended, more may come of it: what waited for its end is free then.
LIVELY = 3.0
WIDE = 100


class Bell(threading.Event):
    """What the thread of one queue waits on between two polls. As an event, it signals the end.

    A ring is never lost: a thread that was not waiting polls again before it waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()
        self._until = 0.0

    def ring(self) -> None:
        """There may be something in the queue: poll at once, and more often for a while."""
        self._until = time.monotonic() + LIVELY
        self._rung.set()

    def set(self) -> None:
        """Ends the thread."""
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for a ring, at most `timeout` seconds; returns whether the thread should end."""
        self._rung.wait(POLL if time.monotonic() < self._until else timeout)
        self._rung.clear()
        return self.is_set()


_BELLS = {LEGS: Bell(), CONVERSATIONS: Bell()}


def ring() -> None:
    """Called when something was enqueued, or ended."""
    for bell in _BELLS.values():
        bell.ring()


@contextmanager
def ringing() -> Iterator[None]:
    """Context around a leg or conversation, whose end may let others start."""
    try:
        yield
    finally:
        ring()


def launch(url: str, alone: bool) -> None:
    """Launches the engine on the database at `url`; one that is alone starts nothing yet."""
    if alone:
        DBOS.listen_queues([])
    DBOS.launch()
    if url.startswith("sqlite"):
        keep_order(url)


def begin(engine: DBOS, conversations: int, alone: bool) -> None:
    """From now on the engine starts what is in its queues."""
    often = CALM if alone else POLL
    DBOS.register_queue(LEGS, partition_concurrency=1, worker_concurrency=WIDE, polling_interval_sec=often)
    DBOS.register_queue(CONVERSATIONS, worker_concurrency=conversations, polling_interval_sec=often)
    if alone:
        ring()
        for name, bell in _BELLS.items():
            # What DBOS does for a queue that it listens to, with another event; tests/engine pins that it does.
            of_it = (bell, engine, DBOS.retrieve_queue(name))
            threading.Thread(target=queue_worker_thread, args=of_it, name=f"queue-{name}", daemon=True).start()


@db_retry()
def keep_place(id: str, of: str) -> None:
    """What waits under this id starts where the other was to start: before everything that was queued after that."""
    # Internal to DBOS, which has no other way to say so. tests/engine pins what it does.
    database = _get_dbos_instance()._sys_db  # noqa: SLF001
    table = database.tables.workflow_status
    with database.engine.begin() as connection:
        since = select(table.c.created_at).where(table.c.workflow_uuid == of).scalar_subquery()
        own = (table.c.workflow_uuid == id) & (table.c.status == "ENQUEUED")
        connection.execute(update(table).where(own).values(created_at=since))


def leave() -> None:
    """Takes nothing more from the queues."""
    for bell in _BELLS.values():
        bell.set()

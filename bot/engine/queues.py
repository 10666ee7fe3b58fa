"""The engine's queues: where this worker is the only one, it looks into them when there may be something.

DBOS looks now and then, whatever there is: often enough that no work begins late, that takes an idle worker more of the
processor than all else. Of several workers each looks so, since what one puts into a queue is for any of them.

What waits for its turn on one partition begins in the order in which it was put there, in the same second too.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dbos import DBOS
from dbos._queue import queue_worker_thread
from sqlalchemy import create_engine

LEGS = "legs"
CONVERSATIONS = "conversations"
# Seconds between two looks, of a few queries each: while there is something to do, and while nothing is.
POLL, CALM = 0.2, 1.0
# So long after something was put into a queue, or ended, more may come of it: what waited for its end is free then.
LIVELY = 3.0
WIDE = 100
# DBOS begins the oldest first, and on SQLite it may know their age in whole seconds alone (before Python 3.12); of the
# same age it takes them by their ids, which are as good as random. So each is made younger than all before it.
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


class Bell(threading.Event):
    """What the thread of one queue waits for between two looks; as an event, it is the end.

    A ring is never lost: who was not waiting looks again before waiting on.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()
        self._until = 0.0

    def ring(self) -> None:
        """There may be something in the queue: a look at once, and more of them for a while."""
        self._until = time.monotonic() + LIVELY
        self._rung.set()

    def set(self) -> None:
        """Ends the thread."""
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until it rings, or so long at most; whether it is the end."""
        self._rung.wait(POLL if time.monotonic() < self._until else timeout)
        self._rung.clear()
        return self.is_set()


_BELLS = {LEGS: Bell(), CONVERSATIONS: Bell()}


def ring() -> None:
    """Something was put into a queue, or ended."""
    for bell in _BELLS.values():
        bell.ring()


@contextmanager
def ringing() -> Iterator[None]:
    """Around a leg or a conversation, whose end may let others begin."""
    try:
        yield
    finally:
        ring()


def launch(engine: DBOS, url: str, conversations: int, alone: bool) -> None:
    """Launches the engine on the database at `url`; from now on it begins what is in its queues."""
    if alone:
        DBOS.listen_queues([])
    DBOS.launch()
    if url.startswith("sqlite"):
        _keep_order(url)
    often = CALM if alone else POLL
    DBOS.register_queue(LEGS, partition_concurrency=1, worker_concurrency=WIDE, polling_interval_sec=often)
    DBOS.register_queue(CONVERSATIONS, worker_concurrency=conversations, polling_interval_sec=often)
    if alone:
        ring()
        for name, bell in _BELLS.items():
            # What DBOS does for a queue that it listens to, with another event; tests/engine pins that it does.
            of_it = (bell, engine, DBOS.retrieve_queue(name))
            threading.Thread(target=queue_worker_thread, args=of_it, name=f"queue-{name}", daemon=True).start()


def _keep_order(url: str) -> None:
    """The engine's tables are there; what is put into them from now on, by whichever process, keeps its order."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in _IN_ORDER:
            connection.exec_driver_sql(statement)
    engine.dispose()


def leave() -> None:
    """Takes nothing from the queues any more."""
    for bell in _BELLS.values():
        bell.set()

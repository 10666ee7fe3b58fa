"""Group commit: deliveries that arrive together are stored in one commit, to save disk and thread switches."""

import logging
from collections.abc import Callable, Sequence

import gevent
from gevent.event import AsyncResult, Event

from bot.core.errors import TransientError
from bot.core.ports import Delivery

from .threads import in_a_thread

log = logging.getLogger("charrette.web")

LARGEST = 200
# GitHub waits 10 s for an answer: https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
PATIENCE = 9.0
# Requests that can be read at once are read before a commit begins, for so long.
GATHER = 0.002

Waiting = tuple[Delivery, "AsyncResult[None]"]


class Group:
    """Stores deliveries in groups, from a thread: all that arrive together or during the previous commit.

    Create it after the fork. Requests are greenlets of one thread, so no lock is needed here.
    """

    def __init__(self, accept: Callable[[Sequence[Delivery]], None], patience: float = PATIENCE) -> None:
        self._accept = in_a_thread(accept)
        self._patience = patience
        self._waiting: list[Waiting] = []
        self._closed = False
        self._idle = Event()
        self._idle.set()

    def store(self, delivery: Delivery) -> None:
        """Returns once the delivery is stored. Raises the database's error, or `TransientError` after a timeout."""
        if self._closed:
            raise TransientError("The web process is going down.")
        result: AsyncResult[None] = AsyncResult()
        self._waiting.append((delivery, result))
        if self._idle.is_set():
            self._idle.clear()
            gevent.spawn(self._run)
        try:
            result.get(timeout=self._patience)
        except gevent.Timeout as error:
            raise TransientError("Storing the delivery takes too long.") from error

    def close(self) -> None:
        """Stores what is waiting, then ends the thread."""
        self._closed = True
        self._idle.wait()

    def _run(self) -> None:
        while self._waiting:
            with gevent.Timeout(GATHER, False):  # type: ignore[arg-type]
                gevent.idle()
            group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
            try:
                self._accept([delivery for delivery, _ in group])
            except TransientError as error:
                _fail(group, error)
            except Exception:
                log.exception(
                    "A group of %d deliveries could not be stored at once; trying them one by one", len(group)
                )
                self._one_by_one(group)
            else:
                for _, result in group:
                    result.set(None)
        self._idle.set()

    def _one_by_one(self, group: Sequence[Waiting]) -> None:
        """Stores deliveries separately, so that one that can't be stored doesn't affect the others."""
        for waiting in group:
            try:
                self._accept([waiting[0]])
            except Exception as error:
                _fail([waiting], error)
            else:
                waiting[1].set(None)


def _fail(group: Sequence[Waiting], error: Exception) -> None:
    for _, result in group:
        result.set_exception(error)

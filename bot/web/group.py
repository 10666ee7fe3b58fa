"""Deliveries that come at once are stored by one commit, which is what limits how many a second there can be."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError

from bot.core.errors import TransientError
from bot.core.ports import Delivery

log = logging.getLogger("charrette.web")

LARGEST = 200
# GitHub waits 10 s for an answer: https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
PATIENCE = 9.0

Waiting = tuple[Delivery, "Future[None]"]


class Group:
    """A thread that stores whatever waits while the commit before it is under way. Make it after a fork."""

    def __init__(self, accept: Callable[[Sequence[Delivery]], None], patience: float = PATIENCE) -> None:
        self._accept = accept
        self._patience = patience
        self._waiting: list[Waiting] = []
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def store(self, delivery: Delivery) -> None:
        """Returns when the delivery is stored; raises what went wrong, or `TransientError` where it takes too long."""
        future: Future[None] = Future()
        with self._changed:
            if self._closed:
                raise TransientError("The web process is going down.")
            self._waiting.append((delivery, future))
            self._changed.notify()
        try:
            future.result(self._patience)
        except FutureTimeoutError as error:
            raise TransientError("Storing the delivery takes too long.") from error

    def close(self) -> None:
        """Stores what waits, then ends."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next():
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
                for _, future in group:
                    future.set_result(None)

    def _next(self) -> list[Waiting]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            group, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        return group

    def _one_by_one(self, group: Sequence[Waiting]) -> None:
        """One that can't be stored takes no other with it."""
        for waiting in group:
            try:
                self._accept([waiting[0]])
            except Exception as error:
                _fail([waiting], error)
            else:
                waiting[1].set_result(None)


def _fail(group: Sequence[Waiting], error: Exception) -> None:
    for _, future in group:
        future.set_exception(error)

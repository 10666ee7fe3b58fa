"""The pace of an installation's requests, by GitHub's rules, across all jobs and threads.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.core.errors import TransientError

WRITES_AN_HOUR = 500
# A shorter rest is slept through; a longer one frees the thread and comes back with the engine's retry.
PATIENCE = 5.0


class Limiter:
    """One request that writes at a time, `interval` seconds apart, and none at all while GitHub asked for rest.

    An interval of 0 is for a server that is our own: nothing is paced, but rest is kept.
    """

    def __init__(
        self,
        interval: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval, self._clock, self._sleep = interval, clock, sleep
        self._writing = threading.Lock()
        self._last = clock() - interval
        self._writes: deque[float] = deque()
        self._rest_until = clock()

    def read(self) -> None:
        """Returns when GitHub may be asked; raises `TransientError` where that is too far off."""
        self._wait(self._rest_until)

    @contextmanager
    def write(self) -> Iterator[None]:
        """Holds the only permit to write, from when it is time to until the request is over."""
        with self._writing:
            self._wait(max(self._rest_until, self._next_write()))
            try:
                yield
            finally:
                self._last = self._clock()
                self._writes.append(self._last)

    def rest(self, seconds: float) -> None:
        """Nothing is asked for this long: GitHub said so."""
        self._rest_until = max(self._rest_until, self._clock() + seconds)

    def _next_write(self) -> float:
        if not self._interval:
            self._writes.clear()
            return self._last
        while self._writes and self._writes[0] <= self._clock() - 3600:
            self._writes.popleft()
        full = len(self._writes) >= WRITES_AN_HOUR
        return max(self._last + self._interval, self._writes[0] + 3600 if full else 0)

    def _wait(self, until: float) -> None:
        seconds = until - self._clock()
        if seconds > PATIENCE:
            raise TransientError(f"GitHub's rate limit allows the next request in {seconds:.0f} s.", seconds)
        if seconds > 0:
            self._sleep(seconds)

"""Rate limiting of an installation's requests, by GitHub's rules, across all jobs and threads.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
"""

import bisect
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from bot.core.errors import TransientError

WRITES_A_MINUTE = 80
WRITES_AN_HOUR = 500
# The rest of an hour's writes is kept for answers to people.
WORK_AN_HOUR = 450
# A second between writes makes 60 a minute of the 80 that are allowed: the other 20 are room for eyes, which need not
# wait for so long. GitHub asks for the second "if you are making a large number" of writes, and its limit on content
# names endpoints that notify people (comments, pull requests, issues); a reaction's is none of them.
EYES_INTERVAL = 0.25
# A shorter rest is slept through; a longer one frees the thread and comes back with the engine's retry.
PATIENCE = 5.0
# Where GitHub names no time: a minute at least, growing.
UNNAMED, LONGEST = 60.0, 900.0


class Lane(IntEnum):
    """The priority of a write: first reactions, then new comments (replies), then the other writes of runs."""

    EYES = 0
    ANSWER = 1
    WORK = 2


class Limiter:
    """Allows one write at a time, `interval` seconds apart, and no requests while GitHub asked to wait.

    An interval of 0 is for our own server: writes are not paced, but waits are kept. `wait` waits on the condition, at
    most so many seconds, or until notified.
    """

    def __init__(
        self,
        interval: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float | None], object] = threading.Condition.wait,
    ) -> None:
        self._interval, self._clock, self._wait = interval, clock, wait
        self._turn = threading.Condition()
        self._tickets = itertools.count()
        self._waiting: list[tuple[Lane, int]] = []
        self._busy = False
        self._began = self._last_content = clock() - interval
        self._minute: deque[float] = deque(maxlen=WRITES_A_MINUTE)
        self._hour: deque[float] = deque(maxlen=WRITES_AN_HOUR)
        self._rest_until = clock()
        self._unnamed = 0

    def read(self) -> None:
        """Returns when a read may be sent; raises `TransientError` if that is too far in the future."""
        with self._turn:
            while (seconds := self._patient(self._rest_until)) > 0:
                self._wait(self._turn, seconds)

    @contextmanager
    def write(self, lane: Lane = Lane.WORK) -> Iterator[None]:
        """Holds the only permit to write, from the time it is granted until the request is over."""
        self._begin(lane)
        try:
            yield
        finally:
            self._end(lane)

    def rest(self, seconds: float | None) -> float:
        """Blocks all requests for this long, or, with None, for a growing default. Returns the seconds."""
        with self._turn:
            if seconds is None:
                # Those that were on their way when the first was refused are refused too, and say nothing new.
                self._unnamed += self._rest_until <= self._clock()
                seconds = min(UNNAMED * 2.0 ** (self._unnamed - 1), LONGEST) if self._unnamed else UNNAMED
            self._rest_until = max(self._rest_until, self._clock() + seconds)
            self._turn.notify_all()
            return seconds

    def answered(self) -> None:
        """A write succeeded: the next default wait starts at a minute again."""
        self._unnamed = 0

    def _begin(self, lane: Lane) -> None:
        """Returns when this write is the first in line, no other is in progress, and it is time."""
        mine = (lane, next(self._tickets))
        with self._turn:
            bisect.insort(self._waiting, mine)
            try:
                while True:
                    first = not self._busy and self._waiting[0] == mine
                    seconds = self._patient(self._next(lane)) if first else None
                    if seconds is not None and seconds <= 0:
                        break
                    self._wait(self._turn, seconds)
                self._busy, self._began = True, self._clock()
            finally:
                self._waiting.remove(mine)
                self._turn.notify_all()

    def _end(self, lane: Lane) -> None:
        with self._turn:
            self._busy, now = False, self._clock()
            if self._interval:
                self._minute.append(now)
                if lane is not Lane.EYES:
                    self._last_content = now
                    self._hour.append(now)
            self._turn.notify_all()

    def _next(self, lane: Lane) -> float:
        """When this lane may write."""
        if not self._interval:
            return self._rest_until
        times = [self._rest_until, self._began + self._interval * EYES_INTERVAL]
        if len(self._minute) == WRITES_A_MINUTE:
            times.append(self._minute[0] + 60)
        if lane is not Lane.EYES:
            allowed = WORK_AN_HOUR if lane is Lane.WORK else WRITES_AN_HOUR
            times.append(self._last_content + self._interval)
            if len(self._hour) >= allowed:
                times.append(self._hour[-allowed] + 3600)
        return max(times)

    def _patient(self, until: float) -> float:
        seconds = until - self._clock()
        if seconds > PATIENCE:
            raise TransientError(f"GitHub's rate limit allows the next request in {seconds:.0f} s.", seconds)
        return seconds

"""Rate limits for comments that are answered and runs that are started, for each hour.

Kept in memory by the worker that drains the inbox; after a restart, or on another worker, the hour begins again.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from bot.core.incoming.events import CommentCreated, CommentEdited, Event
from bot.core.incoming.wishes import Tell, Wish
from bot.engine.durable import log

HOUR = 3600.0
# What all people without write access may have answered on one issue, and one person in a whole repository, for each
# that one person may have answered on one issue.
TOGETHER = 3


class Answered(Enum):
    """Whose comments are still answered."""

    YES = 1
    WRITERS = 2
    NO = 3


def spoken(wishes: Sequence[Wish]) -> bool:
    """Whether a comment has only plain text, to which nobody expects a reply."""
    return all(isinstance(wish, Tell) and wish.eyes is None for wish in wishes)


@dataclass
class Allowance:
    """Counts for the limits; thread-safe. Asking again about the same delivery gives the same result."""

    commands: int
    starts: int
    clock: Callable[[], float] = time.monotonic
    hours: dict[Hashable, deque[tuple[float, str]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answers(self, event: Event, words: bool) -> Answered:
        """Whether a comment is still answered. Labels, pushes and the like need permission, and always are.

        Plain text (`words`), which is mostly people talking to each other, is counted apart from commands.
        """
        if not isinstance(event, CommentCreated | CommentEdited):
            return Answered.YES
        repository, number, login = event.repository.id, event.issue.number, event.sender.login
        limit = self.commands * (TOGETHER if words else 1)
        mine = self._within((words, repository, number, login), event.delivery, limit)
        here = self._within((words, repository, login), event.delivery, limit * TOGETHER)
        if not (mine and here):
            return Answered.NO
        together = self._within((words, repository, number), event.delivery, limit * TOGETHER)
        return Answered.YES if together else Answered.WRITERS

    def starts_again(self, subject: str, delivery: str) -> bool:
        """Whether another run may be started on this subject now."""
        return self._within(("start", subject), delivery, self.starts)

    def _within(self, key: Hashable, delivery: str, limit: int) -> bool:
        """Whether the delivery is among the first `limit` within an hour; those beyond are not counted."""
        with self.lock:
            now = self.clock()
            self._forget(now)
            known = self.hours.setdefault(key, deque())
            if any(each == delivery for _, each in known):
                return True
            if len(known) >= limit:
                log.warning("delivery %s is over the limit: %d of %s within an hour", delivery, limit, key)
                return False
            known.append((now, delivery))
            return True

    def _forget(self, now: float) -> None:
        """Drops counts older than an hour."""
        for key in [key for key, known in self.hours.items() if known and known[0][0] + HOUR <= now]:
            known = self.hours[key]
            while known and known[0][0] + HOUR <= now:
                known.popleft()
            if not known:
                del self.hours[key]

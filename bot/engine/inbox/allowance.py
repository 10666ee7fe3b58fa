"""How many comments are answered, and how often runs are started, within an hour: a flood makes no flood of answers.

Kept in memory by the worker that has the inbox: after a restart, or when another takes the inbox, the hour begins anew.
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
    """Whose comment is answered still."""

    YES = 1
    WRITERS = 2
    NO = 3


def spoken(wishes: Sequence[Wish]) -> bool:
    """Whether a comment's wishes are plain words alone, which nobody waits for an answer to."""
    return all(isinstance(wish, Tell) and wish.eyes is None for wish in wishes)


@dataclass
class Allowance:
    """Safe between threads. What is asked again about a delivery is answered as it was the first time."""

    commands: int
    starts: int
    clock: Callable[[], float] = time.monotonic
    hours: dict[Hashable, deque[tuple[float, str]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answers(self, event: Event, words: bool) -> Answered:
        """Whether a comment is still answered. Labels, pushes and the like need rights, and always are.

        Plain `words`, in which people mostly talk to each other, count apart from commands.
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
        """Whether a run may be started on this subject once more."""
        return self._within(("start", subject), delivery, self.starts)

    def _within(self, key: Hashable, delivery: str, limit: int) -> bool:
        """Whether the delivery is among the first so many of an hour; those beyond are not counted."""
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
        """What is older than an hour is gone, and memory with it."""
        for key in [key for key, known in self.hours.items() if known and known[0][0] + HOUR <= now]:
            known = self.hours[key]
            while known and known[0][0] + HOUR <= now:
                known.popleft()
            if not known:
                del self.hours[key]

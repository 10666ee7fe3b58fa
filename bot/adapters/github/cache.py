"""Responses with their ETags, for conditional requests.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 32 * 1024 * 1024
LARGEST = 1024 * 1024

# Whose token asked, the address, and what was asked of it.
Key = tuple[object, str, str]


@dataclass(frozen=True)
class Answer:
    """A response as it came; parsed again each time, so nobody can change it."""

    etag: str
    headers: dict[str, Any]
    body: str


class Answers:
    """The most recently used responses, up to a number of bytes; shared by all jobs and threads.

    Kept in memory only: after a restart everything is requested once.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._held = most, 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key) -> Answer | None:
        """The stored response, if any."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Key, answer: Answer) -> None:
        """Stores a response, and drops the least recently used ones if there is no room."""
        if len(answer.body) > LARGEST:
            return
        with self._lock:
            if (old := self._kept.pop(key, None)) is not None:
                self._held -= len(old.body)
            self._kept[key] = answer
            self._held += len(answer.body)
            while self._held > self._most:
                _, gone = self._kept.popitem(last=False)
                self._held -= len(gone.body)

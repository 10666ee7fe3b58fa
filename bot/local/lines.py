"""What a person types, or a pipe holds, line by line, without waiting for it."""

import queue
import threading
import time
from typing import TextIO

# Lines that are pasted come one right after another.
TOGETHER = 0.15
FULL = 1000


class Lines:
    """Reads a stream in the background. Without a stream it has ended at once."""

    def __init__(self, stream: TextIO | None) -> None:
        self.typed = stream is not None and stream.isatty()
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(FULL)
        self._ended = stream is None
        if stream is not None:
            threading.Thread(target=self._read, name="lines", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        if not self._ended and not self._lines.empty() and self._lines.queue[0] is None:
            self._ended = True
        return self._ended

    def one(self) -> str | None:
        """The next line that says something, if it is here."""
        while not self.ended and not self._lines.empty():
            line = self._lines.get()
            if line is not None and line.strip():
                return line.strip()
        return None

    def comments(self) -> list[str]:
        """What was typed since, as comments: lines that came together are one, but for each command."""
        first = self.one()
        if first is None:
            return []
        time.sleep(TOGETHER)
        found = [first]
        while (line := self.one()) is not None:
            if line.startswith("/") or found[-1].startswith("/"):
                found.append(line)
            else:
                found[-1] = f"{found[-1]}\n{line}"
        return found

    def _read(self) -> None:
        assert self._stream is not None
        try:
            for line in self._stream:
                self._lines.put(line)
        except (OSError, ValueError):
            pass
        self._lines.put(None)

"""Signal handlers that may set an event.

A handler runs in the main thread, between two instructions of whatever that is doing. If it is waiting on the event, it
may hold the event's own lock, and a handler that sets the event would wait for it for ever.
"""

import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def relay(told: Callable[[], None]) -> Callable[[int, FrameType | None], None]:
    """A handler that has `told` called in a thread of its own, once for each signal."""
    # The one thing in the standard library that promises to be safe in the middle of itself.
    heard: SimpleQueue[int] = SimpleQueue()

    def listen() -> None:
        while True:
            heard.get()
            told()

    threading.Thread(target=listen, name="signals", daemon=True).start()
    return lambda number, _frame: heard.put(number)

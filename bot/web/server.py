"""The web process: gunicorn with one worker and threads, which serves more a second than several workers do."""

import logging
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.util import close_graceful
from gunicorn.workers.gthread import TConn, ThreadWorker

log = logging.getLogger("charrette.web")

# One that waits for a slow sender costs next to nothing; too few of them are easily all kept waiting.
THREADS = 64
GRACE = 30
# GitHub gives up after 10 s. Whoever takes longer to send a request keeps a thread from those who don't.
LONGEST = 12.0


class _Log(Logger):  # type: ignore[misc]
    """Gunicorn's messages go where all others go."""

    def setup(self, cfg: Any) -> None:
        """No handlers of its own."""
        self.cfg = cfg
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel(
            logging.INFO if logging.getLogger("charrette").isEnabledFor(logging.INFO) else logging.WARNING
        )
        self.access_log.disabled = True


class _Worker(ThreadWorker):  # type: ignore[misc]
    """No connection has a thread for longer than GitHub would wait: a sender that stalls, or drips, is cut off."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._since: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        """One request, in a thread of the pool."""
        self._since[conn] = time.monotonic()
        try:
            kept = super().handle(conn)
            if kept is False:
                # Closing waits for the sender to close, too: here, or the thread that accepts would do the waiting.
                close_graceful(conn.sock)
            return kept
        finally:
            self._since.pop(conn, None)

    def murder_pending(self) -> None:
        """Called about once a second by the thread that accepts."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, since in list(self._since.items()) if now - since > LONGEST]:
            log.warning("A connection from %s is cut off: its request takes more than %.0f s", conn.client, LONGEST)
            # The thread that reads from it wakes up and ends; one that just ended has closed it.
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)


class _Arbiter(Arbiter):  # type: ignore[misc]
    """Told a second time, it doesn't wait for the requests in flight."""

    _told = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        """Called for each signal; what it queues is acted upon in the main loop, and while that stops."""
        again = sig == signal.SIGTERM and self._told
        self._told = self._told or sig == signal.SIGTERM
        super().signal(signal.SIGQUIT if again else sig, frame)


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, bind: str, make: Callable[[], WSGIApplication]) -> None:
        self._bind = bind
        self._make = make
        super().__init__()

    def load_config(self) -> None:
        """Set here and nowhere else: no file and no environment variable of gunicorn's is read."""
        settings = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": _Worker,
            "threads": THREADS,
            "graceful_timeout": GRACE,
            "control_socket_disable": True,
            "proc_name": "charrette-web",
            "logger_class": _Log,
            # The worker's heartbeat is a file; on a disk it can block for long.
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Called in the worker, after the fork."""
        return self._make()


def serve(bind: str, make: Callable[[], WSGIApplication]) -> None:
    """Serves until SIGTERM or SIGINT, then ends the process. `make` is called after the fork."""
    _Arbiter(_Server(bind, make)).run()

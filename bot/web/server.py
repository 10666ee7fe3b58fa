"""The web process: gunicorn with one worker and threads, which serves more a second than several workers do."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

THREADS = 16
GRACE = 30


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
            "worker_class": "gthread",
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
    _Server(bind, make).run()

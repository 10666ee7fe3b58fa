"""The web process: gunicorn with one worker that handles each request in a greenlet.

With a thread for each request, four thread switches for each delivery would cost more than all other work on it.
"""

import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any
from wsgiref.types import WSGIApplication

import gevent
import gevent.socket
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.workers.ggevent import GeventWorker

from . import webhook

log = logging.getLogger("charrette.web")

# Each may have a small body in memory (`SMALL`).
CONNECTIONS = 256
# A connection on which nothing is asked.
IDLE = 3.0
GRACE = 30
# A small body is there so soon after its head; a larger one in proportion.
ARRIVAL = 3.0
# GitHub gives up after 10 s.
LONGEST = 12.0
# A sender whose next bytes are always there already would never let anybody else have a turn.
TURN = 0.005
SKIPPED = 64 * 1024


class _Shared(gevent.socket.socket):
    """A client socket that yields to other greenlets even if its sender is fast, and sends a response in one piece."""

    _since = 0.0
    _due: float | None = None
    _answer: list[bytes] | None = None

    def recv(self, *arguments: Any) -> bytes:
        """Called for each piece of a request's head and body."""
        self.share()
        if self._due is None:
            return super().recv(*arguments)
        left = self._due - time.monotonic()
        if left <= 0:
            raise TimeoutError("The body is late.")
        self.settimeout(left)
        try:
            return super().recv(*arguments)
        finally:
            self.settimeout(None)

    @contextmanager
    def arriving(self, seconds: float) -> Iterator[None]:
        """While active, receiving raises `TimeoutError` once `seconds` have passed."""
        self._due = time.monotonic() + seconds
        try:
            yield
        finally:
            self._due = None

    def share(self) -> None:
        """Yields to other greenlets if this connection has used up its time slice."""
        if time.monotonic() - self._since > TURN:
            gevent.sleep(0)
            self._since = time.monotonic()

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Called for a response's head and for its body."""
        if self._answer is None:
            super().sendall(data, flags)
        else:
            self._answer.append(data)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Buffers head and body so that they are sent together, with half as many system calls."""
        self._answer = []
        try:
            yield
        finally:
            answer, self._answer = self._answer, None
            if answer:
                super().sendall(b"".join(answer))


class _Log(Logger):  # type: ignore[misc]
    """Routes gunicorn's messages to our log."""

    def setup(self, cfg: Any) -> None:
        """Installs no handlers of its own."""
        self.cfg = cfg
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel(
            logging.INFO if logging.getLogger("charrette").isEnabledFor(logging.INFO) else logging.WARNING
        )
        self.access_log.disabled = True

    def access(self, *_: Any) -> None:
        """No access log; without this method gunicorn would look for one on each request."""


class _Worker(GeventWorker):  # type: ignore[misc]
    """A gevent worker with limits: waiting for a sender or for the disk costs almost nothing.

    No request takes longer than GitHub would wait, and a small body has to arrive quickly: a sender that stalls or
    drips is cut off.
    """

    sockets: Any

    def patch(self) -> None:
        """Makes only the listening sockets gevent's. The database has threads, so the standard library is unpatched."""
        self.sockets = [
            gevent.socket.socket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in self.sockets
        ]

    def handle(self, listener: Any, client: Any, address: Any) -> None:
        """One connection."""
        shared = _Shared(client.family, client.type, client.proto, fileno=client.detach())
        super().handle(listener, shared, address)

    def timeout_ctx(self) -> Any:
        """The keep-alive timeout: how long an idle connection stays open."""
        return gevent.Timeout(IDLE, False)  # type: ignore[arg-type]

    def handle_request(self, listener: Any, request: Any, sock: Any, address: Any) -> None:
        """One request: reads it, answers it, and skips the unread rest of its body."""
        cut = gevent.Timeout(LONGEST)
        with cut:
            try:
                sock.share()
                with sock.arriving(_patience(request.body)):
                    with sock.answering():
                        super().handle_request(listener, request, sock, address)
                    _skip(request.body)
            except gevent.Timeout as timeout:
                if timeout is not cut:
                    raise
                log.warning("A connection from %s is cut off: its request takes more than %.0f s", address, LONGEST)
                raise StopIteration from None


def _patience(body: Any) -> float:
    """Seconds allowed for a body to arrive.

    Only senders of large bodies, which are limited in number, may hold a connection for long.
    """
    length: int | None = getattr(body.reader, "length", None)
    return LONGEST if length is None else min(LONGEST, ARRIVAL * max(1.0, length / webhook.SMALL))


def _skip(body: Any) -> None:
    """Reads the rest of the body, up to the next request, in large pieces.

    Gunicorn's own small reads copy everything that is buffered each time.
    """
    with gevent.Timeout(IDLE, False):  # type: ignore[arg-type]
        # Where this fails, gunicorn ends the connection.
        with suppress(ParseException, OSError):
            while body.read(SKIPPED):
                pass
        return
    raise StopIteration


class _Arbiter(Arbiter):  # type: ignore[misc]
    """On a second SIGTERM, exits without waiting for requests in flight."""

    _told = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        """Called for each signal. The queued signal is handled in the main loop, also during shutdown."""
        again = sig == signal.SIGTERM and self._told
        self._told = self._told or sig == signal.SIGTERM
        super().signal(signal.SIGQUIT if again else sig, frame)


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, bind: str, make: Callable[[], WSGIApplication]) -> None:
        self._bind = bind
        self._make = make
        super().__init__()

    def load_config(self) -> None:
        """The only configuration: gunicorn's files and environment variables are not read."""
        settings = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": _Worker,
            "worker_connections": CONNECTIONS,
            "graceful_timeout": GRACE,
            "control_socket_disable": True,
            # What proxies add (SCRIPT_NAME, X-Forwarded-Proto) is not needed, and anybody can add it.
            "forwarded_allow_ips": "",
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
    """Serves until SIGTERM or SIGINT, then exits the process. `make` is called after the fork."""
    _Arbiter(_Server(bind, make)).run()

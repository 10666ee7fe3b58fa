"""The web process: gunicorn with one worker, whose requests are greenlets.

A thread for each would be woken four times for one delivery, which costs more than all else that is done for it.
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
    """A connection that lets the others have a turn, however fast its sender is, and sends an answer in one piece."""

    _since = 0.0
    _due: float | None = None
    _answer: list[bytes] | None = None

    def recv(self, *arguments: Any) -> bytes:
        """Called for every piece of a head and of a body."""
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
        """What is received is there in so many seconds, or a `TimeoutError` says that it is not."""
        self._due = time.monotonic() + seconds
        try:
            yield
        finally:
            self._due = None

    def share(self) -> None:
        """Whoever waits is next, where this connection has had its turn."""
        if time.monotonic() - self._since > TURN:
            gevent.sleep(0)
            self._since = time.monotonic()

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Called for the head of an answer, and for its body."""
        if self._answer is None:
            super().sendall(data, flags)
        else:
            self._answer.append(data)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Head and body go together: half as many calls of the system, and of the receiver's."""
        self._answer = []
        try:
            yield
        finally:
            answer, self._answer = self._answer, None
            if answer:
                super().sendall(b"".join(answer))


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

    def access(self, *_: Any) -> None:
        """There is no log of requests; gunicorn would look for one at each."""


class _Worker(GeventWorker):  # type: ignore[misc]
    """Requests are greenlets: one that waits for its sender, or for the disk, costs next to nothing.

    No request takes longer than GitHub would wait, and no small one long to arrive: a sender that stalls, or drips, is
    cut off.
    """

    sockets: Any

    def patch(self) -> None:
        """The listening sockets alone are gevent's: the database has threads, and the standard library is as it was."""
        self.sockets = [
            gevent.socket.socket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in self.sockets
        ]

    def handle(self, listener: Any, client: Any, address: Any) -> None:
        """One connection."""
        shared = _Shared(client.family, client.type, client.proto, fileno=client.detach())
        super().handle(listener, shared, address)

    def timeout_ctx(self) -> Any:
        """How long a connection is kept on which nothing is asked."""
        return gevent.Timeout(IDLE, False)  # type: ignore[arg-type]

    def handle_request(self, listener: Any, request: Any, sock: Any, address: Any) -> None:
        """One request, from its head to its answer, and what its sender has yet to say."""
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
    """How long a body may take: so few senders hold a connection for long as may send a large body at once."""
    length: int | None = getattr(body.reader, "length", None)
    return LONGEST if length is None else min(LONGEST, ARRIVAL * max(1.0, length / webhook.SMALL))


def _skip(body: Any) -> None:
    """Reads on to the next request: in large pieces, since gunicorn's own small ones copy all that waits each time."""
    with gevent.Timeout(IDLE, False):  # type: ignore[arg-type]
        # Where this fails, gunicorn ends the connection.
        with suppress(ParseException, OSError):
            while body.read(SKIPPED):
                pass
        return
    raise StopIteration


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
    """Serves until SIGTERM or SIGINT, then ends the process. `make` is called after the fork."""
    _Arbiter(_Server(bind, make)).run()

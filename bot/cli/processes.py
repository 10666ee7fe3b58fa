"""A worker process: signals, the lock that allows only one worker on SQLite, and exit when its supervisor is gone."""

import fcntl
import importlib
import logging
import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from bot.core.errors import CharretteError, Fault, FaultsError, TransientError

from .signals import SIGNALS, relay

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger("charrette.worker")

# What a process needs of its environment once its settings are read.
_NEEDED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TZ|TMPDIR|LANG|LANGUAGE|LC_\w+|LD_LIBRARY_PATH|PYTHON\w*|COVERAGE_\w+"
    r"|(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|GIT_(?:EXEC_PATH|SSL_CAINFO|SSL_CAPATH|PYTHON_\w+)|CHARRETTE_TEST_\w+",
    re.IGNORECASE,
)
# Longer than a worker takes that is being replaced.
TURN_SECONDS = 40.0


def forget_environment(children: bool) -> None:
    """Removes everything from the environment that is no longer needed, above all keys, so that no child inherits it.

    libpq's variables (PG*) are put back, because it reads them on each connection; git gets them blank. The one
    exception is the git call that reports its version when the library is imported, which is why the import happens in
    between.
    """
    libpq = {name: text for name, text in os.environ.items() if name.startswith("PG")}
    for name in [name for name in os.environ if not _NEEDED.fullmatch(name)]:
        del os.environ[name]
    if children:
        importlib.import_module("bot.adapters.git_commands")
    os.environ.update(libpq)


def watch_supervisor() -> None:
    """Shuts this process down when its supervisor is gone, for whatever reason: standard input is its pipe."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="supervisor-watch", daemon=True).start()


def prepare(settings: "Settings", name: str) -> None:
    """Creates the state folder and the tables; `FaultsError` for problems that no restart would fix."""
    from bot import app

    try:
        app.prepare(settings)
    except TransientError:
        raise
    except CharretteError as error:
        raise FaultsError((Fault(f"charrette {name}", 0, str(error), ""),)) from error


def work(settings: "Settings") -> int:
    """Runs a worker until SIGTERM or SIGINT; a second signal ends it at once."""
    from bot import app

    stop = threading.Event()
    relayed = relay(stop.set)

    def told(number: int, frame: FrameType | None) -> None:
        # The second one is left to the system. A handler of ours may have to wait for what the main thread is in.
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        relayed(number, frame)

    for number in SIGNALS:
        signal.signal(number, told)
    prepare(settings, "worker")
    with _alone(settings, stop):
        if not stop.is_set():
            app.work(settings, stop)
            # Threads of legs that wait for their next step would keep the process alive for ever.
            logging.shutdown()
            os._exit(0)
    return 0


@contextmanager
def _alone(settings: "Settings", stop: threading.Event) -> Iterator[None]:
    """Holds the lock that allows only one worker on SQLite.

    With SQLite the engine would take over work that another live worker is doing.
    """
    if not settings.database_url.startswith("sqlite"):
        yield
        return
    path = settings.state / "worker.lock"
    with path.open("a") as file:
        until, said = time.monotonic() + TURN_SECONDS, False
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise CharretteError(
                        f"Another worker holds {path}, and a SQLite database takes one. Stop it, or use PostgreSQL."
                    ) from None
                if not said:
                    log.warning("another worker holds %s; waiting up to %.0f s for its end", path, TURN_SECONDS)
                    said = True
                stop.wait(0.2)
        yield

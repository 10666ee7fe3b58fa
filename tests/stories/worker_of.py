"""A worker of another version, as a deploy brings one: `python -m tests.stories.worker_of VERSION`."""

import os
import signal
import sys
import threading
from dataclasses import replace

from bot import app, logs, settings
from bot.engine import worker


def main(version: str) -> None:
    """Works until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    logs.configure("info", "plain", [])
    known = settings.read(os.environ, None, frozenset({"worker"}))
    app.prepare(known)
    worker.run(replace(app.services(known), version=version), stop)
    os._exit(0)  # as `charrette worker` does


if __name__ == "__main__":
    main(sys.argv[1])

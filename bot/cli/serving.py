"""`charrette serve`: starts web process and worker as children, and prints one line once deliveries are accepted."""

import http.client
import json
import os
import sys
import threading
import time
from pathlib import Path

import bot
from bot.core.errors import FaultsError
from bot.settings import Settings
from bot.values import Listen

from .places import faults
from .supervisor import Supervisor

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104

# Each half gets the keys that it needs, and no others.
WITHHELD = {"web": ("CHARRETTE_APP_PRIVATE_KEY", "ANTHROPIC_API_KEY"), "worker": ("CHARRETTE_WEBHOOK_SECRET",)}


def serve(settings: Settings, env_file: Path | None) -> int:
    """Runs until told to stop; returns the exit status. `FaultsError` if this machine isn't set up for it."""
    if found := tuple(faults(settings)):
        raise FaultsError(found)
    rest = ["--supervised", *(["--env-file", str(env_file)] if env_file else [])]
    # -P and the path: what stands in the current folder is not mistaken for the program.
    program = [sys.executable, "-P", "-m", "bot.cli"]
    root = str(Path(bot.__file__).parents[1])
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}
    supervisor = Supervisor(
        {name: [*program, name, *rest] for name in ("web", "worker")},
        environ,
        prefixed=settings.log_format == "plain",
        withheld=WITHHELD,
    )
    threading.Thread(target=_announce, args=(settings.listen, supervisor), name="announce", daemon=True).start()
    return supervisor.run()


def _announce(listen: Listen, supervisor: Supervisor) -> None:
    host = _ANY.get(listen.host, listen.host)
    while not supervisor.stopping.is_set():
        if supervisor.alive() and _ready(host, listen.port):
            url = f"http://{Listen(host, listen.port)}"
            print(json.dumps({"ready": True, "url": url, "webhook": f"{url}/webhook"}), flush=True)
            return
        time.sleep(0.1)


def _ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

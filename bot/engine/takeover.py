"""Takes over the work of workers that are gone, and of versions that nobody runs any more.

There is no control plane: every worker looks, and a lock decides which one takes the work.
"""

import threading
import time
from collections.abc import Callable, Iterator

from dbos import DBOS, WorkflowStatus

from bot.core.codec import from_json
from bot.core.errors import TransientError
from bot.core.ports import Living, Presence
from bot.engine.legs.asked import Asked

from .durable import log
from .queues import keep_place

LOOK = 1.0
_UNFINISHED = ["PENDING", "ENQUEUED"]

Enqueue = Callable[[str, Asked, float], None]


class Takeover:
    """One worker's watch over the others."""

    def __init__(self, presence: Presence, version: str, enqueue: Enqueue) -> None:
        self._presence = presence
        self._version = version
        self._enqueue = enqueue
        self._gone: dict[str, float] = {}

    def watch(self, stop: threading.Event) -> None:
        """Looks periodically until `stop` is set."""
        while not stop.wait(LOOK):
            try:
                self.look()
            except TransientError as error:
                log.warning("who lives can't be told: %s", error)

    def look(self) -> None:
        """Takes over the work of workers that have been gone for the grace period."""
        living = self._presence.living()
        self._lead(living)
        now = time.monotonic()
        self._gone = {what: self._gone.get(what, now) for what in self._left(living)}
        for what, since in list(self._gone.items()):
            if now - since >= self._presence.grace:
                with self._presence.claim(what) as mine:
                    if mine:
                        self._take(what)

    def _lead(self, living: Living) -> None:
        """Makes our version the latest if no worker runs the latest any more (it was rolled back).

        New legs go to the latest version.
        """
        latest = DBOS.list_application_versions()[0]["version_name"]
        if latest != self._version and not living.version(latest):
            log.warning("nobody runs version %s any more: version %s takes new legs", latest, self._version)
            DBOS.set_latest_application_version(self._version)

    def _left(self, living: Living) -> Iterator[str]:
        """Workers of our version, and other versions (`VERSION/`), that are gone and left work behind."""
        pending = DBOS.list_workflows(status="PENDING", app_version=self._version, load_input=False, load_output=False)
        for executor in sorted({status.executor_id or "" for status in pending}):
            if not living.worker(executor):
                yield executor
        for info in DBOS.list_application_versions():
            version = info["version_name"]
            if version != self._version and not living.version(version) and _unfinished(version, limit=1):
                yield f"{version}/"

    def _take(self, what: str) -> None:
        if not what.endswith("/"):
            # Internal to DBOS, which else leaves this to its vendor's control plane. tests/engine pins what it does.
            taken = DBOS._recover_pending_workflows([what])  # noqa: SLF001
            log.warning("%d workflows of %s, which is gone, are taken up again", len(taken), what)
        elif not self._presence.living().version(version := what.rstrip("/")):
            self._adopt(version)

    def _adopt(self, version: str) -> None:
        """Restarts the legs of another version from their record; the model's recorded answers are kept."""
        for status in _unfinished(version):
            if status.name == "leg" and status.input:
                log.info("leg %s of version %s is taken up again", status.workflow_id, version)
                asked = from_json(Asked, status.input["args"][0])
                # Queued before the old one is cancelled: a kill in between loses nothing, and the id makes it once.
                # Until then, nothing else of its subject begins; and then this, which keeps its place.
                self._enqueue(id := f"{status.workflow_id}~{self._version}", asked, 0.0)
                keep_place(id, status.workflow_id)
            DBOS.cancel_workflow(status.workflow_id)


def _unfinished(version: str, limit: int | None = None) -> list[WorkflowStatus]:
    return DBOS.list_workflows(
        status=_UNFINISHED, app_version=version, load_input=limit is None, load_output=False, limit=limit
    )

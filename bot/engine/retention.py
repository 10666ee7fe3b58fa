"""Deletes what is older than the operator wants, periodically, by one worker at a time."""

import threading
from datetime import datetime, timedelta

from dbos import DBOS

from bot.core.errors import TransientError
from bot.engine.legs.addressing import CLOSED

from .durable import log
from .services import Services

NAME = "retention"
EVERY = 6 * 3600.0
GLANCE = 300.0
BATCH = 200
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Forgetting:
    """Periodic deletion; each turn is done by one of the workers."""

    def __init__(self, services: Services, stop: threading.Event) -> None:
        self._services, self._stop = services, stop

    def watch(self) -> None:
        """Takes turns until told to stop."""
        while not self._stop.is_set():
            try:
                if self._services.turns.take(NAME, EVERY) is not None:
                    self.turn()
            except TransientError as error:
                log.warning("what is old could not be deleted: %s", error)
            except Exception:
                # The edge: the worker works on without this.
                log.exception("what is old could not be deleted: a bug")
            self._stop.wait(GLANCE)

    def turn(self) -> None:
        """Deletes everything old: our own rows, then the engine's records of workflows that ended."""
        now = datetime.fromisoformat(self._services.clock.now())
        before = (now - timedelta(days=self._services.keep_days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows = self._services.retention.forget(before, CLOSED)
        workflows = self._workflows(before)
        if rows or workflows:
            log.info("%d rows and %d workflows from before %s are deleted", rows, workflows, before)

    def _workflows(self, before: str) -> int:
        """Deletes the engine's old workflows, except those that haven't ended."""
        total = 0
        while not self._stop.is_set():
            found = DBOS.list_workflows(
                status=_OVER, completed_before=before, limit=BATCH, load_input=False, load_output=False
            )
            if not found:
                return total
            DBOS.delete_workflows([status.workflow_id for status in found])
            total += len(found)
        return total

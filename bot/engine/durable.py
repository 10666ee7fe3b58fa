"""DBOS as this service uses it: JSON in the database, named steps, and retries that survive a restart."""

import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dbos import DBOS, DBOSConfig, Serializer
from sqlalchemy.exc import DBAPIError

from bot.core.codec import to_json
from bot.core.errors import CharretteError, TransientError

from .sqlite import tell_time

log = logging.getLogger("charrette.engine")

NAME = "charrette"
# With the pauses below this is an hour and a half: GitHub's bad hours pass, and what is finished is kept meanwhile.
PATIENCE = 100
# Failures that an operator should hear of: the first few pass by themselves.
LOUD = 5


class Json(Serializer):
    """Serialises everything the engine stores as readable JSON, never as a pickle."""

    def serialize(self, data: Any) -> str:
        """JSON text; an exception becomes its class name and message."""
        return json.dumps(data, ensure_ascii=False, default=_exception)

    def deserialize(self, serialized_data: str) -> Any:
        """The data; an exception comes back as a RuntimeError with the same text."""
        return json.loads(serialized_data, object_hook=_revive)

    def name(self) -> str:
        """The name of this format, stored with each row."""
        return "charrette_json"


def _exception(value: object) -> dict[str, str]:
    if isinstance(value, BaseException):
        return {"__exception__": type(value).__name__, "message": str(value)}
    raise TypeError(f"{type(value).__name__} is not JSON: steps and workflows give and take plain data")


def _revive(value: dict[str, Any]) -> Any:
    if set(value) == {"__exception__", "message"}:
        return RuntimeError(f"{value['__exception__']}: {value['message']}")
    return value


def configuration(url: str, version: str, executor: str) -> DBOSConfig:
    """The engine's configuration, for one database and one live process."""
    tell_time()
    return DBOSConfig(
        name=NAME,
        system_database_url=url,
        application_version=version,
        executor_id=executor,
        log_level="WARNING",
        serializer=Json(),
        notification_listener_polling_interval_sec=1.0,  # nothing here is sent or received
    )


class Drain:
    """Stops a worker in an orderly way: steps in flight finish and their results are stored, new ones don't start."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._running = 0
        self._closed = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Context around one step. After `close`, no step starts: its thread waits until the process ends."""
        with self._turn:
            self._turn.wait_for(lambda: not self._closed)
            self._running += 1
        try:
            yield
        finally:
            with self._turn:
                self._running -= 1
                self._turn.notify_all()

    def close(self, seconds: float) -> bool:
        """Lets no further step start; returns whether those in flight ended in time."""
        with self._turn:
            self._closed = True
            return self._turn.wait_for(lambda: self._running == 0, seconds)


DRAIN = Drain()


def end_at_once(why: str) -> None:
    """Ends this process immediately, because it must not go on: another, or the next, resumes the recorded work."""
    log.error("This worker ends at once: %s", why)
    logging.shutdown()
    os._exit(1)


@contextmanager
def kept_or_over() -> Iterator[None]:
    """Context around a workflow: if the engine can't store a step (a full disk), the process ends.

    Otherwise the workflow itself would end, and could not be resumed.
    """
    try:
        yield
    except DBAPIError as error:
        end_at_once(f"the engine's database: {error.orig}")


def step(name: str, work: Callable[[], Any]) -> Any:
    """A durable step: runs `work` once; after that, returns the recorded result."""
    with DRAIN.passing():
        return DBOS.run_step({"name": name}, work)


def patiently(name: str, work: Callable[[], Any], patience: int = PATIENCE) -> Any:
    """Like `step`, but retries after a `TransientError`, with waits that survive a restart.

    After the last attempt, returns `{"gave_up": reason}`: a step never raises for failures of other systems.
    """
    attempt = 1

    def once() -> Any:
        try:
            return {"value": work()}
        except TransientError as error:
            level = logging.WARNING if attempt >= LOUD else logging.INFO
            log.log(level, "%s of %s will be tried again (%d): %s", name, DBOS.workflow_id, attempt, error)
            return {"again": str(error), "after": error.retry_after}

    while "value" not in (result := step(f"{name}#{attempt}", once)):
        if attempt == patience:
            return {"gave_up": result["again"]}
        DBOS.sleep(pause(attempt, result["after"]))
        attempt += 1
    return result["value"]


def guarded(work: Callable[[], Any]) -> Any:
    """The result of `work` as JSON, or `{"person": text}` for an error that a person can fix.

    Transient errors are raised, so that the caller retries.
    """
    try:
        return to_json(work())
    except TransientError:
        raise
    except CharretteError as error:
        return {"person": str(error)}


def pause(attempt: int, asked: float | None) -> float:
    """Seconds before the next attempt: what the other side asked for, else doubling from 0.5 s to 60 s."""
    return min(asked, 900.0) if asked else min(0.5 * 2.0 ** (attempt - 1), 60.0)


def gave_up(result: Any) -> str | None:
    """The reason why `patiently` gave up, or None."""
    return str(result["gave_up"]) if isinstance(result, dict) and set(result) == {"gave_up"} else None

"""What the workers on one database know of each other."""

from contextlib import AbstractContextManager
from typing import Any, Protocol


class Turns(Protocol):
    """Work that one of all processes does at a time."""

    def take(self, name: str, seconds: float) -> dict[str, Any] | None:
        """The note of the last turn, if that was begun so long ago; from now on the turn is ours. Else None."""

    def note(self, name: str, note: dict[str, Any]) -> None:
        """What the next turn has to know."""


class Living(Protocol):
    """The workers that live at one moment."""

    def worker(self, executor: str) -> bool:
        """This one does."""

    def version(self, version: str) -> bool:
        """One of this version does."""


class Presence(Protocol):
    """That this worker lives, as the others on its database see it, and which of them do.

    Every method may raise `TransientError`.
    """

    executor: str
    """This worker's name, `VERSION/...`, which no other has or ever had."""
    grace: float
    """Seconds that a worker has to be gone before its work is taken."""

    def living(self) -> Living:
        """Who lives now."""

    def claim(self, what: str) -> AbstractContextManager[bool]:
        """Meanwhile nobody else is at what this worker, or this version (`VERSION/`), left; False where one is.

        A worker that lives can't be claimed.
        """

    def leads(self, what: str) -> bool:
        """This worker alone does `what` from now on, until it ends. Asking is applying for it."""

    def close(self) -> None:
        """It is gone, in good order."""


class Clock(Protocol):
    """Time, for the shells."""

    def now(self) -> str:
        """ISO 8601, UTC, to the second, with `Z`."""

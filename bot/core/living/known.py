"""What is known of a unit beside what the plan says: its issue, who works on it, and what merged."""

from dataclasses import dataclass

from bot.core.plan import Unit
from bot.core.plan.shape import DONE, GONE


@dataclass(frozen=True)
class Merged:
    """The merged pull request that closed a unit's issue, and the day: `2026-11-25`."""

    number: int
    on: str


@dataclass(frozen=True)
class Working:
    """An open pull request that would close a unit's issue, and who opened it."""

    number: int
    by: str


@dataclass(frozen=True)
class Hands:
    """Who is at an issue, and how it was closed; `closed` is the day, "" while it is open."""

    assignees: tuple[str, ...] = ()
    pulls: tuple[Working, ...] = ()
    merged: Merged | None = None
    closed: str = ""


@dataclass(frozen=True)
class Known:
    """A unit's issue as it is now. `key` names it for good (`unit/queue-depth`); `aside`: closed as not planned."""

    key: str
    number: int
    open: bool = True
    aside: bool = False
    assignees: tuple[str, ...] = ()
    pulls: tuple[Working, ...] = ()
    merged: Merged | None = None
    labels: tuple[str, ...] = ()
    closed: str = ""

    @property
    def who(self) -> tuple[str, ...]:
        """The logins of those who work on it: who is assigned, then who opened a pull request for it."""
        return tuple(dict.fromkeys((*self.assignees, *(pull.by for pull in self.pulls))))


def said_done(unit: Unit) -> bool:
    """The plan itself says that a unit is done."""
    return unit.status.startswith(DONE)


def said_gone(unit: Unit) -> bool:
    """The plan itself says that a unit will not be made."""
    return unit.status.startswith(GONE)

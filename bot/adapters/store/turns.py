"""Periodic work that one process at a time does."""

import json
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select, update

from .database import Database, dump
from .schema import turn


class StoredTurns:
    """Implements `Turns`. The process that updates the row has the turn; if it dies, only that turn is lost."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database, self._now = database, now

    def take(self, name: str, seconds: float) -> dict[str, Any] | None:
        """The note of the last turn, if it is this process's turn; else None."""
        now = self._now()
        first = self._database.insert(turn).values(name=name, begun=0.0, note="{}")
        # A row from the future is one of a clock that was wrong.
        due = or_(turn.c.begun <= now - seconds, turn.c.begun > now + seconds)
        with self._database.writing() as connection:
            connection.execute(first.on_conflict_do_nothing(index_elements=["name"]))
            taken = connection.execute(update(turn).where(turn.c.name == name, due).values(begun=now))
            if taken.rowcount == 0:
                return None
            note: dict[str, Any] = json.loads(connection.scalar(select(turn.c.note).where(turn.c.name == name)) or "{}")
            return note

    def note(self, name: str, note: dict[str, Any]) -> None:
        """Stores a note for the next turn."""
        with self._database.writing() as connection:
            connection.execute(update(turn).where(turn.c.name == name).values(note=dump(note)))

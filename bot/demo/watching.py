"""What a person sees who waits: the one status comment of a run, and its questions."""

import re
import time
from collections.abc import Callable
from typing import Any

from bot.core.errors import PersonError
from bot.local.words import readable

from .stage import Stage

PATIENCE = 60.0
LIVE_PATIENCE = 3 * 3600.0
OVER = ("Done", "Failed", "Stopped", "Out of budget")

Say = Callable[[str], None]


class Watch:
    """Follows the run whose status stands on an issue or a pull request.

    `status` is the comment's headline, `body` all of it.
    """

    def __init__(self, stage: Stage, number: int, say: Say) -> None:
        self.stage, self.number, self.say = stage, number, say
        self.status = self.body = ""
        self.questions: dict[str, Any] | None = None

    def until(self, done: Callable[[], object], what: str) -> None:
        """Looks until `done`; `PersonError` where nothing new comes for too long, or a process ends."""
        patience = PATIENCE if self.stage.scripted else LIVE_PATIENCE
        news, known = time.monotonic(), self.status
        while not done():
            self.stage.alive()
            self._look()
            if self.status != known:
                news, known = time.monotonic(), self.status
            if time.monotonic() > news + patience:
                logs = "\n\n".join(f"{process.name}:\n{process.tail()}" for process in self.stage.commands)
                raise PersonError(f"{what} did not come: there was nothing new for {patience:.0f} s.\n{logs}")
            time.sleep(0.1)

    @property
    def over(self) -> bool:
        """Whether the run says that it has ended, well or badly."""
        return self.status.startswith(OVER)

    def _look(self) -> None:
        for comment in self.stage.people["ada"].comments(self.number):
            if "charrette:key=status " in comment["body"]:
                self.body = comment["body"]
                found = re.search(r"^\*\*(.+)\*\*$", self.body, re.MULTILINE)
                if found and found[1] != self.status:
                    self.status = found[1]
                    self.say(f"the bot: {readable(self.status, self.stage.url)}")
            elif "charrette:key=questions/" in comment["body"] and self.questions is None:
                self.questions = comment

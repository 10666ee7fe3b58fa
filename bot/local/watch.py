"""A run as its author lives through it at a terminal: what the bot says is printed, what they type is a comment."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from .lines import Lines
from .person import Person
from .words import at_home, indented, readable

Standing = Literal["works", "asks", "description", "approval", "blocked", "done", "failed", "stopped"]
PAUSE = 0.2
# The bot has said all that it has to say for now.
SETTLED = 1.0
STANDINGS: tuple[tuple[str, Standing], ...] = (
    (r"Done\b", "done"),
    (r"Failed:|Out of budget:", "failed"),
    (r"Stopped\.", "stopped"),
    (r"Waits for a description", "description"),
    (r".* waits for answers", "asks"),
    (r".* waits for a maintainer|.*, which waits for approval", "approval"),
    (r".* attempts did not fix|.*: people changed|.*: the document was deleted|.* waits: ", "blocked"),
)
HINTS: dict[Standing, str] = {
    "asks": "Type your answer and press Enter: as above, in your own words, `recommended`, or `/proceed`. The run "
    "waits until you do; Ctrl-C stops it, and the same command asks again.",
    "description": "Type what is wanted, for whom, and what must not change; then press Enter.",
    "approval": "Type `/approve`, or `/reject` and why.",
    "blocked": "Type `/proceed` to go on all the same, or `/retry` to have it tried again.",
}
NOTHING_ASKED = "Nothing is asked just now. `/status`, `/cancel` and `/help` work at any time; Ctrl-C pauses the run."
WAYS_OUT = {
    "description": "The issue has no description to design from, and nobody can be asked for one. Write it into the "
    "file, then begin anew with --new.",
    "approval": "A document waits for `/approve` or `/reject`, which takes a person: run the same command in a "
    "terminal.",
}


def standing(headline: str) -> Standing:
    """Where a run stands, by the headline of its status."""
    return next((which for pattern, which in STANDINGS if re.match(pattern, headline)), "works")


@dataclass
class Answering:
    """How questions are answered: from a file first, then from lines; where neither is left, by assumptions."""

    lines: Lines
    file: str = ""
    proceed: bool = False

    @property
    def by_hand(self) -> bool:
        """A person sits there."""
        return self.lines.typed and not self.proceed

    def next(self, which: Standing) -> str | None:
        """What to write without a person; None while there is more to come, empty where nothing will do."""
        if which == "asks" and self.file:
            text, self.file = self.file, ""
            return text
        if which in WAYS_OUT:
            return ""
        if self.proceed or self.lines.typed:
            return "/proceed"
        line = self.lines.one()
        return line or ("/proceed" if self.lines.ended else None)


@dataclass
class Watch:
    """Follows one issue. `turn` is called again and again; `headline` is the last word of the status."""

    person: Person
    number: int
    home: str
    say: Callable[[str], None]
    show: Callable[[str], None]
    headline: str = ""
    _shown: dict[int, str] = field(default_factory=dict)
    _stale: str = ""
    _status: str = ""
    _changed: float = 0.0
    _acted: float = -1.0
    _hinted: float = -1.0

    @property
    def standing(self) -> Standing:
        """Where the run stands; what it ended with before it was taken up again counts no more."""
        return "works" if self._status == self._stale else standing(self.headline)

    def take_up(self, command: str) -> None:
        """Has a run go on that ended, or that nobody knows of; one that waits, or works, is left alone."""
        self._look(aloud=False)
        again = {"failed": "/retry", "stopped": "/resume"}.get(standing(self.headline))
        if again or not self.headline:
            self._stale = self._status
            self._comment(again or command)

    def turn(self, answering: Answering) -> str:
        """One look, and what is due; returns why nobody can go on, where that is so."""
        self._look(aloud=True)
        if self.standing in ("done", "failed", "stopped"):
            return ""
        if answering.by_hand and not (answering.file and self.standing == "asks"):
            return self._by_hand(answering)
        settled = time.monotonic() - self._changed > SETTLED
        if not settled or self._acted >= self._changed or self.standing == "works":
            return ""
        text = answering.next(self.standing)
        if text == "":
            return WAYS_OUT[self.standing]
        if text is not None:
            self._acted = time.monotonic()
            self.say(f"{self.person.login}: {text.splitlines()[0]}{' …' if chr(10) in text else ''}")
            self._comment(text)
        return ""

    def _by_hand(self, answering: Answering) -> str:
        """What was typed becomes comments; a hint says what may be typed."""
        for text in answering.lines.comments():
            if self.standing == "works" and not text.startswith("/"):
                self.show(NOTHING_ASKED)
            else:
                self._comment(text)
        hint = HINTS.get(self.standing)
        if hint and self._hinted < self._changed and time.monotonic() - self._changed > SETTLED:
            self._hinted = time.monotonic()
            self.show(hint)
        return ""

    def _comment(self, text: str) -> None:
        """Words at a terminal are for the run, and never an aside to other people."""
        self.person.comment(self.number, text if text.startswith("/") else f"/answer {text}")

    def _look(self, aloud: bool) -> None:
        for comment in self.person.comments(self.number):
            id, body = int(comment["id"]), str(comment["body"])
            if comment["user"]["type"] != "Bot" or self._shown.get(id) == body:
                continue
            first = id not in self._shown
            self._shown[id] = body
            self._changed = time.monotonic()
            if "charrette:key=status " in body:
                self._look_at_status(body, aloud)
            elif aloud if "charrette:key=questions/" not in body else first and not self._closed(body):
                self.show(f"\n{indented(readable(body, self.home))}\n")

    @staticmethod
    def _closed(body: str) -> bool:
        """Questions that were answered in an earlier session are not asked again."""
        return body.startswith(("These questions are answered", "There was no description"))

    def _look_at_status(self, body: str, aloud: bool) -> None:
        self._status = body
        found = re.search(r"^\*\*(.+)\*\*$", body, re.MULTILINE)
        headline = readable(found[1], self.home) if found else ""
        if headline == self.headline:
            return
        self.headline = headline
        if aloud:
            self.say(at_home(headline))
        for line in re.findall(r"^- (?:line \d+, .*|and \d+ more, .*)$", body, re.MULTILINE) if aloud else ():
            self.show(indented(at_home(readable(line, self.home))))


def findings(person: Person, head: str) -> list[str]:
    """What the check on a commit found, as `path:line: what is wrong`."""
    lines = []
    checks: list[Any] = person.get(f"/commits/{head}/check-runs")["check_runs"]
    for check in checks:
        notes = person.get(f"/check-runs/{check['id']}/annotations?per_page=100")
        lines += [f"{note['path']}:{note['start_line']}: {readable(note['message'], '')}" for note in notes]
    return lines

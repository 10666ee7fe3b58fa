"""Requests missed deliveries from GitHub again, and starts runs for labels whose delivery was lost.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.core.errors import CharretteError, TransientError
from bot.core.identity import BRANCH_PREFIX, Repository, Subject
from bot.core.incoming.messages import Advance, Message
from bot.core.ports import Attempt, Remote
from bot.engine.durable import log
from bot.engine.legs.asked import Asked
from bot.engine.legs.leaving import Enqueue
from bot.engine.plans.reconciling import PLANS
from bot.engine.services import Services

from .words import words_of

NAME = "missed"
# GitHub keeps deliveries for about three days.
KEPT = timedelta(days=3)
TRIES = 5
# Seconds before a service that has just started looks, if no other looked; and between two glances at whose turn it is.
SOON = 15.0
# A label that was put on less long ago may be on its way to us still.
GRACE = timedelta(minutes=2)
PLAN_LABEL = "plan"


@dataclass
class Failing:
    """A delivery whose attempts have all failed: the last attempt, how often we asked, when we may ask again."""

    attempt: int
    at: str
    asked: int = 0
    not_before: str = ""


@dataclass
class Book:
    """What one turn passes on to the next: the newest attempt seen, and what is failing, by GUID."""

    newest: int = 0
    failing: dict[str, Failing] = field(default_factory=dict)

    @classmethod
    def read(cls, note: Mapping[str, Any]) -> "Book":
        """The book of the previous turn; an empty one before the first."""
        failing = {guid: Failing(**each) for guid, each in note.get("failing", {}).items()}
        return cls(note.get("newest", 0), failing)

    def note(self) -> dict[str, Any]:
        """The book as JSON."""
        return asdict(self)

    def enter(self, attempts: Iterable[Attempt]) -> None:
        """Records attempts, newest first; a delivery that arrived once is not failing."""
        for attempt in sorted(attempts, key=lambda each: each.id):
            self.newest = max(self.newest, attempt.id)
            if attempt.well:
                self.failing.pop(attempt.delivery, None)
            elif (known := self.failing.get(attempt.delivery)) is not None:
                known.attempt = attempt.id
            else:
                self.failing[attempt.delivery] = Failing(attempt.id, attempt.at)

    def drop(self, held: Iterable[str], since: str) -> None:
        """Drops deliveries that we have after all, that were requested often enough, or that GitHub no longer keeps."""
        for guid in held:
            self.failing.pop(guid, None)
        self.failing = {guid: each for guid, each in self.failing.items() if each.at >= since and each.asked < TRIES}

    def due(self, now: str) -> Iterator[tuple[str, Failing]]:
        """Those whose time has come, oldest first."""
        ordered = sorted(self.failing.items(), key=lambda item: item[1].attempt)
        return ((guid, each) for guid, each in ordered if each.not_before <= now)


class Missed:
    """Periodic search for missed events; each turn is done by one of the workers."""

    def __init__(self, services: Services, stop: threading.Event, enqueue: Enqueue = lambda *_: None) -> None:
        self._services, self._stop, self._enqueue = services, stop, enqueue

    def watch(self) -> None:
        """Takes turns until told to stop: one at the start, then periodically."""
        every, seconds = self._services.missed_seconds, SOON
        while not self._stop.is_set():
            try:
                note = self._services.turns.take(NAME, min(seconds, every))
                if note is not None:
                    seconds = every
                    self.turn(note)
            except CharretteError as error:
                log.warning("missed deliveries could not be looked for: %s", error)
            except Exception:
                # The edge: the worker works on without this.
                log.exception("missed deliveries could not be looked for: a bug")
            self._stop.wait(min(SOON, every))

    def turn(self, note: Mapping[str, Any]) -> None:
        """Requests failed deliveries again; then starts runs for labels that have none."""
        self._services.installations.tidy()
        book = Book.read(note)
        if self.redeliver(book) and not self._stop.wait(SOON):
            # What was delivered now starts its runs itself; what was not came too early, when the web process started.
            self.redeliver(book)
        if not self._stop.is_set():
            self.start_labelled()
            self.look_at_plans()

    # --- deliveries --------------------------------------------------------------------------------------------------

    def redeliver(self, book: Book) -> int:
        """Returns how many deliveries were requested. Each is requested a few times, at growing intervals."""
        now = _time(self._services.clock.now())
        since = _text(now - KEPT)
        book.enter(self._services.hook.attempts(book.newest, since))
        book.drop(self._services.deliveries.held(list(book.failing)), since)
        asked = 0
        try:
            for guid, failing in list(book.due(_text(now))):
                asked += self._ask_for(book, guid, failing, now)
        finally:
            self._services.turns.note(NAME, book.note())
        return asked

    def _ask_for(self, book: Book, guid: str, failing: Failing, now: datetime) -> int:
        try:
            self._services.hook.redeliver(failing.attempt)
        except TransientError:
            raise
        except CharretteError as error:
            log.warning("delivery %s can't be had again: %s", guid, error)
            del book.failing[guid]
            return 0
        log.info("delivery %s failed, and is delivered again", guid)
        seconds = self._services.missed_seconds * 4.0 ** (failing.asked - 1) if failing.asked else SOON / 2
        failing.not_before = _text(now + timedelta(seconds=seconds))
        failing.asked += 1
        return 1

    # --- labels ------------------------------------------------------------------------------------------------------

    def start_labelled(self) -> None:
        """Puts label events of open issues without a run into the inbox, as if they had been delivered."""
        for repository in self._services.hook.repositories():
            if self._stop.is_set():
                return
            try:
                for label in words_of(self._services, repository).labels:
                    self._start_in(repository, label)
            except CharretteError as error:
                log.info("%s was not looked through for labels: %s", repository.full_name, error)

    def _start_in(self, repository: Repository, label: str) -> None:
        before = _text(_time(self._services.clock.now()) - GRACE)
        for number in self._services.hook.labelled(repository, label):
            if self._has_run(repository, number):
                continue
            delivery = self._services.hook.labelling(repository, number, label)
            if delivery is None or delivery.at > before or self._services.deliveries.held([delivery.id]):
                continue
            log.info("nobody told of the label %s on %s#%d", label, repository.full_name, number)
            self._services.deliveries.accept([delivery])

    # --- plans -------------------------------------------------------------------------------------------------------

    def look_at_plans(self) -> None:
        """Once an hour, brings the plans of each repository up to date, even without a delivery."""
        now = self._services.clock.now()
        for repository in self._services.hook.repositories():
            key, known = f"plans/{repository.id}", self._services.remotes.get(NAME, f"plans/{repository.id}")
            if self._stop.is_set() or (known and known.digest == now[:13]):
                continue
            try:
                if self._services.hook.labelled(repository, PLAN_LABEL):
                    message = Message(f"missed/{key}/{now[:13]}", "", now, "", Advance())
                    self._enqueue(message.id, Asked(Subject(repository, PLANS), message), 0.0)
            except CharretteError as error:
                log.info("%s was not looked through for plans: %s", repository.full_name, error)
                continue
            self._services.remotes.put(NAME, key, Remote("", now[:13]))

    def _has_run(self, repository: Repository, number: int) -> bool:
        """Whether the issue has a run, in the database or on a branch that a lost database doesn't know."""
        if self._services.runs.of_subject(repository.id, number):
            return True
        return bool(self._services.installations.github(repository).branches(f"{BRANCH_PREFIX}{number}-"))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")

"""Turns deliveries into messages. Events are only hints: live label, state and permission are read first."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import assert_never

from bot.core.errors import CharretteError, TransientError
from bot.core.incoming import events
from bot.core.incoming.events import Event, InRepository
from bot.core.incoming.messages import Advance, PlanStatus, Reconcile, Stop, Validate
from bot.core.incoming.payload import MalformedEvent, Payload, read
from bot.core.incoming.wishes import Correct, Examine, LookAnew, ShowHelp, ShowStatus, Tell, Welcome, Wish
from bot.core.ports import Delivery
from bot.core.publications import CommentWish
from bot.core.views.replies import corrected, help_text, too_many
from bot.engine.durable import log, pause
from bot.engine.legs.leaving import Enqueue
from bot.engine.services import Services

from .allowance import Answered, spoken
from .answering import answer, examine, publisher_of, status_at, welcome
from .eyes import Eyes
from .rights import rank_of
from .telling import Legs, Teller
from .words import words, words_of

TRIES = 200
PAGE = 500
# The inbox is looked at from its beginning that often, in seconds, though what stands there is held back still.
ANEW = 5.0


@dataclass
class Intake:
    """Drains the inbox in order. A transient failure holds back later deliveries of that repository only."""

    services: Services
    enqueue: Enqueue
    eyes: Eyes
    legs: Legs
    seen: dict[str, str] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    not_before: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    held: set[int] = field(default_factory=set)
    last: int = 0
    anew: float = 0.0

    def drain(self, may: Callable[[], bool] = lambda: True) -> int:
        """Handles what can be handled now, while `may()` is true; returns the number of deliveries handled."""
        for id in list(self.seen):
            self._over(id)
        if self.clock() >= min(self.anew, min(self.not_before.values(), default=0.0)):
            # What was held back may be handled now. Until then, nothing up to `last` is read again.
            self.held.clear()
            self.last, self.anew = 0, self.clock() + ANEW
        count = 0
        while page := self.services.deliveries.pending(PAGE, self.last):
            for delivery in page:
                if not may():
                    return count
                self.last = delivery.seq
                count += self._handle(delivery)
        if not self.held:
            self.last = 0
        return count

    @property
    def waits(self) -> bool:
        """Whether something in the inbox waits to be retried, or for its eyes reaction."""
        return bool(self.seen or self.held or self.not_before)

    def _handle(self, delivery: Delivery) -> bool:
        """Whether the delivery was handled; if not, later ones of its repository are held back."""
        if delivery.id in self.seen:
            return False
        repository = _repository_of(delivery)
        if repository in self.held:
            return False
        if self.not_before.get(delivery.id, 0.0) > self.clock() or not self._attempt(delivery):
            self.held.add(repository)
            return False
        return True

    def _attempt(self, delivery: Delivery) -> bool:
        """Handles one delivery; False if it has to be retried."""
        try:
            note = self._wishes(delivery)
        except TransientError as error:
            tries = self.tries[delivery.id] = self.tries.get(delivery.id, 0) + 1
            if tries < TRIES:
                self.not_before[delivery.id] = self.clock() + pause(tries, error.retry_after)
                log.info("delivery %s will be tried again: %s", delivery.id, error)
                return False
            note = f"gave up after {tries} tries: {error}"
            log.error("delivery %s: %s", delivery.id, note)
        except Exception:
            # The edge: one delivery that we can't handle must not stop the others.
            log.exception("delivery %s can't be handled", delivery.id)
            note = "failed"
        self.tries.pop(delivery.id, None)
        self.not_before.pop(delivery.id, None)
        self.seen[delivery.id] = note
        self._over(delivery.id)
        return True

    def _over(self, delivery: str) -> None:
        """Marks a delivery as handled once its eyes reaction is made too; a kill before that has it handled again."""
        if self.eyes.given(delivery):
            self.services.deliveries.handled(delivery, self.seen[delivery])
            del self.seen[delivery]

    def _wishes(self, delivery: Delivery) -> str:
        try:
            event = events.parse(delivery.event, read(delivery.body), delivery.id)
        except MalformedEvent as error:
            log.warning("delivery %s is malformed: %s", delivery.id, error)
            return "malformed"
        if event is None:
            return "not for us"
        if isinstance(event, events.Pushed) and event.branch == event.default_branch:
            self.services.houses.moved(event.repository, event.after)
        wishes = self.services.handle(event, words(self.services, event))
        self.eyes.give(event, wishes)
        if wishes and not self._answers(event, spoken(wishes)):
            wishes = self._over_the_limit(event, wishes)
        for n, wish in enumerate(wishes):
            try:
                self._grant(event, wish, f"{delivery.id}.{n}")
            except TransientError:
                raise
            except CharretteError as error:
                log.warning("delivery %s: %s", delivery.id, error)
        return ", ".join(type(wish).__name__ for wish in wishes) or "nothing"

    def _grant(self, event: Event, wish: Wish, id: str) -> None:
        if isinstance(wish, Welcome):
            for repository in wish.repositories[:20]:
                welcome(self.services, repository)
            return
        assert isinstance(event, InRepository)
        repository = event.repository
        github = self.services.installations.github(repository)
        teller = Teller(self.services, self.enqueue, self.legs, self.eyes.allowance, self.tries.get(event.delivery, 0))
        match wish:
            case Tell(deed=Reconcile() | Advance() | PlanStatus() | Validate() as deed):
                teller.to_plans(github, event, wish, deed, id)
            case Tell():
                teller.tell(github, event, wish, id)
            case ShowHelp(number=number):
                answer(self.services, repository, number, id, help_text(words_of(self.services, repository)))
            case ShowStatus(number=number, pull=pull):
                answer(
                    self.services, repository, number, id, status_at(self.services, github, repository, number, pull)
                )
            case Correct(number=number):
                text = corrected(wish.written, wish.nearest, words_of(self.services, repository))
                answer(self.services, repository, number, id, text)
            case LookAnew():
                teller.look_anew(event, wish, id)
            case Examine():
                examine(self.services, github, repository, wish)
            case _:
                assert_never(wish)

    def _answers(self, event: Event, words: bool) -> bool:
        """Whether the event may still be acted on, given how many its sender has sent."""
        match self.eyes.allowance.answers(event, words):
            case Answered.YES:
                return True
            case Answered.NO:
                return False
            case Answered.WRITERS:
                assert isinstance(event, InRepository)
                github = self.services.installations.github(event.repository)
                return rank_of(github.permission(event.sender.login)) >= rank_of("write")

    def _over_the_limit(self, event: Event, wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
        """What remains of a comment beyond the limit: only stopping a run. The sender of a command is told once."""
        assert isinstance(event, events.OnIssue)
        if not spoken(wishes):
            login, number = event.sender.login, event.issue.number
            publisher = publisher_of(self.services, event.repository, f"{event.repository.id}.{number}")
            body = too_many(login, self.services.limits.hour_commands)
            publisher.publish(CommentWish(f"limit/{login}", number, body))
        return tuple(replace(w, eyes=None) for w in wishes if isinstance(w, Tell) and isinstance(w.deed, Stop))


def _repository_of(delivery: Delivery) -> int:
    """The repository's id, or 0 if the delivery has none."""
    try:
        return Payload(read(delivery.body)).child("repository").number("id")
    except MalformedEvent:
        return 0

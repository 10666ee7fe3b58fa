"""The eyes reaction: shows within a second that a label or command was seen, whatever else is going on."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bot.core.errors import CharretteError, TransientError
from bot.core.identity import Repository
from bot.core.incoming import events
from bot.core.incoming.events import Event, InRepository
from bot.core.incoming.payload import MalformedEvent, read
from bot.core.incoming.wishes import Tell, Wish
from bot.core.ports import Delivery
from bot.core.publications import ReactionWish
from bot.engine.durable import log, pause
from bot.engine.legs.publish import Publisher
from bot.engine.services import Services

from .allowance import Allowance, Answered, spoken
from .words import words

LOOK = 0.1
TRIES = 6
AT_ONCE = 8


@dataclass
class Eyes:
    """Watches for deliveries ahead of intake, and reacts to those that ask something of a run.

    `news` is set when there is a new delivery, so that intake need not poll as often.

    Intake, which handles deliveries in order, also requests the reaction; it is still made only once. It matters less
    than the request itself: if it is impossible (a deleted comment, a locked issue), nothing waits for it.
    """

    services: Services
    stop: threading.Event
    mine: Callable[[], bool] = lambda: True
    allowance: Allowance = field(init=False)
    open: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    news: threading.Event = field(default_factory=threading.Event)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "eyes"))

    def __post_init__(self) -> None:
        limits = self.services.limits
        self.allowance = Allowance(limits.hour_commands, limits.hour_starts)

    def watch(self) -> None:
        """Looks at new deliveries until told to stop."""
        last = 0
        while not self.stop.is_set():
            try:
                # Another worker gives them while it has the inbox.
                for delivery in self.services.deliveries.pending(500, last) if self.mine() else ():
                    last = delivery.seq
                    self._glance(delivery)
                    self.news.set()
            except TransientError as error:
                log.warning("the inbox can't be read for eyes: %s", error)
            self.stop.wait(LOOK)
        self.news.set()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _glance(self, delivery: Delivery) -> None:
        try:
            event = events.parse(delivery.event, read(delivery.body), delivery.id)
            if event is not None:
                # Which words count there may have to be asked of GitHub, and the next delivery doesn't wait for that.
                self.pool.submit(self._heed, event)
        except MalformedEvent:
            return
        except Exception:
            # The edge: intake meets it too, and says so.
            log.info("no eyes for delivery %s", delivery.id, exc_info=True)

    def _heed(self, event: Event) -> None:
        try:
            self.give(event, self.services.handle(event, words(self.services, event)))
        except Exception:
            # The edge: intake meets it too, and says so.
            log.info("no eyes for delivery %s", event.delivery, exc_info=True)

    def give(self, event: Event, wishes: Sequence[Wish]) -> None:
        """Makes the reactions for these wishes soon; those already under way are not repeated."""
        if spoken(wishes) or self.allowance.answers(event, words=False) is not Answered.YES:
            return
        for n, wish in enumerate(wishes):
            if isinstance(event, InRepository) and isinstance(wish, Tell) and wish.eyes is not None:
                id = f"{event.delivery}.{n}"
                reaction = ReactionWish(f"eyes/{id}", wish.number, wish.eyes)
                with self.lock:
                    if id in self.open or self.stop.is_set():
                        continue
                    self.open.add(id)
                    self.pool.submit(self._react, event.repository, reaction, id)

    def given(self, delivery: str) -> bool:
        """Whether no reaction for this delivery is still under way."""
        with self.lock:
            return not any(id.rpartition(".")[0] == delivery for id in self.open)

    def _react(self, repository: Repository, reaction: ReactionWish, id: str) -> None:
        try:
            for attempt in range(1, TRIES + 1):
                try:
                    Publisher(self.services, repository, str(repository.id)).publish(reaction)
                    return
                except TransientError as error:
                    log.info("eyes for %s will be tried again: %s", id, error)
                    if self.stop.wait(pause(attempt, error.retry_after)):
                        return
        except CharretteError as error:
            log.info("no eyes for %s: %s", id, error)
        except Exception:
            # The edge: a thread of the pool would keep it to itself.
            log.exception("eyes for %s: a bug", id)
        finally:
            with self.lock:
                self.open.discard(id)

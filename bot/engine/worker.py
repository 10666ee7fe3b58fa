"""The worker: launches the engine, drains the inbox if it holds the lease, and stops in an orderly way."""

import threading

from dbos import DBOS, EnqueueOptions

from bot.core.codec import to_json
from bot.core.errors import TransientError
from bot.core.ports import Presence
from bot.engine.inbox.eyes import Eyes
from bot.engine.inbox.intake import Intake
from bot.engine.inbox.missed import Missed
from bot.engine.legs.asked import Asked
from bot.engine.legs.leg import Engine

from . import queues
from .durable import DRAIN, configuration, end_at_once, log
from .retention import Forgetting
from .services import Services
from .takeover import Takeover

# Seconds between two looks into the inbox: while something in it waits, and while nothing does and eyes look for more.
IDLE, CALM = 0.1, 1.0
# A database in trouble is not asked, and the log not written to, ten times a second.
TROUBLED = 2.0
LEAVE = 25
INBOX = "inbox"


def enqueue(id: str, asked: Asked, delay: float = 0.0) -> None:
    """Queues a leg on its subject's partition, once for each id. It is not tied to a version."""
    options: EnqueueOptions = {
        "queue_name": queues.LEGS,
        "workflow_name": "leg",
        "workflow_id": id,
        "queue_partition_key": asked.subject.key,
    }
    if delay:
        options["delay_seconds"] = delay
    DBOS.enqueue_workflow_with_options(options, to_json(asked))
    queues.ring()


class Legs:
    """Implements what the inbox asks of legs, by the engine's own record of them."""

    def at_work(self, subject: str) -> bool:
        """Whether a leg of the subject runs, or waits for its turn."""
        legs = DBOS.list_workflows(
            queue_name=queues.LEGS, status=["ENQUEUED", "PENDING"], load_input=False, load_output=False
        )
        return any(leg.queue_partition_key == subject for leg in legs)

    def queued(self, id: str) -> bool:
        """Whether there is, or was, a leg of this id."""
        return bool(DBOS.list_workflows(workflow_ids=[id], load_input=False, load_output=False))


def run(services: Services, stop: threading.Event) -> None:
    """Works until `stop` is set; then lets steps in flight finish, and leaves the rest to be resumed.

    The process has to exit afterwards: threads of legs that wait for their next step don't end by themselves.
    """
    presence = services.present(services.version, end_at_once)
    takeover = launch(services, presence)
    eyes = Eyes(services, stop, lambda: presence.leads(INBOX))
    missed = Missed(services, stop, enqueue)
    watches = {"eyes": eyes.watch, "missed": missed.watch, "retention": Forgetting(services, stop).watch}
    if presence.grace:
        watches["takeover"] = lambda: takeover.watch(stop)
    for name, watch in watches.items():
        threading.Thread(target=watch, name=name, daemon=True).start()
    _take_deliveries(Intake(services, enqueue, eyes, Legs()), presence, stop, eyes.news)
    leave(presence)


def launch(services: Services, presence: Presence) -> Takeover:
    """Starts the engine in this process. If this is the only worker, unfinished work is resumed at once."""
    engine = DBOS(config=configuration(services.database_url, services.version, presence.executor))
    Engine(services, enqueue)
    alone = not presence.grace
    queues.launch(services.database_url, alone)
    takeover = Takeover(presence, services.version, enqueue)
    # Before anything begins: what was left in the middle comes before what waited for its end.
    takeover.look()
    queues.begin(engine, services.conversations, alone)
    return takeover


def _take_deliveries(intake: Intake, presence: Presence, stop: threading.Event, news: threading.Event) -> None:
    """Drains the inbox while this worker holds the lease, which keeps deliveries in order.

    `news` is set by the eyes thread, which polls all the time, when there is a new delivery, and at the end.
    """
    mine = False
    while not stop.is_set():
        busy, calm = 0, False
        try:
            if presence.leads(INBOX):
                if not mine and intake.services.deliveries.pending(1):
                    # Whoever had it may be at the first of them for a moment yet, and not know that it is no more.
                    stop.wait(presence.grace)
                mine = True
                busy = intake.drain(lambda: presence.leads(INBOX) and not stop.is_set())
                calm = not intake.waits
        except TransientError as error:
            log.warning("the inbox can't be read: %s", error)
            stop.wait(TROUBLED)
        if not busy:
            news.wait(CALM if calm else IDLE)
            news.clear()


def leave(presence: Presence) -> None:
    """Starts nothing new, lets steps in flight finish, and returns unfinished work."""
    queues.leave()
    # Takes nothing from the queues from now on, and waits for longer than we do with the rest of its work.
    quiet = {"workflow_completion_timeout_sec": 2 * LEAVE}
    threading.Thread(target=DBOS.destroy, kwargs=quiet, name="destroy", daemon=True).start()
    if not DRAIN.close(LEAVE):
        log.warning("a step did not end within %d s; it will be done again", LEAVE)
        return
    try:
        DBOS._recover_pending_workflows([presence.executor])  # noqa: SLF001
    except Exception as error:
        # The edge: others see that this worker is gone, and take it up all the same.
        log.info("what is unfinished was not given back: %s", error)

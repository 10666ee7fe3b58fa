"""The worker: launches the engine, drains the inbox, and stops in good order."""

import threading

from dbos import DBOS, EnqueueOptions

from ..core.codec import from_json, to_json
from ..core.commands import vocabulary
from ..core.errors import TransientError
from .durable import CONVERSATIONS, DRAIN, LEGS, POLL, configuration, log
from .eyes import Eyes
from .intake import Intake
from .leg import Engine
from .loading import Asked
from .missed import Missed
from .services import Services

IDLE = 0.1
WIDE = 100
LEAVE = 25.0


def enqueue(id: str, asked: Asked, delay: float = 0.0) -> None:
    """Queues a leg on its subject's partition, once for each id. No version is stamped: any deploy runs it."""
    options: EnqueueOptions = {
        "queue_name": LEGS,
        "workflow_name": "leg",
        "workflow_id": id,
        "queue_partition_key": asked.subject.key,
    }
    if delay:
        options["delay_seconds"] = delay
    DBOS.enqueue_workflow_with_options(options, to_json(asked))


def run(services: Services, stop: threading.Event) -> None:
    """Works until `stop` is set; then lets the steps in flight end, and leaves the rest to be taken up again.

    The process has to end after this: threads of legs that wait for their next step do not end by themselves.
    """
    launch(services)
    words = vocabulary(services.definitions.all().values())
    eyes = Eyes(services, words, stop)
    missed = Missed(services, words, stop)
    for name, watch in (("eyes", eyes.watch), ("missed", missed.watch)):
        threading.Thread(target=watch, name=name, daemon=True).start()
    intake = Intake(services, words, enqueue, eyes)
    while not stop.is_set():
        try:
            busy = intake.drain()
        except TransientError as error:
            log.warning("the inbox can't be read: %s", error)
            busy = 0
        if not busy:
            stop.wait(IDLE)
    if not DRAIN.close(LEAVE):
        log.warning("a step did not end within %.0f s; it will be done again", LEAVE)


def launch(services: Services) -> None:
    """Starts the engine in this process and takes up what an earlier version left unfinished."""
    DBOS(config=configuration(services.database_url, services.version, services.executor))
    Engine(services, enqueue)
    DBOS.launch()
    DBOS.register_queue(LEGS, partition_concurrency=1, global_concurrency=WIDE, polling_interval_sec=POLL)
    DBOS.register_queue(CONVERSATIONS, global_concurrency=services.conversations, polling_interval_sec=POLL)
    adopt(services.version)


def adopt(version: str) -> None:
    """Legs that another version left in the middle start anew from the record; their recorded answers are kept."""
    for status in DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=True):
        if status.app_version in (None, "", version):
            continue
        if status.name == "leg" and status.input:
            log.info("leg %s of version %s is taken up again", status.workflow_id, status.app_version)
            asked = from_json(Asked, status.input["args"][0])
            # Queued before the old one is cancelled: a kill in between loses nothing, and the id makes it once.
            enqueue(f"{status.workflow_id}~{version}", asked)
        DBOS.cancel_workflow(status.workflow_id)

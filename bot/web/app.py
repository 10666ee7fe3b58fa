"""What the web process answers: the webhook, and whether it lives and is ready. There are no other pages."""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from bot.core.errors import TransientError
from bot.core.payload import MalformedEvent, read
from bot.core.ports import Delivery

from .signature import signed

log = logging.getLogger("charrette.web")

# https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
LIMIT = 25 * 1024 * 1024
# A body is read before it can be known to be GitHub's. So many bytes may be in memory for that, and no more.
SMALL = 256 * 1024
LARGE_AT_ONCE = 4
_JSON = "application/json"
# A header that comes twice arrives as one with a comma in it.
_ID = re.compile(r"[A-Za-z0-9._:-]{1,200}")
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,99}")

Answer = tuple[dict[str, object], int]


def create_app(secret: str, store: Callable[[Delivery], None], ready: Callable[[], None], limit: int = LIMIT) -> Flask:
    """The application. `store` returns when a delivery is kept; it and `ready` raise `TransientError`."""
    if not secret:
        raise ValueError("A webhook without a secret would take orders from anybody.")
    app = Flask("charrette", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = limit
    large = threading.BoundedSemaphore(LARGE_AT_ONCE)

    @app.post("/webhook")
    def webhook() -> Answer:
        signature = request.headers.get("X-Hub-Signature-256", "")
        if not _SIGNATURE.fullmatch(signature):
            # Not worth reading the body for.
            return _unsigned(request.content_length)
        with _room(large) as room:
            if not room:
                log.warning("Refused a large delivery from %s: %d are under way", request.remote_addr, LARGE_AT_ONCE)
                return _refusal(503, "Too many large deliveries at once; send it again.")
            body = _body()
            if body is None:
                return _refusal(400, "The body can't be read.")
            if not signed(secret, body, signature):
                return _unsigned(len(body))
            return _take(body, store)

    @app.get("/healthz")
    def healthz() -> Answer:
        return {"alive": True}, 200

    @app.get("/readyz")
    def readyz() -> Answer:
        try:
            ready()
        except TransientError as error:
            log.warning("Not ready: %s", error)
            return {"ready": False}, 503
        return {"ready": True}, 200

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Answer:
        return _refusal(error.code or 500, error.name)

    return app


@contextmanager
def _room(large: threading.BoundedSemaphore) -> Iterator[bool]:
    """Whether there is room for the request's body; one whose length is not told may be of any."""
    length = request.content_length
    if length is not None and length <= SMALL:
        yield True
        return
    if not large.acquire(blocking=False):
        yield False
        return
    try:
        yield True
    finally:
        large.release()


def _body() -> bytes | None:
    """The body, or None where its chunks are none."""
    try:
        return request.get_data(cache=False)
    except HTTPException:
        raise
    except Exception as error:
        # The edge: how the server says so is its own affair, and its words would bring the bytes into the log.
        log.warning("Refused a body from %s that can't be read: %s", request.remote_addr, type(error).__name__)
        return None


def _unsigned(length: int | None) -> Answer:
    told = "a body" if length is None else f"{length} bytes"
    log.warning("Refused %s from %s: the signature is missing or wrong", told, request.remote_addr)
    return _refusal(401, "The signature in X-Hub-Signature-256 is missing or wrong.")


def _take(body: bytes, store: Callable[[Delivery], None]) -> Answer:
    """Answers a delivery whose signature is right."""
    if request.mimetype != _JSON:
        return _refusal(415, f"The content type is not {_JSON}; choose it on the App's page.")
    delivery = Delivery(request.headers.get("X-GitHub-Delivery", ""), request.headers.get("X-GitHub-Event", ""), body)
    if not _ID.fullmatch(delivery.id):
        return _refusal(400, "X-GitHub-Delivery is missing or no id.")
    if not _EVENT.fullmatch(delivery.event):
        return _refusal(400, "X-GitHub-Event is missing or no event's name.")
    try:
        payload = read(body)
    except MalformedEvent as error:
        return _refusal(400, f"The body is not a JSON object: {error}.")
    if delivery.event == "ping":
        zen = payload.get("zen")
        return {"pong": zen if isinstance(zen, str) else ""}, 200
    try:
        store(delivery)
    except TransientError as error:
        log.warning("Delivery %s was not stored: %s", delivery.id, error)
        return _refusal(503, "The delivery was not stored; send it again.")
    log.info("Delivery %s (%s) is stored", delivery.id, delivery.event)
    return {"accepted": delivery.id}, 202


def _refusal(status: int, why: str) -> Answer:
    return {"error": why}, status

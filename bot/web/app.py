"""What the web process answers: the webhook, and whether it lives and is ready. There are no other pages."""

import json
import logging
import re
from collections.abc import Callable

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from bot.core.errors import TransientError
from bot.core.ports import Delivery

from .signature import signed

log = logging.getLogger("charrette.web")

# https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
LIMIT = 25 * 1024 * 1024
_JSON = "application/json"
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,99}")

Answer = tuple[dict[str, object], int]


def create_app(secret: str, store: Callable[[Delivery], None], ready: Callable[[], None], limit: int = LIMIT) -> Flask:
    """The application. `store` returns when a delivery is kept; it and `ready` raise `TransientError`."""
    if not secret:
        raise ValueError("A webhook without a secret would take orders from anybody.")
    app = Flask("charrette", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = limit

    @app.post("/webhook")
    def webhook() -> Answer:
        body = request.get_data(cache=False)
        if not signed(secret, body, request.headers.get("X-Hub-Signature-256", "")):
            log.warning("Refused %d bytes from %s: the signature is missing or wrong", len(body), request.remote_addr)
            return _refusal(401, "The signature in X-Hub-Signature-256 is missing or wrong.")
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
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return _refusal(400, "The body is not JSON.")
    if not isinstance(payload, dict):
        return _refusal(400, "The body is not a JSON object.")
    if delivery.event == "ping":
        return {"pong": payload.get("zen", "")}, 200
    try:
        store(delivery)
    except TransientError as error:
        log.warning("Delivery %s was not stored: %s", delivery.id, error)
        return _refusal(503, "The delivery was not stored; send it again.")
    log.info("Delivery %s (%s) is stored", delivery.id, delivery.event)
    return {"accepted": delivery.id}, 202


def _refusal(status: int, why: str) -> Answer:
    return {"error": why}, status

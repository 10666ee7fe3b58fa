"""The webhook: a delivery is verified, parsed, stored and acknowledged.

A WSGI application of its own: Flask's work for each request takes longer than everything a delivery needs.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.wsgi import get_content_length, get_input_stream

from bot.core.errors import TransientError
from bot.core.incoming.payload import MalformedEvent, read
from bot.core.ports import Delivery

from .signature import signed

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

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

Answer = tuple[HTTPStatus, dict[str, str]]


class _Refused(Exception):  # noqa: N818
    """Why a request is not an acceptable delivery; the text goes to the sender."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Webhook:
    """The WSGI application for POST requests with deliveries. `store` returns once a delivery is stored."""

    def __init__(self, secret: str, store: Callable[[Delivery], None], limit: int = LIMIT) -> None:
        if not secret:
            raise ValueError("A webhook without a secret would take orders from anybody.")
        self._secret = secret
        self._store = store
        self._limit = limit
        self._large = threading.BoundedSemaphore(LARGE_AT_ONCE)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Implements WSGI."""
        try:
            status, told = self._answer(environ)
        except _Refused as refused:
            status, told = refused.status, {"error": str(refused)}
        except Exception:
            # The edge: details are for the log alone.
            log.exception("A delivery could not be answered")
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            told = {"error": status.phrase}
        body = json.dumps(told).encode()
        headers = [("Content-Type", _JSON), ("Content-Length", str(len(body)))]
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "POST"))
        start_response(f"{status:d} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: "WSGIEnvironment") -> Answer:
        if environ.get("PATH_INFO"):
            raise _Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
        if environ["REQUEST_METHOD"] != "POST":
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "Deliveries come with POST.")
        signature = environ.get("HTTP_X_HUB_SIGNATURE_256", "")
        length = get_content_length(environ)
        if not _SIGNATURE.fullmatch(signature):
            # Not worth reading the body for.
            raise _unsigned(environ, length)
        with self._room(environ, length):
            body = self._body(environ, length)
            if not signed(self._secret, body, signature):
                raise _unsigned(environ, len(body))
            return self._take(environ, body)

    @contextmanager
    def _room(self, environ: "WSGIEnvironment", length: int | None) -> Iterator[None]:
        """Holds one of the few slots for large bodies while active. A body of unknown length counts as large."""
        if length is not None and length <= SMALL:
            yield
            return
        if not self._large.acquire(blocking=False):
            log.warning("Refused a large delivery from %s: %d are under way", _sender(environ), LARGE_AT_ONCE)
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too many large deliveries at once; send it again.")
        try:
            yield
        finally:
            self._large.release()

    def _body(self, environ: "WSGIEnvironment", length: int | None) -> bytes:
        """The body, never reading more than the limit."""
        if length is not None and length > self._limit:
            raise self._too_large()
        try:
            body = get_input_stream(environ).read(self._limit + 1 if length is None else length)
        except TimeoutError:
            log.warning("Refused a body from %s that arrives too slowly", _sender(environ))
            raise _Refused(HTTPStatus.REQUEST_TIMEOUT, "The body arrives too slowly; send it again.") from None
        except Exception as error:
            # The edge: how the server says so is its own affair, and its words would bring the bytes into the log.
            log.warning("Refused a body from %s that can't be read: %s", _sender(environ), type(error).__name__)
            raise _Refused(HTTPStatus.BAD_REQUEST, "The body can't be read.") from None
        if len(body) > self._limit:
            raise self._too_large()
        return body

    def _too_large(self) -> _Refused:
        return _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {self._limit} bytes.")

    def _take(self, environ: "WSGIEnvironment", body: bytes) -> Answer:
        """Handles a delivery whose signature is valid."""
        delivery = _delivery(environ, body)
        try:
            payload = read(body)
        except MalformedEvent as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"The body is not a JSON object: {error}.") from None
        if delivery.event == "ping":
            zen = payload.get("zen")
            return HTTPStatus.OK, {"pong": zen if isinstance(zen, str) else ""}
        try:
            self._store(delivery)
        except TransientError as error:
            log.warning("Delivery %s was not stored: %s", delivery.id, error)
            raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, "The delivery was not stored; send it again.") from None
        log.info("Delivery %s (%s) is stored", delivery.id, delivery.event)
        return HTTPStatus.ACCEPTED, {"accepted": delivery.id}


def _delivery(environ: "WSGIEnvironment", body: bytes) -> Delivery:
    """The delivery that the headers describe; `_Refused` if they are missing or malformed."""
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _JSON:
        why = f"The content type is not {_JSON}; choose it on the App's page."
        raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, why)
    delivery = Delivery(environ.get("HTTP_X_GITHUB_DELIVERY", ""), environ.get("HTTP_X_GITHUB_EVENT", ""), body)
    if not _ID.fullmatch(delivery.id):
        raise _Refused(HTTPStatus.BAD_REQUEST, "X-GitHub-Delivery is missing or no id.")
    if not _EVENT.fullmatch(delivery.event):
        raise _Refused(HTTPStatus.BAD_REQUEST, "X-GitHub-Event is missing or no event's name.")
    return delivery


def _unsigned(environ: "WSGIEnvironment", length: int | None) -> _Refused:
    told = "a body" if length is None else f"{length} bytes"
    log.warning("Refused %s from %s: the signature is missing or wrong", told, _sender(environ))
    return _Refused(HTTPStatus.UNAUTHORIZED, "The signature in X-Hub-Signature-256 is missing or wrong.")


def _sender(environ: "WSGIEnvironment") -> str:
    return str(environ.get("REMOTE_ADDR", "somebody"))

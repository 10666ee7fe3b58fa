"""Transports beneath the SDK: the network, or record and replay instead of it.

The address of a turn travels from the model to here in a header, and no further.
"""

import json
import logging
from pathlib import Path
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx2

from bot.core.identity import without_run

from .recording import REFUSED, Recorded, Usage, about, digest, read, write
from .stream import BrokenStreamError, assemble, from_bytes, take_apart, to_bytes

ADDRESS = "x-charrette-address"
log = logging.getLogger(__name__)


def network(url: str) -> httpx2.BaseTransport:
    """The network transport, with the proxy that the environment names for this URL."""
    parts = httpx2.URL(url)
    proxy = None if proxy_bypass(parts.host) else getproxies().get(parts.scheme)
    return httpx2.HTTPTransport(proxy=httpx2.Proxy(proxy) if proxy else None)


class Outgoing(httpx2.BaseTransport):
    """Sends requests without our header."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request without the address."""
        request.headers.pop(ADDRESS, None)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


class RecordingTransport(httpx2.BaseTransport):
    """Stores every complete answer in a folder, but not errors and truncated answers."""

    def __init__(self, inner: httpx2.BaseTransport, folder: Path, usage: Usage = "metered") -> None:
        self._inner, self._folder, self._usage = inner, folder, usage

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request, reads the whole answer, stores it, and returns it."""
        address = request.headers.get(ADDRESS)
        response = self._inner.handle_request(request)
        try:
            body = response.read()
        finally:
            response.close()
        if address and response.status_code == httpx2.codes.OK:
            self._keep(without_run(address), json.loads(request.read()), body)
        passed = ("content-type", "request-id", "retry-after", "retry-after-ms")
        headers = {name: response.headers[name] for name in passed if name in response.headers}
        return httpx2.Response(response.status_code, headers=headers, content=body, request=request)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()

    def _keep(self, address: str, request: dict[str, Any], body: bytes) -> None:
        try:
            assembly = assemble(from_bytes(body))
        except BrokenStreamError:
            return
        if assembly.complete:
            write(self._folder, Recorded(address, digest(request), assembly.message, self._usage))


class ReplayTransport(httpx2.BaseTransport):
    """Answers from a recording. A request other than the recorded one is refused if `strict`, else noted.

    With `restamp` every answer is written to that folder under the request's own digest, so that a recording can
    survive an edited prompt.
    """

    def __init__(self, folder: Path, strict: bool = False, restamp: Path | None = None) -> None:
        self._folder, self._strict, self._restamp = folder, strict, restamp
        self._notes: dict[str, str] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Which answers were recorded for another request, one sentence for each address."""
        return tuple(self._notes.values())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answers from the folder."""
        address = without_run(request.headers.get(ADDRESS) or "/no address")
        recorded = read(self._folder, address) if self._is_about(request, address) else None
        if recorded is None:
            return _refusal(request, 404, _unknown(address))
        found = digest(json.loads(request.read()))
        if self._restamp is not None:
            write(self._restamp, recorded.stamped(found))
        elif recorded.request_digest != found:
            note = f"The recorded answer of {address} belongs to another request than this one."
            if self._strict:
                mend = "Set CHARRETTE_MODEL_RECORD too, to record it anew."
                return _refusal(request, 400, f"{note} {mend}")
            self._notes[address] = note
            log.warning(note)
        headers = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, content=to_bytes(take_apart(recorded.answer)), request=request)

    def _is_about(self, request: httpx2.Request, address: str) -> bool:
        """Whether the conversation is about the recording's subject; for another issue there is no answer."""
        beginning = json.dumps(json.loads(request.read())["messages"][0], ensure_ascii=False)
        texts = (json.dumps(text, ensure_ascii=False)[1:-1] for text in about(self._folder, address))
        return all(text in beginning for text in texts)


def _unknown(address: str) -> str:
    return (
        "The model here is a recording: it knows only the demo's issue, and what the demo does with it. For anything "
        f"else start it with a key, as in `ANTHROPIC_API_KEY=... make demo`. (It has no answer for {address}.)"
    )


def _refusal(request: httpx2.Request, status: int, message: str) -> httpx2.Response:
    error = {"type": "error", "error": {"type": REFUSED, "message": message}}
    return httpx2.Response(status, json=error, request=request)

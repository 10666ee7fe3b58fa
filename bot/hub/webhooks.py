"""Deliveries are signed and sent in order, in the background; what was sent and answered is kept."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from .facts import Delivery
from .faults import Faults
from .hub import Hub

TIMEOUT = 10.0
KEPT_OF_ANSWER = 4_096


def secret_file(hub: Hub) -> Path:
    """Where the webhook's secret is kept."""
    return hub.state / "webhook.secret"


def _posted(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
    """Status, headers and the beginning of what the receiver answers; no proxy of the environment is asked."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, headers)
        answer = connection.getresponse()
        text = answer.read(KEPT_OF_ANSWER).decode(errors="replace")
        return answer.status, dict(answer.headers.items()), text
    finally:
        connection.close()


class Webhooks:
    """One thread sends what waits, oldest first."""

    def __init__(self, hub: Hub, faults: Faults) -> None:
        self._hub = hub
        self._faults = faults
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._held: list[Delivery] = []
        self._timers: list[threading.Timer] = []
        self._thread = threading.Thread(target=self._run, name="hub-webhooks", daemon=True)

    def start(self) -> None:
        """What waited since the last stop goes out first."""
        for late in self._hub.store.all(Delivery, state="held"):
            self._hub.store.change(late, state="waiting")
        self._hub.wake = self._wanted.set
        self._wanted.set()
        self._thread.start()

    def stop(self) -> None:
        """The delivery in flight ends; what waits stays for the next start."""
        self._stopped.set()
        self._wanted.set()
        for timer in self._timers:
            timer.cancel()
        self._thread.join(TIMEOUT + 1)

    def idle(self) -> bool:
        """Nothing waits, nothing is held."""
        return not self._hub.store.all(Delivery, state=["waiting", "held"], limit=1)

    def _run(self) -> None:
        while not self._stopped.is_set():
            fact = self._hub.store.find(Delivery, state="waiting")
            if fact is None:
                self._wanted.wait(1.0)
                self._wanted.clear()
                continue
            self._meet(fact)

    def _meet(self, fact: Delivery) -> None:
        """The delivery is sent, or meets a fault."""
        store = self._hub.store
        fault = None if fact.redelivery else self._faults.of_delivery(fact.event, fact.action)
        kind = fault.kind if fault else ""
        if kind == "lost" or not fact.url:
            store.change(fact, state="lost", status="lost" if fact.url else "no webhook URL")
            return
        if kind == "late" and fault is not None:
            held = store.change(fact, state="held")
            timer = threading.Timer(fault.seconds, self._send, [held])
            timer.daemon = True
            self._timers.append(timer)
            timer.start()
            return
        if kind == "reordered":
            self._held.append(store.change(fact, state="held"))
            return
        self._send(fact)
        if kind == "doubled":
            self._send(fact)
        held_back, self._held = self._held, []
        for each in held_back:
            self._send(each)

    def _send(self, fact: Delivery) -> None:
        body = fact.payload.encode()
        headers = self._headers(fact, body)
        started, moment = time.monotonic(), self._hub.store.now()
        code, text, status = 0, "", ""
        answer_headers: dict[str, str] = {}
        try:
            code, answer_headers, text = _posted(fact.url, body, headers)
            status = "OK" if code < 400 else f"Invalid HTTP Response: {code}"
        except TimeoutError:
            status = "timed out"
        except (OSError, HTTPException, ValueError) as error:
            status = f"failed to connect: {error}"
        if self._stopped.is_set() and not code:
            return
        self._hub.store.change(
            fact,
            state="sent",
            delivered_at=moment,
            duration=round(time.monotonic() - started, 3),
            status_code=code,
            status=status,
            request_headers=headers,
            response_headers=answer_headers,
            response_body=text,
        )

    def _headers(self, fact: Delivery, body: bytes) -> dict[str, str]:
        secret = secret_file(self._hub).read_bytes().strip()
        app = self._hub.app
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/hub",
            "X-GitHub-Delivery": fact.guid,
            "X-GitHub-Event": fact.event,
            "X-GitHub-Hook-ID": str(app.id),
            "X-GitHub-Hook-Installation-Target-ID": str(app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": "sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest(),
            "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        }

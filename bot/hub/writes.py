"""Every accepted write is on record, so that a test can count what was created how often."""

from __future__ import annotations

import re

from .facts import Write
from .hub import Hub

MARKER = re.compile(r"<!--\s*charrette:key=([^\s>]+)")


def record(hub: Hub, method: str, path: str, operation: str, actor: str, status: int, body: bytes) -> None:
    """The write is on record; its body too where a marker stands in it."""
    text = body.decode(errors="replace")
    marker = MARKER.search(text)
    key = marker[1] if marker else ""
    at = hub.store.now()
    hub.store.add(Write(at, method, path, operation, actor, status, key, text if marker else ""))

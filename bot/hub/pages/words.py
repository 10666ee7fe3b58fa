"""How moments, counts and titles read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

_STEPS = ((60, 1, "second"), (3_600, 60, "minute"), (86_400, 3_600, "hour"), (30 * 86_400, 86_400, "day"))
_CODE = re.compile(r"`([^`]+)`")


def many(count: int, noun: str, plural: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def _since(moment: datetime, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    if seconds < 10:
        return "just now"
    for limit, size, noun in _STEPS:
        if seconds < limit:
            return f"{many(int(seconds // size), noun)} ago"
    return f"on {moment.day} {moment:%b %Y}"


def ago(text: str) -> Markup:
    """An ISO moment as people say it, with the whole moment on hovering."""
    if not text:
        return Markup("")
    moment = datetime.fromisoformat(text).astimezone(UTC)
    exact = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    words = _since(moment, datetime.now(UTC))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), exact, words)


def duration(start: str, end: str) -> str:
    """How long it took from one moment to another; empty where one is missing, or both are the same second."""
    if not start or not end:
        return ""
    seconds = int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
    if seconds <= 0:
        return ""
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


def check(state: str) -> str:
    """A check's status or conclusion as people say it."""
    return "waits for somebody" if state == "action_required" else state.replace("_", " ")


def title(text: str) -> Markup:
    """A title, in which text between backticks is code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704

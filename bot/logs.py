"""The log: plain lines or JSON, and never a secret in either."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

HIDDEN = "[hidden]"
# Tokens by their forms; GitHub's may be 520 characters long, with dots and dashes in them.
# https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
_FORMS = re.compile(
    r"gh[opsur]_[A-Za-z0-9._-]{36,}"
    r"|github_pat_[A-Za-z0-9_]{22,}"
    r"|sk-ant-[A-Za-z0-9_-]{16,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
    r"|(?<=bearer )[^\s\"',]{8,}|(?<=basic )[A-Za-z0-9+/=]{8,}",
    re.DOTALL | re.IGNORECASE,
)
_SHORTEST = 6


class Redaction:
    """Takes tokens, keys and exact values out of text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        exact = {part for secret in secrets for part in _parts(secret) if len(part) >= _SHORTEST}
        # The longest first: one secret may be the beginning of another.
        ordered = sorted(exact, key=lambda part: (-len(part), part))
        self._exact = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """The text with what is secret in it replaced."""
        if self._exact:
            text = self._exact.sub(HIDDEN, text)
        return _FORMS.sub(HIDDEN, text)


def _parts(secret: str) -> list[str]:
    """A secret as it may be quoted: whole, with escaped newlines, or one line of it."""
    whole = secret.strip()
    lines = [line for line in whole.splitlines() if not line.startswith("-----")]
    return [whole, whole.replace("\n", "\\n"), *lines]


class PlainFormatter(logging.Formatter):
    """`2026-11-20T10:00:00.123Z INFO charrette.web words`, redacted, tracebacks too."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redact = redact

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        """ISO 8601, UTC, to the millisecond."""
        return _time(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `at`, `level`, `logger`, `message`, and `traceback` where there is one."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line. Redacted before it is quoted, since quoting changes what a secret looks like."""
        line = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def configure(
    level: str,
    form: str,
    secrets: Iterable[str],
    stream: TextIO | None = None,
) -> None:
    """Everything that this process logs goes to standard error, redacted; libraries speak from warnings on.

    `form` is `plain` or `json`.
    """
    redact = Redaction(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if form == "json" else PlainFormatter(redact))
    # The engine's library gives its logger a handler of its own, unless it has one.
    engine = logging.getLogger("dbos")
    engine.propagate = False
    for logger in (root := logging.getLogger(), engine):
        logger.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("charrette").setLevel(level.upper())
    logging.captureWarnings(True)

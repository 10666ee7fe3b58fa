"""Translates errors from GitHub and the network into the four kinds of error."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from github import GithubException, RateLimitExceededException
from requests import RequestException
from urllib3.exceptions import HTTPError

from bot.core.errors import CharretteError, ConflictError, MissingError, PersonError, TransientError

from .server_time import date_of


class DeniedError(TransientError):
    """GitHub rejects our token or key."""


class Resting(Protocol):
    """Something that can wait when GitHub asks for it: the limiter."""

    def rest(self, seconds: float | None) -> float:
        """Waits; `None` if GitHub named no time. Returns the seconds."""


@contextmanager
def translated(limiter: Resting | None = None) -> Iterator[None]:
    """Turns whatever PyGithub and the network raise into our errors; a rate limit makes the limiter wait."""
    try:
        yield
    except GithubException as error:
        raise _of(error, limiter) from error
    except (RequestException, HTTPError) as error:
        raise TransientError(f"GitHub could not be reached: {type(error).__name__}.") from error
    except json.JSONDecodeError as error:
        raise TransientError("GitHub's answer was cut off.") from error


def _of(error: GithubException, limiter: Resting | None) -> CharretteError:
    text = message(error)
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    match error.status:
        case _ if _limited(error, headers):
            seconds = named_rest(headers)
            return TransientError(f"GitHub's rate limit: {text}", limiter.rest(seconds) if limiter else seconds)
        case 401:
            return DeniedError(f"GitHub: {text}")
        case 404 | 410:
            return MissingError(f"GitHub: {text}")
        case 409 if "empty" in text.lower():
            return MissingError(f"GitHub: {text}")
        case 409:
            return ConflictError(f"GitHub: {text}")
        case 422 if _moved(text):
            return ConflictError(f"GitHub: {text}")
        case status if status >= 500:
            return TransientError(f"GitHub answered {status}.", _seconds(headers.get("retry-after")))
        case _:
            return PersonError(f"GitHub refused: {text}")


def message(error: GithubException) -> str:
    """GitHub's error message, with the details it gives beside it."""
    data: Any = error.data
    if not isinstance(data, dict):
        return error.message or f"status {error.status}"
    listed = data.get("errors")
    parts = [str(data.get("message") or f"status {error.status}")]
    parts += [_particular(each) for each in (listed if isinstance(listed, list) else ())]
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _particular(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    named = (str(error[key]) for key in ("resource", "field", "code") if error.get(key))
    return str(error.get("message") or " ".join(named))


def _limited(error: GithubException, headers: Mapping[str, str]) -> bool:
    if error.status == 429 or isinstance(error, RateLimitExceededException):
        return True
    return error.status == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")


def named_rest(headers: Mapping[str, str]) -> float | None:
    """The seconds GitHub asks to wait: `retry-after`, else until the limit is reset; None if it doesn't say.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    asked = _seconds(headers.get("retry-after"))
    if asked is not None:
        return asked
    reset = _seconds(headers.get("x-ratelimit-reset"))
    if headers.get("x-ratelimit-remaining") == "0" and reset is not None:
        # By GitHub's own clock, since ours may be off.
        return max(1.0, reset - (date_of(headers) or time.time()) + 1)
    return None


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isdigit() else None


def _moved(text: str) -> bool:
    """Whether a 422 says that something exists already, or is no longer where we thought it was."""
    signs = ("fast forward", "already exists", "already_exists", "reference does not exist")
    return any(sign in text.lower() for sign in signs)

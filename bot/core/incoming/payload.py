"""JSON from elsewhere, read key by key: what is missing or of another type is told with its place."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

# What a database's integers hold.
_LARGEST = 2**63 - 1
# Half a pair of surrogates, which no encoding has, and NUL, which PostgreSQL takes in no text. JSON can spell both.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")
_FULL_NAME = re.compile(r"(?!\.{1,2}/)[A-Za-z0-9_.-]{1,100}/(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}")


class MalformedEvent(ValueError):  # noqa: N818
    """A payload of a kind that we handle lacks a key, or has another type there. The text names the place."""


def read(body: bytes) -> dict[str, Any]:
    """The JSON object that a delivery's body is; `MalformedEvent` for anything else, however deep or long."""
    try:
        data = json.loads(body)
    except RecursionError:
        raise MalformedEvent("the payload: nested too deeply") from None
    except ValueError:
        raise MalformedEvent("the payload: no JSON") from None
    if not isinstance(data, dict):
        raise MalformedEvent("the payload: no object")
    return data


class Payload:
    """A JSON object and where it stands in the payload, e.g. `issue.user`."""

    def __init__(self, data: object, place: str = "") -> None:
        if not isinstance(data, dict):
            raise MalformedEvent(f"{place or 'the payload'}: no object")
        self._data: dict[str, Any] = data
        self._place = place

    def _of(self, key: str, *kinds: type) -> Any:
        value = self._data.get(key)
        if type(value) not in kinds:
            raise MalformedEvent(f"{self._at(key)}: no {kinds[0].__name__}")
        return value

    def _at(self, key: str) -> str:
        return f"{self._place}.{key}" if self._place else key

    def has(self, key: str) -> bool:
        """Whether there is a value other than null."""
        return self._data.get(key) is not None

    def text(self, key: str) -> str:
        """A string that must be there, without what no database and no request can hold."""
        return _NO_TEXT.sub("\ufffd", self._of(key, str))

    def full_name(self, key: str) -> str:
        """A repository's `owner/name`, which goes into addresses."""
        name = self.text(key)
        if not _FULL_NAME.fullmatch(name):
            raise MalformedEvent(f"{self._at(key)}: no owner/name")
        return name

    def words(self, key: str) -> str:
        """A string; "" where it is null or missing, as an empty body is."""
        return self.text(key) if self.has(key) else ""

    def number(self, key: str) -> int:
        """A whole number that must be there, of 64 bits."""
        value = int(self._of(key, int))
        if abs(value) > _LARGEST:
            raise MalformedEvent(f"{self._at(key)}: too large")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is null or missing."""
        return bool(self._of(key, bool)) if self.has(key) else False

    def child(self, key: str) -> "Payload":
        """An object that must be there."""
        return Payload(self._data.get(key), self._at(key))

    def children(self, key: str) -> Iterator["Payload"]:
        """The objects of a list; none where it is null or missing."""
        for index, item in enumerate(self._of(key, list) if self.has(key) else ()):
            yield Payload(item, f"{self._at(key)}[{index}]")

    def instant(self, *keys: str) -> str:
        """The first of these that has a time, as ISO 8601, UTC, to the second; GitHub also sends seconds since 1970."""
        for key in keys:
            if self.has(key):
                return self._instant(key)
        return ""

    def _instant(self, key: str) -> str:
        value = self._of(key, str, int)
        try:
            when = datetime.fromtimestamp(value, UTC) if isinstance(value, int) else datetime.fromisoformat(value)
            return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            raise MalformedEvent(f"{self._at(key)}: no time") from None

"""A route is GitHub's method, path and operation, and a function from a call to a reply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from bot.hub.access import allow
from bot.hub.auth import Credentials
from bot.hub.facts import Issue, Repository
from bot.hub.hub import Actor, Hub, RefusedError
from bot.hub.resources.view import Json, View

T = TypeVar("T")
Auth = Literal["any", "user", "app", "installation"]
WHOLE_PATHS = ("path", "ref", "basehead", "branch", "name")
NUMBERS = re.compile(r".*(_id|_number|^id)$")
MISSING: Any = object()


@dataclass(frozen=True)
class Reply:
    """What goes back: a status, JSON (or nothing) and headers."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


NOTHING = Reply(status=204)


@dataclass(frozen=True)
class Call:
    """One request, with who makes it."""

    hub: Hub
    view: View
    credentials: Credentials
    parameters: dict[str, Any]
    query: dict[str, str]
    raw: bytes
    url: str
    accept: str = ""
    token: str = ""
    reads: tuple[str, ...] = ("metadata",)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.credentials.actor

    @cached_property
    def repository(self) -> Repository:
        """The repository of the path, if the asker may read what the route reads; 404 or 403 else."""
        if "repository_id" in self.parameters:
            found = self.hub.store.get(Repository, self.parameters["repository_id"])
        else:
            found = self.hub.store.repository(self.parameters["owner"], self.parameters["repo"])
        allow(self.hub, self.actor, found, self.reads, "read", "read")
        return found

    @property
    def issue(self) -> Issue:
        """The issue of the path."""
        return self.hub.store.issue(self.repository, self.parameters["issue_number"])

    @cached_property
    def body(self) -> Json:
        """The JSON object that was sent; empty where nothing was."""
        sent = self.json
        if not isinstance(sent, dict):
            raise RefusedError(400, "Body should be a JSON object")
        return sent

    @cached_property
    def json(self) -> Any:
        """The JSON that was sent, whatever it is; 400 where it is none."""
        if not self.raw.strip():
            return {}
        try:
            return json.loads(self.raw)
        except ValueError:
            raise RefusedError(400, "Problems parsing JSON") from None

    def _typed(self, name: str, kind: type[T], words: str, source: Json | None = None) -> T | None:
        value = (self.body if source is None else source).get(name)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            shown = json.dumps(value)[:80]
            raise RefusedError(422, f"Invalid request.\n\nFor 'properties/{name}', {shown} is not {words}.")
        return value

    def text(self, name: str, source: Json | None = None) -> str | None:
        """A string of the body, or None."""
        return self._typed(name, str, "a string", source)

    def required(self, name: str, source: Json | None = None) -> str:
        """A string of the body; 422 where it is missing."""
        found = self.text(name, source)
        if found is None:
            raise RefusedError(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        return found

    def number(self, name: str, source: Json | None = None) -> int | None:
        """An integer of the body, or None."""
        return self._typed(name, int, "an integer", source)

    def flag(self, name: str) -> bool | None:
        """A boolean of the body, or None."""
        return self._typed(name, bool, "a boolean")

    def texts(self, name: str) -> list[str] | None:
        """A list of strings of the body, or None."""
        found: list[Any] | None = self._typed(name, list, "an array")
        if found is not None and not all(isinstance(each, str) for each in found):
            raise RefusedError(422, f"Invalid request.\n\nFor 'properties/{name}', every item must be a string.")
        return found

    def objects(self, name: str) -> list[Json]:
        """A list of objects of the body; empty where it is missing."""
        found: list[Any] = self._typed(name, list, "an array") or []
        if not all(isinstance(each, dict) for each in found):
            raise RefusedError(422, f"Invalid request.\n\nFor 'properties/{name}', every item must be an object.")
        return found

    def object(self, name: str, source: Json | None = None) -> Json | None:
        """An object of the body, or None."""
        return self._typed(name, dict, "an object", source)

    def page(self, items: Sequence[T], shown: Callable[[T], Any], key: str = "") -> Reply:
        """One page of the list, with links to the others; with a key, as an object with `total_count`."""
        size = min(max(self._count("per_page", 30), 1), 100)
        number = max(self._count("page", 1), 1)
        last = max(-(-len(items) // size), 1)
        rows = [shown(item) for item in items[(number - 1) * size : number * size]]
        targets: dict[str, int] = {}
        if number < last:
            targets |= {"next": number + 1, "last": last}
        if number > 1:
            targets |= {"prev": number - 1, "first": 1}
        links = ", ".join(f'<{self._address(page)}>; rel="{rel}"' for rel, page in targets.items())
        headers = {"Link": links} if links else {}
        return Reply({"total_count": len(items), key: rows} if key else rows, headers=headers)

    def _count(self, name: str, default: int) -> int:
        value = self.query.get(name, "")
        return int(value) if value.isdigit() else default

    def _address(self, page: int) -> str:
        return f"{self.url}?{urlencode({**self.query, 'page': page})}"


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """One of GitHub's operations, as the hub serves it."""

    method: str
    path: str
    operation: str
    handler: Handler
    auth: Auth
    reads: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the path looks like; a number is digits, a path or reference may hold slashes."""

        def group(match: re.Match[str]) -> str:
            name = match[1]
            if name in WHOLE_PATHS:
                return f"(?P<{name}>.+)"
            return f"(?P<{name}>[0-9]+)" if NUMBERS.fullmatch(name) else f"(?P<{name}>[^/]+)"

        return re.compile(re.sub(r"\{(\w+)\}", group, self.path))

    @property
    def literal(self) -> int:
        """How many parts of the path are words: where two routes fit, the wordier one is meant."""
        return sum(bool(part) and "{" not in part for part in self.path.split("/"))

    def parameters(self, path: str) -> dict[str, Any] | None:
        """The path's parameters, if it is this route's."""
        match = self.pattern.fullmatch(path)
        if match is None:
            return None
        return {name: int(value) if NUMBERS.fullmatch(name) else value for name, value in match.groupdict().items()}


class Routes:
    """The routes of one area."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def __call__(
        self, line: str, operation: str, *, auth: Auth = "any", reads: tuple[str, ...] = ("metadata",)
    ) -> Callable[[Handler], Handler]:
        """`line` is method and path, as in GitHub's documentation; `reads` are the App permissions that it needs."""
        method, path = line.split(" ", 1)

        def register(handler: Handler) -> Handler:
            self.all.append(Route(method, path, operation, handler, auth, reads))
            return handler

        return register

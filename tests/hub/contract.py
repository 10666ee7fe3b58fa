"""The hub keeps to GitHub's own description: requests, answers and webhooks are held against `githubkit`'s models."""

from __future__ import annotations

import builtins
import importlib
import inspect
import io
import json
import re
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pydantic
from githubkit import compat
from githubkit_schemas.v2026_03_10 import models
from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.hub.api.dispatch import ROUTES

# The models are those of 2026-03-10; asked without a version, GitHub still answers with these of 2022-11-28.
OF_2022 = {"assignee", "merge_commit_sha", "has_downloads", "rate"}
# Where one shape is used in several places the description is not of one mind: a label in an issue lacks a date, a
# webhook's pull request lacks a list.
ELSEWHERE = {"archived_at", "archived_by"}
# Every error of GitHub's says its status; the description of a 422 forgot it.
IN_ERRORS = {"status"}
TOLERATED = OF_2022 | ELSEWHERE | IN_ERRORS
# GitHub lists an issue's closing and reopening among its events; the description has them in the timeline alone.
LEFT_OUT: dict[str, Any] = {"issues/list-events": list[models.StateChangeIssueEvent]}
# The text says that an empty list takes all labels off; the description wants one at least.
EMPTIED: dict[str, Any] = {"issues/set-labels": ([], {"labels": []})}
REST = "githubkit_schemas.v2026_03_10.rest"


@dataclass(frozen=True)
class Described:
    """What the description says of one operation."""

    answer: Any
    errors: dict[str, Any]
    body: Any
    query: frozenset[str]


class _Names(dict[str, Any]):
    def __missing__(self, name: str) -> Any:
        homes = (models, builtins, typing, pydantic, compat)
        return next(getattr(home, name) for home in homes if hasattr(home, name))


def _evaluated(text: str) -> Any:
    return eval(text, {}, _Names())


def _argument(source: str, start: str) -> str | None:
    """The expression that follows `start`, up to the comma or bracket that ends it."""
    at = source.find(start)
    if at < 0:
        return None
    depth, end = 0, at + len(start)
    for end in range(at + len(start), len(source)):
        character = source[end]
        if character in "[({":
            depth += 1
        elif character in "])}":
            depth -= 1
        if depth < 0 or (depth == 0 and character == ","):
            break
    return source[at + len(start) : end].strip()


@cache
def described(operation: str) -> Described:
    """The description of an operation, read from githubkit's method for it."""
    area, name = operation.split("/")
    module = importlib.import_module(f"{REST}.{area.replace('-', '_')}")
    kind = next(
        value for value in vars(module).values() if inspect.isclass(value) and value.__name__.endswith("Client")
    )
    for method_name, method in vars(kind).items():
        doc = (getattr(method, "__doc__", None) or "").splitlines()
        if doc and doc[0].strip() == operation and not method_name.startswith("async_"):
            return _described(operation, method)
    raise LookupError(f"githubkit knows no operation {operation} (of the name {name})")


def _described(operation: str, method: Callable[..., Any]) -> Described:
    source = inspect.getsource(method)
    answer = _argument(source, "response_model=")
    errors = _argument(source, "error_models=")
    validated = re.search(r"type_validate_python\(", source)
    body = None
    if validated:
        inside = _argument(source, "type_validate_python(")
        body = _evaluated(inside) if inside else None
    kind = _evaluated(answer) if answer else None
    if operation in LEFT_OUT:
        kind = list.__class_getitem__(typing.get_args(kind)[0] | typing.get_args(LEFT_OUT[operation])[0])
    return Described(
        kind,
        _evaluated(errors) if errors else {},
        body,
        frozenset(inspect.signature(method).parameters) - {"self", "headers", "data", "kwargs", "stream"},
    )


def unknown_keys(sent: Any, parsed: Any, where: str = "") -> list[str]:
    """The keys that were sent and that the model doesn't have."""
    if isinstance(parsed, BaseModel) and isinstance(sent, dict):
        names = {field.alias or name: name for name, field in type(parsed).model_fields.items()}
        open_ended = type(parsed).model_config.get("extra") == "allow"
        found = []
        for key, value in sent.items():
            if key in names:
                found += unknown_keys(value, getattr(parsed, names[key]), f"{where}.{key}")
            elif not open_ended and key not in TOLERATED:
                found.append(f"{where}.{key} ({type(parsed).__name__})")
        return found
    if isinstance(parsed, list) and isinstance(sent, list):
        return [
            each
            for number, (one, other) in enumerate(zip(sent, parsed, strict=False))
            for each in unknown_keys(one, other, f"{where}[{number}]")
        ]
    return []


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def faults_of(sent: Any, kind: Any) -> list[str]:
    """What is wrong with the JSON by this model: values, missing keys, unknown keys."""
    try:
        parsed = _adapter(kind).validate_python(sent)
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:6]]
    return unknown_keys(sent, parsed)


@dataclass
class Contract:
    """A middleware that holds everything that passes against the description."""

    faults: list[str] = field(default_factory=list)
    exercised: set[str] = field(default_factory=set)

    def __call__(self, app: Any) -> Any:
        def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            sent = environ["wsgi.input"].read(length) if length else b""
            environ["wsgi.input"] = io.BytesIO(sent)
            answer: dict[str, Any] = {}

            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                answer["status"], answer["headers"] = int(status.split(maxsplit=1)[0]), dict(headers)
                return start_response(status, headers, *rest)

            chunks = app(environ, start)
            try:
                body = b"".join(chunks)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
            operation = answer["headers"].get("X-Hub-Operation", "")
            if answer["status"] == 500 and "html" in answer["headers"].get("Content-Type", ""):
                self.faults.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: 500")
            elif operation:
                self._check(environ, sent, operation, answer, body)
            return [body]

        return wrapped

    def _check(self, environ: dict[str, Any], sent: bytes, operation: str, answer: dict[str, Any], body: bytes) -> None:
        self.exercised.add(operation)
        status = answer["status"]
        line = f"{operation}: {environ['REQUEST_METHOD']} {environ['PATH_INFO']} {status}"
        told = described(operation)
        for name in _query(environ):
            if name not in told.query | {"page", "per_page", "filter", "direction", "sort"}:
                self.faults.append(f"{line}: unknown query parameter {name}")
        if told.body is not None and sent and status < 400:
            asked = json.loads(sent)
            if asked not in EMPTIED.get(operation, ()):
                self._add(f"{line}: request", faults_of(asked, told.body))
        if status in (204, 304) or "json" not in answer["headers"].get("Content-Type", ""):
            return
        kind = told.answer if status < 400 else told.errors.get(str(status), models.BasicError)
        if kind is not None:
            found = faults_of(json.loads(body), kind)
            if status >= 400 and found:
                # Of the two shapes of a 422 the description often names one only.
                found = min(found, faults_of(json.loads(body), models.ValidationError), key=len)
                found = min(found, faults_of(json.loads(body), models.ValidationErrorSimple), key=len)
            self._add(f"{line}: answer", found)

    def _add(self, line: str, found: list[str]) -> None:
        self.faults += [f"{line}: {each}" for each in found]

    def check_deliveries(self, deliveries: Iterable[dict[str, Any]]) -> None:
        """Every webhook payload is held against the model of its event and action."""
        for delivery in deliveries:
            name = "_".join(filter(None, ["webhook", delivery["event"], delivery["action"]]))
            kind = getattr(models, "".join(part.capitalize() for part in name.split("_")))
            self._add(f"delivery {name}", faults_of(json.loads(delivery["payload"]), kind))

    def report(self) -> list[str]:
        """The operations that the hub serves and nobody exercised."""
        return sorted({route.operation for route in ROUTES} - self.exercised)


def _query(environ: dict[str, Any]) -> list[str]:
    return [part.split("=")[0] for part in environ.get("QUERY_STRING", "").split("&") if part]

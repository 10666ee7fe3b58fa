"""From an HTTP request to a call, and from its reply or refusal to GitHub's answer."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from flask import Flask, Response, request

from bot.hub import auth
from bot.hub.auth import Credentials, identify
from bot.hub.facts import Repository
from bot.hub.hub import Hub, RefusedError
from bot.hub.resources.view import View
from bot.hub.store import AbsentError
from bot.hub.writes import record

from . import apps, checks, comments, git, issues, labels, pulls, relations, repositories
from .routing import Call, Reply, Route

PREFIX = "/api/v3"
AREAS = (apps, checks, comments, git, issues, labels, pulls, relations, repositories)
ROUTES: tuple[Route, ...] = tuple(
    sorted((route for area in AREAS for route in area.routes.all), key=lambda route: -route.literal)
)
DOCUMENTATION = "https://docs.github.com/rest"
# What the version of 2026-03-10 no longer answers; without a version GitHub answers as in 2022-11-28.
GONE_IN_2026 = ("assignee", "merge_commit_sha", "has_downloads", "rate")
SAFE = ("GET", "HEAD")


def register(app: Flask, hub: Hub) -> None:
    """Every route is served under `/api/v3`, as GitHub Enterprise does."""

    def view(rest: str) -> Response:
        path, moved = _present(hub, f"/{rest}")
        if moved:
            return moved
        for route in ROUTES:
            if route.method == request.method:
                parameters = route.parameters(path)
                if parameters is not None:
                    return _served(hub, route, parameters)
        return refusal(RefusedError(404, "Not Found"))

    # One rule for all: Flask takes longer to learn a hundred than a test takes to run.
    app.add_url_rule(f"{PREFIX}/<path:rest>", "api", view, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])


def _present(hub: Hub, path: str) -> tuple[str, Response | None]:
    """The path by the repository's name, where it goes by its id; a redirection, where it goes by a former name.

    https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    """
    kind, _, rest = path.lstrip("/").partition("/")
    try:
        if kind == "repositories" and "/" in rest:
            ident, _, rest = rest.partition("/")
            return f"/repos/{hub.store.full_name(hub.store.get(Repository, int(ident)))}/{rest}", None
        if kind == "repos":
            owner, name, *deeper = rest.split("/", 2)
            found = hub.store.formerly(owner, name)
            if found is not None:
                return path, _redirected(f"/repositories/{found.id}{''.join(f'/{part}' for part in deeper)}")
    except (AbsentError, ValueError):
        return path, None
    return path, None


def _redirected(path: str) -> Response:
    """Reading may go there at once; a write has to be made anew, as it was."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    where = f"{request.host_url.rstrip('/')}{PREFIX}{path}{query}"
    status, word = (301, "Moved Permanently") if request.method in SAFE else (307, "Temporary Redirect")
    response = Response(json.dumps({"message": word, "url": where}), status, content_type="application/json")
    response.headers["Location"] = where
    _standard(response)
    return response


def _served(hub: Hub, route: Route, parameters: dict[str, Any]) -> Response:
    try:
        credentials, token = _credentials(hub, route)
        response = _answer(hub, route, credentials, token, parameters)
    except RefusedError as error:
        response = refusal(error)
    except AbsentError:
        response = refusal(RefusedError(404, "Not Found"))
    response.headers["X-Hub-Operation"] = route.operation
    return response


def _credentials(hub: Hub, route: Route) -> tuple[Credentials, str]:
    header = request.headers.get("Authorization", "")
    found = identify(hub, header)
    match route.auth:
        case "app" if not found.is_app:
            raise RefusedError(401, auth.BAD_JWT)
        case "installation" if not found.actor.via_app:
            raise RefusedError(403, "You must authenticate with an installation access token.")
        case "user" if found.actor.via_app:
            raise RefusedError(403, "Resource not accessible by integration")
        case "user" if found.actor.account.id == 0:
            raise RefusedError(401, "Requires authentication")
    if found.is_app and route.auth != "app":
        # GitHub answers a JWT with this wherever it wants an installation's token.
        raise RefusedError(401, auth.BAD_CREDENTIALS)
    return found, header.partition(" ")[2].strip()


def _answer(hub: Hub, route: Route, credentials: Credentials, token: str, parameters: dict[str, Any]) -> Response:
    raw = request.get_data()
    call = Call(
        hub,
        View(hub, request.host_url.rstrip("/")),
        credentials,
        parameters,
        request.args.to_dict(),
        raw,
        request.base_url,
        request.headers.get("Accept", ""),
        token,
        route.reads,
    )
    reply = route.handler(call)
    if route.method not in SAFE and reply.status < 300:
        who = "app" if credentials.is_app else credentials.actor.account.login
        record(hub, route.method, request.path, route.operation, who, reply.status, raw)
    return respond(reply, route.method)


def respond(reply: Reply, method: str) -> Response:
    """The reply as GitHub sends it: with limits, a request id, and an ETag where it was a read."""
    if isinstance(reply.body, bytes):
        content, kind = reply.body, reply.headers.get("Content-Type", "application/octet-stream")
    else:
        body = reply.body
        if request.headers.get("X-GitHub-Api-Version") == "2026-03-10":
            body = _of_2026(body)
        content = b"" if reply.status == 204 else json.dumps(body).encode()
        kind = "application/json; charset=utf-8"
    response = Response(content, reply.status, content_type=kind)
    for key, value in reply.headers.items():
        if key != "Content-Type":
            response.headers[key] = value
    _standard(response)
    if method in SAFE and reply.status == 200:
        tag = f'W/"{hashlib.sha256(content).hexdigest()}"'
        response.headers["ETag"] = tag
        if tag in request.headers.get("If-None-Match", ""):
            response.status_code = 304
            response.set_data(b"")
    return response


def _of_2026(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _of_2026(value) for key, value in body.items() if key not in GONE_IN_2026}
    return [_of_2026(each) for each in body] if isinstance(body, list) else body


def _standard(response: Response) -> None:
    version = request.headers.get("X-GitHub-Api-Version", "2022-11-28")
    for key, value in {
        "X-GitHub-Request-Id": uuid.uuid4().hex[:16].upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": version,
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "4999",
        "X-RateLimit-Used": "1",
        "X-RateLimit-Reset": "4102444800",
        "X-RateLimit-Resource": "core",
        "Cache-Control": "private, max-age=60, s-maxage=60",
    }.items():
        response.headers[key] = value


def refusal(error: RefusedError) -> Response:
    """GitHub's JSON of an error."""
    body: dict[str, Any] = {"message": error.message}
    if error.errors:
        body["errors"] = list(error.errors)
    body |= {"documentation_url": DOCUMENTATION, "status": str(error.status)}
    response = Response(json.dumps(body), error.status, content_type="application/json; charset=utf-8")
    _standard(response)
    return response

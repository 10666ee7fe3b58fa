"""Git's smart HTTP, served by git's own backend; a push moves references like any other write."""

from __future__ import annotations

import os
import subprocess

from flask import Flask, Request, Response, request

from bot.hub.operations.references import moved

from .access import allow, covers
from .auth import identify
from .code import ZERO, environment
from .facts import Repository
from .hub import Actor, Hub, RefusedError
from .store import AbsentError
from .writes import record

SERVICES = ("git-upload-pack", "git-receive-pack")


def register(app: Flask, hub: Hub) -> None:
    """`/{owner}/{name}.git` can be cloned, fetched and pushed to."""

    def info_refs(owner: str, name: str) -> Response:
        service = request.args.get("service", "")
        if service not in SERVICES:
            return Response("The hub speaks smart HTTP only.\n", 403, content_type="text/plain")
        return _serve(hub, request, owner, name, service, "info/refs")

    def service(owner: str, name: str, service: str) -> Response:
        if service not in SERVICES:
            return Response(status=404)
        return _serve(hub, request, owner, name, service, service)

    app.add_url_rule("/<owner>/<name>.git/info/refs", "git/info-refs", info_refs)
    app.add_url_rule("/<owner>/<name>.git/<service>", "git/service", service, methods=["POST"])
    # Git asks for the address as it was given, with or without the suffix.
    app.add_url_rule("/<owner>/<name>/info/refs", "git/info-refs-plain", info_refs)
    app.add_url_rule("/<owner>/<name>/<service>", "git/service-plain", service, methods=["POST"])


def _refusal(error: RefusedError) -> Response:
    headers = {"WWW-Authenticate": 'Basic realm="hub"'} if error.status == 401 else {}
    return Response(f"{error.message}\n", error.status, headers, content_type="text/plain; charset=utf-8")


def _serve(hub: Hub, asked: Request, owner: str, name: str, service: str, rest: str) -> Response:
    try:
        actor = identify(hub, asked.headers.get("Authorization", "")).actor
        name = name.removesuffix(".git")
        repository = hub.store.formerly(owner, name) or hub.store.repository(owner, name)
        if not covers(hub, actor, repository):
            raise RefusedError(404 if actor.account.id else 401, "Repository not found.")
        if service == "git-receive-pack":
            allow(hub, actor, repository, ("contents",), "write", "write")
        else:
            allow(hub, actor, repository, ("contents",), "read", "read")
    except AbsentError:
        return _refusal(RefusedError(404, "Repository not found."))
    except RefusedError as error:
        return _refusal(error)
    body = asked.get_data()
    if service == "git-receive-pack" and asked.method == "POST":
        return _push(hub, asked, actor, repository, rest, body)
    return _backend(hub, asked, repository, rest, body, actor)


def _push(hub: Hub, asked: Request, actor: Actor, repository: Repository, rest: str, body: bytes) -> Response:
    code = hub.code(repository)
    with hub.store.transaction():
        before = code.refs()
        response = _backend(hub, asked, repository, rest, body, actor)
        after = code.refs()
        names = sorted({*before, *after})
        moves = {n: (before.get(n, ZERO), after.get(n, ZERO)) for n in names if before.get(n) != after.get(n)}
        if moves:
            moved(hub, actor, repository, moves)
            record(hub, "POST", asked.path, "git/receive-pack", actor.account.login, response.status_code, b"")
    return response


def _backend(hub: Hub, asked: Request, repository: Repository, rest: str, body: bytes, actor: Actor) -> Response:
    root = (hub.state / "repositories").resolve()
    cgi = {
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.id}.git/{rest}",
        "REQUEST_METHOD": asked.method,
        "QUERY_STRING": asked.query_string.decode(),
        "CONTENT_TYPE": asked.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": asked.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": asked.headers.get("Git-Protocol", ""),
        "REMOTE_USER": actor.account.login or "anonymous",
        "REMOTE_ADDR": asked.remote_addr or "",
    }
    done = subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", "http-backend"],
        input=body,
        capture_output=True,
        env=environment(cgi),
        check=False,
        cwd=os.fspath(root),
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    status, headers = 200, []
    for line in head.decode("latin-1").split("\r\n"):
        key, _, value = line.partition(": ")
        if key.lower() == "status":
            status = int(value.split()[0])
        elif key:
            headers.append((key, value))
    if done.returncode != 0 and not head:
        status = 500
    return Response(content, status, headers)

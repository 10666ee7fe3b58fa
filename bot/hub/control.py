"""`/_hub/`: what a test asks of the hub itself, which GitHub has not: faults, writes, deliveries."""

from __future__ import annotations

import dataclasses
import json
import socket
import time
from typing import Any

from flask import Flask, Response, g, jsonify, request

from .facts import Delivery, Write
from .faults import Fault, Faults
from .hub import Hub
from .setup import USERS
from .webhooks import Webhooks

HIDDEN = ("dice",)


def _shown(fault: Fault) -> dict[str, Any]:
    return {field.name: getattr(fault, field.name) for field in dataclasses.fields(fault) if field.name not in HIDDEN}


def register(app: Flask, hub: Hub, faults: Faults, webhooks: Webhooks) -> None:
    """The hub's own addresses, and the faults that requests meet."""

    def list_faults() -> Response:
        return jsonify([_shown(fault) for fault in faults.all()])

    def add_faults() -> tuple[Response, int]:
        sent = request.get_json()
        try:
            made = [faults.add(each) for each in (sent if isinstance(sent, list) else [sent])]
        except (TypeError, ValueError) as error:
            return jsonify({"message": str(error)}), 422
        return jsonify([_shown(fault) for fault in made]), 201

    def clear_faults() -> tuple[str, int]:
        faults.clear()
        return "", 204

    def list_writes() -> Response:
        return jsonify([dataclasses.asdict(write) for write in hub.store.all(Write)])

    def list_deliveries() -> Response:
        return jsonify([dataclasses.asdict(delivery) for delivery in hub.store.all(Delivery)])

    def state() -> Response:
        return jsonify({"idle": webhooks.idle(), "default_users": list(USERS)})

    app.add_url_rule("/_hub/faults", "hub/list-faults", list_faults)
    app.add_url_rule("/_hub/faults", "hub/add-faults", add_faults, methods=["POST"])
    app.add_url_rule("/_hub/faults", "hub/clear-faults", clear_faults, methods=["DELETE"])
    app.add_url_rule("/_hub/writes", "hub/list-writes", list_writes)
    app.add_url_rule("/_hub/deliveries", "hub/list-deliveries", list_deliveries)
    app.add_url_rule("/_hub/state", "hub/state", state)
    _meet_faults(app, faults)


def _is_service(path: str) -> bool:
    return path.startswith("/api/") or path.endswith(("/info/refs", "/git-upload-pack", "/git-receive-pack"))


def _who() -> str:
    """The App, with its own token or an installation's, by header or as git does it; or a person."""
    given = request.authorization
    token = "" if given is None else given.password or given.token or ""
    return "app" if token.startswith(("ghs_", "eyJ")) else "person"


def _meet_faults(app: Flask, faults: Faults) -> None:
    def before() -> Response | None:
        g.fault = faults.of_request(request.method, request.path, _who()) if _is_service(request.path) else None
        fault: Fault | None = g.fault
        if fault is None:
            return None
        match fault.kind:
            case "delay":
                time.sleep(fault.seconds)
            case "drop":
                return _dropped()
            case "status" | "rate-limit" | "secondary-rate-limit":
                return _refused(fault)
        return None

    def after(response: Response) -> Response:
        fault: Fault | None = g.get("fault")
        if fault is not None and fault.kind == "applied-status":
            return _refused(fault)
        if fault is not None and fault.kind == "applied-drop":
            return _dropped()
        return response

    app.before_request(before)
    app.after_request(after)


def _dropped() -> Response:
    """The connection closes without an answer."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)


def _refused(fault: Fault) -> Response:
    headers: dict[str, str] = {}
    status, message = fault.status, fault.message
    if fault.kind == "rate-limit":
        reset = str(int(time.time() + fault.seconds))
        headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        status, message = 403, "API rate limit exceeded for installation."
    elif fault.kind == "secondary-rate-limit":
        headers = {"Retry-After": str(int(fault.seconds))}
        status = 403
        message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    elif fault.seconds:
        headers = {"Retry-After": str(int(fault.seconds))}
    body = json.dumps({"message": message, "documentation_url": "https://docs.github.com/rest"})
    return Response(body, status, headers, content_type="application/json; charset=utf-8")

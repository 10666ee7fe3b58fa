"""The hub as a Flask app, and as a server that runs beside a test, a demo or on its own."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from . import control, git_http, graphql
from .api import dispatch
from .auth import private_key_file
from .facts import Account, Role
from .faults import Faults
from .hub import Hub
from .pages import blueprint
from .setup import USERS, Setup, open_hub
from .webhooks import Webhooks, secret_file

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Middleware: TypeAlias = "Callable[[WSGIApplication], WSGIApplication]"
BODY_LIMIT = 100 * 1024 * 1024


def create_app(hub: Hub, faults: Faults, webhooks: Webhooks, middleware: Middleware | None = None) -> Flask:
    """Everything under one roof: REST, GraphQL, git, the hub's own addresses, pages; the middleware wraps it all."""
    app = Flask("bot.hub", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.url_map.merge_slashes = False
    control.register(app, hub, faults, webhooks)
    dispatch.register(app, hub)
    graphql.register(app, hub)
    git_http.register(app, hub)
    app.register_blueprint(blueprint(hub))
    if middleware is not None:
        app.wsgi_app = middleware(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


class _Quiet(WSGIRequestHandler):
    """No line per request; connections stay open between requests, as GitHub's do."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing is logged."""


@dataclass(frozen=True)
class RunningHub:
    """A hub that serves, and what its clients need."""

    url: str
    api_url: str
    app_id: int
    private_key_file: Path
    webhook_secret_file: Path
    users: dict[str, str]
    env_file: Path
    hub: Hub
    webhooks: Webhooks

    def announcement(self) -> dict[str, Any]:
        """The line that `charrette hub` prints when it is ready."""
        return {
            "url": self.url,
            "api_url": self.api_url,
            "app_id": self.app_id,
            "private_key_file": str(self.private_key_file),
            "webhook_secret_file": str(self.webhook_secret_file),
            "users": self.users,
            "env_file": str(self.env_file),
        }

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)  # noqa: S310
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(asked, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def writes(self) -> list[dict[str, Any]]:
        """Every accepted write: method, path, operation, actor, status, and key with body where a marker stood."""
        found: list[dict[str, Any]] = self._ask("GET", "/_hub/writes")
        return found

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery, with its state: waiting, held, sent, lost."""
        found: list[dict[str, Any]] = self._ask("GET", "/_hub/deliveries")
        return found

    def faults(self, *wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        """These faults are added; all faults come back, with how often each happened."""
        if wanted:
            self._ask("POST", "/_hub/faults", list(wanted))
        found: list[dict[str, Any]] = self._ask("GET", "/_hub/faults")
        return found

    def no_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._ask("DELETE", "/_hub/faults")

    def settle(self, seconds: float = 10.0) -> None:
        """Every delivery was sent; TimeoutError after so many seconds."""
        until = time.monotonic() + seconds
        while not self.webhooks.idle():
            if time.monotonic() > until:
                raise TimeoutError("deliveries still wait")
            time.sleep(0.01)


def _env_file(state: Path, url: str, hub: Hub, webhook: str) -> Path:
    where = urlsplit(webhook)
    lines = {
        "CHARRETTE_GITHUB_API_URL": f"{url}/api/v3",
        "CHARRETTE_GITHUB_URL": url,
        "CHARRETTE_APP_ID": str(hub.app.id),
        "CHARRETTE_APP_PRIVATE_KEY_FILE": str(private_key_file(hub).resolve()),
        "CHARRETTE_WEBHOOK_SECRET_FILE": str(secret_file(hub).resolve()),
        "CHARRETTE_WRITE_INTERVAL_SECONDS": "0",
    }
    if where.netloc:
        lines["CHARRETTE_LISTEN"] = where.netloc
    file = state / "charrette.env"
    file.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
    return file


@contextmanager
def serving(
    state: Path, listen: str, setup: Setup, middleware: Middleware | None = None
) -> Iterator[tuple[RunningHub, BaseWSGIServer]]:
    """A hub that is bound to its address and sends webhooks; whoever opens it runs the server."""
    host, _, port = listen.rpartition(":")
    host = host or "127.0.0.1"
    with ExitStack() as stack:
        server = make_server(host, int(port), Flask("bot.hub.not-yet"), threaded=True, request_handler=_Quiet)
        stack.callback(server.server_close)
        url = f"http://{host}:{server.server_port}"
        hub = open_hub(state, url, setup)
        stack.callback(hub.close)
        faults = Faults()
        webhooks = Webhooks(hub, faults)
        server.app = create_app(hub, faults, webhooks, middleware)
        webhooks.start()
        stack.callback(webhooks.stop)
        yield _running(hub, url, webhooks, _env_file(state, url, hub, setup.webhook)), server


def _running(hub: Hub, url: str, webhooks: Webhooks, env_file: Path) -> RunningHub:
    return RunningHub(
        url=url,
        api_url=f"{url}/api/v3",
        app_id=hub.app.id,
        private_key_file=private_key_file(hub).resolve(),
        webhook_secret_file=secret_file(hub).resolve(),
        users={person.login: person.token for person in hub.store.all(Account, kind="User") if person.token},
        env_file=env_file.resolve(),
        hub=hub,
        webhooks=webhooks,
    )


@contextmanager
def running_hub(
    state: Path,
    repositories: Mapping[str, Path],
    webhook: str | None = None,
    *,
    users: Mapping[str, Role] | None = None,
    organizations: Sequence[str] = (),
    middleware: Middleware | None = None,
    listen: str = "127.0.0.1:0",
) -> Iterator[RunningHub]:
    """A hub in a thread of this process, for as long as the block lasts; the same folder goes on where it stopped."""
    setup = Setup(repositories, users or USERS, organizations, webhook or "")
    with serving(state, listen, setup, middleware) as (running, server):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()

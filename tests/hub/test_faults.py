"""Webhook deliveries, and what goes wrong on demand."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from github import GithubException
from github.Repository import Repository

from bot.hub.server import RunningHub
from tests.hub.conftest import NAME, integration


class Receiver(ThreadingHTTPServer):
    """A webhook's receiver that keeps what it gets."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers.items()), body))
                self.send_response(receiver.answers.pop() if receiver.answers else 202)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def names(self) -> list[str]:
        return [headers["X-GitHub-Event"] for headers, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def told(hub: RunningHub, receiver: Receiver) -> RunningHub:
    """The hub, once the receiver is its webhook."""
    hub.settle()
    url = f"http://127.0.0.1:{receiver.server_port}/webhook"
    integration(hub).requester.requestJsonAndCheck("PATCH", "/app/hook/config", input={"url": url})
    return hub


def test_deliveries_are_signed_kept_and_sent_again(told: RunningHub, receiver: Receiver, ada: Repository) -> None:
    receiver.answers = [500]
    ada.create_issue("One")
    told.settle()
    headers, body = receiver.got[0]
    secret = told.webhook_secret_file.read_bytes().strip()
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    payload = json.loads(body)
    assert (payload["action"], payload["sender"]["login"]) == ("opened", "ada")
    assert payload["installation"]["id"] == integration(told).get_repo_installation("acme", "widgets").id
    app = integration(told).requester
    _, found = app.requestJsonAndCheck("GET", "/app/hook/deliveries?status=failure&per_page=1")
    assert (found[0]["guid"], found[0]["status_code"]) == (headers["X-GitHub-Delivery"], 500)
    app.requestJsonAndCheck("POST", f"/app/hook/deliveries/{found[0]['id']}/attempts")
    told.settle()
    assert receiver.got[1][0]["X-GitHub-Delivery"] == headers["X-GitHub-Delivery"]
    assert receiver.got[1][1] == body
    _, last = app.requestJsonAndCheck("GET", "/app/hook/deliveries?per_page=1")
    assert (last[0]["redelivery"], last[0]["status_code"]) == (True, 202)
    _, whole = app.requestJsonAndCheck("GET", f"/app/hook/deliveries/{last[0]['id']}")
    assert whole["request"]["payload"] == payload
    _, config = app.requestJsonAndCheck("GET", "/app/hook/config")
    assert config["url"].endswith("/webhook")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "lost", "event": "issues.opened"}, ["issue_comment"]),
        ({"kind": "doubled", "event": "issues.opened"}, ["issues", "issues", "issue_comment"]),
        ({"kind": "reordered", "event": "issues.opened"}, ["issue_comment", "issues"]),
        ({"kind": "late", "event": "issues.opened", "seconds": 0.4}, ["issue_comment", "issues"]),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_deliveries_go_wrong_on_demand(
    told: RunningHub, receiver: Receiver, ada: Repository, fault: dict[str, Any], expected: list[str]
) -> None:
    told.faults(fault)
    ada.create_issue("One").create_comment("Two")
    told.settle()
    assert receiver.names == expected


@pytest.mark.parametrize(
    ("fault", "status", "made"),
    [
        ({"kind": "status", "status": 500}, 500, 0),
        ({"kind": "applied-status", "status": 502}, 502, 1),
        ({"kind": "rate-limit", "seconds": 30}, 403, 0),
        ({"kind": "secondary-rate-limit", "seconds": 7}, 403, 0),
        ({"kind": "drop"}, 0, 0),
        ({"kind": "applied-drop"}, 0, 1),
        ({"kind": "status", "probability": 0.0}, 201, 1),
    ],
    ids=["refused", "applied then 502", "limit", "second limit", "dropped", "applied then dropped", "never"],
)
def test_requests_go_wrong_on_demand(
    hub: RunningHub, ada: Repository, fault: dict[str, Any], status: int, made: int
) -> None:
    hub.faults({"method": "POST", "path": "/issues$", **fault})
    headers = {"Authorization": f"token {hub.users['ada']}"}
    sent = {"title": "T", "body": "<!-- charrette:key=status digest=1 -->"}
    try:
        answer = requests.post(f"{hub.api_url}/repos/{NAME}/issues", json=sent, headers=headers, timeout=5)
        assert answer.status_code == status
        assert answer.headers.get("Retry-After", "") == ("7" if "secondary" in fault["kind"] else "")
    except requests.ConnectionError:
        assert status == 0
    assert len(list(ada.get_issues())) == made
    assert [write["key"] for write in hub.writes()] == ["status"] * made
    hub.no_faults()
    assert hub.faults() == []


def test_a_fault_meets_whom_it_is_for(hub: RunningHub, ada: Repository) -> None:
    hub.faults({"kind": "status", "status": 418, "who": "app", "times": -1, "message": "No."})
    assert list(ada.get_issues()) == []
    with pytest.raises(GithubException, match="No"):
        integration(hub).get_app()
    answer = requests.post(f"{hub.url}/_hub/faults", json={"kind": "status", "who": "nobody"}, timeout=5)
    assert answer.status_code == 422
    hub.no_faults()


def test_a_delay_and_a_fault_that_does_not_exist(hub: RunningHub, ada: Repository) -> None:
    hub.faults({"kind": "delay", "seconds": 0.2, "path": "/labels$"})
    started = time.monotonic()
    ada.get_labels().totalCount  # noqa: B018
    assert time.monotonic() - started >= 0.2
    assert hub.faults()[0]["hits"] == 1
    answer = requests.post(f"{hub.url}/_hub/faults", json={"kind": "flood"}, timeout=5)
    assert answer.status_code == 422

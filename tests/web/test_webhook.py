"""A delivery is verified, then understood, then stored, then acknowledged; in that order, and never falsely."""

import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.core.errors import TransientError
from bot.core.ports import Delivery
from bot.web import create_app, sign

SECRET = "it's a secret"
BODY = json.dumps({"action": "labeled", "zen": "Speak like a human."}).encode()


@dataclass
class Kept:
    """What was stored; `fails` makes storing and being ready fail."""

    deliveries: list[Delivery] = field(default_factory=list)
    fails: Exception | None = None

    def store(self, delivery: Delivery) -> None:
        self.ready()
        self.deliveries.append(delivery)

    def ready(self) -> None:
        if self.fails:
            raise self.fails


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def client(kept: Kept) -> FlaskClient:
    return create_app(SECRET, kept.store, kept.ready, limit=1000).test_client()


Post = Callable[..., TestResponse]


@pytest.fixture
def post(client: FlaskClient) -> Post:
    def send(body: bytes = BODY, signature: str | None = None, **headers: str | None) -> TestResponse:
        given = {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "X-GitHub-Event": "issues",
            "X-Hub-Signature-256": sign(SECRET, body) if signature is None else signature,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        kept = {name: value for name, value in given.items() if value is not None}
        return client.post("/webhook", data=body, headers=kept)

    return send


def test_the_signature_is_the_one_in_githubs_documentation() -> None:
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert sign("It's a Secret to Everybody", b"Hello, World!") == expected


def test_a_delivery_is_stored_and_acknowledged(post: Post, kept: Kept) -> None:
    answer = post()
    assert (answer.status_code, answer.json) == (202, {"accepted": "72d3162e-cc78-11e3-81ab-4c9367dc0958"})
    assert kept.deliveries == [Delivery("72d3162e-cc78-11e3-81ab-4c9367dc0958", "issues", BODY)]


def test_a_ping_is_answered_and_not_stored(post: Post, kept: Kept) -> None:
    answer = post(X_GitHub_Event="ping")
    assert (answer.status_code, answer.json) == (200, {"pong": "Speak like a human."})
    assert kept.deliveries == []


REFUSED = [
    pytest.param({"signature": ""}, 401, id="no signature"),
    pytest.param({"signature": "sha256="}, 401, id="empty signature"),
    pytest.param({"signature": sign("another", BODY)}, 401, id="another's signature"),
    pytest.param({"signature": sign(SECRET, BODY).removeprefix("sha256=")}, 401, id="bare signature"),
    pytest.param({"signature": "sha256=ä"}, 401, id="signature that is not ASCII"),
    pytest.param(
        {"body": b"{", "signature": "sha256=0"}, 401, id="no JSON and no signature: the signature comes first"
    ),
    pytest.param({"X_GitHub_Delivery": None}, 400, id="no id"),
    pytest.param({"X_GitHub_Delivery": "a b"}, 400, id="id with a space"),
    pytest.param({"X_GitHub_Delivery": "x" * 201}, 400, id="long id"),
    pytest.param({"X_GitHub_Event": None}, 400, id="no event"),
    pytest.param({"X_GitHub_Event": "Issues!"}, 400, id="no event's name"),
    pytest.param({"body": b"{"}, 400, id="no JSON"),
    pytest.param({"body": b"\xff{}"}, 400, id="not UTF-8"),
    pytest.param({"body": b""}, 400, id="nothing"),
    pytest.param({"body": b"[]"}, 400, id="JSON, but no object"),
    pytest.param({"body": b'{"a":' + b"[" * 400 + b"]" * 400 + b"}x"}, 400, id="JSON and more"),
    pytest.param({"Content_Type": "application/x-www-form-urlencoded"}, 415, id="a form"),
    pytest.param({"Content_Type": None}, 415, id="no content type"),
    pytest.param({"body": b"{" + b" " * 1000 + b"}"}, 413, id="too large"),
]


@pytest.mark.parametrize(("changed", "status"), REFUSED)
def test_what_is_not_right_is_refused_with_a_reason(
    post: Post, kept: Kept, changed: dict[str, str], status: int
) -> None:
    answer = post(**changed)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]
    assert kept.deliveries == []


def test_a_charset_beside_the_content_type_is_fine(post: Post) -> None:
    assert post(Content_Type="application/json; charset=utf-8").status_code == 202


def test_what_was_signed_are_the_bytes_and_not_what_they_mean(post: Post) -> None:
    assert post(BODY + b" ", sign(SECRET, BODY)).status_code == 401


def test_a_body_without_a_length_is_limited_too(client: FlaskClient) -> None:
    body = b"{" + b" " * 1000 + b"}"
    answer = client.post(
        "/webhook",
        input_stream=io.BytesIO(body),
        headers={"X-Hub-Signature-256": sign(SECRET, body)},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


def test_a_delivery_that_was_not_stored_is_not_acknowledged(post: Post, kept: Kept) -> None:
    kept.fails = TransientError("the disk is full")
    answer = post()
    assert answer.status_code == 503
    assert "the disk is full" not in answer.text


def test_a_bug_is_a_500_without_details(post: Post, kept: Kept) -> None:
    kept.fails = RuntimeError("details")
    answer = post()
    assert (answer.status_code, answer.json) == (500, {"error": "Internal Server Error"})


def test_the_body_of_a_refused_request_is_in_no_log(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    post(b'{"password": "hunter2"}', "sha256=0")
    assert "the signature is missing or wrong" in caplog.text
    assert "hunter2" not in caplog.text


def test_health_and_readiness(client: FlaskClient, kept: Kept) -> None:
    assert (client.get("/healthz").status_code, client.get("/readyz").json) == (200, {"ready": True})
    kept.fails = TransientError("the database is gone")
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ready": False})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/webhook", 405),
        ("HEAD", "/webhook", 405),
        ("PUT", "/webhook", 405),
        ("POST", "/webhook/", 404),
        ("POST", "/webhooks", 404),
        ("POST", "/healthz", 405),
    ],
)
def test_there_is_nothing_else(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.is_json
    assert bool(answer.data) == (method != "HEAD")
    assert answer.headers.get("Allow") == ("POST" if path == "/webhook" else None)


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="without a secret"):
        create_app("", lambda delivery: None, lambda: None)

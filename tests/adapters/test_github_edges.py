"""What PyGithub, the network and GitHub's limits do at their worst, and what a client makes of it."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import requests
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.github import App, Client
from bot.adapters.github.limiter import WRITES_AN_HOUR, Limiter
from bot.adapters.github.tokens import Tokens
from bot.core.errors import CharretteError, ConflictError, MissingError, PersonError, TransientError
from bot.core.identity import Repository
from bot.core.publications import LabelWish

# PyGithub names the port always.
API = "https://github.example.com:443/api/v3"
REPO = f"{API}/repos/o/r"
THERE = Repository(1, "o/r", 5)
MINT = f"{API}/app/installations/5/access_tokens"
COMMENTS = f"{REPO}/issues/3/comments"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def later(minutes: float = 60) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def app(write_interval: float = 0) -> App:
    return App(99, lambda: PEM, "https://github.example.com", API, write_interval)


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(MINT, json={"token": "ghs_1", "expires_at": later()}, status=201)
        yield mock


@pytest.fixture
def client(net: responses.RequestsMock) -> Client:
    return app().github(THERE)


def asked(net: responses.RequestsMock, verb: str, url: str) -> int:
    return sum(1 for call in net.calls if call.request.method == verb and (call.request.url or "").startswith(url))


def body(call: responses.Call) -> Any:
    return json.loads(call.request.body or "")


# --- tokens ---


def test_a_token_is_for_one_repository_and_for_the_least(net: responses.RequestsMock) -> None:
    net.get(
        f"{REPO}/git/ref/heads/main", json={"ref": "refs/heads/main", "object": {"sha": "a" * 40, "type": "commit"}}
    )
    assert app().github(THERE).head("main") == "a" * 40
    mint, read = net.calls
    assert body(mint) == {
        "repository_ids": [1],
        "permissions": {
            "checks": "write",
            "contents": "write",
            "issues": "write",
            "metadata": "read",
            "pull_requests": "write",
        },
    }
    claims = jwt.decode(mint.request.headers["Authorization"].removeprefix("Bearer "), KEY.public_key(), ["RS256"])
    assert claims["iss"] == "99"
    assert read.request.headers["Authorization"] == "token ghs_1"


def test_a_token_is_shared_between_clients_and_threads(net: responses.RequestsMock) -> None:
    net.get(
        f"{REPO}/git/ref/heads/main", json={"ref": "refs/heads/main", "object": {"sha": "a" * 40, "type": "commit"}}
    )
    ours = app()
    threads = [threading.Thread(target=lambda: ours.github(THERE).head("main")) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(net, "POST", MINT) == 1
    assert asked(net, "GET", REPO) == 5


def test_a_token_is_renewed_before_it_expires() -> None:
    now = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    tokens = Tokens(99, lambda: PEM, API, lambda: now)
    with responses.RequestsMock() as net:
        net.post(MINT, json={"token": "ghs_1", "expires_at": "2026-11-20T11:00:00Z"}, status=201)
        assert tokens.token(THERE) == "ghs_1"
        now += timedelta(minutes=54)
        assert tokens.token(THERE) == "ghs_1"
        net.post(MINT, json={"token": "ghs_2", "expires_at": "2026-11-20T12:00:00Z"}, status=201)
        now += timedelta(minutes=2)
        assert tokens.token(THERE) == "ghs_2"


def test_a_clone_gets_a_token_of_its_own_that_only_reads(net: responses.RequestsMock) -> None:
    url, token = app().clone_credentials(THERE)
    assert (url, token) == ("https://github.example.com/o/r.git", "ghs_1")
    assert body(net.calls[0])["permissions"] == {"contents": "read", "metadata": "read"}


def test_a_token_that_github_no_longer_takes_is_replaced(net: responses.RequestsMock, client: Client) -> None:
    net.get(f"{REPO}/git/ref/heads/main", json={"message": "Bad credentials"}, status=401)
    for _ in range(2):
        with pytest.raises(TransientError, match="Bad credentials"):
            client.head("main")
    assert asked(net, "POST", MINT) == 2


def test_a_key_that_github_does_not_take_is_told() -> None:
    with responses.RequestsMock() as net:
        net.post(MINT, json={"message": "A JSON web token could not be decoded"}, status=401)
        with pytest.raises(PersonError, match="App's id and private key"):
            app().github(THERE).head("main")


def test_no_log_holds_a_token(net: responses.RequestsMock, caplog: pytest.LogCaptureFixture) -> None:
    net.get(f"{REPO}/git/ref/heads/main", json={"message": "Not Found"}, status=404)
    with caplog.at_level(logging.DEBUG):
        assert app().github(THERE).head("main") is None
    assert "ghs_1" not in caplog.text


def test_the_login_is_asked_once() -> None:
    with responses.RequestsMock() as net:
        net.get(f"{API}/app", json={"id": 99, "slug": "charrette"})
        ours = app()
        assert [ours.login(), ours.github(THERE).login()] == ["charrette[bot]"] * 2
        assert len(net.calls) == 1


# --- doing things once ---


def test_a_write_is_not_repeated_after_a_502(net: responses.RequestsMock, client: Client) -> None:
    net.post(COMMENTS, status=502)
    with pytest.raises(TransientError):
        client.create_comment(3, "Hello")
    assert asked(net, "POST", COMMENTS) == 1


def test_a_write_is_not_repeated_after_a_dropped_connection(net: responses.RequestsMock, client: Client) -> None:
    net.post(COMMENTS, body=requests.ConnectionError("gone"))
    with pytest.raises(TransientError, match="could not be reached"):
        client.create_comment(3, "Hello")
    assert asked(net, "POST", COMMENTS) == 1


def test_reading_is_repeated_after_a_502(net: responses.RequestsMock, client: Client) -> None:
    ref = f"{REPO}/git/ref/heads/main"
    net.get(ref, status=502)
    net.get(ref, json={"ref": "refs/heads/main", "object": {"sha": "a" * 40, "type": "commit"}})
    assert client.head("main") == "a" * 40


def test_a_branch_that_was_moved_before_the_answer_was_lost_is_moved(
    net: responses.RequestsMock, client: Client
) -> None:
    at, new, tree = "a" * 40, "b" * 40, {"sha": "c" * 40, "url": f"{REPO}/git/trees/c"}
    branch = "charrette/3-x"
    net.get(f"{REPO}/git/commits/{at}", json={"sha": at, "tree": tree})
    net.post(f"{REPO}/git/trees", json={"sha": "d" * 40}, status=201)
    net.post(f"{REPO}/git/commits", json={"sha": new}, status=201)
    net.post(f"{REPO}/git/refs", status=502)
    net.get(f"{REPO}/git/ref/heads/{branch}", json={"ref": branch, "object": {"sha": new, "type": "commit"}})
    sha, files = client.commit(branch, at, {"_tasks/x/001.md": "hello\n"}, "message", create=True)
    assert (sha, files) == (new, {"_tasks/x/001.md": "ce013625030ba8dba906f756967f9e9ca394464a"})


def test_a_lost_answer_about_a_branch_that_did_not_move_is_transient(
    net: responses.RequestsMock, client: Client
) -> None:
    at = "a" * 40
    net.get(f"{REPO}/git/commits/{at}", json={"sha": at, "tree": {"sha": "c" * 40}})
    net.post(f"{REPO}/git/trees", json={"sha": "d" * 40}, status=201)
    net.post(f"{REPO}/git/commits", json={"sha": "b" * 40}, status=201)
    net.post(f"{REPO}/git/refs", status=502)
    net.get(f"{REPO}/git/ref/heads/charrette/3-x", json={"message": "Not Found"}, status=404)
    with pytest.raises(TransientError):
        client.commit("charrette/3-x", at, {"a.md": "x"}, "message", create=True)


@pytest.mark.parametrize(
    ("branch", "path"),
    [
        pytest.param("main", "a.md", id="another branch"),
        pytest.param("charrette/1-x", ".github/workflows/x.yml", id="a workflow of GitHub's"),
        pytest.param("charrette/1-x", "../a.md", id="out of the tree"),
        pytest.param("charrette/1-x", "/a.md", id="absolute"),
        pytest.param("charrette/1-x", "a/.GIT/config", id="git's own"),
    ],
)
def test_nothing_is_written_elsewhere(client: Client, branch: str, path: str) -> None:
    with pytest.raises(ValueError, match="not"):
        client.commit(branch, "a" * 40, {path: "x"}, "message", create=False)


# --- errors ---


@pytest.mark.parametrize(
    ("status", "answer", "kind", "text"),
    [
        pytest.param(404, {"message": "Not Found"}, MissingError, "Not Found", id="not found"),
        pytest.param(410, {"message": "This issue was deleted"}, MissingError, "deleted", id="gone"),
        pytest.param(409, {"message": "Git Repository is empty."}, MissingError, "empty", id="empty"),
        pytest.param(409, {"message": "Conflict"}, ConflictError, "Conflict", id="conflict"),
        pytest.param(422, {"message": "Update is not a fast forward"}, ConflictError, "fast", id="moved on"),
        pytest.param(422, {"message": "Reference already exists"}, ConflictError, "exists", id="there already"),
        pytest.param(422, {"message": "Reference does not exist"}, ConflictError, "exist", id="there no longer"),
        pytest.param(
            422,
            {
                "message": "Validation Failed",
                "errors": [{"resource": "Label", "field": "name", "code": "already_exists"}],
            },
            ConflictError,
            "Label name already_exists",
            id="there already, in a particular",
        ),
        pytest.param(
            422,
            {"message": "Validation Failed", "errors": [{"code": "custom", "message": "body is too long"}, "and odd"]},
            PersonError,
            r"Validation Failed\. body is too long\. and odd\.",
            id="not valid",
        ),
        pytest.param(403, {"message": "Issue is locked"}, PersonError, "refused: Issue is locked", id="forbidden"),
        pytest.param(451, {}, PersonError, "status 451", id="without a word"),
        pytest.param(500, {"message": "Oops"}, TransientError, "500", id="server error"),
        pytest.param(200, None, TransientError, "cut off", id="half an answer"),
    ],
)
def test_an_answer_is_an_error_of_ours(
    net: responses.RequestsMock, client: Client, status: int, answer: Any, kind: type[CharretteError], text: str
) -> None:
    net.post(COMMENTS, body='{"id": 1, ' if answer is None else json.dumps(answer), status=status)
    with pytest.raises(kind, match=text):
        client.create_comment(3, "Hello")


@pytest.mark.parametrize(
    ("status", "answer", "headers", "seconds"),
    [
        pytest.param(403, "You have exceeded a secondary rate limit.", {"Retry-After": "30"}, 30, id="retry-after"),
        pytest.param(403, "You have exceeded a secondary rate limit.", {}, 60, id="secondary"),
        pytest.param(429, "Too many requests", {}, 60, id="429"),
        pytest.param(403, "Wait.", {"Retry-After": "7"}, 7, id="another message"),
        pytest.param(
            403,
            "API rate limit exceeded for installation ID 5.",
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 600)},
            600,
            id="primary",
        ),
        pytest.param(
            403,
            "API rate limit exceeded for installation ID 5.",
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"},
            1,
            id="primary, reset long ago",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_rate_limit_is_told_with_its_seconds_at_once(
    net: responses.RequestsMock, verb: str, status: int, answer: str, headers: dict[str, str], seconds: float
) -> None:
    ours = app()
    url = COMMENTS if verb == "POST" else f"{REPO}/git/ref/heads/main"
    net.add(verb, url, json={"message": answer}, status=status, headers=headers)
    ask: Callable[[Client], object] = (
        (lambda c: c.create_comment(3, "x")) if verb == "POST" else (lambda c: c.head("main"))
    )
    with pytest.raises(TransientError) as caught:
        ask(ours.github(THERE))
    assert caught.value.retry_after == pytest.approx(seconds, abs=60 if seconds > 100 else 1)
    assert asked(net, verb, url) == 1
    if seconds > 5:
        # Nor does another client of the installation ask before.
        with pytest.raises(TransientError, match="rate limit"):
            ask(ours.github(THERE))
        assert asked(net, verb, url) == 1


# --- what GitHub names differently ---


@pytest.mark.parametrize(
    ("answer", "status", "expected"),
    [
        pytest.param({"permission": "write", "role_name": "maintain"}, 200, "maintain", id="a role"),
        pytest.param({"permission": "read", "role_name": "triage"}, 200, "triage", id="triage"),
        pytest.param({"permission": "write", "role_name": "Release crew"}, 200, "write", id="a role of their own"),
        pytest.param({"permission": "read"}, 200, "read", id="an old server"),
        pytest.param({"message": "robot is not a user"}, 404, "none", id="nobody"),
    ],
)
def test_a_permission(
    net: responses.RequestsMock, client: Client, answer: dict[str, str], status: int, expected: str
) -> None:
    net.get(f"{REPO}/collaborators/robot%5Bbot%5D/permission", json=answer, status=status)
    assert client.permission("robot[bot]") == expected


@pytest.mark.parametrize(
    ("number", "page", "there"),
    [
        pytest.param(3, "https://github.example.com/o/r/issues/3", True, id="here"),
        pytest.param(3, "https://github.example.com/o/renamed/issues/3", True, id="the repository was renamed"),
        pytest.param(3, "https://github.example.com/o/other/issues/3", False, id="transferred to the same number"),
        pytest.param(8, "https://github.example.com/o/other/issues/8", False, id="transferred"),
    ],
)
def test_an_issue_that_was_transferred_is_missing(
    net: responses.RequestsMock, client: Client, number: int, page: str, there: bool
) -> None:
    name = page.split("/")[4]
    net.get(f"{REPO}/issues/3", status=301, headers={"Location": f"{API}/repositories/2/issues/{number}"})
    issue = {
        "number": number,
        "title": "t",
        "body": None,
        "user": None,
        "state": "open",
        "labels": [],
        "html_url": page,
        "url": f"{API}/repos/o/{name}/issues/{number}",
    }
    net.get(f"{API}/repositories/2/issues/{number}", json=issue)
    net.get(f"{API}/repos/o/{name}", json={"id": 2 if name == "other" else 1, "url": f"{API}/repos/o/{name}"})
    if there:
        assert client.issue(3).author == "ghost"
    else:
        with pytest.raises(MissingError, match="transferred"):
            client.issue(3)


def test_a_repository_without_a_commit_has_no_default_branch(net: responses.RequestsMock, client: Client) -> None:
    net.get(REPO, json={"id": 1, "full_name": "o/r", "default_branch": "main", "url": REPO})
    net.get(f"{REPO}/git/ref/heads/main", json={"message": "Git Repository is empty."}, status=409)
    with pytest.raises(MissingError, match="no commit"):
        client.default_branch()


def test_a_file_that_comes_without_its_content_is_none(net: responses.RequestsMock, client: Client) -> None:
    large = {"type": "file", "encoding": "none", "content": "", "size": 2_000_000, "path": "big.md"}
    net.get(f"{REPO}/contents/big.md", json=large)
    assert client.file("big.md", "main") is None


def test_a_label_that_another_made_meanwhile_is_there(net: responses.RequestsMock, client: Client) -> None:
    net.get(f"{REPO}/labels/design", json={"message": "Not Found"}, status=404)
    exists = {"message": "Validation Failed", "errors": [{"resource": "Label", "code": "already_exists"}]}
    net.post(f"{REPO}/labels", json=exists, status=422)
    client.ensure_label(LabelWish("label/design", "design", "ff0000", "Designs"))
    assert asked(net, "POST", f"{REPO}/labels") == 1


def test_without_drafts_a_pull_request_is_ready_from_the_start(net: responses.RequestsMock, client: Client) -> None:
    refused = {"message": "Draft pull requests are not supported in this repository."}
    opened = {
        "number": 4,
        "html_url": "https://github.example.com/o/r/pull/4",
        "head": {"sha": "a" * 40, "ref": "charrette/3-x"},
        "title": "t",
        "body": "b",
        "draft": False,
        "state": "open",
        "merged_at": None,
    }
    net.post(f"{REPO}/pulls", json=refused, status=422)
    net.post(f"{REPO}/pulls", json=opened, status=201)
    assert not client.create_pull("charrette/3-x", "main", "t", "b", draft=True).draft


def test_a_pull_request_that_is_refused_is_not_tried_again(net: responses.RequestsMock, client: Client) -> None:
    net.post(f"{REPO}/pulls", json={"message": "No commits between main and charrette/3-x"}, status=422)
    with pytest.raises(PersonError, match="No commits"):
        client.create_pull("charrette/3-x", "main", "t", "b", draft=True)
    assert asked(net, "POST", f"{REPO}/pulls") == 1


# --- the pace of writes ---


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def write(limiter: Limiter) -> None:
    with limiter.write():
        pass


def test_writes_are_a_second_apart() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.sleep)
    starts = []
    for _ in range(3):
        with limiter.write():
            starts.append(clock.now)
            clock.now += 0.25
    assert starts == [1000.0, 1001.25, 1002.5]


def test_reading_does_not_wait_for_writes() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.sleep)
    write(limiter)
    limiter.read()
    assert clock.now == 1000.0


def test_an_hour_has_only_so_many_writes() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.sleep)
    for _ in range(WRITES_AN_HOUR):
        write(limiter)
    with pytest.raises(TransientError) as caught:
        write(limiter)
    assert caught.value.retry_after == 4600 - clock.now
    clock.now = 4600.0
    write(limiter)


def test_without_an_interval_nothing_waits() -> None:
    clock = Time()
    limiter = Limiter(0, clock, clock.sleep)
    for _ in range(WRITES_AN_HOUR + 1):
        write(limiter)
    assert clock.now == 1000.0


def test_rest_is_kept_by_all() -> None:
    clock = Time()
    limiter = Limiter(0, clock, clock.sleep)
    limiter.rest(3)
    limiter.read()
    assert clock.now == 1003.0
    limiter.rest(30)
    limiter.rest(2)
    for ask in (limiter.read, lambda: write(limiter)):
        with pytest.raises(TransientError) as caught:
            ask()
        assert caught.value.retry_after == 30


def test_one_writes_at_a_time() -> None:
    limiter = Limiter(0)
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        with limiter.write():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.01)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5

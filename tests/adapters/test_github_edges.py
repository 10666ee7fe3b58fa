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
from bot.adapters.github.cache import Answer, Answers
from bot.adapters.github.layers import Contents
from bot.adapters.github.limiter import WORK_AN_HOUR, WRITES_A_MINUTE, WRITES_AN_HOUR, Lane, Limiter
from bot.adapters.github.requester import Requester, lane
from bot.adapters.github.tokens import READ, SEEK, WRITE, LiveToken, Tokens
from bot.core.errors import CharretteError, ConflictError, MissingError, PersonError, TransientError
from bot.core.identity import Repository
from bot.core.publications import LabelWish

# PyGithub names the port always.
API = "https://github.example.com:443/api/v3"
REPO = f"{API}/repositories/1"
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


REF = f"{REPO}/git/ref/heads/main"
HEAD = {"ref": "refs/heads/main", "object": {"sha": "a" * 40, "type": "commit"}}


def test_a_token_that_expires_in_the_middle_is_replaced_at_once(net: responses.RequestsMock, client: Client) -> None:
    net.get(REF, json={"message": "Bad credentials"}, status=401)
    net.post(MINT, json={"token": "ghs_2", "expires_at": later()}, status=201)
    net.get(REF, json=HEAD)
    assert client.head("main") == "a" * 40
    assert [call.request.headers["Authorization"] for call in net.calls if call.request.url == REF] == [
        "token ghs_1",
        "token ghs_2",
    ]


def test_what_was_refused_for_its_token_is_written_once(net: responses.RequestsMock, client: Client) -> None:
    net.post(COMMENTS, json={"message": "Bad credentials"}, status=401)
    net.post(COMMENTS, json={"id": 7}, status=201)
    assert client.create_comment(3, "Hello") == 7
    assert asked(net, "POST", COMMENTS) == 2


def test_a_token_that_is_never_taken_is_replaced_once_a_request(net: responses.RequestsMock, client: Client) -> None:
    net.get(REF, json={"message": "Bad credentials"}, status=401)
    with pytest.raises(TransientError, match="Bad credentials"):
        client.head("main")
    assert (asked(net, "POST", MINT), asked(net, "GET", REF)) == (2, 2)


def test_a_token_that_another_job_has_replaced_is_kept(net: responses.RequestsMock) -> None:
    tokens = Tokens(99, lambda: PEM, API)
    old = tokens.token(THERE)
    tokens.refused(THERE, WRITE, old)
    net.post(MINT, json={"token": "ghs_2", "expires_at": later()}, status=201)
    assert tokens.token(THERE) == "ghs_2"
    tokens.refused(THERE, WRITE, old)
    assert tokens.token(THERE) == "ghs_2"
    assert asked(net, "POST", MINT) == 2


def test_tokens_that_no_job_uses_are_revoked_and_the_others_are_not(net: responses.RequestsMock) -> None:
    now = datetime.now(UTC)
    tokens = Tokens(99, lambda: PEM, API, lambda: now)
    revoke = net.delete(f"{API}/installation/token", status=204)
    net.post(MINT, json={"token": "ghs_2", "expires_at": later()}, status=201)
    assert (tokens.token(THERE), tokens.token(THERE, READ)) == ("ghs_1", "ghs_2")
    now += timedelta(minutes=9)
    tokens.token(THERE, READ)
    now += timedelta(minutes=2)
    tokens.tidy()
    assert [call.request.headers["Authorization"] for call in revoke.calls] == ["token ghs_1"]
    tokens.close()
    assert [call.request.headers["Authorization"] for call in revoke.calls] == ["token ghs_1", "token ghs_2"]
    tokens.close()
    assert revoke.call_count == 2


def test_a_token_that_can_not_be_revoked_is_left_to_expire(
    net: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    net.delete(f"{API}/installation/token", json={"message": "Bad credentials"}, status=401)
    ours = app()
    ours.clone_credentials(THERE)
    with caplog.at_level(logging.INFO, "charrette"):
        ours.close()
    assert "a token was not revoked, and expires by itself: GitHub: Bad credentials" in caplog.text
    assert "ghs_" not in caplog.text


def test_a_token_may_be_for_all_that_an_installation_covers(net: responses.RequestsMock) -> None:
    Tokens(99, lambda: PEM, API).token(Repository(0, "", 5), SEEK)
    assert body(net.calls[0]) == {"permissions": {"issues": "read", "metadata": "read"}}


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


# --- asking whether it still holds ---


def test_what_was_read_is_asked_for_again_and_given_again_while_it_holds(net: responses.RequestsMock) -> None:
    ours = app()
    net.get(REF, json=HEAD, headers={"ETag": 'W/"1"'})
    assert ours.github(THERE).head("main") == "a" * 40
    net.replace(responses.GET, REF, status=304, headers={"ETag": 'W/"1"'})
    assert ours.github(THERE).head("main") == "a" * 40
    moved = {**HEAD, "object": {"sha": "b" * 40, "type": "commit"}}
    net.replace(responses.GET, REF, json=moved, headers={"ETag": 'W/"2"'})
    assert ours.github(THERE).head("main") == "b" * 40
    net.replace(responses.GET, REF, json={"message": "Not Found"}, status=404)
    assert ours.github(THERE).head("main") is None
    sent = [call.request.headers.get("If-None-Match") for call in net.calls if call.request.url == REF]
    assert sent == [None, 'W/"1"', 'W/"1"', 'W/"2"']


def test_every_page_of_a_list_is_asked_for_again(net: responses.RequestsMock) -> None:
    def comment(id: int) -> dict[str, Any]:
        made = {"id": id, "user": None, "body": "x", "created_at": "2026-11-20T10:00:00Z"}
        return {**made, "html_url": f"https://github.example.com/o/r/issues/3#issuecomment-{id}"}

    net.get(f"{API}/app", json={"slug": "charrette"})
    there, more = f"{COMMENTS}?per_page=100", f"{COMMENTS}?per_page=100&page=2"
    link = {"ETag": '"1"', "Link": f'<{more}>; rel="next"'}
    net.get(more, json=[comment(2)], headers={"ETag": '"2"'})
    net.get(there, json=[comment(1)], headers=link)
    ours = app()
    assert [each.id for each in ours.github(THERE).comments(3)] == [1, 2]
    net.replace(responses.GET, there, status=304)
    net.replace(responses.GET, more, status=304)
    assert [each.id for each in ours.github(THERE).comments(3)] == [1, 2]


def test_one_installation_is_not_asked_with_the_answers_of_another(net: responses.RequestsMock) -> None:
    net.post(f"{API}/app/installations/6/access_tokens", json={"token": "ghs_6", "expires_at": later()}, status=201)
    net.get(REF, json=HEAD, headers={"ETag": '"1"'})
    ours = app()
    ours.github(THERE).head("main")
    ours.github(Repository(1, "o/r", 6)).head("main")
    assert [call.request.headers.get("If-None-Match") for call in net.calls if call.request.url == REF] == [None, None]


def test_the_answers_that_are_kept_have_a_limit() -> None:
    answers = Answers(most=10)
    for n, text in enumerate(["aaaa", "bbbb"]):
        answers.put((5, f"/{n}", ""), Answer(f'"{n}"', {}, text))
    assert answers.get((5, "/0", "")) is not None
    answers.put((5, "/2", ""), Answer('"2"', {}, "cccc"))
    assert answers.get((5, "/1", "")) is None
    answers.put((5, "/0", ""), Answer('"3"', {}, "dd"))
    answers.put((5, "/3", ""), Answer('"4"', {}, "x" * 2_000_000))
    found = [answers.get((5, f"/{n}", "")) for n in range(4)]
    assert [each and each.body for each in found] == ["dd", None, "cccc", None]


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
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "in 600 s"},
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
    given = {name: text.replace("in 600 s", str(int(time.time()) + 600)) for name, text in headers.items()}
    net.add(verb, url, json={"message": answer}, status=status, headers=given)
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
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, turn: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nobody else writes"
        self.now += seconds


def write(limiter: Limiter, lane: Lane = Lane.WORK) -> None:
    with limiter.write(lane):
        pass


def test_writes_are_a_second_apart() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    starts = []
    for _ in range(3):
        with limiter.write():
            starts.append(clock.now)
            clock.now += 0.25
    assert starts == [1000.0, 1001.25, 1002.5]


def test_reading_does_not_wait_for_writes() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    write(limiter)
    limiter.read()
    assert clock.now == 1000.0


def test_an_hour_has_only_so_many_writes() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    for _ in range(WRITES_AN_HOUR):
        write(limiter, Lane.ANSWER)
    with pytest.raises(TransientError) as caught:
        write(limiter, Lane.ANSWER)
    assert caught.value.retry_after == 4600 - clock.now
    clock.now = 4600.0
    write(limiter, Lane.ANSWER)


def test_answers_have_a_share_of_the_hour_that_work_leaves_them() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    for _ in range(WORK_AN_HOUR):
        write(limiter)
    with pytest.raises(TransientError):
        write(limiter)
    for _ in range(WRITES_AN_HOUR - WORK_AN_HOUR):
        write(limiter, Lane.ANSWER)
    with pytest.raises(TransientError):
        write(limiter, Lane.ANSWER)
    write(limiter, Lane.EYES)


def test_eyes_need_a_quarter_of_the_pause_and_others_keep_theirs() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    starts = []
    for each in (Lane.WORK, Lane.EYES, Lane.EYES, Lane.WORK, Lane.ANSWER):
        with limiter.write(each):
            starts.append(clock.now)
    assert starts == [1000.0, 1000.25, 1000.5, 1001.0, 1002.0]


def test_a_minute_has_only_so_many_writes_eyes_among_them() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    for _ in range(WRITES_A_MINUTE):
        write(limiter, Lane.EYES)
    assert clock.now == 1000.0 + 0.25 * (WRITES_A_MINUTE - 1)
    with pytest.raises(TransientError) as caught:
        write(limiter, Lane.EYES)
    assert caught.value.retry_after == 1060.0 - clock.now


def test_eyes_go_first_then_answers_and_each_in_the_order_in_which_it_came() -> None:
    limiter = Limiter(0)
    order: list[str] = []

    def work(lane: Lane, name: str) -> None:
        with limiter.write(lane):
            order.append(name)

    wanted = [(Lane.WORK, "work 1"), (Lane.WORK, "work 2"), (Lane.ANSWER, "answer"), (Lane.EYES, "eyes")]
    threads = [threading.Thread(target=work, args=each) for each in wanted]
    with limiter.write():
        for n, thread in enumerate(threads):
            thread.start()
            while len(limiter._waiting) <= n:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == ["eyes", "answer", "work 1", "work 2"]


@pytest.mark.parametrize(
    ("verb", "path", "expected"),
    [
        pytest.param("POST", "/repos/o/r/issues/3/reactions", Lane.EYES, id="eyes on an issue"),
        pytest.param("POST", "/repos/o/r/issues/comments/3/reactions", Lane.EYES, id="eyes on a comment"),
        pytest.param("POST", "/repos/o/r/issues/3/comments", Lane.ANSWER, id="a comment"),
        pytest.param("PATCH", "/repos/o/r/issues/comments/3", Lane.WORK, id="the status again"),
        pytest.param("POST", "/repos/o/r/git/trees", Lane.WORK, id="a commit"),
    ],
)
def test_the_lane_of_a_request(verb: str, path: str, expected: Lane) -> None:
    assert lane(verb, path) is expected


def test_without_an_interval_nothing_waits() -> None:
    clock = Time()
    limiter = Limiter(0, clock, clock.wait)
    for _ in range(WRITES_AN_HOUR + 1):
        write(limiter)
    assert clock.now == 1000.0


def test_rest_is_kept_by_all() -> None:
    clock = Time()
    limiter = Limiter(0, clock, clock.wait)
    limiter.rest(3)
    limiter.read()
    assert clock.now == 1003.0
    limiter.rest(30)
    limiter.rest(2)
    for ask in (limiter.read, lambda: write(limiter)):
        with pytest.raises(TransientError) as caught:
            ask()
        assert caught.value.retry_after == 30


def test_a_rest_without_a_time_grows_until_github_does_what_it_is_asked() -> None:
    clock = Time()
    limiter = Limiter(1.0, clock, clock.wait)
    rests = []
    for _ in range(6):
        rests.append(limiter.rest(None))
        # One that was on its way at the same moment.
        assert limiter.rest(None) == rests[-1]
        clock.now += rests[-1]
    assert rests == [60, 120, 240, 480, 900, 900]
    limiter.answered()
    assert limiter.rest(None) == 60


def test_the_last_request_that_is_allowed_is_followed_by_rest(net: responses.RequestsMock) -> None:
    ours = app()
    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 120)}
    net.get(REF, json=HEAD, headers=limits)
    assert ours.github(THERE).head("main") == "a" * 40
    asks: list[Callable[[Client], object]] = [lambda c: c.head("main"), lambda c: c.create_comment(3, "x")]
    for ask in asks:
        with pytest.raises(TransientError) as caught:
            ask(ours.github(THERE))
        assert caught.value.retry_after == pytest.approx(121, abs=3)
    assert (asked(net, "GET", REF), asked(net, "POST", COMMENTS)) == (1, 0)


def test_a_primary_limit_of_two_minutes_is_sat_out_without_a_request(net: responses.RequestsMock) -> None:
    clock = Time()
    tokens = Tokens(99, lambda: PEM, API)
    limiter = Limiter(1.0, clock, clock.wait)

    def write_one() -> int:
        # A job of its own each time, as after the engine's wait.
        requester = Requester(API, LiveToken(tokens, THERE), limiter, Answers())
        return Client(THERE, 99, tokens, requester, Contents()).create_comment(3, "x")

    limits = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 120)}
    refused = {"message": "API rate limit exceeded for installation ID 5."}
    net.post(COMMENTS, json=refused, status=403, headers=limits)
    net.post(COMMENTS, json={"id": 7}, status=201)
    waits = []
    for passed in (0, 60, 50):
        clock.now += passed
        with pytest.raises(TransientError, match="rate limit") as caught:
            write_one()
        waits.append(caught.value.retry_after)
    assert waits == [pytest.approx(seconds, abs=2) for seconds in (121, 61, 11)]
    assert asked(net, "POST", COMMENTS) == 1
    clock.now += 12
    assert write_one() == 7
    assert asked(net, "POST", COMMENTS) == 2


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

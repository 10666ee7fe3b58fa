"""Payloads become typed events; what is not ours is left alone, and what is malformed says where."""

import json
from copy import deepcopy
from typing import Any

import pytest

from bot.core.identity import Repository
from bot.core.incoming import events as e
from bot.core.incoming.payload import MalformedEvent, read
from bot.core.ports import Issue, Pull

Json = dict[str, Any]

ANN: Json = {"login": "ann", "id": 7, "type": "User"}
BOT: Json = {"login": "robot[bot]", "id": 8, "type": "Bot"}
AT = "2026-11-20T10:00:00Z"
COMMON: Json = {
    "sender": ANN,
    "repository": {"id": 1, "full_name": "o/r", "default_branch": "main", "pushed_at": 1795168800},
    "installation": {"id": 5},
}
ISSUE: Json = {
    "number": 3,
    "title": "A queue",
    "body": None,
    "user": ANN,
    "state": "open",
    "labels": [{"name": "design"}],
    "html_url": "https://github.com/o/r/issues/3",
    "updated_at": "2026-11-20T12:00:00+02:00",
}
COMMENT: Json = {
    "id": 9,
    "user": BOT,
    "body": "/help",
    "html_url": "https://github.com/o/r/issues/3#issuecomment-9",
    "created_at": "2026-11-20T10:00:00Z",
}
PULL: Json = {
    "number": 4,
    "title": "A queue: design",
    "body": "b",
    "html_url": "https://github.com/o/r/pull/4",
    "state": "closed",
    "draft": True,
    "merged": True,
    "updated_at": AT,
    "head": {"sha": "a" * 40, "ref": "charrette/3-a-queue", "repo": {"id": 1}},
}
INSTALLED: Json = {
    "sender": ANN,
    "installation": {"id": 5, "repository_selection": "selected", "created_at": AT},
    "repositories": [{"id": 1, "full_name": "o/r"}],
    "repositories_added": [{"id": 2, "full_name": "o/s"}],
}

BY = e.Sender("ann", 7, False)
THERE = Repository(1, "o/r", 5)
THE_ISSUE = Issue(3, "A queue", "", "ann", True, ("design",), "https://github.com/o/r/issues/3")
THE_COMMENT = e.Written(9, e.Sender("robot[bot]", 8, True), "/help", COMMENT["html_url"])
THE_PULL = Pull(
    4, PULL["html_url"], "a" * 40, "charrette/3-a-queue", "b", "A queue: design", draft=True, open=False, merged=True
)


def on_issue(action: str, **more: Any) -> Json:
    return {**COMMON, "action": action, "issue": ISSUE, **more}


def on_pull(action: str, **more: Any) -> Json:
    return {**COMMON, "action": action, "pull_request": PULL, **more}


BUG: Json = {"label": {"name": "bug"}}
PUSH: Json = {**COMMON, "ref": "refs/heads/x/y", "before": "b" * 40, "after": "c" * 40, "compare": "https://u"}


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        pytest.param("issues", on_issue("opened"), e.IssueOpened("d", BY, AT, THERE, THE_ISSUE), id="opened"),
        pytest.param("issues", on_issue("edited"), e.IssueEdited("d", BY, AT, THERE, THE_ISSUE), id="edited"),
        pytest.param("issues", on_issue("closed"), e.IssueClosed("d", BY, AT, THERE, THE_ISSUE), id="closed"),
        pytest.param("issues", on_issue("reopened"), e.IssueReopened("d", BY, AT, THERE, THE_ISSUE), id="reopened"),
        pytest.param(
            "issues", on_issue("deleted"), e.IssueGone("d", BY, AT, THERE, THE_ISSUE, "deleted"), id="deleted"
        ),
        pytest.param(
            "issues",
            on_issue("transferred"),
            e.IssueGone("d", BY, AT, THERE, THE_ISSUE, "transferred"),
            id="transferred",
        ),
        pytest.param(
            "issues", on_issue("labeled", **BUG), e.IssueLabeled("d", BY, AT, THERE, THE_ISSUE, "bug"), id="labeled"
        ),
        pytest.param(
            "issues",
            on_issue("unlabeled", **BUG),
            e.IssueUnlabeled("d", BY, AT, THERE, THE_ISSUE, "bug"),
            id="unlabeled",
        ),
        pytest.param(
            "issue_comment",
            on_issue("created", comment=COMMENT),
            e.CommentCreated("d", BY, AT, THERE, THE_ISSUE, THE_COMMENT),
            id="comment created",
        ),
        pytest.param(
            "issue_comment",
            on_issue("edited", comment=COMMENT, changes={"body": {"from": "/halp"}}),
            e.CommentEdited("d", BY, AT, THERE, THE_ISSUE, THE_COMMENT, "/halp"),
            id="comment edited",
        ),
        pytest.param(
            "issue_comment",
            on_issue("edited", comment=COMMENT, changes={}),
            e.CommentEdited("d", BY, AT, THERE, THE_ISSUE, THE_COMMENT, "/help"),
            id="comment edited elsewhere",
        ),
        pytest.param(
            "pull_request",
            on_pull("closed"),
            e.PullRequestClosed("d", BY, AT, THERE, THE_PULL, False),
            id="pull closed",
        ),
        pytest.param(
            "pull_request",
            on_pull("opened"),
            e.PullRequestOpened("d", BY, AT, THERE, THE_PULL, False),
            id="pull opened",
        ),
        pytest.param(
            "pull_request",
            on_pull("reopened"),
            e.PullRequestOpened("d", BY, AT, THERE, THE_PULL, False),
            id="pull reopened",
        ),
        pytest.param(
            "pull_request",
            on_pull("synchronize"),
            e.PullRequestSynchronized("d", BY, AT, THERE, THE_PULL, False),
            id="pull synchronized",
        ),
        pytest.param(
            "pull_request",
            on_pull("labeled", **BUG),
            e.PullRequestLabeled("d", BY, AT, THERE, THE_PULL, False, "bug"),
            id="pull labeled",
        ),
        pytest.param(
            "pull_request",
            on_pull("unlabeled", **BUG),
            e.PullRequestUnlabeled("d", BY, AT, THERE, THE_PULL, False, "bug"),
            id="pull unlabeled",
        ),
        pytest.param(
            "push",
            PUSH,
            e.Pushed("d", BY, AT, THERE, "refs/heads/x/y", "b" * 40, "c" * 40, "main", "https://u"),
            id="push",
        ),
        pytest.param(
            "installation",
            {**INSTALLED, "action": "created"},
            e.InstallationCreated("d", BY, AT, 5, (THERE,), True),
            id="installed",
        ),
        pytest.param(
            "installation", {**INSTALLED, "action": "deleted"}, e.InstallationDeleted("d", BY, AT, 5), id="uninstalled"
        ),
        pytest.param(
            "installation_repositories",
            {**INSTALLED, "action": "added", "installation": {"id": 5, "repository_selection": "all"}},
            e.RepositoriesAdded("d", BY, "", 5, (Repository(2, "o/s", 5),), False),
            id="repositories added",
        ),
        pytest.param(
            "ping",
            {"zen": "z", "hook": {"created_at": AT}},
            e.Ping("d", e.Sender("", 0, False), AT),
            id="ping of an App",
        ),
        pytest.param("ping", {"hook": {}, "sender": ANN}, e.Ping("d", BY, ""), id="ping"),
    ],
)
def test_an_event(kind: str, payload: Json, expected: e.Event) -> None:
    assert e.parse(kind, payload, "d") == expected


@pytest.mark.parametrize(
    ("kind", "action"),
    [
        pytest.param("issues", "pinned", id="an action that is not ours"),
        pytest.param("issue_comment", "deleted", id="a comment deleted"),
        pytest.param("star", "created", id="a kind that is not ours"),
        pytest.param("fork", "", id="a kind without actions"),
    ],
)
def test_what_is_not_ours_is_not_even_read(kind: str, action: str) -> None:
    assert e.parse(kind, {"action": action} if action else {}, "d") is None


def without(payload: Json, *path: str) -> Json:
    changed = deepcopy(payload)
    place = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed


def having(payload: Json, value: object, *path: str) -> Json:
    changed = deepcopy(payload)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


LABELED = on_issue("labeled", **BUG)


@pytest.mark.parametrize(
    ("kind", "payload", "place"),
    [
        pytest.param("issues", without(LABELED, "issue"), "issue: no object", id="no issue"),
        pytest.param("issues", without(LABELED, "installation"), "installation: no object", id="no installation"),
        pytest.param("issues", without(LABELED, "issue", "title"), "issue.title: no str", id="no title"),
        pytest.param("issues", having(LABELED, "3", "issue", "number"), "issue.number: no int", id="a number in words"),
        pytest.param(
            "issues", having(LABELED, True, "sender", "id"), "sender.id: no int", id="a number that is a flag"
        ),
        pytest.param("issues", having(LABELED, {}, "issue", "labels"), "issue.labels: no list", id="labels in no list"),
        pytest.param(
            "issues", having(LABELED, ["x"], "issue", "labels"), "issue.labels[0]: no object", id="a bare label"
        ),
        pytest.param(
            "issues", having(LABELED, "now", "issue", "updated_at"), "issue.updated_at: no time", id="no time"
        ),
        pytest.param(
            "push", having(PUSH, 10**30, "repository", "pushed_at"), "repository.pushed_at: no time", id="far"
        ),
        pytest.param("issues", having(LABELED, 1, "action"), "action: no str", id="no action"),
        pytest.param("issues", having(LABELED, 2**63, "issue", "number"), "issue.number: too large", id="too large"),
        pytest.param(
            "issues", having(LABELED, "o/..", "repository", "full_name"), "repository.full_name: no owner/name", id="up"
        ),
        pytest.param(
            "issues", having(LABELED, "o", "repository", "full_name"), "repository.full_name: no owner/name", id="half"
        ),
    ],
)
def test_a_malformed_payload_says_where(kind: str, payload: Json, place: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        e.parse(kind, payload, "d")
    assert str(caught.value) == place


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(b"{", "the payload: no JSON", id="no JSON"),
        pytest.param(b"\xff{}", "the payload: no JSON", id="not UTF-8"),
        pytest.param(b"1" * 5000, "the payload: no JSON", id="a number without end"),
        pytest.param(b"[]", "the payload: no object", id="a list"),
        pytest.param(b"[" * 100_000, "the payload: nested too deeply", id="deep"),
    ],
)
def test_a_body_that_is_no_object_says_why(body: bytes, place: str) -> None:
    with pytest.raises(MalformedEvent) as caught:
        read(body)
    assert str(caught.value) == place


def test_text_that_nothing_can_hold_is_replaced() -> None:
    body = json.dumps(having(LABELED, "a\ud800b\x00c", "issue", "title")).encode()
    event = e.parse("issues", read(body), "d")
    assert isinstance(event, e.IssueLabeled)
    assert event.issue.title == "a\ufffdb\ufffdc"


def test_an_account_that_was_deleted_is_a_ghost() -> None:
    comment = {**COMMENT, "user": None}
    event = e.parse("issue_comment", {**on_issue("created", comment=comment), "issue": {**ISSUE, "user": None}}, "d")
    assert isinstance(event, e.CommentCreated)
    assert (event.issue.author, event.comment.author.login) == ("ghost", "ghost")


def test_a_comment_on_a_pull_request_says_so() -> None:
    issue = {**ISSUE, "pull_request": {"url": "https://api.github.com/repos/o/r/pulls/3"}}
    event = e.parse("issue_comment", {**COMMON, "action": "created", "comment": COMMENT, "issue": issue}, "d")
    assert isinstance(event, e.CommentCreated)
    assert event.issue.pull


@pytest.mark.parametrize(
    ("repo", "fork"),
    [
        pytest.param({"id": 1}, False, id="ours"),
        pytest.param({"id": 2}, True, id="another"),
        pytest.param(None, True, id="a deleted one"),
    ],
)
def test_a_branch_of_another_repository_is_a_fork(repo: Json | None, fork: bool) -> None:
    event = e.parse("pull_request", having(on_pull("closed"), repo, "pull_request", "head", "repo"), "d")
    assert isinstance(event, e.PullRequestClosed)
    assert event.fork is fork


@pytest.mark.parametrize(
    ("ref", "after", "branch", "deleted"),
    [
        pytest.param("refs/heads/x/y", "c" * 40, "x/y", False, id="a branch"),
        pytest.param("refs/heads/x", "0" * 40, "x", True, id="a deleted branch"),
        pytest.param("refs/tags/heads", "c" * 40, None, False, id="a tag"),
    ],
)
def test_a_push(ref: str, after: str, branch: str | None, deleted: bool) -> None:
    event = e.parse("push", {**PUSH, "ref": ref, "after": after}, "d")
    assert isinstance(event, e.Pushed)
    assert (event.branch, event.deleted) == (branch, deleted)

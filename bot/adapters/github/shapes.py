"""Converts PyGithub's objects to the core's values."""

from datetime import UTC, datetime

import github.Commit
import github.Issue
import github.IssueComment
import github.PullRequest
from github.NamedUser import NamedUser
from github.Organization import Organization

from bot.core.ports import BranchCommit, Comment, Issue, Pull


def login_of(user: NamedUser | Organization | None, otherwise: str = "ghost") -> str:
    """The login; `otherwise` if GitHub has null: for a deleted account (displayed as `ghost`), or if there is none."""
    return otherwise if user is None else user.login


def instant(value: datetime) -> str:
    """ISO 8601, UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def issue(found: github.Issue.Issue) -> Issue:
    return Issue(
        number=found.number,
        title=found.title,
        body=found.body or "",
        author=login_of(found.user),
        open=found.state == "open",
        labels=tuple(label.name for label in found.labels),
        url=found.html_url,
        pull=found.pull_request is not None,
    )


def comment(found: github.IssueComment.IssueComment, ours: str) -> Comment:
    """The comment. `ours` is the login of our App's user."""
    author = login_of(found.user)
    return Comment(found.id, author, found.body or "", found.html_url, instant(found.created_at), author == ours)


def pull(found: github.PullRequest.PullRequest) -> Pull:
    return Pull(
        number=found.number,
        url=found.html_url,
        head=found.head.sha,
        head_branch=found.head.ref,
        body=found.body or "",
        title=found.title,
        draft=found.draft,
        open=found.state == "open",
        # A list of pull requests has no `merged`, and PyGithub would ask for each.
        merged=found.merged_at is not None,
        fork=_repository(found.head) != _repository(found.base),
        author=login_of(found.user),
    )


def _repository(part: object) -> int | None:
    """The repository id of one side of a pull request; None for a deleted fork."""
    id: int | None = getattr(getattr(part, "repo", None), "id", None)
    return id


def branch_commit(found: github.Commit.Commit, ours: str) -> BranchCommit:
    """The commit. It is ours only if GitHub signed it for our App: anybody can push our name, but not that."""
    author, committer = login_of(found.author, ""), login_of(found.committer, "")
    return BranchCommit(
        sha=found.sha,
        message=found.commit.message,
        at=instant(found.commit.committer.date),
        author=author or found.commit.author.name or "",
        ours=author == ours and committer in (ours, "web-flow") and found.commit.verification.verified,
    )

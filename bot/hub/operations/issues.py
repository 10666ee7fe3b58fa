"""Issues: open, edit, close, reopen, assign; the issue side of pull requests too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.hub.access import allow
from bot.hub.events import emit
from bot.hub.facts import Account, Comment, Dependency, Issue, IssueEvent, Milestone, PullRequest, Repository, SubIssue
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.store import AbsentError

from .labels import BOTH, find_or_create, may_label, subject_parts
from .labels import add as add_labels
from .labels import replace as replace_labels

BODY_LIMIT = 65_536
REASONS = ("completed", "not_planned", "duplicate", "reopened")


def checked_body(resource: str, body: str | None) -> str | None:
    """A body that GitHub takes: at most 65,536 characters."""
    if body is not None and len(body) > BODY_LIMIT:
        message = f"body is too long (maximum is {BODY_LIMIT} characters)"
        raise invalid(resource, "body", "custom", message)
    return body


def checked_title(resource: str, title: str | None) -> str:
    """A title that GitHub takes: something, and at most 256 characters."""
    if not title or not title.strip():
        raise invalid(resource, "title", "missing_field")
    if len(title) > 256:
        raise invalid(resource, "title", "custom", "title is too long (maximum is 256 characters)")
    return title


def happened(hub: Hub, actor: Actor, issue: Issue, event: str, **values: Any) -> IssueEvent:
    """The issue's history tells of it."""
    return hub.store.add(
        IssueEvent(
            issue.repository_id,
            issue.id,
            actor.account.id,
            event,
            via_app=actor.via_app,
            created_at=hub.store.now(),
            **values,
        )
    )


def may_manage(hub: Hub, actor: Actor, repository: Repository) -> bool:
    """The actor may set labels, assignees and milestones."""
    try:
        may_label(hub, actor, repository)
    except RefusedError:
        return False
    return True


def _people(hub: Hub, repository: Repository, logins: Sequence[str]) -> list[Account]:
    found = []
    for login in logins:
        try:
            account = hub.store.account(login)
        except AbsentError:
            raise invalid("Issue", "assignees") from None
        if hub.may(account, repository, "triage") or account.kind == "Bot":
            found.append(account)
    return found


def _milestone(hub: Hub, repository: Repository, number: int | None) -> int:
    if number is None:
        return 0
    found = hub.store.find(Milestone, repository_id=repository.id, number=number)
    if found is None:
        raise invalid("Issue", "milestone")
    return found.id


def create(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    title: str,
    body: str | None = None,
    *,
    labels: Sequence[str] = (),
    assignees: Sequence[str] = (),
    milestone: int | None = None,
) -> Issue:
    """An open issue; labels, assignees and milestone of people without triage are dropped, as GitHub does."""
    allow(hub, actor, repository, ("issues",), "write", "read")
    checked_title("Issue", title)
    checked_body("Issue", body)
    store = hub.store
    with store.transaction():
        manages = may_manage(hub, actor, repository)
        now = store.now()
        issue = store.add(
            Issue(
                repository.id,
                store.next_number(repository),
                title,
                actor.account.id,
                body,
                assignee_ids=tuple(a.id for a in _people(hub, repository, assignees)) if manages else (),
                milestone_id=_milestone(hub, repository, milestone) if manages else 0,
                via_app=actor.via_app,
                created_at=now,
                updated_at=now,
            )
        )
        names = list(labels) if manages else []
        shown = store.change(issue, label_ids=[each.id for each in find_or_create(hub, repository, names)])
        event, parts = subject_parts(hub, shown)
        emit(hub, actor, repository, event, "opened", **parts)
        if not names:
            return issue
        store.change(issue, label_ids=[])
        return add_labels(hub, actor, repository, issue, names)


@dataclass(frozen=True)
class Edit:
    """A wish to change an issue; None leaves a value as it is, `milestone` 0 takes it off."""

    title: str | None = None
    body: str | None = None
    state: str | None = None
    state_reason: str | None = None
    labels: Sequence[str] | None = None
    assignees: Sequence[str] | None = None
    milestone: int | None = None


def update(hub: Hub, actor: Actor, repository: Repository, issue: Issue, edit: Edit) -> Issue:
    """The issue is as the edit says; its author may change text and state, the rest needs triage."""
    own = actor.account.id == issue.author_id
    resource = "PullRequest" if issue.is_pull_request else "Issue"
    permissions = BOTH if issue.is_pull_request else ("issues",)
    allow(hub, actor, repository, permissions, "write", "read" if own else "triage")
    with hub.store.transaction():
        issue = _text(hub, actor, repository, hub.store.get(Issue, issue.id), edit, resource)
        if edit.labels is not None:
            issue = replace_labels(hub, actor, repository, issue, edit.labels)
        if edit.assignees is not None:
            issue = assign(hub, actor, repository, issue, edit.assignees)
        if edit.milestone is not None:
            ident = _milestone(hub, repository, edit.milestone or None)
            issue = hub.store.change(issue, milestone_id=ident, updated_at=hub.store.now())
        if edit.state is not None:
            issue = set_state(hub, actor, repository, issue, edit.state, edit.state_reason)
    return issue


def _text(hub: Hub, actor: Actor, repository: Repository, issue: Issue, edit: Edit, resource: str) -> Issue:
    changes: dict[str, object] = {}
    values: dict[str, object] = {}
    if edit.title is not None and edit.title != issue.title:
        values["title"] = checked_title(resource, edit.title)
        changes["title"] = {"from": issue.title}
        happened(hub, actor, issue, "renamed", rename_from=issue.title, rename_to=edit.title)
    if edit.body is not None and edit.body != issue.body:
        values["body"] = checked_body(resource, edit.body)
        changes["body"] = {"from": issue.body or ""}
    if not values:
        return issue
    issue = hub.store.change(issue, **values, updated_at=hub.store.now())
    event, parts = subject_parts(hub, issue)
    emit(hub, actor, repository, event, "edited", **parts, changes=changes)
    return issue


def assign(hub: Hub, actor: Actor, repository: Repository, issue: Issue, logins: Sequence[str]) -> Issue:
    """These people and no others are assigned."""
    may_label(hub, actor, repository)
    wanted = _people(hub, repository, logins)
    with hub.store.transaction():
        for account in wanted:
            if account.id not in issue.assignee_ids:
                happened(hub, actor, issue, "assigned", assignee_id=account.id)
        for ident in issue.assignee_ids:
            if ident not in [account.id for account in wanted]:
                happened(hub, actor, issue, "unassigned", assignee_id=ident)
        return hub.store.change(issue, assignee_ids=[account.id for account in wanted], updated_at=hub.store.now())


def set_state(
    hub: Hub, actor: Actor, repository: Repository, issue: Issue, state: str, reason: str | None = None
) -> Issue:
    """The issue is open or closed; closing says why."""
    if state not in ("open", "closed"):
        raise invalid("Issue", "state")
    if reason is not None and reason not in REASONS:
        raise invalid("Issue", "state_reason")
    if state == issue.state:
        return issue
    store = hub.store
    with store.transaction():
        now = store.now()
        if state == "closed":
            why = "" if issue.is_pull_request else (reason or "completed")
            issue = store.change(
                issue, state=state, state_reason=why, closed_at=now, closed_by_id=actor.account.id, updated_at=now
            )
        else:
            _may_reopen(hub, issue)
            why = "" if issue.is_pull_request else "reopened"
            issue = store.change(issue, state=state, state_reason=why, closed_at="", closed_by_id=0, updated_at=now)
        action = "closed" if state == "closed" else "reopened"
        happened(hub, actor, issue, action)
        event, parts = subject_parts(hub, issue)
        emit(hub, actor, repository, event, action, **parts)
    return issue


def _may_reopen(hub: Hub, issue: Issue) -> None:
    pull = hub.store.find(PullRequest, issue_id=issue.id)
    if pull is None:
        return
    code = hub.code(hub.store.get(Repository, pull.fork_id or issue.repository_id))
    if pull.merged_at or code.resolve(f"refs/heads/{pull.head_ref}") is None:
        message = "state cannot be changed. The pull request is merged or its branch is gone."
        raise invalid("PullRequest", "state", "custom", message)


def lock(hub: Hub, actor: Actor, repository: Repository, issue: Issue, *, locked: bool) -> Issue:
    """Only people with write access may go on talking; or everybody again."""
    allow(hub, actor, repository, BOTH, "write", "write")
    if issue.locked == locked:
        return issue
    with hub.store.transaction():
        issue = hub.store.change(issue, locked=locked, updated_at=hub.store.now())
        happened(hub, actor, issue, "locked" if locked else "unlocked")
        event, parts = subject_parts(hub, issue)
        emit(hub, actor, repository, event, "locked" if locked else "unlocked", **parts)
    return issue


def delete(hub: Hub, actor: Actor, repository: Repository, issue: Issue) -> None:
    """The issue is gone, with its conversation; its number is never given again. Only an admin deletes issues."""
    allow(hub, actor, repository, ("issues",), "admin", "admin")
    if issue.is_pull_request:
        raise RefusedError(422, "A pull request can't be deleted.")
    store = hub.store
    with store.transaction():
        event, parts = subject_parts(hub, issue)
        for comment in store.all(Comment, issue_id=issue.id):
            store.remove(comment)
        for child in [*store.all(SubIssue, parent_id=issue.id), *store.all(SubIssue, child_id=issue.id)]:
            store.remove(child)
        for each in [*store.all(Dependency, issue_id=issue.id), *store.all(Dependency, blocker_id=issue.id)]:
            store.remove(each)
        store.remove(issue)
        emit(hub, actor, repository, event, "deleted", **parts)

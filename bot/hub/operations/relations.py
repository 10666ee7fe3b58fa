"""Sub-issues and dependencies between issues, and milestones."""

from __future__ import annotations

from bot.hub.access import allow
from bot.hub.facts import Dependency, Issue, Milestone, Repository, SubIssue
from bot.hub.hub import Actor, Hub, RefusedError, invalid

from .issues import checked_title, happened

CHILD_LIMIT = 100
DEPTH_LIMIT = 8


def _issue(hub: Hub, ident: int) -> Issue:
    """The issue with this database id; 404 where there is none, as when its number was given."""
    found = hub.store.find(Issue, id=ident)
    if found is None:
        raise RefusedError(404, "Not Found")
    return found


def _depth(hub: Hub, issue: Issue) -> int:
    above = hub.store.find(SubIssue, child_id=issue.id)
    return 1 + _depth(hub, hub.store.get(Issue, above.parent_id)) if above else 1


def _height(hub: Hub, issue: Issue) -> int:
    below = hub.store.all(SubIssue, parent_id=issue.id)
    return 1 + max((_height(hub, hub.store.get(Issue, each.child_id)) for each in below), default=0)


def _is_above(hub: Hub, one: Issue, other: Issue) -> bool:
    above = hub.store.find(SubIssue, child_id=other.id)
    return above is not None and (
        above.parent_id == one.id or _is_above(hub, one, hub.store.get(Issue, above.parent_id))
    )


def add_sub_issue(
    hub: Hub, actor: Actor, repository: Repository, parent: Issue, child_id: int, *, replace_parent: bool = False
) -> Issue:
    """The issue with this database id is a sub-issue of the parent; it has one parent only."""
    allow(hub, actor, repository, ("issues",), "write", "triage")
    store = hub.store
    with store.transaction():
        child = _issue(hub, child_id)
        if child.is_pull_request or child.id == parent.id or _is_above(hub, child, parent):
            raise RefusedError(
                422, "An error occurred while adding the sub-issue to the parent issue. Invalid sub-issue"
            )
        before = store.find(SubIssue, child_id=child.id)
        if before is not None and before.parent_id == parent.id:
            raise RefusedError(
                422, "An error occurred while adding the sub-issue. Issue may not contain duplicate sub-issues"
            )
        if before is not None and not replace_parent:
            raise RefusedError(422, "An error occurred while adding the sub-issue. Sub issue may only have one parent")
        if len(store.all(SubIssue, parent_id=parent.id)) >= CHILD_LIMIT:
            raise RefusedError(422, f"Parent cannot have more than {CHILD_LIMIT} sub-issues")
        if _depth(hub, parent) + _height(hub, child) > DEPTH_LIMIT:
            raise RefusedError(422, f"Sub-issues may not be nested deeper than {DEPTH_LIMIT} levels")
        if before is not None:
            store.remove(before)
        store.add(SubIssue(parent.id, child.id))
        happened(hub, actor, parent, "sub_issue_added")
        happened(hub, actor, child, "parent_issue_added")
    return child


def remove_sub_issue(hub: Hub, actor: Actor, repository: Repository, parent: Issue, child_id: int) -> None:
    """The issue is no longer a sub-issue of the parent."""
    allow(hub, actor, repository, ("issues",), "write", "triage")
    found = hub.store.find(SubIssue, parent_id=parent.id, child_id=child_id)
    if found is None:
        raise RefusedError(404, "Not Found")
    with hub.store.transaction():
        hub.store.remove(found)
        happened(hub, actor, parent, "sub_issue_removed")
        happened(hub, actor, _issue(hub, child_id), "parent_issue_removed")


def sub_issues(hub: Hub, parent: Issue) -> list[Issue]:
    """The sub-issues, in the order in which they were added."""
    return [hub.store.get(Issue, each.child_id) for each in hub.store.all(SubIssue, parent_id=parent.id)]


def add_blocker(hub: Hub, actor: Actor, repository: Repository, issue: Issue, blocker_id: int) -> Issue:
    """The issue is blocked by the one with this database id; a pull request can't be a blocker."""
    allow(hub, actor, repository, ("issues",), "write", "triage")
    with hub.store.transaction():
        blocker = _issue(hub, blocker_id)
        if blocker.is_pull_request or issue.is_pull_request or blocker.id == issue.id:
            raise invalid("IssueDependency", "blocking_issue")
        if hub.store.find(Dependency, issue_id=issue.id, blocker_id=blocker.id):
            raise invalid("IssueDependency", "blocking_issue", "already_exists")
        if hub.store.find(Dependency, issue_id=blocker.id, blocker_id=issue.id):
            raise invalid("IssueDependency", "blocking_issue", "custom", "Circular dependencies are not allowed")
        hub.store.add(Dependency(issue.id, blocker.id))
        happened(hub, actor, issue, "blocked_by_added")
        happened(hub, actor, blocker, "blocking_added")
    return blocker


def remove_blocker(hub: Hub, actor: Actor, repository: Repository, issue: Issue, blocker_id: int) -> None:
    """The issue is no longer blocked by it."""
    allow(hub, actor, repository, ("issues",), "write", "triage")
    found = hub.store.find(Dependency, issue_id=issue.id, blocker_id=blocker_id)
    if found is None:
        raise RefusedError(404, "Not Found")
    with hub.store.transaction():
        hub.store.remove(found)
        happened(hub, actor, issue, "blocked_by_removed")
        happened(hub, actor, _issue(hub, blocker_id), "blocking_removed")


def blockers(hub: Hub, issue: Issue) -> list[Issue]:
    """What blocks the issue; closed ones too."""
    return [hub.store.get(Issue, each.blocker_id) for each in hub.store.all(Dependency, issue_id=issue.id)]


def blocked(hub: Hub, issue: Issue) -> list[Issue]:
    """What the issue blocks."""
    return [hub.store.get(Issue, each.issue_id) for each in hub.store.all(Dependency, blocker_id=issue.id)]


def create_milestone(
    hub: Hub, actor: Actor, repository: Repository, title: str, description: str = "", due_on: str = ""
) -> Milestone:
    """A milestone, with the next number."""
    allow(hub, actor, repository, ("issues", "pull_requests"), "write", "write")
    checked_title("Milestone", title)
    store = hub.store
    with store.transaction():
        others = store.all(Milestone, repository_id=repository.id)
        if any(each.title == title for each in others):
            raise invalid("Milestone", "title", "already_exists")
        now = store.now()
        number = max((each.number for each in others), default=0) + 1
        return store.add(
            Milestone(
                repository.id,
                number,
                title,
                description,
                creator_id=actor.account.id,
                due_on=due_on,
                created_at=now,
                updated_at=now,
            )
        )


def update_milestone(hub: Hub, actor: Actor, repository: Repository, milestone: Milestone, **values: str) -> Milestone:
    """The milestone has these values: title, description, state, due_on."""
    allow(hub, actor, repository, ("issues", "pull_requests"), "write", "write")
    now = hub.store.now()
    closed = {"closed_at": now if values["state"] == "closed" else ""} if "state" in values else {}
    return hub.store.change(milestone, **values, **closed, updated_at=now)

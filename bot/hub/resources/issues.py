"""Issues, comments, labels, milestones, reactions and what happened to an issue."""

from __future__ import annotations

from collections import Counter

from bot.hub.facts import (
    Account,
    Comment,
    Dependency,
    Issue,
    IssueEvent,
    Label,
    Milestone,
    PullRequest,
    Reaction,
    Repository,
    SubIssue,
    Subject,
)

from .accounts import integration
from .users import user
from .view import Json, View, node_id

CONTENTS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def label(view: View, fact: Label) -> Json:
    """https://docs.github.com/rest/issues/labels#get-a-label"""
    repository = view.hub.store.get(Repository, fact.repository_id)
    return {
        "id": fact.id,
        "node_id": node_id("Label", fact.id),
        "url": view.repo_api(repository, f"/labels/{fact.name.replace(' ', '%20')}"),
        "name": fact.name,
        "description": fact.description or None,
        "color": fact.color,
        "default": fact.default,
        "archived_at": None,
        "archived_by": None,
    }


def labels_of(view: View, fact: Issue) -> list[Label]:
    """The labels of an issue, in the order in which they were put on."""
    found = {label.id: label for label in view.hub.store.all(Label, id=fact.label_ids)}
    return [found[ident] for ident in fact.label_ids if ident in found]


def milestone(view: View, fact: Milestone) -> Json:
    """https://docs.github.com/rest/issues/milestones#get-a-milestone"""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    api = view.repo_api(repository, f"/milestones/{fact.number}")
    states = Counter(issue.state for issue in store.all(Issue, milestone_id=fact.id))
    return {
        "url": api,
        "html_url": view.repo_html(repository, f"/milestone/{fact.number}"),
        "labels_url": f"{api}/labels",
        "id": fact.id,
        "node_id": node_id("Milestone", fact.id),
        "number": fact.number,
        "title": fact.title,
        "description": fact.description or None,
        "creator": user(view, view.account(fact.creator_id)),
        "open_issues": states["open"],
        "closed_issues": states["closed"],
        "state": fact.state,
        "created_at": fact.created_at,
        "updated_at": fact.updated_at,
        "due_on": fact.due_on or None,
        "closed_at": fact.closed_at or None,
    }


def author_association(view: View, account: Account, repository: Repository) -> str:
    """How an account stands to a repository; a bot is NONE, whatever it may."""
    if account.id == repository.owner_id:
        return "OWNER"
    may_write = account.kind == "User" and view.hub.may(account, repository, "triage")
    return "COLLABORATOR" if may_write else "NONE"


def reactions(view: View, subject: Subject, ident: int, url: str) -> Json:
    """The counts of every reaction."""
    counts = Counter(each.content for each in view.hub.store.all(Reaction, subject=subject, subject_id=ident))
    return {
        "url": f"{url}/reactions",
        "total_count": counts.total(),
        **{content: counts[content] for content in CONTENTS},
    }


def reaction(view: View, fact: Reaction) -> Json:
    """https://docs.github.com/rest/reactions/reactions"""
    return {
        "id": fact.id,
        "node_id": node_id("Reaction", fact.id),
        "user": user(view, view.account(fact.account_id)),
        "content": fact.content,
        "created_at": fact.created_at,
    }


def _relations(view: View, fact: Issue) -> Json:
    """Counts of sub-issues and dependencies; the pull requests have none."""
    store = view.hub.store
    children = store.all(Issue, id=[each.child_id for each in store.all(SubIssue, parent_id=fact.id)])
    blockers = store.all(Issue, id=[each.blocker_id for each in store.all(Dependency, issue_id=fact.id)])
    blocking = store.all(Issue, id=[each.issue_id for each in store.all(Dependency, blocker_id=fact.id)])
    done = sum(child.state == "closed" for child in children)
    return {
        "sub_issues_summary": {
            "total": len(children),
            "completed": done,
            "percent_completed": round(100 * done / len(children)) if children else 0,
        },
        "issue_dependencies_summary": {
            "blocked_by": sum(blocker.state == "open" for blocker in blockers),
            "blocking": sum(blocked.state == "open" for blocked in blocking),
            "total_blocked_by": len(blockers),
            "total_blocking": len(blocking),
        },
    }


def _pull_request_of(view: View, repository: Repository, fact: Issue) -> Json:
    pull = view.hub.store.find(PullRequest, issue_id=fact.id)
    page = view.repo_html(repository, f"/pull/{fact.number}")
    return {
        "draft": bool(pull and pull.draft),
        "pull_request": {
            "url": view.repo_api(repository, f"/pulls/{fact.number}"),
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": (pull.merged_at if pull else "") or None,
        },
    }


def issue_page(view: View, repository: Repository, fact: Issue) -> str:
    """The address of an issue's or a pull request's page."""
    return view.repo_html(repository, f"/{'pull' if fact.is_pull_request else 'issues'}/{fact.number}")


def issue(view: View, fact: Issue) -> Json:
    """https://docs.github.com/rest/issues/issues#get-an-issue"""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    api = view.repo_api(repository, f"/issues/{fact.number}")
    author = view.account(fact.author_id)
    assignees = [user(view, view.account(ident)) for ident in fact.assignee_ids]
    found = {
        "url": api,
        "repository_url": view.repo_api(repository),
        "labels_url": f"{api}/labels{{/name}}",
        "comments_url": f"{api}/comments",
        "events_url": f"{api}/events",
        "html_url": issue_page(view, repository, fact),
        "timeline_url": f"{api}/timeline",
        "id": fact.id,
        "node_id": issue_node_id(view, fact),
        "number": fact.number,
        "title": fact.title,
        "user": user(view, author),
        "labels": [label(view, each) for each in labels_of(view, fact)],
        "state": fact.state,
        "state_reason": fact.state_reason or None,
        "locked": fact.locked,
        "active_lock_reason": None,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": milestone(view, store.get(Milestone, fact.milestone_id)) if fact.milestone_id else None,
        "comments": len(store.all(Comment, issue_id=fact.id)),
        "created_at": fact.created_at,
        "updated_at": fact.updated_at,
        "closed_at": fact.closed_at or None,
        "closed_by": user(view, view.account(fact.closed_by_id)) if fact.closed_by_id else None,
        "author_association": author_association(view, author, repository),
        "body": fact.body,
        "reactions": reactions(view, "issue", fact.id, api),
        "performed_via_github_app": integration(view, view.hub.app) if fact.via_app else None,
    }
    if fact.is_pull_request:
        return {**found, **_pull_request_of(view, repository, fact)}
    parent = store.find(SubIssue, child_id=fact.id)
    if parent:
        above = store.get(Issue, parent.parent_id)
        over = store.get(Repository, above.repository_id)
        found["parent_issue_url"] = view.repo_api(over, f"/issues/{above.number}")
    return {**found, "type": None, **_relations(view, fact)}


def issue_node_id(view: View, fact: Issue) -> str:
    """A pull request has one node id, on its issue side too."""
    if fact.is_pull_request:
        pull = view.hub.store.find(PullRequest, issue_id=fact.id)
        if pull:
            return node_id("PullRequest", pull.id)
    return node_id("Issue", fact.id)


def issue_in_webhook(view: View, fact: Issue) -> Json:
    """An issue as a webhook shows it: without who closed it, whose sub-issue it is, and the App's client id."""
    found = {key: value for key, value in issue(view, fact).items() if key not in ("closed_by", "parent_issue_url")}
    app = found["performed_via_github_app"]
    if app is not None:
        found["performed_via_github_app"] = {key: value for key, value in app.items() if key != "client_id"}
    return found


def comment(view: View, fact: Comment) -> Json:
    """https://docs.github.com/rest/issues/comments#get-an-issue-comment"""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    subject = store.get(Issue, fact.issue_id)
    author = view.account(fact.author_id)
    api = view.repo_api(repository, f"/issues/comments/{fact.id}")
    return {
        "url": api,
        "html_url": f"{issue_page(view, repository, subject)}#issuecomment-{fact.id}",
        "issue_url": view.repo_api(repository, f"/issues/{subject.number}"),
        "id": fact.id,
        "node_id": node_id("Comment", fact.id),
        "user": user(view, author),
        "created_at": fact.created_at,
        "updated_at": fact.updated_at,
        "author_association": author_association(view, author, repository),
        "body": fact.body,
        "reactions": reactions(view, "comment", fact.id, api),
        "performed_via_github_app": integration(view, view.hub.app) if fact.via_app else None,
    }


def issue_event(view: View, fact: IssueEvent) -> Json:
    """https://docs.github.com/rest/issues/events#list-issue-events"""
    repository = view.hub.store.get(Repository, fact.repository_id)
    found: Json = {
        "id": fact.id,
        "node_id": node_id("IssueEvent", fact.id),
        "url": view.repo_api(repository, f"/issues/events/{fact.id}"),
        "actor": user(view, view.account(fact.actor_id)),
        "event": fact.event,
        "commit_id": fact.commit_sha or None,
        "commit_url": view.repo_api(repository, f"/commits/{fact.commit_sha}") if fact.commit_sha else None,
        "created_at": fact.created_at,
        "performed_via_github_app": integration(view, view.hub.app) if fact.via_app else None,
    }
    if fact.label_name:
        found["label"] = {"name": fact.label_name, "color": fact.label_color}
    if fact.rename_to:
        found["rename"] = {"from": fact.rename_from, "to": fact.rename_to}
    if fact.assignee_id:
        person = user(view, view.account(fact.assignee_id))
        found |= {"assignee": person, "assigner": found["actor"]}
    if fact.milestone_title:
        found["milestone"] = {"title": fact.milestone_title}
    return found


def commented(view: View, fact: Comment) -> Json:
    """A comment in the timeline."""
    shown = comment(view, fact)
    return {"event": "commented", "actor": shown["user"], **shown}

"""One issue: its conversation and what can be done with it; opening a new one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import (
    Annotation,
    CheckRun,
    Comment,
    Issue,
    IssueEvent,
    Label,
    Milestone,
    PullRequest,
    Reaction,
    Review,
    ReviewComment,
    SubIssue,
)
from bot.hub.operations import issues, relations
from bot.hub.resources.issues import labels_of

from .conversation import FACES, Said, entries_of, said
from .lists import is_blocked
from .visit import Routes, Visit

routes = Routes()
ONE = "/<owner>/<repo>/issues/<int:number>"


@routes("GET /<owner>/<repo>/issues/new")
def new(visit: Visit) -> Answer:
    return visit.page("new_issue.html", title=visit.asked("title"), body=visit.asked("body"))


@routes("POST /<owner>/<repo>/issues")
def create(visit: Visit) -> Answer:
    labels = visit.request.form.getlist("labels")
    title, body = visit.sent("title"), visit.sent("body")
    made = issues.create(visit.hub, visit.actor, visit.repository, title, body, labels=labels)
    return visit.go(visit.issue_path(made))


@dataclass(frozen=True)
class Child:
    """A sub-issue, with the labels that not all of its siblings have, and whether something open blocks it."""

    issue: Issue
    labels: list[Label]
    blocked: bool


def _children(visit: Visit, issue: Issue) -> list[Child]:
    found = relations.sub_issues(visit.hub, issue)
    shared = set.intersection(*(set(each.label_ids) for each in found)) if len(found) > 1 else set()
    return [
        Child(each, [label for label in labels_of(visit.view, each) if label.id not in shared], is_blocked(visit, each))
        for each in found
    ]


def side(visit: Visit, issue: Issue) -> dict[str, Any]:
    """What stands beside a conversation, and above it: labels, people, relations."""
    store = visit.hub.store
    parent = store.find(SubIssue, child_id=issue.id)
    return {
        "issue": issue,
        "author": visit.account(issue.author_id),
        "on": labels_of(visit.view, issue),
        "assignees": [visit.account(ident) for ident in issue.assignee_ids],
        "milestone": store.find(Milestone, id=issue.milestone_id) if issue.milestone_id else None,
        "parent": store.get(Issue, parent.parent_id) if parent else None,
        "children": _children(visit, issue),
        "blockers": relations.blockers(visit.hub, issue),
        "blocked": relations.blocked(visit.hub, issue),
        "faces": FACES,
        "own": issue.author_id == visit.viewer.id,
        "version": version(visit, issue),
    }


def talk_of(visit: Visit, issue: Issue, pull: PullRequest | None = None) -> dict[str, Any]:
    """The conversation itself."""
    entries = entries_of(visit, issue, pull)
    spoken = sum(isinstance(entry, Said) for entry in entries)
    return {"first": said(visit, "issue", issue), "entries": entries, "spoken": spoken}


@routes(f"GET {ONE}")
def show(visit: Visit) -> Answer:
    issue = visit.issue
    if issue.is_pull_request:
        return visit.go(visit.issue_path(issue))
    return visit.page("issue.html", **side(visit, issue), **talk_of(visit, issue))


@routes(f"POST {ONE}/edit")
def edit(visit: Visit) -> Answer:
    """The issue or pull request has this title, or this text."""
    form = visit.request.form
    wish = issues.Edit(title=form.get("title"), body=form.get("body"))
    return visit.go(visit.issue_path(issues.update(visit.hub, visit.actor, visit.repository, visit.issue, wish)))


@routes(f"POST {ONE}/state")
def set_state(visit: Visit) -> Answer:
    wish = issues.Edit(state=visit.sent("state"), state_reason=visit.sent("reason") or None)
    return visit.go(visit.issue_path(issues.update(visit.hub, visit.actor, visit.repository, visit.issue, wish)))


@routes(f"POST {ONE}/assign")
def assign_self(visit: Visit) -> Answer:
    """The viewer is assigned too, or no longer."""
    issue, me = visit.issue, visit.viewer.login
    before = [visit.account(ident).login for ident in issue.assignee_ids]
    after = [login for login in before if login != me] if me in before else [*before, me]
    issues.assign(visit.hub, visit.actor, visit.repository, issue, after)
    return visit.go(visit.issue_path(issue))


@routes(f"GET {ONE}/version")
def live(visit: Visit) -> Answer:
    """What an open page asks every other second: it shows something new only if the word changed."""
    return Answer(json.dumps({"version": version(visit, visit.issue)}), content_type="application/json")


def version(visit: Visit, issue: Issue) -> str:
    """A word that changes with whatever the page of the issue or pull request shows."""
    store = visit.hub.store
    comments = store.all(Comment, issue_id=issue.id)
    facts: list[Any] = [issue, comments, store.all(IssueEvent, issue_id=issue.id)]
    facts.append(store.all(Reaction, subject="issue", subject_id=issue.id))
    facts.append(store.all(Reaction, subject="comment", subject_id=[each.id for each in comments]))
    facts += [relations.sub_issues(visit.hub, issue), relations.blockers(visit.hub, issue)]
    pull = store.find(PullRequest, issue_id=issue.id)
    if pull is not None:
        remarks = store.all(ReviewComment, pull_request_id=pull.id)
        checks = store.all(CheckRun, repository_id=pull.repository_id, head_sha=pull.head_sha)
        facts += [pull, remarks, checks, store.all(Review, pull_request_id=pull.id)]
        facts.append(store.all(Reaction, subject="review_comment", subject_id=[each.id for each in remarks]))
        facts.append(store.all(Annotation, check_run_id=[each.id for each in checks]))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

"""Sub-issues and dependencies; both take database ids, never numbers."""

from __future__ import annotations

from bot.hub.facts import Issue, SubIssue
from bot.hub.hub import RefusedError
from bot.hub.operations import relations
from bot.hub.resources.issues import issue

from .routing import Call, Reply, Routes

routes = Routes()
ONE = "/repos/{owner}/{repo}/issues/{issue_number}"
READS = ("issues",)


def _has(call: Call, feature: str) -> None:
    if feature in call.hub.lacking:
        raise RefusedError(404, "Not Found")


def _required(call: Call, name: str) -> int:
    found = call.number(name)
    if found is None:
        raise RefusedError(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
    return found


def _parent(call: Call) -> Issue:
    return call.hub.store.get(Issue, call.issue.id)


@routes(f"GET {ONE}/sub_issues", "issues/list-sub-issues", reads=READS)
def list_sub_issues(call: Call) -> Reply:
    _has(call, "sub_issues")
    return call.page(relations.sub_issues(call.hub, call.issue), lambda each: issue(call.view, each))


@routes(f"POST {ONE}/sub_issues", "issues/add-sub-issue", reads=READS)
def add_sub_issue(call: Call) -> Reply:
    _has(call, "sub_issues")
    child, replace = _required(call, "sub_issue_id"), call.flag("replace_parent") or False
    relations.add_sub_issue(call.hub, call.actor, call.repository, call.issue, child, replace_parent=replace)
    return Reply(issue(call.view, _parent(call)), 201)


@routes(f"DELETE {ONE}/sub_issue", "issues/remove-sub-issue", reads=READS)
def remove_sub_issue(call: Call) -> Reply:
    _has(call, "sub_issues")
    relations.remove_sub_issue(call.hub, call.actor, call.repository, call.issue, _required(call, "sub_issue_id"))
    return Reply(issue(call.view, _parent(call)))


@routes(f"GET {ONE}/parent", "issues/get-parent", reads=READS)
def get_parent(call: Call) -> Reply:
    _has(call, "sub_issues")
    above = call.hub.store.find(SubIssue, child_id=call.issue.id)
    if above is None:
        raise RefusedError(404, "Not Found")
    return Reply(issue(call.view, call.hub.store.get(Issue, above.parent_id)))


@routes(f"GET {ONE}/dependencies/blocked_by", "issues/list-dependencies-blocked-by", reads=READS)
def list_blocked_by(call: Call) -> Reply:
    _has(call, "dependencies")
    return call.page(relations.blockers(call.hub, call.issue), lambda each: issue(call.view, each))


@routes(f"GET {ONE}/dependencies/blocking", "issues/list-dependencies-blocking", reads=READS)
def list_blocking(call: Call) -> Reply:
    _has(call, "dependencies")
    return call.page(relations.blocked(call.hub, call.issue), lambda each: issue(call.view, each))


@routes(f"POST {ONE}/dependencies/blocked_by", "issues/add-blocked-by-dependency", reads=READS)
def add_blocked_by(call: Call) -> Reply:
    _has(call, "dependencies")
    relations.add_blocker(call.hub, call.actor, call.repository, call.issue, _required(call, "issue_id"))
    return Reply(issue(call.view, call.issue), 201)


@routes(f"DELETE {ONE}/dependencies/blocked_by/{{issue_id}}", "issues/remove-dependency-blocked-by", reads=READS)
def remove_blocked_by(call: Call) -> Reply:
    _has(call, "dependencies")
    ident = call.parameters["issue_id"]
    relations.remove_blocker(call.hub, call.actor, call.repository, call.issue, ident)
    return Reply(issue(call.view, call.issue))

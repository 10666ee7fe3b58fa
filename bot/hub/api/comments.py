"""Comments of a conversation, and reactions."""

from __future__ import annotations

from bot.hub.facts import Comment, Reaction, Subject
from bot.hub.hub import RefusedError
from bot.hub.operations import comments
from bot.hub.resources.issues import comment, reaction

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
REPO = "/repos/{owner}/{repo}"
OF_ISSUE = f"{REPO}/issues/{{issue_number}}"
ONE = f"{REPO}/issues/comments/{{comment_id}}"
READS = ("issues", "pull_requests")


def _comment(call: Call) -> Comment:
    found = call.hub.store.get(Comment, call.parameters["comment_id"])
    if found.repository_id != call.repository.id:
        raise RefusedError(404, "Not Found")
    return found


def _since(call: Call, found: list[Comment]) -> list[Comment]:
    since = call.query.get("since", "")
    return [each for each in found if each.updated_at >= since]


@routes(f"GET {OF_ISSUE}/comments", "issues/list-comments", reads=READS)
def list_comments(call: Call) -> Reply:
    found = _since(call, call.hub.store.all(Comment, issue_id=call.issue.id))
    return call.page(found, lambda each: comment(call.view, each))


@routes(f"GET {REPO}/issues/comments", "issues/list-comments-for-repo", reads=READS)
def list_for_repository(call: Call) -> Reply:
    found = _since(call, call.hub.store.all(Comment, repository_id=call.repository.id))
    by = "updated_at" if call.query.get("sort") == "updated" else "id"
    found.sort(key=lambda each: (getattr(each, by), each.id), reverse=call.query.get("direction") == "desc")
    return call.page(found, lambda each: comment(call.view, each))


@routes(f"POST {OF_ISSUE}/comments", "issues/create-comment")
def create(call: Call) -> Reply:
    made = comments.create(call.hub, call.actor, call.repository, call.issue, call.required("body"))
    return Reply(comment(call.view, made), 201)


@routes(f"GET {ONE}", "issues/get-comment", reads=READS)
def get(call: Call) -> Reply:
    return Reply(comment(call.view, _comment(call)))


@routes(f"PATCH {ONE}", "issues/update-comment")
def update(call: Call) -> Reply:
    made = comments.update(call.hub, call.actor, call.repository, _comment(call), call.required("body"))
    return Reply(comment(call.view, made))


@routes(f"DELETE {ONE}", "issues/delete-comment")
def delete(call: Call) -> Reply:
    comments.delete(call.hub, call.actor, call.repository, _comment(call))
    return NOTHING


def _listed(call: Call, subject: Subject, ident: int) -> Reply:
    found = call.hub.store.all(Reaction, subject=subject, subject_id=ident)
    content = call.query.get("content")
    return call.page(
        [each for each in found if content in (None, each.content)], lambda each: reaction(call.view, each)
    )


def _created(call: Call, subject: Subject, ident: int) -> Reply:
    content = call.required("content")
    made, new = comments.react(call.hub, call.actor, call.repository, subject, ident, content)
    return Reply(reaction(call.view, made), 201 if new else 200)


def _deleted(call: Call, subject: Subject, ident: int) -> Reply:
    found = call.hub.store.get(Reaction, call.parameters["reaction_id"])
    if (found.subject, found.subject_id) != (subject, ident):
        raise RefusedError(404, "Not Found")
    comments.take_back(call.hub, call.actor, call.repository, found)
    return NOTHING


@routes(f"GET {OF_ISSUE}/reactions", "reactions/list-for-issue", reads=READS)
def list_for_issue(call: Call) -> Reply:
    return _listed(call, "issue", call.issue.id)


@routes(f"POST {OF_ISSUE}/reactions", "reactions/create-for-issue")
def create_for_issue(call: Call) -> Reply:
    return _created(call, "issue", call.issue.id)


@routes(f"DELETE {OF_ISSUE}/reactions/{{reaction_id}}", "reactions/delete-for-issue")
def delete_for_issue(call: Call) -> Reply:
    return _deleted(call, "issue", call.issue.id)


@routes(f"GET {ONE}/reactions", "reactions/list-for-issue-comment", reads=READS)
def list_for_comment(call: Call) -> Reply:
    return _listed(call, "comment", _comment(call).id)


@routes(f"POST {ONE}/reactions", "reactions/create-for-issue-comment")
def create_for_comment(call: Call) -> Reply:
    return _created(call, "comment", _comment(call).id)


@routes(f"DELETE {ONE}/reactions/{{reaction_id}}", "reactions/delete-for-issue-comment")
def delete_for_comment(call: Call) -> Reply:
    return _deleted(call, "comment", _comment(call).id)

"""Comments and reactions."""

from __future__ import annotations

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Comment, Issue, PullRequest, Reaction, ReviewComment, Subject
from bot.hub.hub import RefusedError
from bot.hub.operations import comments, issues

from .visit import NOT_FOUND, Routes, Visit

routes = Routes()
ONE = "/<owner>/<repo>/issues/<int:number>"
COMMENT = "/<owner>/<repo>/comments/<int:ident>"
KINDS: dict[str, Subject] = {"issue": "issue", "comment": "comment", "review_comment": "review_comment"}


@routes(f"POST {ONE}/comments")
def create(visit: Visit) -> Answer:
    """The conversation goes on; the button beside it closes or reopens at the same time."""
    issue, state, body = visit.issue, visit.sent("state"), visit.sent("body")
    path = visit.issue_path(issue)
    made = None
    with visit.hub.store.transaction():
        if body.strip() or not state:
            made = comments.create(visit.hub, visit.actor, visit.repository, issue, body)
        if state:
            # Two buttons close an issue; the one that says why it won't be done sends that.
            declined = state == "not_planned"
            wish = issues.Edit(state="closed", state_reason=state) if declined else issues.Edit(state=state)
            issues.update(visit.hub, visit.actor, visit.repository, issue, wish)
    return visit.go(f"{path}#issuecomment-{made.id}" if made else path)


def _comment(visit: Visit) -> tuple[Comment, str]:
    """The comment of the path, if it is of this repository, and the page that it stands on."""
    found = visit.hub.store.get(Comment, visit.parameters["ident"])
    if found.repository_id != visit.repository.id:
        raise NOT_FOUND
    return found, visit.issue_path(visit.hub.store.get(Issue, found.issue_id))


@routes(f"POST {COMMENT}/edit")
def edit(visit: Visit) -> Answer:
    found, path = _comment(visit)
    comments.update(visit.hub, visit.actor, visit.repository, found, visit.sent("body"))
    return visit.go(f"{path}#issuecomment-{found.id}")


@routes(f"POST {COMMENT}/delete")
def delete(visit: Visit) -> Answer:
    found, path = _comment(visit)
    comments.delete(visit.hub, visit.actor, visit.repository, found)
    return visit.go(path)


@routes(f"POST {COMMENT}/minimize")
def minimize(visit: Visit) -> Answer:
    """The comment is folded, for this reason; no reason unfolds it."""
    found, path = _comment(visit)
    comments.minimize(visit.hub, visit.actor, visit.repository, found, visit.sent("reason"))
    return visit.go(f"{path}#issuecomment-{found.id}")


def _page_of(visit: Visit, subject: Subject, ident: int) -> str:
    """The page on which the text stands, with its anchor; 404 where it is of another repository."""
    store = visit.hub.store
    fact: Issue | Comment | ReviewComment
    if subject == "issue":
        fact = store.get(Issue, ident)
        path = visit.issue_path(fact)
    elif subject == "comment":
        fact = store.get(Comment, ident)
        path = f"{visit.issue_path(store.get(Issue, fact.issue_id))}#issuecomment-{ident}"
    else:
        fact = store.get(ReviewComment, ident)
        pull = store.get(PullRequest, fact.pull_request_id)
        path = f"{visit.root}/pull/{pull.number}#discussion_r{ident}"
    if fact.repository_id != visit.repository.id:
        raise NOT_FOUND
    return path


@routes("POST /<owner>/<repo>/reactions")
def react(visit: Visit) -> Answer:
    """The viewer's reaction of this kind is there if it wasn't, and gone if it was."""
    subject, ident, content = KINDS.get(visit.sent("subject")), visit.sent_number("ident"), visit.sent("content")
    if subject is None:
        raise RefusedError(422, "There are no reactions to that.")
    path = _page_of(visit, subject, ident)
    before = visit.hub.store.find(
        Reaction, subject=subject, subject_id=ident, account_id=visit.viewer.id, content=content
    )
    if before is None:
        comments.react(visit.hub, visit.actor, visit.repository, subject, ident, content)
    else:
        comments.take_back(visit.hub, visit.actor, visit.repository, before)
    return visit.go(path)

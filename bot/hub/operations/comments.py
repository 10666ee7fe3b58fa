"""Comments in a conversation, and reactions."""

from __future__ import annotations

from bot.hub.access import allow
from bot.hub.events import emit, view_of
from bot.hub.facts import Comment, Issue, Reaction, Repository, Subject
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.resources.issues import CONTENTS, issue_in_webhook
from bot.hub.resources.issues import comment as comment_json

from .issues import checked_body
from .labels import BOTH


def _checked(body: str) -> str:
    if not body.strip():
        raise invalid("IssueComment", "body", "custom", "Body can't be blank")
    checked_body("IssueComment", body)
    return body


def _tell(hub: Hub, actor: Actor, repository: Repository, comment: Comment, action: str, **parts: object) -> None:
    view = view_of(hub)
    issue = issue_in_webhook(view, hub.store.get(Issue, comment.issue_id))
    shown = comment_json(view, comment)
    emit(hub, actor, repository, "issue_comment", action, issue=issue, comment=shown, **parts)


def create(hub: Hub, actor: Actor, repository: Repository, issue: Issue, body: str) -> Comment:
    """The conversation goes on with this comment; whoever can read may write one."""
    permissions = BOTH if issue.is_pull_request else ("issues",)
    allow(hub, actor, repository, permissions, "write", "read")
    if issue.locked and not _writes(hub, actor, repository):
        raise RefusedError(403, "Unable to create comment because issue is locked.")
    store = hub.store
    with store.transaction():
        now = store.now()
        comment = store.add(
            Comment(
                repository.id,
                issue.id,
                actor.account.id,
                _checked(body),
                via_app=actor.via_app,
                created_at=now,
                updated_at=now,
            )
        )
        store.change(issue, updated_at=now)
        _tell(hub, actor, repository, comment, "created")
    return comment


def _writes(hub: Hub, actor: Actor, repository: Repository) -> bool:
    return actor.via_app or hub.may(actor.account, repository, "write")


def _may_change(hub: Hub, actor: Actor, repository: Repository, comment: Comment) -> None:
    own = comment.author_id == actor.account.id
    allow(hub, actor, repository, BOTH, "write", "read" if own else "write")


def update(hub: Hub, actor: Actor, repository: Repository, comment: Comment, body: str) -> Comment:
    """The comment says this; its author and people with write access may edit it."""
    _may_change(hub, actor, repository, comment)
    with hub.store.transaction():
        before = comment.body
        comment = hub.store.change(comment, body=_checked(body), updated_at=hub.store.now())
        if body != before:
            _tell(hub, actor, repository, comment, "edited", changes={"body": {"from": before}})
    return comment


def delete(hub: Hub, actor: Actor, repository: Repository, comment: Comment) -> None:
    """The comment is gone."""
    _may_change(hub, actor, repository, comment)
    with hub.store.transaction():
        hub.store.remove(comment)
        _tell(hub, actor, repository, comment, "deleted")


def minimize(hub: Hub, actor: Actor, repository: Repository, comment: Comment, reason: str) -> Comment:
    """The comment is folded, and says why; an empty reason unfolds it."""
    _may_change(hub, actor, repository, comment)
    return hub.store.change(comment, minimized=reason.lower())


def _issue_of(hub: Hub, subject: Subject, ident: int) -> Issue | None:
    if subject == "comment":
        return hub.store.get(Issue, hub.store.get(Comment, ident).issue_id)
    return hub.store.get(Issue, ident) if subject == "issue" else None


def react(
    hub: Hub, actor: Actor, repository: Repository, subject: Subject, ident: int, content: str
) -> tuple[Reaction, bool]:
    """The actor's reaction, and whether it is new: a second one of the same kind is the first."""
    allow(hub, actor, repository, BOTH, "write", "read")
    if content not in CONTENTS:
        raise invalid("Reaction", "content")
    issue = _issue_of(hub, subject, ident)
    if issue is not None and issue.locked and not _writes(hub, actor, repository):
        raise RefusedError(403, "Unable to react because issue is locked.")
    with hub.store.transaction():
        found = hub.store.find(
            Reaction, subject=subject, subject_id=ident, account_id=actor.account.id, content=content
        )
        if found is not None:
            return found, False
        now = hub.store.now()
        return hub.store.add(Reaction(subject, ident, actor.account.id, content, now)), True


def take_back(hub: Hub, actor: Actor, repository: Repository, reaction: Reaction) -> None:
    """The reaction is gone; only whoever made it, or people with write access, may take it back."""
    own = reaction.account_id == actor.account.id
    allow(hub, actor, repository, BOTH, "write", "read" if own else "write")
    hub.store.remove(reaction)

"""An issue moves to another repository of the same owner, with its conversation, under a number of that one.

https://docs.github.com/en/issues/tracking-your-work-with-issues/administering-issues/transferring-an-issue-to-another-repository
"""

from __future__ import annotations

from bot.hub.access import allow
from bot.hub.events import emit, view_of
from bot.hub.facts import Comment, Issue, Repository
from bot.hub.hub import Actor, Hub, RefusedError
from bot.hub.resources.issues import issue_in_webhook
from bot.hub.resources.repositories import repository as repository_json

from .issues import happened
from .labels import subject_parts


def transfer(hub: Hub, actor: Actor, issue: Issue, to: Repository) -> Issue:
    """The issue as it is over there. The old address leads to it; labels that the other has not are lost."""
    store = hub.store
    home = store.get(Repository, issue.repository_id)
    for place in (home, to):
        allow(hub, actor, place, ("issues",), "write", "write")
    if issue.is_pull_request or home.owner_id != to.owner_id:
        raise RefusedError(422, "Issues can be transferred between repositories of the same owner alone.")
    with store.transaction():
        event, parts = subject_parts(hub, issue)
        moved = store.change(issue, repository_id=to.id, number=store.next_number(to), label_ids=[])
        for comment in store.all(Comment, issue_id=issue.id):
            store.change(comment, repository_id=to.id)
        happened(hub, actor, moved, "transferred")
        view = view_of(hub)
        new = {"new_issue": issue_in_webhook(view, moved), "new_repository": repository_json(view, to)}
        emit(hub, actor, home, event, "transferred", **parts, changes=new)
    return moved

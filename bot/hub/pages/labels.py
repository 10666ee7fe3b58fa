"""The labels of a repository, and labels on and off."""

from __future__ import annotations

from collections import Counter

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Issue, Label
from bot.hub.operations import labels

from .visit import NOT_FOUND, Routes, Visit

routes = Routes()


def _label(visit: Visit, name: str) -> Label:
    found = labels.named(visit.hub, visit.repository, name)
    if found is None:
        raise NOT_FOUND
    return found


@routes("GET /<owner>/<repo>/labels")
def listed(visit: Visit) -> Answer:
    open_issues = visit.hub.store.all(Issue, repository_id=visit.repository.id, state="open")
    uses = Counter(ident for issue in open_issues for ident in issue.label_ids)
    return visit.page("labels.html", labels=visit.labels(), uses=uses)


@routes("POST /<owner>/<repo>/labels")
def create(visit: Visit) -> Answer:
    color = visit.sent("color").lstrip("#") or "ededed"
    name, text = visit.sent("name").strip(), visit.sent("description").strip()
    labels.create(visit.hub, visit.actor, visit.repository, name, color, text)
    return visit.go(f"{visit.root}/labels")


@routes("POST /<owner>/<repo>/labels/edit")
def edit(visit: Visit) -> Answer:
    labels.update(
        visit.hub,
        visit.actor,
        visit.repository,
        _label(visit, visit.sent("before")),
        name=visit.sent("name").strip(),
        color=visit.sent("color").lstrip("#"),
        description=visit.sent("description").strip(),
    )
    return visit.go(f"{visit.root}/labels")


@routes("POST /<owner>/<repo>/labels/delete")
def delete(visit: Visit) -> Answer:
    labels.delete(visit.hub, visit.actor, visit.repository, _label(visit, visit.sent("name")))
    return visit.go(f"{visit.root}/labels")


@routes("POST /<owner>/<repo>/issues/<int:number>/labels")
def toggle(visit: Visit) -> Answer:
    """The issue or pull request has the label if it hadn't, and hasn't if it had."""
    name, issue = visit.sent("name").strip(), visit.issue
    found = labels.named(visit.hub, visit.repository, name)
    if found is not None and found.id in issue.label_ids:
        labels.remove(visit.hub, visit.actor, visit.repository, issue, name)
    else:
        labels.add(visit.hub, visit.actor, visit.repository, issue, [name])
    return visit.go(visit.issue_path(issue))

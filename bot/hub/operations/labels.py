"""The labels of a repository and of an issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bot.hub.access import allow
from bot.hub.events import emit, view_of
from bot.hub.facts import Issue, IssueEvent, Label, PullRequest, Repository
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.resources.issues import issue_in_webhook
from bot.hub.resources.issues import label as label_json
from bot.hub.resources.pulls import full_pull_request
from bot.hub.resources.view import Json

COLOR = re.compile(r"[0-9a-fA-F]{6}")
BOTH = ("issues", "pull_requests")
DEFAULTS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)


def named(hub: Hub, repository: Repository, name: str) -> Label | None:
    """The label with this name, whatever its case."""
    for label in hub.store.all(Label, repository_id=repository.id):
        if label.name.lower() == name.lower():
            return label
    return None


def _checked(hub: Hub, repository: Repository, name: str, color: str, description: str, but: int = 0) -> None:
    if not name.strip() or len(name) > 50:
        raise invalid("Label", "name", "missing_field" if not name.strip() else "invalid")
    if not COLOR.fullmatch(color):
        raise invalid("Label", "color")
    if len(description) > 100:
        raise invalid("Label", "description")
    other = named(hub, repository, name)
    if other is not None and other.id != but:
        raise invalid("Label", "name", "already_exists")


def create(
    hub: Hub, actor: Actor, repository: Repository, name: str, color: str = "ededed", description: str = ""
) -> Label:
    """The repository has the label."""
    allow(hub, actor, repository, BOTH, "write", "write")
    with hub.store.transaction():
        _checked(hub, repository, name, color, description)
        label = hub.store.add(Label(repository.id, name, color.lower(), description))
        emit(hub, actor, repository, "label", "created", label=label_json(view_of(hub), label))
    return label


def update(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    label: Label,
    *,
    name: str | None = None,
    color: str | None = None,
    description: str | None = None,
) -> Label:
    """The label has these values; issues keep it through a new name."""
    allow(hub, actor, repository, BOTH, "write", "write")
    wanted = {"name": name, "color": color.lower() if color else None, "description": description}
    with hub.store.transaction():
        values = {key: value for key, value in wanted.items() if value is not None and value != getattr(label, key)}
        after = {"name": label.name, "color": label.color, "description": label.description} | values
        _checked(hub, repository, after["name"], after["color"], after["description"], label.id)
        changes = {key: {"from": getattr(label, key)} for key in values}
        label = hub.store.change(label, **values)
        emit(hub, actor, repository, "label", "edited", label=label_json(view_of(hub), label), changes=changes)
    return label


def delete(hub: Hub, actor: Actor, repository: Repository, label: Label) -> None:
    """The repository and its issues no longer have the label."""
    allow(hub, actor, repository, BOTH, "write", "write")
    with hub.store.transaction():
        for issue in hub.store.all(Issue, repository_id=repository.id):
            if label.id in issue.label_ids:
                hub.store.change(issue, label_ids=[each for each in issue.label_ids if each != label.id])
        hub.store.remove(label)
        emit(hub, actor, repository, "label", "deleted", label=label_json(view_of(hub), label))


def find_or_create(hub: Hub, repository: Repository, names: Sequence[str]) -> list[Label]:
    """Labels by name; GitHub makes what is missing, when an issue gets it."""
    found = []
    for name in names:
        if not name.strip() or len(name) > 50:
            raise invalid("Label", "name")
        found.append(named(hub, repository, name) or hub.store.add(Label(repository.id, name)))
    return found


def subject_parts(hub: Hub, issue: Issue) -> tuple[str, Json]:
    """Which event tells of a change to an issue, and the payload's part about it."""
    view = view_of(hub)
    pull = hub.store.find(PullRequest, issue_id=issue.id) if issue.is_pull_request else None
    if pull is None:
        return "issues", {"issue": issue_in_webhook(view, issue)}
    return "pull_request", {"number": pull.number, "pull_request": full_pull_request(view, pull)}


def _happened(
    hub: Hub, actor: Actor, repository: Repository, issue: Issue, action: Literal["labeled", "unlabeled"], label: Label
) -> None:
    store = hub.store
    store.add(
        IssueEvent(
            repository.id,
            issue.id,
            actor.account.id,
            action,
            label_name=label.name,
            label_color=label.color,
            via_app=actor.via_app,
            created_at=store.now(),
        )
    )
    event, parts = subject_parts(hub, issue)
    emit(hub, actor, repository, event, action, **parts, label=label_json(view_of(hub), label))


def may_label(hub: Hub, actor: Actor, repository: Repository) -> None:
    """Labels need triage; raises RefusedError."""
    allow(hub, actor, repository, BOTH, "write", "triage")


def add(hub: Hub, actor: Actor, repository: Repository, issue: Issue, names: Sequence[str]) -> Issue:
    """The issue has these labels too."""
    may_label(hub, actor, repository)
    with hub.store.transaction():
        issue = hub.store.get(Issue, issue.id)
        for label in find_or_create(hub, repository, names):
            if label.id not in issue.label_ids:
                issue = hub.store.change(issue, label_ids=(*issue.label_ids, label.id), updated_at=hub.store.now())
                _happened(hub, actor, repository, issue, "labeled", label)
    return issue


def remove(hub: Hub, actor: Actor, repository: Repository, issue: Issue, name: str) -> Issue:
    """The issue no longer has the label; 404 where it never had."""
    may_label(hub, actor, repository)
    with hub.store.transaction():
        issue = hub.store.get(Issue, issue.id)
        label = named(hub, repository, name)
        if label is None or label.id not in issue.label_ids:
            raise RefusedError(404, "Label does not exist")
        return _take_off(hub, actor, repository, issue, label)


def _take_off(hub: Hub, actor: Actor, repository: Repository, issue: Issue, label: Label) -> Issue:
    left = [each for each in issue.label_ids if each != label.id]
    issue = hub.store.change(issue, label_ids=left, updated_at=hub.store.now())
    _happened(hub, actor, repository, issue, "unlabeled", label)
    return issue


def replace(hub: Hub, actor: Actor, repository: Repository, issue: Issue, names: Sequence[str]) -> Issue:
    """The issue has these labels and no others."""
    may_label(hub, actor, repository)
    with hub.store.transaction():
        issue = hub.store.get(Issue, issue.id)
        wanted = [label.id for label in find_or_create(hub, repository, names)]
        for ident in issue.label_ids:
            if ident not in wanted:
                issue = _take_off(hub, actor, repository, issue, hub.store.get(Label, ident))
        return add(hub, actor, repository, issue, names)

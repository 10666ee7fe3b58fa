"""Labels of a repository and of an issue."""

from __future__ import annotations

from bot.hub.facts import Issue, Label
from bot.hub.hub import RefusedError
from bot.hub.operations import labels
from bot.hub.resources.issues import label, labels_of

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
REPO = "/repos/{owner}/{repo}"
ONE = f"{REPO}/issues/{{issue_number}}/labels"
READS = ("issues", "pull_requests")


def _label(call: Call) -> Label:
    found = labels.named(call.hub, call.repository, call.parameters["name"])
    if found is None:
        raise RefusedError(404, "Not Found")
    return found


def _shown(call: Call, issue: Issue) -> Reply:
    return Reply([label(call.view, each) for each in labels_of(call.view, issue)])


def _names(call: Call) -> list[str]:
    """A bare array, or an object with `labels`; each a name or an object with one."""
    sent = call.json.get("labels", []) if isinstance(call.json, dict) else call.json
    names = [each.get("name") if isinstance(each, dict) else each for each in sent] if isinstance(sent, list) else [0]
    if not all(isinstance(name, str) for name in names):
        raise RefusedError(422, 'Invalid request.\n\nNo subschema in "anyOf" matched.')
    return [str(name) for name in names]


@routes(f"GET {REPO}/labels", "issues/list-labels-for-repo", reads=READS)
def list_labels(call: Call) -> Reply:
    return call.page(call.hub.store.all(Label, repository_id=call.repository.id), lambda each: label(call.view, each))


@routes(f"POST {REPO}/labels", "issues/create-label")
def create(call: Call) -> Reply:
    name, color, text = call.required("name"), call.text("color") or "ededed", call.text("description") or ""
    return Reply(label(call.view, labels.create(call.hub, call.actor, call.repository, name, color, text)), 201)


@routes(f"GET {REPO}/labels/{{name}}", "issues/get-label", reads=READS)
def get(call: Call) -> Reply:
    return Reply(label(call.view, _label(call)))


@routes(f"PATCH {REPO}/labels/{{name}}", "issues/update-label")
def update(call: Call) -> Reply:
    made = labels.update(
        call.hub,
        call.actor,
        call.repository,
        _label(call),
        name=call.text("new_name") or call.text("name"),
        color=call.text("color"),
        description=call.text("description"),
    )
    return Reply(label(call.view, made))


@routes(f"DELETE {REPO}/labels/{{name}}", "issues/delete-label")
def delete(call: Call) -> Reply:
    labels.delete(call.hub, call.actor, call.repository, _label(call))
    return NOTHING


@routes(f"GET {ONE}", "issues/list-labels-on-issue", reads=READS)
def list_on_issue(call: Call) -> Reply:
    return call.page(labels_of(call.view, call.issue), lambda each: label(call.view, each))


@routes(f"POST {ONE}", "issues/add-labels")
def add(call: Call) -> Reply:
    return _shown(call, labels.add(call.hub, call.actor, call.repository, call.issue, _names(call)))


@routes(f"PUT {ONE}", "issues/set-labels")
def replace(call: Call) -> Reply:
    return _shown(call, labels.replace(call.hub, call.actor, call.repository, call.issue, _names(call)))


@routes(f"DELETE {ONE}", "issues/remove-all-labels")
def remove_all(call: Call) -> Reply:
    labels.replace(call.hub, call.actor, call.repository, call.issue, [])
    return NOTHING


@routes(f"DELETE {ONE}/{{name}}", "issues/remove-label")
def remove(call: Call) -> Reply:
    return _shown(call, labels.remove(call.hub, call.actor, call.repository, call.issue, call.parameters["name"]))

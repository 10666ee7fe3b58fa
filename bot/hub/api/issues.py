"""Issues, assignees, milestones, events and the timeline."""

from __future__ import annotations

from bot.hub.facts import Comment, Issue, IssueEvent, Milestone
from bot.hub.hub import RefusedError
from bot.hub.operations import issues, relations
from bot.hub.operations.people import members
from bot.hub.resources.issues import commented, issue, issue_event, labels_of, milestone
from bot.hub.resources.users import user
from bot.hub.store import AbsentError

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
REPO = "/repos/{owner}/{repo}"
ONE = f"{REPO}/issues/{{issue_number}}"
READS = ("issues", "pull_requests")


def _wanted(call: Call, fact: Issue) -> bool:
    query = call.query
    if query.get("state", "open") not in (fact.state, "all"):
        return False
    names = {label.name.lower() for label in labels_of(call.view, fact)}
    if any(name.strip().lower() not in names for name in query.get("labels", "").split(",") if name.strip()):
        return False
    if query.get("creator") and call.view.account(fact.author_id).login.lower() != query["creator"].lower():
        return False
    if query.get("since") and fact.updated_at < query["since"]:
        return False
    return _wanted_by_number(call, fact)


def _wanted_by_number(call: Call, fact: Issue) -> bool:
    number = call.query.get("milestone", "")
    if number == "*" and not fact.milestone_id:
        return False
    if number == "none" and fact.milestone_id:
        return False
    if number.isdigit():
        found = call.hub.store.find(Milestone, repository_id=fact.repository_id, number=int(number))
        return found is not None and fact.milestone_id == found.id
    return True


@routes(f"GET {REPO}/issues", "issues/list-for-repo", reads=READS)
def list_issues(call: Call) -> Reply:
    found = [fact for fact in call.hub.store.all(Issue, repository_id=call.repository.id) if _wanted(call, fact)]
    by = {"updated": "updated_at", "created": "number", "comments": "number"}[call.query.get("sort", "created")]
    found.sort(key=lambda fact: (getattr(fact, by), fact.number), reverse=call.query.get("direction") != "asc")
    return call.page(found, lambda fact: issue(call.view, fact))


@routes(f"POST {REPO}/issues", "issues/create")
def create(call: Call) -> Reply:
    if call.query or not call.required("title").strip():
        raise RefusedError(
            422, "Validation Failed", ({"resource": "Issue", "code": "missing_field", "field": "title"},)
        )
    assignees = call.texts("assignees") or [name for name in [call.text("assignee")] if name]
    made = issues.create(
        call.hub,
        call.actor,
        call.repository,
        call.required("title"),
        call.text("body"),
        labels=_names(call) or (),
        assignees=assignees,
        milestone=call.number("milestone"),
    )
    return Reply(issue(call.view, made), 201)


def _names(call: Call) -> list[str] | None:
    """Labels by name, whether they were sent as strings or as objects."""
    sent = call.body.get("labels")
    if sent is None:
        return None
    names = [each.get("name") if isinstance(each, dict) else each for each in sent] if isinstance(sent, list) else [0]
    if not all(isinstance(name, str) for name in names):
        raise RefusedError(422, "Invalid request.\n\nFor 'properties/labels', every item must be a string.")
    return [str(name) for name in names]


@routes(f"GET {ONE}", "issues/get", reads=READS)
def get(call: Call) -> Reply:
    return Reply(issue(call.view, call.issue))


@routes(f"PATCH {ONE}", "issues/update", reads=READS)
def update(call: Call) -> Reply:
    body = call.body
    number = call.number("milestone")
    edit = issues.Edit(
        title=call.text("title"),
        body="" if "body" in body and body["body"] is None else call.text("body"),
        state=call.text("state"),
        state_reason=call.text("state_reason"),
        labels=_names(call),
        assignees=call.texts("assignees"),
        milestone=0 if "milestone" in body and number is None else number,
    )
    return Reply(issue(call.view, issues.update(call.hub, call.actor, call.repository, call.issue, edit)))


@routes(f"PUT {ONE}/lock", "issues/lock", reads=READS)
def lock(call: Call) -> Reply:
    issues.lock(call.hub, call.actor, call.repository, call.issue, locked=True)
    return NOTHING


@routes(f"DELETE {ONE}/lock", "issues/unlock", reads=READS)
def unlock(call: Call) -> Reply:
    issues.lock(call.hub, call.actor, call.repository, call.issue, locked=False)
    return NOTHING


@routes(f"GET {REPO}/assignees", "issues/list-assignees")
def list_assignees(call: Call) -> Reply:
    return call.page(members(call.hub, call.repository), lambda pair: user(call.view, pair[0]))


@routes(f"GET {REPO}/assignees/{{assignee}}", "issues/check-user-can-be-assigned")
def check_assignee(call: Call) -> Reply:
    try:
        account = call.hub.store.account(call.parameters["assignee"])
    except AbsentError:
        raise RefusedError(404, "Not Found") from None
    if not call.hub.may(account, call.repository, "triage"):
        raise RefusedError(404, "Not Found")
    return Reply(status=204)


def _logins(call: Call) -> list[str]:
    return [call.view.account(ident).login for ident in call.issue.assignee_ids]


@routes(f"POST {ONE}/assignees", "issues/add-assignees", reads=READS)
def add_assignees(call: Call) -> Reply:
    wanted = [*_logins(call), *(call.texts("assignees") or [])]
    made = issues.assign(call.hub, call.actor, call.repository, call.issue, list(dict.fromkeys(wanted)))
    return Reply(issue(call.view, made), 201)


@routes(f"DELETE {ONE}/assignees", "issues/remove-assignees", reads=READS)
def remove_assignees(call: Call) -> Reply:
    gone = {name.lower() for name in call.texts("assignees") or []}
    left = [name for name in _logins(call) if name.lower() not in gone]
    return Reply(issue(call.view, issues.assign(call.hub, call.actor, call.repository, call.issue, left)))


@routes(f"GET {ONE}/events", "issues/list-events", reads=READS)
def list_events(call: Call) -> Reply:
    found = call.hub.store.all(IssueEvent, issue_id=call.issue.id)
    return call.page(found, lambda fact: issue_event(call.view, fact))


@routes(f"GET {ONE}/timeline", "issues/list-events-for-timeline", reads=READS)
def list_timeline(call: Call) -> Reply:
    rows: list[Comment | IssueEvent] = [*call.hub.store.all(IssueEvent, issue_id=call.issue.id)]
    rows += call.hub.store.all(Comment, issue_id=call.issue.id)
    rows = [each for each in rows if not (isinstance(each, IssueEvent) and each.event == "reviewed")]
    rows.sort(key=lambda each: each.created_at)
    view = call.view
    return call.page(rows, lambda each: commented(view, each) if isinstance(each, Comment) else issue_event(view, each))


@routes(f"GET {REPO}/milestones", "issues/list-milestones", reads=READS)
def list_milestones(call: Call) -> Reply:
    state = call.query.get("state", "open")
    found = call.hub.store.all(Milestone, repository_id=call.repository.id)
    return call.page([each for each in found if state in (each.state, "all")], lambda each: milestone(call.view, each))


@routes(f"POST {REPO}/milestones", "issues/create-milestone", reads=READS)
def create_milestone(call: Call) -> Reply:
    title, text, due = call.required("title"), call.text("description") or "", call.text("due_on") or ""
    made = relations.create_milestone(call.hub, call.actor, call.repository, title, text, due)
    return Reply(milestone(call.view, made), 201)


def _milestone(call: Call) -> Milestone:
    number = call.parameters["milestone_number"]
    found = call.hub.store.find(Milestone, repository_id=call.repository.id, number=number)
    if found is None:
        raise RefusedError(404, "Not Found")
    return found


@routes(f"GET {REPO}/milestones/{{milestone_number}}", "issues/get-milestone", reads=READS)
def get_milestone(call: Call) -> Reply:
    return Reply(milestone(call.view, _milestone(call)))


@routes(f"PATCH {REPO}/milestones/{{milestone_number}}", "issues/update-milestone", reads=READS)
def update_milestone(call: Call) -> Reply:
    sent = {name: call.text(name) for name in ("title", "description", "state", "due_on")}
    values = {name: value for name, value in sent.items() if value is not None}
    made = relations.update_milestone(call.hub, call.actor, call.repository, _milestone(call), **values)
    return Reply(milestone(call.view, made))

"""Check runs and commit statuses."""

from __future__ import annotations

from bot.hub.facts import Annotation, CheckRun, CommitStatus
from bot.hub.hub import RefusedError
from bot.hub.operations import checks
from bot.hub.resources.checks import annotation, check_run, combined_status, status
from bot.hub.resources.repositories import minimal_repository
from bot.hub.resources.view import Json

from .routing import Call, Reply, Routes

routes = Routes()
REPO = "/repos/{owner}/{repo}"
ONE = f"{REPO}/check-runs/{{check_run_id}}"
READS = ("checks",)


def _annotation(call: Call, sent: Json) -> Annotation:
    start, end = call.number("start_line", sent), call.number("end_line", sent)
    if start is None or end is None:
        raise RefusedError(422, 'Invalid request.\n\n"start_line", "end_line" weren\'t supplied.')
    return Annotation(
        0,
        call.required("path", sent),
        start,
        end,
        call.required("annotation_level", sent),
        call.required("message", sent),
        call.text("title", sent) or "",
        call.text("raw_details", sent) or "",
        call.number("start_column", sent) or 0,
        call.number("end_column", sent) or 0,
    )


def _edit(call: Call) -> checks.CheckEdit:
    output = call.object("output") or {}
    if output:
        call.required("summary", output)
    if output and "title" not in output and call.parameters.get("check_run_id") is None:
        raise RefusedError(422, 'Invalid request.\n\n"title" wasn\'t supplied.')
    names = ("name", "status", "conclusion", "external_id", "details_url", "started_at", "completed_at")
    values = {name: call.text(name) for name in names}
    values |= {name: call.text(name, output) for name in ("title", "summary", "text")}
    sent = output.get("annotations") or []
    return checks.CheckEdit(**values, annotations=[_annotation(call, each) for each in sent])


@routes(f"POST {REPO}/check-runs", "checks/create")
def create(call: Call) -> Reply:
    made = checks.create(call.hub, call.actor, call.repository, call.required("head_sha"), _edit(call))
    return Reply(check_run(call.view, made), 201)


def _check(call: Call) -> CheckRun:
    found = call.hub.store.get(CheckRun, call.parameters["check_run_id"])
    if found.repository_id != call.repository.id:
        raise RefusedError(404, "Not Found")
    return found


@routes(f"PATCH {ONE}", "checks/update")
def update(call: Call) -> Reply:
    return Reply(check_run(call.view, checks.update(call.hub, call.actor, call.repository, _check(call), _edit(call))))


@routes(f"GET {ONE}", "checks/get", reads=READS)
def get(call: Call) -> Reply:
    return Reply(check_run(call.view, _check(call)))


@routes(f"GET {ONE}/annotations", "checks/list-annotations", reads=READS)
def list_annotations(call: Call) -> Reply:
    check = _check(call)
    found = call.hub.store.all(Annotation, check_run_id=check.id)
    return call.page(found, lambda each: annotation(call.view, call.repository, check.head_sha, each))


@routes(f"POST {ONE}/rerequest", "checks/rerequest-run", reads=READS)
def rerequest(call: Call) -> Reply:
    checks.rerequest(call.hub, call.actor, call.repository, _check(call))
    return Reply({}, 201)


def _sha(call: Call) -> str:
    ref = call.parameters["ref"]
    found = call.hub.code(call.repository).resolve(ref)
    if found is None:
        raise RefusedError(422, f"No commit found for SHA: {ref}")
    return found


@routes(f"GET {REPO}/commits/{{ref}}/check-runs", "checks/list-for-ref", reads=READS)
def list_for_ref(call: Call) -> Reply:
    query = call.query
    found = call.hub.store.all(CheckRun, repository_id=call.repository.id, head_sha=_sha(call), newest_first=True)
    found = [each for each in found if query.get("check_name") in (None, each.name)]
    found = [each for each in found if query.get("status") in (None, each.status)]
    if query.get("filter", "latest") == "latest":
        latest = {each.name: each for each in reversed(found)}
        found = sorted(latest.values(), key=lambda each: -each.id)
    return call.page(found, lambda each: check_run(call.view, each), "check_runs")


@routes(f"POST {REPO}/statuses/{{sha}}", "repos/create-commit-status")
def create_status(call: Call) -> Reply:
    made = checks.set_status(
        call.hub,
        call.actor,
        call.repository,
        call.parameters["sha"],
        call.required("state"),
        context=call.text("context") or "default",
        description=call.text("description") or "",
        target_url=call.text("target_url") or "",
    )
    return Reply(status(call.view, made), 201)


@routes(f"GET {REPO}/statuses/{{ref}}", "repos/list-commit-statuses-for-ref", reads=("statuses",))
@routes(f"GET {REPO}/commits/{{ref}}/statuses", "repos/list-commit-statuses-for-ref", reads=("statuses",))
def list_statuses(call: Call) -> Reply:
    found = call.hub.store.all(CommitStatus, repository_id=call.repository.id, sha=_sha(call), newest_first=True)
    return call.page(found, lambda each: status(call.view, each))


@routes(f"GET {REPO}/commits/{{ref}}/status", "repos/get-combined-status-for-ref", reads=("statuses",))
def get_combined(call: Call) -> Reply:
    repository = minimal_repository(call.view, call.repository)
    return Reply(combined_status(call.view, call.repository, _sha(call), repository))

"""Check runs of the App, and commit statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.hub.access import allow
from bot.hub.events import emit, view_of
from bot.hub.facts import Annotation, CheckRun, CommitStatus, Repository
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.resources.checks import check_run_in_webhook

ANNOTATION_LIMIT = 50
TEXT_LIMIT = 65_535
STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out")
LEVELS = ("notice", "warning", "failure")


@dataclass(frozen=True)
class CheckEdit:
    """A wish for a check run; None leaves a value as it is, annotations are added to those before."""

    name: str | None = None
    status: str | None = None
    conclusion: str | None = None
    external_id: str | None = None
    details_url: str | None = None
    started_at: str | None = None
    completed_at: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: Sequence[Annotation] = field(default=())


def _checked(edit: CheckEdit) -> None:
    if len(edit.annotations) > ANNOTATION_LIMIT:
        message = f"Only {ANNOTATION_LIMIT} annotations are allowed in one request; {len(edit.annotations)} were given."
        raise RefusedError(422, "Invalid request.\n\n" + message)
    if edit.status is not None and edit.status not in STATUSES:
        raise invalid("CheckRun", "status")
    if edit.conclusion is not None and edit.conclusion not in CONCLUSIONS:
        raise invalid("CheckRun", "conclusion")
    for name in ("summary", "text"):
        if len(getattr(edit, name) or "") > TEXT_LIMIT:
            raise invalid("CheckRun", name, "custom", f"{name} exceeds a maximum of {TEXT_LIMIT} characters")
    for annotation in edit.annotations:
        if annotation.annotation_level not in LEVELS:
            raise invalid("CheckRun", "annotations")
        if annotation.start_column and annotation.start_line != annotation.end_line:
            raise invalid("CheckRun", "annotations", "custom", "columns are for annotations of a single line")


def _values(hub: Hub, edit: CheckEdit) -> dict[str, object]:
    names = ("name", "status", "conclusion", "external_id", "details_url", "started_at", "completed_at")
    values: dict[str, object] = {
        key: getattr(edit, key) for key in (*names, "title", "summary", "text") if getattr(edit, key) is not None
    }
    if edit.conclusion is not None:
        values["status"] = "completed"
    if values.get("status") == "completed":
        if edit.conclusion is None:
            raise invalid("CheckRun", "conclusion", "missing_field")
        values.setdefault("completed_at", hub.store.now())
    elif "status" in values:
        values |= {"conclusion": "", "completed_at": ""}
    return values


def _may(hub: Hub, actor: Actor, repository: Repository) -> None:
    if not actor.via_app:
        raise RefusedError(403, "You must authenticate via a GitHub App.")
    allow(hub, actor, repository, ("checks",), "write", "write")


def create(hub: Hub, actor: Actor, repository: Repository, head_sha: str, edit: CheckEdit) -> CheckRun:
    """A check run of a commit that exists; only an App makes one."""
    _may(hub, actor, repository)
    _checked(edit)
    if not edit.name:
        raise invalid("CheckRun", "name", "missing_field")
    if hub.code(repository).kind(head_sha) != "commit":
        raise RefusedError(422, f"No commit found for SHA: {head_sha}")
    store = hub.store
    with store.transaction():
        check = store.add(CheckRun(repository.id, edit.name, head_sha, started_at=store.now()))
        check = store.change(check, **_values(hub, edit))
        _annotate(hub, check, edit.annotations)
        _tell(hub, actor, repository, check, "created")
        if check.status == "completed":
            _tell(hub, actor, repository, check, "completed")
    return check


def update(hub: Hub, actor: Actor, repository: Repository, check: CheckRun, edit: CheckEdit) -> CheckRun:
    """The check run is as the edit says."""
    _may(hub, actor, repository)
    _checked(edit)
    with hub.store.transaction():
        before = hub.store.get(CheckRun, check.id)
        check = hub.store.change(check, **_values(hub, edit))
        _annotate(hub, check, edit.annotations)
        if check.status == "completed" and before.status != "completed":
            _tell(hub, actor, repository, check, "completed")
    return check


def rerequest(hub: Hub, actor: Actor, repository: Repository, check: CheckRun) -> None:
    """Someone with write access asks the App to run the check again."""
    allow(hub, actor, repository, ("checks",), "write", "write")
    with hub.store.transaction():
        _tell(hub, actor, repository, check, "rerequested")


def _annotate(hub: Hub, check: CheckRun, annotations: Sequence[Annotation]) -> None:
    for annotation in annotations:
        hub.store.change(hub.store.add(annotation), check_run_id=check.id)


def _tell(hub: Hub, actor: Actor, repository: Repository, check: CheckRun, action: str) -> None:
    emit(hub, actor, repository, "check_run", action, check_run=check_run_in_webhook(view_of(hub), check))


def set_status(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    sha: str,
    state: str,
    *,
    context: str = "default",
    description: str = "",
    target_url: str = "",
) -> CommitStatus:
    """The commit has this status in this context."""
    allow(hub, actor, repository, ("statuses",), "write", "write")
    if state not in ("error", "failure", "pending", "success"):
        raise invalid("Status", "state")
    if len(description) > 140:
        raise invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)")
    if hub.code(repository).kind(sha) != "commit":
        raise RefusedError(422, f"No commit found for SHA: {sha}")
    now = hub.store.now()
    return hub.store.add(
        CommitStatus(repository.id, sha, state, actor.account.id, context, description, target_url, now)
    )

"""Check runs with their annotations, and commit statuses."""

from __future__ import annotations

from bot.hub.facts import Annotation, CheckRun, CommitStatus, Issue, PullRequest, Repository

from .accounts import integration
from .users import user
from .view import Json, View, node_id

_WORST = ("error", "failure", "pending", "success")


def check_run(view: View, fact: CheckRun) -> Json:
    """https://docs.github.com/rest/checks/runs#get-a-check-run"""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    api = view.repo_api(repository, f"/check-runs/{fact.id}")
    page = view.repo_html(repository, f"/runs/{fact.id}")
    return {
        "id": fact.id,
        "head_sha": fact.head_sha,
        "node_id": node_id("CheckRun", fact.id),
        "external_id": fact.external_id,
        "url": api,
        "html_url": page,
        "details_url": fact.details_url or page,
        "status": fact.status,
        "conclusion": fact.conclusion or None,
        "started_at": fact.started_at or None,
        "completed_at": fact.completed_at or None,
        "output": {
            "title": fact.title or None,
            "summary": fact.summary or None,
            "text": fact.text or None,
            "annotations_count": len(store.all(Annotation, check_run_id=fact.id)),
            "annotations_url": f"{api}/annotations",
        },
        "name": fact.name,
        "check_suite": {"id": suite_id(fact)},
        "app": integration(view, view.hub.app),
        "pull_requests": [_minimal(view, repository, pull) for pull in _pulls(view, fact)],
    }


def suite_id(fact: CheckRun) -> int:
    """One suite gathers a commit's checks: there is one App."""
    return int(fact.head_sha[:8], 16)


def _pulls(view: View, fact: CheckRun) -> list[PullRequest]:
    store = view.hub.store
    # Those of forks are not listed here.
    pulls = store.all(PullRequest, repository_id=fact.repository_id, head_sha=fact.head_sha, fork_id=0)
    return [pull for pull in pulls if store.get(Issue, pull.issue_id).state == "open"]


def _minimal(view: View, repository: Repository, pull: PullRequest) -> Json:
    repo = {"id": repository.id, "url": view.repo_api(repository), "name": repository.name}
    return {
        "id": pull.id,
        "number": pull.number,
        "url": view.repo_api(repository, f"/pulls/{pull.number}"),
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": repo},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": repo},
    }


def check_run_in_webhook(view: View, fact: CheckRun) -> Json:
    """A check run as a webhook shows it: with its suite."""
    found = check_run(view, fact)
    found["started_at"] = found["started_at"] or view.hub.store.now()
    repository = view.hub.store.get(Repository, fact.repository_id)
    found["check_suite"] = {
        "id": suite_id(fact),
        "node_id": node_id("CheckRun", suite_id(fact)),
        "url": view.repo_api(repository, f"/check-suites/{suite_id(fact)}"),
        "head_branch": next((pull.head_ref for pull in _pulls(view, fact)), None),
        "head_sha": fact.head_sha,
        "status": fact.status,
        "conclusion": fact.conclusion or None,
        "before": None,
        "after": fact.head_sha,
        "pull_requests": found["pull_requests"],
        "app": found["app"],
        "created_at": found["started_at"],
        "updated_at": view.hub.store.now(),
    }
    return found


def annotation(view: View, repository: Repository, sha: str, fact: Annotation) -> Json:
    """https://docs.github.com/rest/checks/runs#list-check-run-annotations"""
    return {
        "path": fact.path,
        "blob_href": view.repo_html(repository, f"/blob/{sha}/{fact.path}"),
        "start_line": fact.start_line,
        "end_line": fact.end_line,
        "start_column": fact.start_column or None,
        "end_column": fact.end_column or None,
        "annotation_level": fact.annotation_level,
        "title": fact.title or None,
        "message": fact.message,
        "raw_details": fact.raw_details or None,
    }


def status(view: View, fact: CommitStatus) -> Json:
    """https://docs.github.com/rest/commits/statuses#list-commit-statuses-for-a-reference"""
    creator = user(view, view.account(fact.creator_id))
    return {**_simple_status(view, fact), "avatar_url": creator["avatar_url"], "creator": creator}


def _simple_status(view: View, fact: CommitStatus) -> Json:
    repository = view.hub.store.get(Repository, fact.repository_id)
    return {
        "url": view.repo_api(repository, f"/statuses/{fact.sha}"),
        "avatar_url": None,
        "id": fact.id,
        "node_id": node_id("CommitStatus", fact.id),
        "state": fact.state,
        "description": fact.description or None,
        "target_url": fact.target_url or None,
        "context": fact.context,
        "created_at": fact.created_at,
        "updated_at": fact.created_at,
    }


def combined_status(view: View, repository: Repository, sha: str, repository_json: Json) -> Json:
    """https://docs.github.com/rest/commits/statuses#get-the-combined-status-for-a-specific-reference"""
    latest = {each.context: each for each in view.hub.store.all(CommitStatus, repository_id=repository.id, sha=sha)}
    states = [each.state for each in latest.values()]
    worst = next((state for state in _WORST if state in states), "pending")
    return {
        "state": "failure" if worst == "error" else worst,
        "statuses": [_simple_status(view, each) for each in latest.values()],
        "sha": sha,
        "total_count": len(latest),
        "repository": repository_json,
        "commit_url": view.repo_api(repository, f"/commits/{sha}"),
        "url": view.repo_api(repository, f"/commits/{sha}/status"),
    }

"""Repositories, branches, contents, commits, comparisons and collaborators."""

from __future__ import annotations

import base64
import binascii

from bot.hub.code import Code
from bot.hub.facts import Account, PullRequest, Role
from bot.hub.history import changed_files, commit, count, log
from bot.hub.hub import RefusedError
from bot.hub.operations import objects, repositories
from bot.hub.operations.people import invite, members
from bot.hub.operations.references import EMPTY_TREE
from bot.hub.resources.accounts import collaborator, collaborator_permission
from bot.hub.resources.commits import changed_file, content, git_commit
from bot.hub.resources.commits import commit as commit_json
from bot.hub.resources.pulls import pull_request
from bot.hub.resources.repositories import full_repository
from bot.hub.resources.view import Json

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
REPO = "/repos/{owner}/{repo}"
CODE = ("contents",)
COMPARED = 250


@routes(f"GET {REPO}", "repos/get")
def get(call: Call) -> Reply:
    role = call.hub.role(call.actor.account, call.repository)
    return Reply(full_repository(call.view, call.repository, "read" if call.actor.via_app else role))


@routes("GET /repositories/{repository_id}", "repos/get")
def get_by_id(call: Call) -> Reply:
    return get(call)


@routes(f"PATCH {REPO}", "repos/update")
def update(call: Call) -> Reply:
    edit = repositories.Edit(
        call.text("name"), call.text("default_branch"), call.flag("private"), call.flag("archived")
    )
    changed = repositories.update(call.hub, call.actor, call.repository, edit)
    return Reply(full_repository(call.view, changed, call.hub.role(call.actor.account, changed)))


@routes(f"POST {REPO}/forks", "repos/create-fork")
def create_fork(call: Call) -> Reply:
    made = repositories.fork(call.hub, call.actor, call.repository)
    return Reply(full_repository(call.view, made, "admin"), 202)


@routes(f"POST {REPO}/branches/{{branch}}/rename", "repos/rename-branch", reads=CODE)
def rename_branch(call: Call) -> Reply:
    name = call.required("new_name")
    repositories.rename_branch(call.hub, call.actor, call.repository, call.parameters["branch"], name)
    call.parameters["branch"] = name
    return Reply(get_branch(call).body, 201)


def _code(call: Call) -> Code:
    return call.hub.code(call.repository)


def _branch(call: Call, name: str, sha: str) -> Json:
    url = call.view.repo_api(call.repository, f"/commits/{sha}")
    return {"name": name, "commit": {"sha": sha, "url": url}, "protected": False}


@routes(f"GET {REPO}/branches", "repos/list-branches", reads=CODE)
def list_branches(call: Call) -> Reply:
    return call.page(list(_code(call).branches().items()), lambda pair: _branch(call, *pair))


@routes(f"GET {REPO}/branches/{{branch}}", "repos/get-branch", reads=CODE)
def get_branch(call: Call) -> Reply:
    name = call.parameters["branch"]
    sha = _code(call).ref(f"refs/heads/{name}")
    if sha is None:
        raise RefusedError(404, "Branch not found")
    repository, view = call.repository, call.view
    url = view.repo_api(repository, f"/branches/{name}")
    return Reply(
        {
            **_branch(call, name, sha),
            "commit": commit_json(view, repository, commit(_code(call), sha)),
            "_links": {"self": url, "html": view.repo_html(repository, f"/tree/{name}")},
            "protection": {"enabled": False, "required_status_checks": None},
            "protection_url": f"{url}/protection",
        }
    )


def _resolved(call: Call, ref: str, missing: int = 404) -> str:
    found = _code(call).resolve(ref)
    if found is None:
        raise RefusedError(missing, "Not Found" if missing == 404 else f"No commit found for SHA: {ref}")
    return found


@routes(f"GET {REPO}/contents/", "repos/get-content", reads=CODE)
@routes(f"GET {REPO}/contents", "repos/get-content", reads=CODE)
def get_root(call: Call) -> Reply:
    return _content(call, "")


@routes(f"GET {REPO}/contents/{{path}}", "repos/get-content", reads=CODE)
def get_content(call: Call) -> Reply:
    return _content(call, call.parameters["path"].strip("/"))


def _content(call: Call, path: str) -> Reply:
    ref = call.query.get("ref") or call.repository.default_branch
    code = _code(call)
    found = code.resolve(ref)
    if found is None:
        raise RefusedError(404, f"No commit found for the ref {ref}")
    entry = code.entry(found, path)
    if entry is None:
        raise RefusedError(404, "Not Found")
    view, repository = call.view, call.repository
    if entry.kind == "tree":
        rows = code.entries(found, path)
        inside = f"{path}/" if path else ""
        return Reply([content(view, repository, ref, row, f"{inside}{row.path}", None) for row in rows])
    data = code.blob(entry.sha)
    if "raw" in call.accept:
        return Reply(data, headers={"Content-Type": "application/vnd.github.raw"})
    return Reply(content(view, repository, ref, entry, path, data))


def _written(call: Call, path: str, data: bytes | None) -> Reply:
    branch = call.text("branch") or call.repository.default_branch
    message = call.required("message")
    sha = call.text("sha")
    made = objects.write_file(call.hub, call.actor, call.repository, branch, path, data, message, sha)
    code = _code(call)
    entry = code.entry(made, path)
    shown = content(call.view, call.repository, branch, entry, path, None) if entry else None
    body = {"content": shown, "commit": git_commit(call.view, call.repository, commit(code, made))}
    return Reply(body, 200 if data is None or sha else 201)


@routes(f"PUT {REPO}/contents/{{path}}", "repos/create-or-update-file-contents", reads=CODE)
def put_content(call: Call) -> Reply:
    try:
        data = base64.b64decode(call.required("content"))
    except binascii.Error:
        raise RefusedError(422, "content is not valid Base64") from None
    return _written(call, call.parameters["path"], data)


@routes(f"DELETE {REPO}/contents/{{path}}", "repos/delete-file", reads=CODE)
def delete_content(call: Call) -> Reply:
    call.required("sha")
    return _written(call, call.parameters["path"], None)


@routes(f"GET {REPO}/commits", "repos/list-commits", reads=CODE)
def list_commits(call: Call) -> Reply:
    start = _resolved(call, call.query.get("sha") or call.repository.default_branch)
    found = log(_code(call), start, path=call.query.get("path", ""))
    return call.page(found, lambda data: commit_json(call.view, call.repository, data))


@routes(f"GET {REPO}/commits/{{ref}}", "repos/get-commit", reads=CODE)
def get_commit(call: Call) -> Reply:
    code = _code(call)
    data = commit(code, _resolved(call, call.parameters["ref"], 422))
    files = changed_files(code, data.parents[0] if data.parents else EMPTY_TREE, data.sha)
    return Reply(commit_json(call.view, call.repository, data, files))


@routes(f"GET {REPO}/compare/{{basehead}}", "repos/compare-commits", reads=CODE)
def compare(call: Call) -> Reply:
    names = call.parameters["basehead"].split("...")
    if len(names) != 2:
        raise RefusedError(404, "Not Found")
    base, head = (_resolved(call, name.rsplit(":", 1)[-1]) for name in names)
    code, view, repository = _code(call), call.view, call.repository
    start = code.merge_base(base, head)
    if start is None:
        raise RefusedError(404, f"No common ancestor between {names[0]} and {names[1]}.")
    ahead, behind = count(code, f"{base}..{head}"), count(code, f"{head}..{base}")
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    page = view.repo_html(repository, f"/compare/{names[0]}...{names[1]}")
    commits = list(reversed(log(code, f"{base}..{head}", limit=COMPARED)))
    return Reply(
        {
            "url": view.repo_api(repository, f"/compare/{names[0]}...{names[1]}"),
            "html_url": page,
            "permalink_url": view.repo_html(repository, f"/compare/{base[:7]}...{head[:7]}"),
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "base_commit": commit_json(view, repository, commit(code, base)),
            "merge_base_commit": commit_json(view, repository, commit(code, start)),
            "status": status.get((bool(ahead), bool(behind)), "diverged"),
            "ahead_by": ahead,
            "behind_by": behind,
            "total_commits": ahead,
            "commits": [commit_json(view, repository, data) for data in commits],
            "files": [changed_file(view, repository, head, file) for file in changed_files(code, start, head)],
        }
    )


@routes(f"GET {REPO}/collaborators", "repos/list-collaborators")
def list_collaborators(call: Call) -> Reply:
    if not call.actor.via_app and not call.hub.may(call.actor.account, call.repository, "write"):
        raise RefusedError(403, "Must have push access to view repository collaborators.")
    found = members(call.hub, call.repository)
    return call.page(found, lambda pair: collaborator(call.view, *pair))


@routes(f"GET {REPO}/collaborators/{{username}}", "repos/check-collaborator")
def check_collaborator(call: Call) -> Reply:
    account = call.hub.store.account(call.parameters["username"])
    if account.id not in [each.id for each, _ in members(call.hub, call.repository)]:
        raise RefusedError(404, "Not Found")
    return Reply(status=204)


@routes(f"GET {REPO}/collaborators/{{username}}/permission", "repos/get-collaborator-permission-level")
def get_permission(call: Call) -> Reply:
    if not call.actor.via_app and not call.hub.may(call.actor.account, call.repository, "write"):
        raise RefusedError(403, "Must have push access to view collaborator permission.")
    account: Account = call.hub.store.account(call.parameters["username"])
    return Reply(collaborator_permission(call.view, account, call.hub.role(account, call.repository)))


# GitHub's older words for two of the roles.
ROLE_OF: dict[str, Role] = {
    "pull": "read",
    "triage": "triage",
    "push": "write",
    "maintain": "maintain",
    "admin": "admin",
}


@routes(f"PUT {REPO}/collaborators/{{username}}", "repos/add-collaborator")
def add_collaborator(call: Call) -> Reply:
    wanted = call.text("permission") or "push"
    if wanted not in ROLE_OF:
        raise RefusedError(422, "Validation Failed", ({"resource": "Repository", "field": "permission"},))
    account = call.hub.store.account(call.parameters["username"])
    invite(call.hub, call.actor, call.repository, account, ROLE_OF[wanted])
    return NOTHING


@routes(f"DELETE {REPO}/collaborators/{{username}}", "repos/remove-collaborator")
def remove_collaborator(call: Call) -> Reply:
    account = call.hub.store.account(call.parameters["username"])
    invite(call.hub, call.actor, call.repository, account, "none")
    return NOTHING


@routes(
    f"GET {REPO}/commits/{{ref}}/pulls", "repos/list-pull-requests-associated-with-commit", reads=("pull_requests",)
)
def list_pulls_of_commit(call: Call) -> Reply:
    sha = _resolved(call, call.parameters["ref"], 422)
    code = _code(call)
    pulls = call.hub.store.all(PullRequest, repository_id=call.repository.id)
    found = [
        each
        for each in pulls
        if sha == each.merge_commit_sha
        or (code.is_ancestor(sha, each.head_sha) and not code.is_ancestor(sha, each.base_sha))
    ]
    return call.page(found, lambda each: pull_request(call.view, each))

"""The Git Data API: references, blobs, trees, commits."""

from __future__ import annotations

import base64
import binascii

from bot.hub.code import Change, Code, Signature
from bot.hub.history import commit
from bot.hub.hub import RefusedError
from bot.hub.operations import objects, references
from bot.hub.resources.commits import blob, git_commit, reference, tree
from bot.hub.resources.view import Json

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
GIT = "/repos/{owner}/{repo}/git"
CODE = ("contents",)


def _code(call: Call) -> Code:
    return call.hub.code(call.repository)


def _ref(call: Call) -> str:
    return f"refs/{call.parameters['ref']}"


def _shown(call: Call, name: str, sha: str) -> Json:
    return reference(call.view, call.repository, name, sha)


@routes(f"GET {GIT}/ref/{{ref}}", "git/get-ref", reads=CODE)
def get_ref(call: Call) -> Reply:
    sha = _code(call).ref(_ref(call))
    if sha is None:
        raise RefusedError(404, "Not Found")
    return Reply(_shown(call, _ref(call), sha))


@routes(f"GET {GIT}/matching-refs/{{ref}}", "git/list-matching-refs", reads=CODE)
def list_matching(call: Call) -> Reply:
    found = _code(call).refs(_ref(call))
    return call.page(list(found.items()), lambda pair: _shown(call, *pair))


@routes(f"POST {GIT}/refs", "git/create-ref", reads=CODE)
def create_ref(call: Call) -> Reply:
    name, sha = call.required("ref"), call.required("sha")
    references.create(call.hub, call.actor, call.repository, name, sha)
    return Reply(_shown(call, name, sha), 201)


@routes(f"PATCH {GIT}/refs/{{ref}}", "git/update-ref", reads=CODE)
def update_ref(call: Call) -> Reply:
    sha = call.required("sha")
    force = call.flag("force") or False
    references.update(call.hub, call.actor, call.repository, _ref(call), sha, force=force)
    return Reply(_shown(call, _ref(call), sha))


@routes(f"DELETE {GIT}/refs/{{ref}}", "git/delete-ref", reads=CODE)
def delete_ref(call: Call) -> Reply:
    references.delete(call.hub, call.actor, call.repository, _ref(call))
    return NOTHING


@routes(f"GET {GIT}/blobs/{{file_sha}}", "git/get-blob", reads=CODE)
def get_blob(call: Call) -> Reply:
    sha = call.parameters["file_sha"]
    if _code(call).kind(sha) != "blob":
        raise RefusedError(404, "Not Found")
    data = _code(call).blob(sha)
    if "raw" in call.accept:
        return Reply(data, headers={"Content-Type": "application/vnd.github.raw"})
    return Reply(blob(call.view, call.repository, sha, data))


def _bytes(content: str, encoding: str) -> bytes:
    if encoding != "base64":
        return content.encode()
    try:
        return base64.b64decode(content)
    except binascii.Error:
        raise RefusedError(422, "content is not valid Base64") from None


@routes(f"POST {GIT}/blobs", "git/create-blob", reads=CODE)
def create_blob(call: Call) -> Reply:
    data = _bytes(call.required("content"), call.text("encoding") or "utf-8")
    sha = objects.write_blob(call.hub, call.actor, call.repository, data)
    return Reply({"sha": sha, "url": call.view.repo_api(call.repository, f"/git/blobs/{sha}")}, 201)


def _tree(call: Call, sha: str, recursive: bool, status: int = 200) -> Reply:
    code = _code(call)
    found = code.tree(sha)
    if not found:
        raise RefusedError(404, "Not Found")
    return Reply(tree(call.view, call.repository, found, code.entries(found, recursive=recursive)), status)


@routes(f"GET {GIT}/trees/{{ref}}", "git/get-tree", reads=CODE)
def get_tree(call: Call) -> Reply:
    return _tree(call, call.parameters["ref"], "recursive" in call.query)


@routes(f"POST {GIT}/trees", "git/create-tree", reads=CODE)
def create_tree(call: Call) -> Reply:
    entries = call.objects("tree")
    if not entries:
        raise RefusedError(422, "Invalid tree info")
    changes = [_change(call, entry) for entry in entries]
    sha = objects.write_tree(call.hub, call.actor, call.repository, call.text("base_tree"), changes)
    return _tree(call, sha, False, 201)


def _change(call: Call, entry: Json) -> Change:
    path, mode = call.required("path", entry), call.text("mode", entry) or "100644"
    content, sha = call.text("content", entry), call.text("sha", entry)
    if content is not None and sha is not None:
        raise RefusedError(422, "Must supply either tree.sha or tree.content")
    if content is not None:
        return Change(path, mode, objects.write_blob(call.hub, call.actor, call.repository, content.encode()))
    if sha is None and "sha" not in entry:
        raise RefusedError(422, "Must supply either tree.sha or tree.content")
    return Change(path, mode, sha)


@routes(f"GET {GIT}/commits/{{commit_sha}}", "git/get-commit", reads=CODE)
def get_commit(call: Call) -> Reply:
    sha = call.parameters["commit_sha"]
    if _code(call).kind(sha) != "commit":
        raise RefusedError(404, "Not Found")
    return Reply(git_commit(call.view, call.repository, commit(_code(call), sha)))


@routes(f"POST {GIT}/commits", "git/create-commit", reads=CODE)
def create_commit(call: Call) -> Reply:
    sha = objects.write_commit(
        call.hub,
        call.actor,
        call.repository,
        call.required("message"),
        call.required("tree"),
        call.texts("parents") or [],
        _signature(call, "author"),
        _signature(call, "committer"),
    )
    return Reply(git_commit(call.view, call.repository, commit(_code(call), sha)), 201)


def _signature(call: Call, name: str) -> Signature | None:
    sent = call.object(name)
    if sent is None:
        return None
    date = call.text("date", sent) or call.hub.store.now()
    return Signature(call.required("name", sent), call.required("email", sent), date)

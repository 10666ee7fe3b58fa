"""Blobs, trees and commits are written by the Git Data API, files by the Contents API."""

from __future__ import annotations

from collections.abc import Sequence

from bot.hub.access import allow
from bot.hub.code import Change, Signature
from bot.hub.events import view_of
from bot.hub.facts import Repository, SignedCommit
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.resources.commits import noreply

from . import references

MODES = ("100644", "100755", "040000", "160000", "120000")


def write_blob(hub: Hub, actor: Actor, repository: Repository, content: bytes) -> str:
    """The SHA of a blob with these bytes."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    return hub.code(repository).write_blob(content)


def write_tree(hub: Hub, actor: Actor, repository: Repository, base: str | None, changes: Sequence[Change]) -> str:
    """The SHA of the tree that is the base with the changes made."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    code = hub.code(repository)
    if base is not None and code.kind(base) not in ("tree", "commit"):
        raise RefusedError(422, "base_tree is not a valid tree oid")
    for change in changes:
        _check(hub, repository, change)
    return code.write_tree(base, changes)


def _check(hub: Hub, repository: Repository, change: Change) -> None:
    parts = change.path.split("/")
    if change.mode not in MODES:
        raise RefusedError(422, f"Must supply a valid tree.mode, not {change.mode!r}")
    if change.path.startswith("/") or any(part in ("", ".", "..", ".git") for part in parts):
        raise RefusedError(422, "tree.path contains a malformed path component")
    if change.sha is not None and hub.code(repository).kind(change.sha) not in ("blob", "tree", "commit"):
        raise RefusedError(422, f"tree.sha {change.sha} is not a valid blob")


def signature(hub: Hub, actor: Actor) -> Signature:
    """How the actor signs a commit that it makes through the API."""
    account = actor.account
    email = account.email or noreply(view_of(hub), account)
    return Signature(account.name or account.login, email, hub.store.now())


def write_commit(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    message: str,
    tree: str,
    parents: Sequence[str],
    author: Signature | None = None,
    committer: Signature | None = None,
) -> str:
    """The SHA of a new commit; GitHub signs it where the App makes it in its own name."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    code = hub.code(repository)
    if code.kind(tree) != "tree":
        raise RefusedError(422, "Tree SHA does not exist")
    for parent in parents:
        if code.kind(parent) != "commit":
            raise RefusedError(422, "Parent SHA does not exist or is not a commit object")
    own = signature(hub, actor)
    sha = code.write_commit(tree, parents, message, author or own, committer or author or own)
    if actor.via_app and author is None and committer is None:
        with hub.store.transaction():
            if hub.store.find(SignedCommit, repository_id=repository.id, sha=sha) is None:
                hub.store.add(SignedCommit(repository.id, sha, hub.store.now()))
    return sha


def write_file(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    branch: str,
    path: str,
    content: bytes | None,
    message: str,
    sha: str | None = None,
) -> str:
    """The SHA of a commit on the branch in which the file has this content, or is gone where it is None.

    `sha` is the blob that the writer knew: 409 where another one stands there, 422 where it is missing.
    """
    allow(hub, actor, repository, ("contents",), "write", "write")
    code = hub.code(repository)
    with hub.store.transaction():
        tip = code.resolve(f"refs/heads/{branch}")
        if tip is None:
            raise RefusedError(404, f"Branch {branch} not found")
        entry = code.entry(tip, path)
        if entry is not None and sha is None:
            raise RefusedError(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
        if sha is not None and (entry is None or entry.sha != sha):
            raise RefusedError(409, f"{path} does not match {sha}")
        if content is None and entry is None:
            raise invalid("Contents", "path")
        mode = entry.mode if entry is not None else "100644"
        change = Change(path, mode, None if content is None else code.write_blob(content))
        tree = write_tree(hub, actor, repository, tip, [change])
        made = write_commit(hub, actor, repository, message, tree, [tip])
        references.update(hub, actor, repository, f"refs/heads/{branch}", made)
    return made

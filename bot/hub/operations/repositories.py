"""A repository gets another name, another default branch, an audience or an end; its old name leads to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.hub.access import allow
from bot.hub.facts import PullRequest, Repository
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.importing import import_code
from bot.hub.store import AbsentError


@dataclass(frozen=True)
class Edit:
    """A wish to change a repository; None leaves a value as it is."""

    name: str | None = None
    default_branch: str | None = None
    private: bool | None = None
    archived: bool | None = None


def update(hub: Hub, actor: Actor, repository: Repository, edit: Edit) -> Repository:
    """The repository is as its admin says. An archived one can be nothing but taken out of the archive."""
    if repository.archived and edit.archived is False:
        repository = hub.store.change(repository, archived=False)
    allow(hub, actor, repository, ("administration",), "write", "admin")
    store = hub.store
    with store.transaction():
        if edit.name is not None and edit.name != repository.name:
            repository = _renamed(hub, repository, edit.name)
        if edit.default_branch is not None:
            if hub.code(repository).resolve(f"refs/heads/{edit.default_branch}") is None:
                raise invalid("Repository", "default_branch", "custom", "The branch was not found.")
            repository = store.change(repository, default_branch=edit.default_branch)
        if edit.private is not None:
            repository = store.change(repository, private=edit.private)
        if edit.archived is not None:
            repository = store.change(repository, archived=edit.archived)
        return store.change(repository, updated_at=store.now())


def _renamed(hub: Hub, repository: Repository, name: str) -> Repository:
    owner = hub.store.full_name(repository).partition("/")[0]
    try:
        taken = hub.store.repository(owner, name).id != repository.id
    except AbsentError:
        taken = False
    if taken:
        raise invalid("Repository", "name", "custom", "name already exists on this account")
    return hub.store.change(repository, name=name, former=(*repository.former, repository.name))


def rename_branch(hub: Hub, actor: Actor, repository: Repository, branch: str, name: str) -> None:
    """The branch has the new name; pull requests into it follow, and it stays the default if it was."""
    default = branch == repository.default_branch
    allow(hub, actor, repository, ("contents", "administration"), "write", "admin" if default else "write")
    code = hub.code(repository)
    sha = code.resolve(f"refs/heads/{branch}")
    if sha is None:
        raise RefusedError(404, "Branch not found")
    if code.resolve(f"refs/heads/{name}") is not None:
        raise RefusedError(422, "New branch already exists")
    store = hub.store
    with store.transaction():
        code.update_ref(f"refs/heads/{name}", sha)
        if default:
            store.change(repository, default_branch=name)
        for pull in store.all(PullRequest, repository_id=repository.id, base_ref=branch):
            store.change(pull, base_ref=name)
        code.delete_ref(f"refs/heads/{branch}")


def fork(hub: Hub, actor: Actor, repository: Repository) -> Repository:
    """The actor's own copy of a repository; the one that is there already."""
    allow(hub, actor, repository, ("administration",), "write", "read")
    store, now = hub.store, hub.store.now()
    found = store.find(Repository, owner_id=actor.account.id, name=repository.name)
    if found is not None:
        return found
    with store.transaction():
        made = Repository(actor.account.id, repository.name, created_at=now, updated_at=now, pushed_at=now)
        made = store.add(replace(made, parent_id=repository.id))
        branch = import_code(hub.code(made), hub.code(repository).path)
        return store.change(made, default_branch=branch)

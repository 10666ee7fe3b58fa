"""What an actor may do, and how GitHub says no."""

from __future__ import annotations

from .facts import Repository, Role
from .hub import ROLES, Actor, Hub, RefusedError

LEVELS = ("none", "read", "write", "admin")
NOT_FOUND = RefusedError(404, "Not Found")


def covers(hub: Hub, actor: Actor, repository: Repository) -> bool:
    """The actor can see the repository at all."""
    if actor.installation is None:
        return hub.may(actor.account, repository, "read")
    ids = actor.repository_ids or actor.installation.repository_ids
    return repository.id in ids or not repository.private


def within(actor: Actor, permissions: tuple[str, ...], level: str) -> bool:
    """The installation's token has one of the permissions at this level."""
    return any(LEVELS.index(actor.permissions.get(name, "none")) >= LEVELS.index(level) for name in permissions)


def allow(hub: Hub, actor: Actor, repository: Repository, permissions: tuple[str, ...], level: str, role: Role) -> None:
    """Nothing happens where the actor may; else RefusedError: 404 for what it can't see, 401 or 403 for the rest.

    An installation needs one of the permissions at the level, in a repository of its token; a person needs the role.
    """
    if not covers(hub, actor, repository):
        raise RefusedError(404, "Not Found")
    if level != "read" and repository.archived:
        raise RefusedError(403, "Repository was archived so is read-only.")
    if actor.installation is not None:
        ids = actor.repository_ids or actor.installation.repository_ids
        inside = repository.id in ids and within(actor, permissions, level)
        outside_but_public = repository.id not in ids and level == "read"
        if not inside and not outside_but_public:
            raise RefusedError(403, "Resource not accessible by integration")
        return
    if level != "read" and actor.account.id == 0:
        raise RefusedError(401, "Requires authentication")
    if ROLES.index(hub.role(actor.account, repository)) < ROLES.index(role):
        raise RefusedError(403, "Must have admin rights to Repository.")

"""Who works on a repository."""

from __future__ import annotations

from bot.hub.access import allow
from bot.hub.facts import Account, Collaborator, Repository, Role
from bot.hub.hub import Actor, Hub


def members(hub: Hub, repository: Repository) -> list[tuple[Account, Role]]:
    """Everyone with a role of their own, and the owner if a person."""
    owner = hub.store.get(Account, repository.owner_id)
    found: list[tuple[Account, Role]] = [(owner, "admin")] if owner.kind == "User" else []
    others = hub.store.all(Collaborator, repository_id=repository.id)
    return found + [
        (hub.store.get(Account, each.account_id), each.role) for each in others if each.account_id != owner.id
    ]


def set_role(hub: Hub, repository: Repository, account: Account, role: Role) -> None:
    """The account has this role in the repository; none takes it away."""
    with hub.store.transaction():
        before = hub.store.find(Collaborator, repository_id=repository.id, account_id=account.id)
        if before is not None:
            hub.store.remove(before)
        if role != "none":
            hub.store.add(Collaborator(repository.id, account.id, role))


def invite(hub: Hub, actor: Actor, repository: Repository, account: Account, role: Role) -> None:
    """An admin gives the account a role, or takes it away; nobody has to accept here."""
    allow(hub, actor, repository, ("administration",), "write", "admin")
    set_role(hub, repository, account, role)

"""The hub as one object: facts, code, webhooks and faults, for whoever serves it over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .code import Code
from .facts import Account, App, Collaborator, Installation, Repository, Role
from .store import AbsentError, Store

ROLES: tuple[Role, ...] = ("none", "read", "triage", "write", "maintain", "admin")


class RefusedError(Exception):
    """GitHub refuses the request: its status, its message, and the errors of single fields."""

    def __init__(self, status: int, message: str, errors: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors


def invalid(resource: str, field_name: str, code: str = "invalid", message: str = "") -> RefusedError:
    """GitHub's 422 about one field of a resource; with a message, one of code `custom`."""
    error: dict[str, object] = {"resource": resource, "field": field_name, "code": code}
    if message:
        error["message"] = message
    return RefusedError(422, "Validation Failed", (error,))


@dataclass(frozen=True)
class Actor:
    """Who acts: a person's account, or the App's bot through an installation, with what its token allows."""

    account: Account
    installation: Installation | None = None
    permissions: dict[str, str] = field(default_factory=dict)
    repository_ids: tuple[int, ...] = ()

    @property
    def via_app(self) -> bool:
        """The App acts, with an installation token."""
        return self.installation is not None


def _no_wake() -> None:
    """Nobody delivers webhooks yet."""


@dataclass
class Hub:
    """Facts, code and the address under which they are served."""

    state: Path
    store: Store
    url: str
    wake: Callable[[], None] = _no_wake
    # Features that this GitHub has not, like an older Enterprise: `sub_issues`, `dependencies`.
    lacking: set[str] = field(default_factory=set)
    _codes: dict[int, Code] = field(default_factory=dict)

    def code(self, repository: Repository) -> Code:
        """The bare repository that holds its code."""
        known = self._codes.get(repository.id)
        return known or self._codes.setdefault(
            repository.id, Code(self.state / "repositories" / f"{repository.id}.git")
        )

    def close(self) -> None:
        """No process of it runs, and its facts are closed."""
        for code in self._codes.values():
            code.close()
        self.store.close()

    @property
    def app(self) -> App:
        """The one App; raises AbsentError before the hub was set up."""
        found = self.store.find(App)
        if found is None:
            raise AbsentError("App")
        return found

    def installation(self, repository: Repository) -> Installation | None:
        """The installation that covers the repository, if the App is installed on it."""
        for installation in self.store.all(Installation):
            if repository.id in installation.repository_ids:
                return installation
        return None

    def role(self, account: Account, repository: Repository) -> Role:
        """The account's role: its own, else admin for the owner, else read where the repository is public."""
        if account.id == repository.owner_id:
            return "admin"
        found = self.store.find(Collaborator, repository_id=repository.id, account_id=account.id)
        if found is not None:
            return found.role
        return "none" if repository.private else "read"

    def may(self, account: Account, repository: Repository, role: Role) -> bool:
        """The account has this role or a higher one."""
        return ROLES.index(self.role(account, repository)) >= ROLES.index(role)

    def person(self, login: str) -> Actor:
        """The account with this login, acting for itself, as on the pages; raises AbsentError."""
        return Actor(self.store.account(login))

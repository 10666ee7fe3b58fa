"""Accounts, the App and repositories stand in the state folder; what is there already stays as it is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.hub.operations.deliveries import ping, tell_installed, tell_repositories
from bot.hub.operations.labels import DEFAULTS
from bot.hub.operations.people import set_role

from .auth import create_private_key, private_key_file
from .facts import Account, App, Installation, Label, Repository, Role
from .hub import Hub
from .importing import import_code
from .store import AbsentError, Store
from .webhooks import secret_file

USERS: dict[str, Role] = {"ada": "write", "grace": "admin", "eve": "read"}
PERMISSIONS = {
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
}
EVENTS = (
    "check_run",
    "issue_comment",
    "issues",
    "label",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
)


@dataclass(frozen=True)
class Setup:
    """What a hub starts with."""

    repositories: Mapping[str, Path] = field(default_factory=dict)
    users: Mapping[str, Role] = field(default_factory=lambda: dict(USERS))
    organizations: Sequence[str] = ()
    webhook: str = ""
    app_name: str = "Charrette"
    app_slug: str = "charrette"


def open_hub(state: Path, url: str, setup: Setup) -> Hub:
    """The hub whose facts are in the folder, with all that the setup names."""
    (state / "repositories").mkdir(parents=True, exist_ok=True)
    hub = Hub(state, Store(state / "hub.sqlite"), url)
    if not private_key_file(hub).exists():
        create_private_key(private_key_file(hub))
    if not secret_file(hub).exists():
        secret_file(hub).touch(mode=0o600)
        secret_file(hub).write_text(secrets.token_hex(32))
    try:
        with hub.store.transaction():
            _accounts(hub, setup)
            _app(hub, setup)
            for full_name, path in setup.repositories.items():
                _repository(hub, setup, full_name, path)
    except BaseException:
        hub.store.close()
        raise
    return hub


def _account(hub: Hub, login: str) -> Account | None:
    try:
        return hub.store.account(login)
    except AbsentError:
        return None


def _accounts(hub: Hub, setup: Setup) -> None:
    now = hub.store.now()
    for login in setup.users:
        if _account(hub, login) is None:
            token = f"ghp_{secrets.token_hex(18)}"
            hub.store.add(Account(login, "User", login.capitalize(), f"{login}@example.com", token, now))
    owners = [name.split("/")[0] for name in setup.repositories]
    for login in dict.fromkeys([*setup.organizations, *owners]):
        if _account(hub, login) is None:
            hub.store.add(Account(login, "Organization", login, created_at=now))


def _app(hub: Hub, setup: Setup) -> None:
    store = hub.store
    found = store.find(App)
    if found is not None:
        if found.webhook_url != setup.webhook:
            store.change(found, webhook_url=setup.webhook)
        return
    now = store.now()
    bot = store.add(Account(f"{setup.app_slug}[bot]", "Bot", created_at=now))
    people = [account for account in store.all(Account) if account.kind != "Bot"]
    owner = next((a for a in people if setup.users.get(a.login) == "admin"), people[0] if people else bot)
    client_id = f"Iv23li{secrets.token_hex(7)}"
    store.add(App(setup.app_slug, setup.app_name, owner.id, bot.id, client_id, setup.webhook, PERMISSIONS, EVENTS, now))
    if setup.webhook:
        ping(hub)


def _repository(hub: Hub, setup: Setup, full_name: str, path: Path) -> None:
    owner_name, _, name = full_name.partition("/")
    if not owner_name or not name or "/" in name:
        raise ValueError(f"{full_name!r} is no owner/name")
    store = hub.store
    owner = store.account(owner_name)
    if store.find(Repository, owner_id=owner.id, name=name) is not None:
        return
    now = store.now()
    repository = store.add(Repository(owner.id, name, created_at=now, updated_at=now, pushed_at=now))
    branch = import_code(hub.code(repository), path)
    repository = store.change(repository, default_branch=branch)
    for label, color, text in DEFAULTS:
        store.add(Label(repository.id, label, color, text, default=True))
    for login, role in setup.users.items():
        account = store.account(login)
        # Anyone reads a public repository: a record of that would make a stranger a collaborator.
        if account.id != owner.id and role not in ("none", "read"):
            set_role(hub, repository, account, role)
    _install(hub, owner, repository)


def _install(hub: Hub, owner: Account, repository: Repository) -> None:
    store, app = hub.store, hub.app
    sender = store.get(Account, app.owner_id)
    found = store.find(Installation, account_id=owner.id)
    if found is None:
        made = store.add(Installation(app.id, owner.id, (repository.id,), store.now()))
        tell_installed(hub, made, sender)
        return
    found = store.change(found, repository_ids=(*found.repository_ids, repository.id))
    tell_repositories(hub, found, [repository], [], sender)

"""What happens becomes a webhook delivery, kept in the same transaction as the change itself."""

from __future__ import annotations

import json
import uuid

from bot.hub.resources.repositories import repository as repository_json
from bot.hub.resources.users import organization, user
from bot.hub.resources.view import Json, View, node_id

from .facts import Delivery, Installation, Repository
from .hub import Actor, Hub

# Every App gets these, whatever it subscribed to.
ALWAYS = ("installation", "installation_repositories", "ping")


def view_of(hub: Hub) -> View:
    """The hub as a webhook's receiver sees it."""
    return View(hub, hub.url)


def emit(hub: Hub, actor: Actor, repository: Repository, event: str, action: str, /, **parts: object) -> None:
    """The App hears of the event, if it is installed on the repository and subscribed to it."""
    installation = hub.installation(repository)
    if installation is None or event not in hub.app.events:
        return
    view = view_of(hub)
    owner = view.account(repository.owner_id)
    payload: Json = {
        **({"action": action} if action else {}),
        **parts,
        "repository": parts.get("repository") or repository_json(view, repository),
        **({"organization": organization(view, owner)} if owner.kind == "Organization" else {}),
        "sender": user(view, actor.account),
        "installation": {"id": installation.id, "node_id": node_id("Installation", installation.id)},
    }
    deliver(hub, event, action, payload, repository, installation)


def deliver(
    hub: Hub, event: str, action: str, payload: Json, repository: Repository | None, installation: Installation | None
) -> Delivery:
    """The delivery waits to be sent, in order; it is sent once the change is durable."""
    fact = Delivery(
        guid=str(uuid.uuid4()),
        event=event,
        action=action,
        payload=json.dumps(payload),
        repository_id=repository.id if repository else 0,
        installation_id=installation.id if installation else 0,
        created_at=hub.store.now(),
        url=hub.app.webhook_url,
    )
    with hub.store.transaction():
        stored = hub.store.add(fact)
        hub.store.after_commit(hub.wake)
    return stored

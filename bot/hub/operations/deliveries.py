"""Webhook deliveries: installation events, ping and redelivery; the sending is in `webhooks`."""

from __future__ import annotations

import dataclasses

from bot.hub.events import deliver, view_of
from bot.hub.facts import Account, Delivery, Installation, Repository
from bot.hub.hub import Hub
from bot.hub.resources.accounts import installation as installation_json
from bot.hub.resources.users import user
from bot.hub.resources.view import Json, node_id

ZEN = "Practicality beats purity."


def redeliver(hub: Hub, fact: Delivery) -> Delivery:
    """The same payload goes out again, under the same GUID."""
    again = dataclasses.replace(
        fact,
        id=0,
        state="waiting",
        redelivery=True,
        delivered_at="",
        status="",
        status_code=0,
        duration=0.0,
        created_at=hub.store.now(),
        request_headers={},
        response_headers={},
        response_body="",
        url=hub.app.webhook_url,
    )
    with hub.store.transaction():
        stored = hub.store.add(again)
        hub.store.after_commit(hub.wake)
    return stored


def brief(hub: Hub, repository: Repository) -> Json:
    """A repository as events of an installation name it."""
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": hub.store.full_name(repository),
        "private": repository.private,
    }


def tell_installed(hub: Hub, installation: Installation, sender: Account) -> None:
    """The App hears that it was installed."""
    view = view_of(hub)
    repositories = hub.store.all(Repository, id=installation.repository_ids)
    payload = {
        "action": "created",
        "installation": installation_json(view, installation),
        "repositories": [brief(hub, each) for each in repositories],
        "requester": None,
        "sender": user(view, sender),
    }
    deliver(hub, "installation", "created", payload, None, installation)


def tell_repositories(
    hub: Hub, installation: Installation, added: list[Repository], removed: list[Repository], sender: Account
) -> None:
    """The App hears that its installation covers other repositories now."""
    view = view_of(hub)
    for action, changed in (("added", added), ("removed", removed)):
        if changed:
            payload = {
                "action": action,
                "installation": installation_json(view, installation),
                "repository_selection": "selected",
                "repositories_added": [brief(hub, each) for each in changed] if action == "added" else [],
                "repositories_removed": [brief(hub, each) for each in changed] if action == "removed" else [],
                "requester": None,
                "sender": user(view, sender),
            }
            deliver(hub, "installation_repositories", action, payload, None, installation)


def ping(hub: Hub) -> Delivery:
    """GitHub's greeting to a new webhook."""
    app = hub.app
    payload: Json = {
        "zen": ZEN,
        "hook_id": app.id,
        "hook": {
            "type": "App",
            "id": app.id,
            "name": "web",
            "active": True,
            "events": list(app.events),
            "config": {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": app.webhook_url},
            "updated_at": app.created_at,
            "created_at": app.created_at,
            "app_id": app.id,
            "deliveries_url": view_of(hub).api("/app/hook/deliveries"),
        },
    }
    return deliver(hub, "ping", "", payload, None, None)

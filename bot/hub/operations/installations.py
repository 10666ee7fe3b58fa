"""An installation ends, or rests: the App's tokens are dead from then on."""

from __future__ import annotations

from bot.hub.events import deliver, view_of
from bot.hub.facts import Account, Installation, Repository
from bot.hub.hub import Hub
from bot.hub.resources.accounts import installation as installation_json
from bot.hub.resources.users import user

from .deliveries import brief


def uninstall(hub: Hub, installation: Installation, sender: Account) -> None:
    """The installation is gone; the App hears of it."""
    with hub.store.transaction():
        _tell(hub, installation, "deleted", sender)
        hub.store.remove(installation)


def suspend(hub: Hub, installation: Installation, sender: Account, *, suspended: bool) -> None:
    """The installation rests, or works again."""
    with hub.store.transaction():
        changed = hub.store.change(installation, suspended_at=hub.store.now() if suspended else "")
        _tell(hub, changed, "suspend" if suspended else "unsuspend", sender)


def _tell(hub: Hub, installation: Installation, action: str, sender: Account) -> None:
    view = view_of(hub)
    payload = {
        "action": action,
        "installation": installation_json(view, installation),
        "repositories": [brief(hub, each) for each in hub.store.all(Repository, id=installation.repository_ids)],
        "requester": None,
        "sender": user(view, sender),
    }
    deliver(hub, "installation", action, payload, None, installation)

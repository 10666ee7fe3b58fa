"""Users, bots, organizations, the App, its installations and tokens."""

from __future__ import annotations

from bot.hub.facts import Account, App, Delivery, Installation, InstallationToken, Repository, Role

from .repositories import permissions_of, repository
from .users import user
from .view import Json, View, node_id


def public_user(view: View, account: Account) -> Json:
    """https://docs.github.com/rest/users/users#get-a-user"""
    return {
        **user(view, account),
        "name": account.name or None,
        "company": None,
        "blog": None,
        "location": None,
        "email": account.email or None,
        "hireable": None,
        "bio": None,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": account.created_at,
        "updated_at": account.created_at,
    }


def private_user(view: View, account: Account) -> Json:
    """https://docs.github.com/rest/users/users#get-the-authenticated-user"""
    return {
        **public_user(view, account),
        "private_gists": 0,
        "total_private_repos": 0,
        "owned_private_repos": 0,
        "disk_usage": 0,
        "collaborators": 0,
        "two_factor_authentication": True,
    }


def collaborator(view: View, account: Account, role: Role) -> Json:
    """https://docs.github.com/rest/collaborators/collaborators#list-repository-collaborators"""
    return {**user(view, account), "permissions": permissions_of(role), "role_name": role}


def collaborator_permission(view: View, account: Account, role: Role) -> Json:
    """`permission` knows four words only: maintain shows as write, triage as read; `role_name` has the role itself."""
    legacy = {"maintain": "write", "triage": "read"}.get(role, role)
    return {"permission": legacy, "role_name": role, "user": collaborator(view, account, role)}


def installation(view: View, fact: Installation) -> Json:
    """https://docs.github.com/rest/apps/apps#get-an-installation-for-the-authenticated-app"""
    app = view.hub.app
    account = view.account(fact.account_id)
    return {
        "id": fact.id,
        "client_id": app.client_id,
        "account": user(view, account),
        "repository_selection": "selected",
        "access_tokens_url": view.api(f"/app/installations/{fact.id}/access_tokens"),
        "repositories_url": view.api("/installation/repositories"),
        "html_url": view.html(f"/settings/installations/{fact.id}"),
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.kind,
        "permissions": app.permissions,
        "events": list(app.events),
        "created_at": fact.created_at,
        "updated_at": fact.created_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user(view, view.account(app.owner_id)) if fact.suspended_at else None,
        "suspended_at": fact.suspended_at or None,
    }


def installation_token(view: View, fact: InstallationToken) -> Json:
    """https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app"""
    found: Json = {
        "token": fact.token,
        "expires_at": fact.expires_at,
        "permissions": fact.permissions,
        "repository_selection": "selected",
    }
    if fact.repository_ids:
        repositories = view.hub.store.all(Repository, id=fact.repository_ids)
        found["repositories"] = [repository(view, repo) for repo in repositories]
    return found


def authenticated_app(view: View, app: App, installations: int) -> Json:
    """https://docs.github.com/rest/apps/apps#get-the-authenticated-app"""
    return {**integration(view, app), "installations_count": installations}


def integration(view: View, app: App) -> Json:
    """The App as it shows wherever it did something."""
    return {
        "id": app.id,
        "slug": app.slug,
        "node_id": node_id("App", app.id),
        "client_id": app.client_id,
        "owner": user(view, view.account(app.owner_id)),
        "name": app.name,
        "description": None,
        "external_url": view.html(f"/apps/{app.slug}"),
        "html_url": view.html(f"/apps/{app.slug}"),
        "created_at": app.created_at,
        "updated_at": app.created_at,
        "permissions": app.permissions,
        "events": list(app.events),
    }


def delivery_item(fact: Delivery) -> Json:
    """https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook"""
    return {
        "id": fact.id,
        "guid": fact.guid,
        "delivered_at": fact.delivered_at or fact.created_at,
        "redelivery": fact.redelivery,
        "duration": fact.duration,
        "status": fact.status,
        "status_code": fact.status_code,
        "event": fact.event,
        "action": fact.action or None,
        "installation_id": fact.installation_id or None,
        "repository_id": fact.repository_id or None,
    }

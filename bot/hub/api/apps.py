"""The App, its installations, tokens and deliveries; users; what the server is."""

from __future__ import annotations

import json

from bot.hub.auth import create_token
from bot.hub.facts import Account, Delivery, Installation, InstallationToken, Repository
from bot.hub.hub import RefusedError
from bot.hub.operations import deliveries, installations
from bot.hub.resources.accounts import (
    authenticated_app,
    delivery_item,
    installation,
    installation_token,
    private_user,
    public_user,
)
from bot.hub.resources.repositories import permissions_of, repository

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
LIMIT = 5_000


@routes("GET /app", "apps/get-authenticated", auth="app")
def get_app(call: Call) -> Reply:
    return Reply(authenticated_app(call.view, call.hub.app, len(call.hub.store.all(Installation))))


@routes("GET /app/installations", "apps/list-installations", auth="app")
def list_installations(call: Call) -> Reply:
    return call.page(call.hub.store.all(Installation), lambda each: installation(call.view, each))


def _installation(call: Call) -> Installation:
    return call.hub.store.get(Installation, call.parameters["installation_id"])


@routes("GET /app/installations/{installation_id}", "apps/get-installation", auth="app")
def get_installation(call: Call) -> Reply:
    return Reply(installation(call.view, _installation(call)))


@routes("DELETE /app/installations/{installation_id}", "apps/delete-installation", auth="app")
def delete_installation(call: Call) -> Reply:
    installations.uninstall(call.hub, _installation(call), _owner(call))
    return NOTHING


@routes("PUT /app/installations/{installation_id}/suspended", "apps/suspend-installation", auth="app")
def suspend_installation(call: Call) -> Reply:
    installations.suspend(call.hub, _installation(call), _owner(call), suspended=True)
    return NOTHING


@routes("DELETE /app/installations/{installation_id}/suspended", "apps/unsuspend-installation", auth="app")
def unsuspend_installation(call: Call) -> Reply:
    installations.suspend(call.hub, _installation(call), _owner(call), suspended=False)
    return NOTHING


def _owner(call: Call) -> Account:
    return call.hub.store.get(Account, call.hub.app.owner_id)


@routes("GET /repos/{owner}/{repo}/installation", "apps/get-repo-installation", auth="app")
def get_repo_installation(call: Call) -> Reply:
    found = call.hub.store.repository(call.parameters["owner"], call.parameters["repo"])
    covering = call.hub.installation(found)
    if covering is None:
        raise RefusedError(404, "Not Found")
    return Reply(installation(call.view, covering))


def _of_account(call: Call, login: str) -> Reply:
    account = call.hub.store.account(login)
    found = call.hub.store.find(Installation, account_id=account.id)
    if found is None:
        raise RefusedError(404, "Not Found")
    return Reply(installation(call.view, found))


@routes("GET /users/{username}/installation", "apps/get-user-installation", auth="app")
def get_user_installation(call: Call) -> Reply:
    return _of_account(call, call.parameters["username"])


@routes("GET /orgs/{org}/installation", "apps/get-org-installation", auth="app")
def get_org_installation(call: Call) -> Reply:
    return _of_account(call, call.parameters["org"])


@routes("POST /app/installations/{installation_id}/access_tokens", "apps/create-installation-access-token", auth="app")
def create_access_token(call: Call) -> Reply:
    found = _installation(call)
    names = call.texts("repositories") or []
    idents = call.body.get("repository_ids") or []
    repositories = call.hub.store.all(Repository, id=idents) if idents else []
    for name in names:
        named = call.hub.store.find(Repository, owner_id=found.account_id, name=name)
        if named is None:
            raise RefusedError(422, f"The repository {name} does not exist or is not accessible to the installation.")
        repositories.append(named)
    if len(repositories) < len(idents):
        raise RefusedError(422, "There is at least one repository that does not exist.")
    permissions = call.object("permissions") or {}
    return Reply(installation_token(call.view, create_token(call.hub, found, permissions, repositories)), 201)


@routes("DELETE /installation/token", "apps/revoke-installation-access-token", auth="installation")
def revoke_token(call: Call) -> Reply:
    fact = call.hub.store.find(InstallationToken, token=call.token)
    if fact is not None:
        call.hub.store.change(fact, revoked=True)
    return NOTHING


@routes("GET /installation/repositories", "apps/list-repos-accessible-to-installation", auth="installation")
def list_installation_repositories(call: Call) -> Reply:
    covering = call.actor.installation
    assert covering is not None
    found = call.hub.store.all(Repository, id=call.actor.repository_ids or covering.repository_ids)
    reply = call.page(found, lambda each: _accessible(call, each), "repositories")
    return Reply({**reply.body, "repository_selection": "selected"}, headers=reply.headers)


def _accessible(call: Call, fact: Repository) -> dict[str, object]:
    return {**repository(call.view, fact), "permissions": permissions_of("none")}


@routes("GET /app/hook/config", "apps/get-webhook-config-for-app", auth="app")
def get_hook_config(call: Call) -> Reply:
    url = call.hub.app.webhook_url
    return Reply({"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url})


@routes("PATCH /app/hook/config", "apps/update-webhook-config-for-app", auth="app")
def update_hook_config(call: Call) -> Reply:
    url = call.text("url")
    if url is not None:
        call.hub.store.change(call.hub.app, webhook_url=url)
    return get_hook_config(call)


@routes("GET /app/hook/deliveries", "apps/list-webhook-deliveries", auth="app")
def list_deliveries(call: Call) -> Reply:
    """Newest first, paged by cursor as GitHub does: no page numbers here."""
    found = call.hub.store.all(Delivery, newest_first=True, state="sent")
    size = min(int(call.query.get("per_page", "30")), 100)
    cursor = call.query.get("cursor", "")
    rest = [each for each in found if not cursor.isdigit() or each.id < int(cursor)]
    if call.query.get("status") in ("success", "failure"):
        good = call.query["status"] == "success"
        rest = [each for each in rest if (200 <= each.status_code < 400) == good]
    shown = rest[:size]
    headers = {}
    if len(rest) > size:
        headers["Link"] = f'<{call.url}?per_page={size}&cursor={shown[-1].id}>; rel="next"'
    return Reply([delivery_item(each) for each in shown], headers=headers)


def _delivery(call: Call) -> Delivery:
    return call.hub.store.get(Delivery, call.parameters["delivery_id"])


@routes("GET /app/hook/deliveries/{delivery_id}", "apps/get-webhook-delivery", auth="app")
def get_delivery(call: Call) -> Reply:
    fact = _delivery(call)
    request = {"headers": fact.request_headers, "payload": json.loads(fact.payload)}
    response = {"headers": fact.response_headers, "payload": fact.response_body}
    return Reply({**delivery_item(fact), "url": fact.url, "request": request, "response": response})


@routes("POST /app/hook/deliveries/{delivery_id}/attempts", "apps/redeliver-webhook-delivery", auth="app")
def redeliver(call: Call) -> Reply:
    deliveries.redeliver(call.hub, _delivery(call))
    return Reply({}, 202)


@routes("GET /user", "users/get-authenticated", auth="user")
def get_user(call: Call) -> Reply:
    return Reply(private_user(call.view, call.actor.account))


@routes("GET /users/{username}", "users/get-by-username")
def get_by_username(call: Call) -> Reply:
    return Reply(public_user(call.view, call.hub.store.account(call.parameters["username"])))


@routes("GET /user/{account_id}", "users/get-by-id")
def get_by_id(call: Call) -> Reply:
    return Reply(public_user(call.view, call.hub.store.get(Account, call.parameters["account_id"])))


@routes("GET /meta", "meta/get")
def get_meta(_: Call) -> Reply:
    return Reply({"verifiable_password_authentication": False, "hooks": ["127.0.0.0/8"], "git": ["127.0.0.0/8"]})


@routes("GET /rate_limit", "rate-limit/get")
def get_rate_limit(call: Call) -> Reply:
    reset = int(call.hub.store.clock().timestamp()) + 3_600
    limit = {"limit": LIMIT, "remaining": LIMIT, "reset": reset, "used": 0}
    return Reply({"resources": {"core": limit, "search": limit, "graphql": limit}, "rate": limit})

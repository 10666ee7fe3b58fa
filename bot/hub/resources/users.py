"""An account as it shows beside whatever it did."""

from __future__ import annotations

from bot.hub.facts import Account

from .view import Json, View, node_id


def user(view: View, account: Account) -> Json:
    """GitHub's simple user; a bot's page is its App's."""
    api = view.api(f"/users/{account.login}")
    page = f"/apps/{account.login.removesuffix('[bot]')}" if account.kind == "Bot" else f"/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("Account", account.id),
        "avatar_url": view.html(f"/avatars/{account.id}"),
        "gravatar_id": "",
        "url": api,
        "html_url": view.html(page),
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": account.kind,
        "site_admin": False,
    }


def organization(view: View, account: Account) -> Json:
    """An organization as it shows in a webhook."""
    api = view.api(f"/orgs/{account.login}")
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("Account", account.id),
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": view.html(f"/avatars/{account.id}"),
        "description": None,
    }

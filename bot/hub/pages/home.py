"""The first page, people, the App, and who acts."""

from __future__ import annotations

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Account, Collaborator, Installation, Repository, Role

from .sanitizing import is_local
from .visit import COOKIE, NOT_FOUND, Routes, Visit, account_path, people

routes = Routes()
YEAR = 365 * 86_400


@routes("GET /")
def home(visit: Visit) -> Answer:
    store = visit.hub.store
    rows = [(each, store.full_name(each), visit.hub.role(visit.viewer, each)) for each in visit.visible]
    return visit.page("home.html", rows=rows, app=visit.hub.app)


def _rows_of(visit: Visit, account: Account) -> list[tuple[Repository, str, Role]]:
    """What the account owns, or has a role in; of that, what the viewer can see."""
    store = visit.hub.store
    return [
        (each, store.full_name(each), visit.hub.role(account, each))
        for each in visit.visible
        if account.id == each.owner_id
        or store.find(Collaborator, repository_id=each.id, account_id=account.id) is not None
    ]


@routes("POST /_hub/user")
def switch(visit: Visit) -> Answer:
    """Somebody else acts from now on."""
    login = visit.sent("login")
    if login not in [each.login for each in people(visit.hub)]:
        raise NOT_FOUND
    back = visit.sent("back")
    answer = visit.go(back if is_local(back) else "/")
    answer.set_cookie(COOKIE, login, max_age=YEAR, httponly=True, samesite="Lax")
    return answer


@routes("GET /<login>")
def account(visit: Visit) -> Answer:
    found = visit.hub.store.account(visit.parameters["login"])
    if found.kind == "Bot":
        return visit.go(account_path(found))
    return visit.page("account.html", account=found, rows=_rows_of(visit, found))


@routes("GET /apps/<slug>")
def app(visit: Visit) -> Answer:
    found = visit.hub.app
    if visit.parameters["slug"] != found.slug:
        raise NOT_FOUND
    names = [
        visit.hub.store.full_name(repository)
        for installation in visit.hub.store.all(Installation)
        for repository in visit.visible
        if repository.id in installation.repository_ids
    ]
    return visit.page("app.html", app=found, names=names)


@routes("GET /avatars/<int:ident>")
def avatar(visit: Visit) -> Answer:
    """A person's first letter on a colour of its own."""
    found = visit.account(visit.parameters["ident"])
    hue = sum(map(ord, found.login)) * 47 % 360
    # Letters and digits alone: nothing of a login can be markup.
    letter = found.login[:1].upper() if found.login[:1].isalnum() else "?"
    corner = 10 if found.kind != "User" else 32
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
        f'<rect width="64" height="64" rx="{corner}" fill="hsl({hue} 45% 42%)"/>'
        '<text x="32" y="43" font-size="32" font-family="sans-serif" fill="#fff" text-anchor="middle">'
        f"{letter}</text></svg>"
    )
    return Answer(svg, content_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})

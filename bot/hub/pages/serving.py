"""Every page under GitHub's own paths, with what protects a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from bot.hub.auth import ANYBODY
from bot.hub.hub import Hub, RefusedError
from bot.hub.store import AbsentError

from .browsing import routes as browsing
from .changes import routes as changes
from .checks import routes as checks
from .deliveries import listed
from .deliveries import routes as deliveries
from .home import routes as home
from .issues import routes as issues
from .labels import routes as labels
from .lists import routes as lists
from .pulls import routes as pulls
from .talk import routes as talk
from .visit import COOKIE, NOT_FOUND, Route, Visit, actor_of

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; "
    # The colour of a label is the one style that stands at its element.
    "style-src-attr 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
AREAS = (home, deliveries, lists, issues, talk, labels, pulls, checks, changes, browsing)
# Git and the API answer for these themselves.
FOREIGN = ("api", "_hub")


def blueprint(hub: Hub) -> Blueprint:
    """The pages of the hub; the cookie says who acts, since a local stand-in has no passwords."""
    made = Blueprint("pages", __name__, static_folder="static", static_url_path="/_hub/static")
    for route in (route for area in AREAS for route in area.all):
        endpoint = f"{route.method} {route.rule}".replace(".", "_")
        made.add_url_rule(route.rule, endpoint, _view(hub, route), methods=[route.method])
    made.add_url_rule("/<owner>/<repo>/<path:rest>", "nowhere", _view(hub, Route("", "GET", _nowhere)), methods=["GET"])
    lost = _view(hub, Route("", "GET", _api_elsewhere))
    made.add_url_rule("/repos/<path:rest>", "api-elsewhere", lost, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
    made.before_app_request(lambda: _deliveries(hub))
    made.after_request(_protected)
    return made


def _deliveries(hub: Hub) -> Answer | None:
    """At the one address that tests ask for JSON, a browser gets the page."""
    if request.path != "/_hub/deliveries" or not _prefers_page():
        return None
    return _protected(_view(hub, Route("", "GET", listed))())


def _prefers_page() -> bool:
    """HTML is wanted above JSON; who takes anything, as a script does, gets JSON.

    Chromium names `application/signed-exchange` too, which werkzeug puts first: only these two are compared.
    """
    accepted = request.accept_mimetypes
    return accepted["text/html"] > accepted["application/json"]


def _nowhere(visit: Visit) -> Answer:
    return _refused(visit, NOT_FOUND)


def _api_elsewhere(visit: Visit) -> Answer:
    return _refused(visit, RefusedError(404, "The API is at /api/v3."))


def _view(hub: Hub, route: Route) -> Callable[..., Answer]:
    def answer(**parameters: Any) -> Answer:
        if parameters.get("owner") in FOREIGN:
            return Answer("Not Found\n", 404, content_type="text/plain")
        visit = Visit(hub, request, actor_of(hub, request.cookies.get(COOKIE, "")), parameters)
        try:
            if route.method == "POST" and not _same_origin(hub):
                raise RefusedError(403, _sent_from_elsewhere(hub))
            return route.handler(visit)
        except AbsentError:
            return _refused(visit, NOT_FOUND)
        except RefusedError as error:
            return _refused(visit, error)

    return answer


def _refused(visit: Visit, error: RefusedError) -> Answer:
    """The refusal as a page: status, message, and what GitHub says about single fields."""
    details = [each if isinstance(each, str) else _detail(each) for each in error.errors]
    # A path that leads nowhere may name a repository that isn't there.
    plain = Visit(visit.hub, visit.request, visit.actor if visit.viewer.id else ANYBODY, {})
    return plain.page("refused.html", status=error.status, error=error, details=details)


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("message") or f"{error.get('field', '')}: {error.get('code', '')}")


def _same_origin(hub: Hub) -> bool:
    """The form came from a page of this hub: a browser always says from where, with one header or the other."""
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.netloc}/" in (request.host_url, f"{hub.url}/")


def _sent_from_elsewhere(hub: Hub) -> str:
    return (
        "This form doesn’t come from a page of this hub. A script sends the header "
        f"“Origin: {hub.url}” with it, or uses the API at /api/v3."
    )


def _protected(response: Answer) -> Answer:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.path.startswith("/_hub/static"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response

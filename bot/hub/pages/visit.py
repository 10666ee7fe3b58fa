"""One request of a person's browser: who acts, on what, and the page that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from flask import Request, Response, redirect
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from bot.hub.access import allow, covers
from bot.hub.auth import ANYBODY
from bot.hub.facts import Account, Issue, Label, PullRequest, Repository, Role
from bot.hub.hub import Actor, Hub, RefusedError
from bot.hub.operations.issues import may_manage
from bot.hub.resources.view import View
from bot.hub.store import AbsentError

from . import words
from .markdown import Place, render

COOKIE = "hub_user"

TEMPLATES = Environment(
    loader=PackageLoader("bot.hub.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {
    "ago": words.ago,
    "check_word": words.check,
    "quoted": quote,
    "title": words.title,
}
TEMPLATES.globals |= {"many": words.many, "duration": words.duration}


def people(hub: Hub) -> list[Account]:
    """Who can act on the pages."""
    return hub.store.all(Account, kind="User")


def actor_of(hub: Hub, login: str) -> Actor:
    """The person named by the cookie, else the first there is."""
    known = people(hub)
    return next((Actor(each) for each in known if each.login == login), Actor(known[0]) if known else ANYBODY)


@dataclass(frozen=True)
class Visit:
    """A request, with the facts that most pages need."""

    hub: Hub
    request: Request
    actor: Actor
    parameters: dict[str, Any]

    @property
    def viewer(self) -> Account:
        """Who acts."""
        return self.actor.account

    @property
    def view(self) -> View:
        """The facts as GitHub's JSON sees them."""
        return View(self.hub, self.hub.url)

    @cached_property
    def repository(self) -> Repository:
        """The repository of the path; 404 where the viewer can't see it."""
        found = self.hub.store.repository(self.parameters["owner"], self.parameters["repo"])
        allow(self.hub, self.actor, found, ("metadata",), "read", "read")
        return found

    @cached_property
    def name(self) -> str:
        """`owner/name`."""
        return self.hub.store.full_name(self.repository)

    @cached_property
    def root(self) -> str:
        """The path of the repository's page."""
        return f"/{quote(self.name)}"

    @cached_property
    def issue(self) -> Issue:
        """The issue of the path, as it stands."""
        return self.hub.store.issue(self.repository, self.parameters["number"])

    @cached_property
    def pull(self) -> PullRequest:
        """The pull request of the path."""
        return self.hub.store.pull_request(self.repository, self.parameters["number"])

    def may(self, role: Role) -> bool:
        """The viewer has this role in the repository."""
        return self.viewer.id != 0 and self.hub.may(self.viewer, self.repository, role)

    def manages(self) -> bool:
        """The viewer may set labels."""
        return may_manage(self.hub, self.actor, self.repository)

    def asked(self, name: str, default: str = "") -> str:
        """A value of the query."""
        return self.request.args.get(name, default)

    def sent(self, name: str) -> str:
        """A value of the form, as the browser sent it: with line ends of two characters, like GitHub's own forms."""
        return self.request.form.get(name, "")

    def sent_number(self, name: str) -> int:
        """A number of the form; 0 where there is none."""
        value = self.sent(name)
        return int(value) if value.isdigit() else 0

    @cached_property
    def visible(self) -> list[Repository]:
        """The repositories that the viewer can see."""
        return [each for each in self.hub.store.all(Repository) if covers(self.hub, self.actor, each)]

    # What short links mean

    def _issue_path(self, name: str, number: int) -> str:
        owner, _, repo = name.partition("/")
        try:
            repository = self.hub.store.repository(owner, repo)
            issue = self.hub.store.issue(repository, number)
        except AbsentError:
            return ""
        if not covers(self.hub, self.actor, repository):
            return ""
        return (
            f"/{quote(self.hub.store.full_name(repository))}/{'pull' if issue.is_pull_request else 'issues'}/{number}"
        )

    def _account_path(self, login: str) -> str:
        try:
            return account_path(self.hub.store.account(login))
        except AbsentError:
            return ""

    def markdown(self, text: str | None, ref: str = "", folder: str = "") -> Markup:
        """The text as HTML; with a ref, as a file in that folder of the code."""
        name = self.name if "owner" in self.parameters else ""
        place = Place(self.hub.url, name, self._issue_path, self._account_path, ref, folder)
        return render(text or "", place)

    # Answers

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of HTML, with what every page needs."""
        html = TEMPLATES.get_template(template).render(visit=self, people=people(self.hub), **values)
        return Response(html, status, content_type="text/html; charset=utf-8")

    def go(self, path: str) -> Answer:
        """The browser goes to another page."""
        return redirect(path, 303)

    def issue_path(self, issue: Issue) -> str:
        """The page of an issue or a pull request of whatever repository."""
        repository = self.hub.store.get(Repository, issue.repository_id)
        kind = "pull" if issue.is_pull_request else "issues"
        return f"/{quote(self.hub.store.full_name(repository))}/{kind}/{issue.number}"

    def account(self, ident: int) -> Account:
        """An account by its id."""
        return self.hub.store.get(Account, ident)

    def labels(self) -> list[Label]:
        """The labels of the repository, by name."""
        return sorted(self.hub.store.all(Label, repository_id=self.repository.id), key=lambda each: each.name.lower())


def account_path(account: Account) -> str:
    """The page of a person, or of the App that a bot is."""
    if account.kind == "Bot":
        return f"/apps/{quote(account.login.removesuffix('[bot]'))}"
    return f"/{quote(account.login)}"


TEMPLATES.globals["account_path"] = account_path

Handler = Callable[[Visit], Answer]


@dataclass(frozen=True)
class Route:
    """A page or a form: Flask's rule, the method, and the function that answers."""

    rule: str
    method: str
    handler: Handler


class Routes:
    """The routes of one area."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def __call__(self, line: str) -> Callable[[Handler], Handler]:
        """`line` is method and rule, such as `GET /<owner>/<repo>`."""
        method, rule = line.split(" ", 1)

        def register(handler: Handler) -> Handler:
            self.all.append(Route(rule, method, handler))
            return handler

        return register


NOT_FOUND = RefusedError(404, "Not Found")

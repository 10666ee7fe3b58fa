"""What `charrette doctor` reads about the App: its settings, its webhook, its installations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.identity import Repository

from .requester import Requester
from .tokens import Tokens
from .translate import translated

PAGE = {"per_page": "100"}


@dataclass(frozen=True)
class AppFacts:
    """The App as registered on GitHub. `page` is its public page."""

    login: str
    page: str
    permissions: Mapping[str, str]
    events: frozenset[str]


@dataclass(frozen=True)
class Sent:
    """One attempt by GitHub to deliver something, with its result."""

    at: str
    event: str
    code: int
    status: str


@dataclass(frozen=True)
class Installed:
    """One installation. `permissions` are those that its owner has granted so far."""

    id: int
    account: str
    suspended: bool
    permissions: Mapping[str, str]


class Inspection:
    """Requests by the App itself; each method may raise what a client raises."""

    def __init__(self, tokens: Tokens, reader: Callable[[int], Requester]) -> None:
        self._tokens, self._reader = tokens, reader

    def app(self) -> AppFacts:
        """The App's own facts; `PersonError` if its id or key is wrong."""
        found = self._tokens.ask("GET", "/app")[1]
        return AppFacts(
            f"{found['slug']}[bot]", found["html_url"], dict(found["permissions"]), frozenset(found["events"])
        )

    def webhook(self) -> tuple[str, bool]:
        """The webhook's URL ("" if there is none), and whether it has a secret (GitHub does not show which)."""
        found = self._tokens.ask("GET", "/app/hook/config")[1]
        return found.get("url") or "", bool(found.get("secret"))

    def sent(self) -> Sequence[Sent]:
        """The last hundred attempts, newest first."""
        page = self._tokens.ask("GET", "/app/hook/deliveries", parameters=PAGE)[1]
        return [Sent(each["delivered_at"], each["event"], each["status_code"], each["status"]) for each in page]

    def installations(self) -> Sequence[Installed]:
        """The first hundred."""
        page = self._tokens.ask("GET", "/app/installations", parameters=PAGE)[1]
        return [
            Installed(each["id"], each["account"]["login"], bool(each.get("suspended_at")), dict(each["permissions"]))
            for each in page
        ]

    def repositories(self, installation: int) -> int:
        """The number of repositories in an installation."""
        found = self._read(installation, "/installation/repositories")
        return int(found["total_count"])

    def limit(self, installation: int) -> tuple[int, int, int]:
        """How many requests are left, of how many, and when the limit is reset (seconds since 1970)."""
        found = self._read(installation, "/rate_limit")["resources"]["core"]
        return found["remaining"], found["limit"], found["reset"]

    def _read(self, installation: int, path: str) -> dict[str, Any]:
        reader = self._reader(installation)
        try:
            with translated(reader.limiter):
                found: dict[str, Any] = reader.requestJsonAndCheck("GET", path)[1]
                return found
        finally:
            reader.close()


def whole(installation: int) -> Repository:
    """A pseudo-repository, to request a token for a whole installation."""
    return Repository(0, "", installation)

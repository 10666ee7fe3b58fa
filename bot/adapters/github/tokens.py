"""Tokens of installations: one repository, least permissions, kept until shortly before they expire."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from github import GithubIntegration
from github.Auth import AppAuth, Auth
from urllib3 import Retry

from bot.core.errors import PersonError
from bot.core.identity import Repository

from .translate import DeniedError, translated

WRITE = {"checks": "write", "contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write"}
READ = {"contents": "read", "metadata": "read"}
# A clone that begins with a token must also end with it.
SPARE = timedelta(minutes=5)
TIMEOUT = 20
# PyGithub logs whole answers there, those with a token too.
logging.getLogger("github.Requester").setLevel(logging.INFO)


def retry(*methods: str) -> Retry:
    """Reading is repeated after a 5xx or a dropped connection; writing never: it may have been done.

    PyGithub's own `GithubRetry` would also sleep through rate limits, for as long as GitHub says.
    """
    return Retry(
        total=3,
        backoff_factor=0.2,
        status_forcelist=range(500, 600),
        allowed_methods={"GET", *methods},
        raise_on_status=False,
        respect_retry_after_header=False,
    )


@dataclass(frozen=True)
class _Kept:
    token: str
    expires: datetime


class Tokens:
    """The tokens of all installations of the App; safe to share between threads."""

    def __init__(
        self,
        app_id: int,
        private_key: Callable[[], str],
        api_url: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._auth = AppAuth(app_id, private_key)
        self._api_url, self._now = api_url, now
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, int, str], _Kept] = {}
        self._login = ""

    def token(self, repository: Repository, permissions: Mapping[str, str] = WRITE) -> str:
        """A token for this repository that holds for some minutes more."""
        key = self._key(repository, permissions)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.expires - SPARE <= self._now():
                kept = self._kept[key] = self._mint(repository, permissions)
            return kept.token

    def forget(self, repository: Repository, permissions: Mapping[str, str] = WRITE) -> None:
        """The next token is a new one."""
        with self._lock:
            self._kept.pop(self._key(repository, permissions), None)

    def login(self) -> str:
        """The App's own user, as GitHub names it: `slug[bot]`."""
        with self._lock:
            if not self._login:
                slug = self._ask("GET", "/app")["slug"]
                self._login = f"{slug}[bot]"
            return self._login

    def _mint(self, repository: Repository, permissions: Mapping[str, str]) -> _Kept:
        wanted = {"repository_ids": [repository.id], "permissions": dict(permissions)}
        answer = self._ask("POST", f"/app/installations/{repository.installation}/access_tokens", wanted)
        return _Kept(answer["token"], datetime.fromisoformat(answer["expires_at"]))

    def _ask(self, verb: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, str]:
        # A token that is minted twice does no harm.
        api = GithubIntegration(
            auth=self._auth,
            base_url=self._api_url,
            timeout=TIMEOUT,
            retry=retry("POST"),
            seconds_between_requests=0,
            seconds_between_writes=0,
        )
        try:
            with translated():
                answer: dict[str, str] = api.requester.requestJsonAndCheck(verb, path, input=body)[1]
                return answer
        except DeniedError as error:
            wrong = f"GitHub does not accept the App's id and private key. {error}"
            raise PersonError(f"{wrong} Ask the operator to run `charrette doctor`.") from error
        finally:
            api.close()

    def _key(self, repository: Repository, permissions: Mapping[str, str]) -> tuple[int, int, str]:
        return repository.installation, repository.id, "&".join(f"{k}={v}" for k, v in sorted(permissions.items()))


class LiveToken(Auth):
    """The header of each request gets the token of the moment, since a client may outlive one."""

    def __init__(self, tokens: Tokens, repository: Repository) -> None:
        self._tokens, self._repository = tokens, repository

    @property
    def token_type(self) -> str:
        return "token"

    @property
    def token(self) -> str:
        return self._tokens.token(self._repository)

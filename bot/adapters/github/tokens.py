"""Installation tokens: for one repository, with least privilege, kept until shortly before expiry, then revoked.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import github.Requester
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from github import Consts
from github.Auth import AppAuth, Auth, Token
from urllib3 import Retry

from bot.core.errors import CharretteError, MissingError, PersonError
from bot.core.identity import Repository

from .server_time import ServerTime
from .translate import DeniedError, translated

WRITE = {"checks": "write", "contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write"}
READ = {"contents": "read", "metadata": "read"}
SEEK = {"issues": "read", "metadata": "read"}
# A clone that begins with a token must also end with it.
SPARE = timedelta(minutes=5)
# No run asks so seldom: whoever had the token is done with it.
IDLE = timedelta(minutes=10)
# The id of a repository that no event has told of, and that its name alone names.
NAMED = -1
NEVER = datetime.min.replace(tzinfo=UTC)
TIMEOUT = 20
# GitHub refuses a good token now and then, too.
DENIALS = 3
# PyGithub logs whole answers there, those with a token too.
logging.getLogger("github.Requester").setLevel(logging.INFO)
log = logging.getLogger("charrette.github")


@lru_cache(maxsize=4)
def _parsed(pem: str) -> Any:
    """The parsed private key; parsing it takes ten times as long as signing."""
    return load_pem_private_key(pem.encode(), None)


def retry(*methods: str) -> Retry:
    """Retries reads after a 5xx or a dropped connection, but never writes: they may have been carried out.

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


@dataclass
class _Kept:
    """A token, or a slot for one. The lock is held while it is created, so that only those who need it wait."""

    token: str = ""
    expires: datetime = NEVER
    used: datetime = NEVER
    lock: threading.Lock = field(default_factory=threading.Lock)


class Tokens:
    """The tokens of all installations of the App; thread-safe.

    A token belongs to a repository (id 0: to a whole installation; `NAMED`: to the repository of that name) and to its
    permissions. Jobs share it, so it is revoked when none has asked for it for a while, and when the process ends.
    """

    def __init__(
        self,
        app_id: int,
        private_key: Callable[[], str],
        api_url: str,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.time = ServerTime()
        self._auth = AppAuth(app_id, sign_func=self._signed)
        self._private_key = private_key
        self._parsed: Any = None
        self._sign = AppAuth.create_jwt_sign(self._key, Consts.DEFAULT_JWT_ALGORITHM)
        self._api_url, self._now = api_url, now or self.time.now
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, int, str], _Kept] = {}
        self._login, self._asking = "", threading.Lock()

    def token(self, repository: Repository, permissions: Mapping[str, str] = WRITE) -> str:
        """A token for this repository that is valid for some more minutes."""
        kept = self._of(repository, permissions)
        with kept.lock:
            if not kept.token or kept.expires - SPARE <= self._now():
                # What it replaces may be in use for a moment still, and expires by itself.
                kept.token, kept.expires = self._mint(repository, permissions)
            kept.used = self._now()
            return kept.token

    def refused(self, repository: Repository, permissions: Mapping[str, str], token: str) -> None:
        """GitHub rejected this token: the next one is new, unless another job replaced it already."""
        kept = self._of(repository, permissions)
        with kept.lock:
            if kept.token == token:
                kept.token = ""

    def tidy(self, idle: timedelta = IDLE) -> None:
        """Revokes tokens that nobody has asked for during `idle`."""
        with self._lock:
            found = list(self._kept.values())
        for kept in found:
            with kept.lock:
                token, now = kept.token, self._now()
                if not token or kept.used + idle > now:
                    continue
                kept.token = ""
                if kept.expires > now:
                    self._revoke(token)

    def close(self) -> None:
        """Revokes all tokens."""
        self.tidy(timedelta(0))

    def login(self) -> str:
        """The App's own user, as GitHub names it: `slug[bot]`."""
        with self._asking:
            if not self._login:
                slug = self.ask("GET", "/app")[1]["slug"]
                self._login = f"{slug}[bot]"
            return self._login

    def ask(
        self,
        verb: str,
        path: str,
        body: Mapping[str, object] | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> tuple[dict[str, Any], Any]:
        """Headers and JSON of a request by the App itself; `PersonError` if its id or key is wrong."""
        # What is asked so does no harm when it is done twice: a token more, a delivery more.
        api = self._requester(self._auth, retry("POST"))
        try:
            for attempt in range(1, DENIALS + 1):
                try:
                    with translated():
                        headers, said = api.requestJsonAndCheck(
                            verb, path, parameters=dict(parameters or {}), input=body
                        )
                    self.time.heard(headers)
                    return headers, said
                except DeniedError as error:
                    # Where it was this machine's clock, the refusal itself says what time it is.
                    self.time.heard(getattr(error.__cause__, "headers", None) or {})
                    if attempt == DENIALS:
                        wrong = f"GitHub does not accept the App's id and private key. {error}"
                        raise PersonError(f"{wrong} Ask the operator to run `charrette doctor`.") from error
            raise AssertionError("the last denial is told")
        finally:
            api.close()

    def _signed(self, payload: dict[str, Any]) -> str | bytes:
        """Signs PyGithub's payload, with GitHub's time instead of this machine's."""
        ahead = round(self.time.ahead)
        return self._sign({**payload, "iat": payload["iat"] - ahead, "exp": payload["exp"] - ahead})

    def _key(self) -> Any:
        """The App's key, read once."""
        if self._parsed is None:
            text = self._private_key()
            try:
                self._parsed = _parsed(text)
            except (TypeError, ValueError):
                return text  # whoever signs says what is wrong with it
        return self._parsed

    def _of(self, repository: Repository, permissions: Mapping[str, str]) -> _Kept:
        may = "&".join(f"{name}={level}" for name, level in sorted(permissions.items()))
        with self._lock:
            return self._kept.setdefault((repository.installation, repository.id, may), _Kept())

    def _mint(self, repository: Repository, permissions: Mapping[str, str]) -> tuple[str, datetime]:
        wanted: dict[str, object] = {"permissions": dict(permissions)}
        if repository.id == NAMED:
            wanted["repositories"] = [repository.full_name.rpartition("/")[2]]
        elif repository.id:
            wanted["repository_ids"] = [repository.id]
        try:
            answer = self.ask("POST", f"/app/installations/{repository.installation}/access_tokens", wanted)[1]
        except MissingError as error:
            # No branch, issue or file is missing: whoever asks for one must not take it for that.
            raise PersonError(f"The App is not installed there any more. {error}") from error
        return answer["token"], datetime.fromisoformat(answer["expires_at"])

    def _revoke(self, token: str) -> None:
        api = self._requester(Token(token), retry("DELETE"))
        try:
            with translated():
                api.requestJsonAndCheck("DELETE", "/installation/token")
        except CharretteError as error:
            log.info("a token was not revoked, and expires by itself: %s", error)
        finally:
            api.close()

    def _requester(self, auth: Auth, retries: Retry) -> github.Requester.Requester:
        return github.Requester.Requester(
            auth,
            self._api_url,
            TIMEOUT,
            "charrette",
            per_page=Consts.DEFAULT_PER_PAGE,
            verify=True,
            retry=retries,
            pool_size=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
        )


class LiveToken(Auth):
    """Authentication with the current token for each request, because a client may outlive a token."""

    def __init__(self, tokens: Tokens, repository: Repository, permissions: Mapping[str, str] = WRITE) -> None:
        self._tokens, self._repository, self._permissions = tokens, repository, permissions
        self._last = ""

    @property
    def scope(self) -> int:
        """The installation: responses to one of its tokens may be used with the others."""
        return self._repository.installation

    @property
    def token_type(self) -> str:
        return "token"

    @property
    def token(self) -> str:
        self._last = self._tokens.token(self._repository, self._permissions)
        return self._last

    def ready(self) -> None:
        """Makes sure that there is a token for the next request."""
        self._tokens.token(self._repository, self._permissions)

    def renew(self) -> None:
        """GitHub rejected the last token: the next one is new."""
        self._tokens.refused(self._repository, self._permissions, self._last)

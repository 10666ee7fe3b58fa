"""Tokens of installations: one repository, least permissions, kept until shortly before they expire, then revoked.

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
    """The key in that text, whose numbers are checked: that takes ten times as long as to sign."""
    return load_pem_private_key(pem.encode(), None)


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


@dataclass
class _Kept:
    """A token, or room for one. The lock is held while it is minted: others wait for it, and not for theirs."""

    token: str = ""
    expires: datetime = NEVER
    used: datetime = NEVER
    lock: threading.Lock = field(default_factory=threading.Lock)


class Tokens:
    """The tokens of all installations of the App; safe to share between threads.

    A token belongs to a repository (id 0: to all of an installation; `NAMED`: to the one of that name) and to what it
    may do; jobs share it. So it is revoked when none of them asked for it for a while, and when the process ends.
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
        """A token for this repository that holds for some minutes more."""
        kept = self._of(repository, permissions)
        with kept.lock:
            if not kept.token or kept.expires - SPARE <= self._now():
                # What it replaces may be in use for a moment still, and expires by itself.
                kept.token, kept.expires = self._mint(repository, permissions)
            kept.used = self._now()
            return kept.token

    def refused(self, repository: Repository, permissions: Mapping[str, str], token: str) -> None:
        """GitHub does not take this token: the next is a new one, unless another job has got one meanwhile."""
        kept = self._of(repository, permissions)
        with kept.lock:
            if kept.token == token:
                kept.token = ""

    def tidy(self, idle: timedelta = IDLE) -> None:
        """Revokes the tokens that nobody has asked for in so long."""
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
        """Revokes them all."""
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
        """Headers and JSON of a request by the App itself; `PersonError` where its id or key is wrong."""
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
        """PyGithub's payload with GitHub's time in the place of this machine's."""
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
    """The header of each request gets the token of the moment, since a client may outlive one."""

    def __init__(self, tokens: Tokens, repository: Repository, permissions: Mapping[str, str] = WRITE) -> None:
        self._tokens, self._repository, self._permissions = tokens, repository, permissions
        self._last = ""

    @property
    def scope(self) -> int:
        """What was answered to one token is known to the others of its installation."""
        return self._repository.installation

    @property
    def token_type(self) -> str:
        return "token"

    @property
    def token(self) -> str:
        self._last = self._tokens.token(self._repository, self._permissions)
        return self._last

    def ready(self) -> None:
        """There is a token for the next request."""
        self._tokens.token(self._repository, self._permissions)

    def renew(self) -> None:
        """GitHub did not take the last token: the next is another."""
        self._tokens.refused(self._repository, self._permissions, self._last)

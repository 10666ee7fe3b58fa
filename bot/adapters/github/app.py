"""The App: what its installations share, and a client for each repository."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping

from bot.core.errors import MissingError, PersonError
from bot.core.identity import Repository
from bot.core.ports import Layer

from .cache import Answers
from .client import Client
from .hook import AppHook
from .inspection import Inspection, whole
from .layers import Contents
from .limiter import Limiter
from .requester import Requester
from .tokens import NAMED, READ, SEEK, WRITE, LiveToken, Tokens

log = logging.getLogger("charrette.github")


class App:
    """One App on one GitHub. Thread-safe; the clients it makes are not.

    `api_url` is e.g. `https://api.github.com` or `https://github.example.com/api/v3`; `url` is that of the pages. No
    request is sent before a client's method is called.
    """

    def __init__(
        self, app_id: int, private_key: Callable[[], str], url: str, api_url: str, write_interval: float = 1.0
    ) -> None:
        self._app_id, self._url, self._api_url = app_id, url.rstrip("/"), api_url.rstrip("/")
        self._tokens = Tokens(app_id, private_key, self._api_url)
        self._contents = Contents()
        self._lock = threading.Lock()
        self._limiters: defaultdict[int, Limiter] = defaultdict(lambda: Limiter(write_interval))
        self._answers = Answers()

    def github(self, repository: Repository) -> Client:
        """A client for one repository; not shared between threads."""
        return self._client(repository, WRITE)

    def _client(self, repository: Repository, permissions: Mapping[str, str]) -> Client:
        requester = self._requester(repository, permissions)
        return Client(repository, self._app_id, self._tokens, requester, self._contents)

    def _reader(self, installation: int) -> Requester:
        return self._requester(whole(installation), SEEK)

    def _requester(self, repository: Repository, permissions: Mapping[str, str]) -> Requester:
        with self._lock:
            limiter = self._limiters[repository.installation]
        return Requester(self._api_url, LiveToken(self._tokens, repository, permissions), limiter, self._answers)

    def organisation(self, repository: Repository) -> Layer:
        """The configuration in the owner's `.github` repository, read with a token for that repository alone.

        Empty if there is none, or if the App is not installed on it.
        """
        owner = repository.full_name.split("/")[0]
        where = f"{owner}/.github/"
        theirs = Repository(NAMED, f"{owner}/.github", repository.installation)
        try:
            return self._client(theirs, READ).layer("", where)
        except (MissingError, PersonError) as error:
            log.info("%s configures nothing: %s", where, error)
            return Layer(where)

    def hook(self) -> AppHook:
        """The App's webhook, and the issues of all repositories it is installed on."""
        return AppHook(self._tokens, self._reader)

    def inspection(self) -> Inspection:
        """What an operator wants to know about the App."""
        return Inspection(self._tokens, self._reader)

    def login(self) -> str:
        """The App's own user, e.g. `charrette[bot]`."""
        return self._tokens.login()

    def clone_credentials(self, repository: Repository) -> tuple[str, str]:
        """The URL to clone from, without a secret, and a token that can only read this repository's contents."""
        return f"{self._url}/{repository.full_name}.git", self._tokens.token(repository, READ)

    def clone_refused(self, repository: Repository, token: str) -> None:
        """The server rejected this token for a clone; the next one is new."""
        self._tokens.refused(repository, READ, token)

    @property
    def clock_ahead(self) -> float:
        """By how many seconds this machine's clock is ahead of GitHub's, according to its last response to the App."""
        return self._tokens.time.ahead

    def tidy(self) -> None:
        """Revokes tokens that no run uses any more."""
        self._tokens.tidy()

    def close(self) -> None:
        """Revokes all tokens; a later request gets a new one."""
        self._tokens.close()

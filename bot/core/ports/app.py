"""What is asked of GitHub as the App: where it is installed, and what it was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.identity import Repository

from .code import Checkout
from .configuration import Layer
from .github import GitHub
from .storage import Delivery


class Installations(Protocol):
    """The App's side: which repositories it is on, and a client and a clone for each."""

    def organisation(self, repository: Repository) -> Layer:
        """The configuration that the owner's `.github` repository has for all; empty where we can't read one."""

    def github(self, repository: Repository) -> GitHub:
        """A client for one repository; not shared between threads."""

    def checkout(self, repository: Repository) -> Checkout:
        """The local clone of a repository, made on first use."""

    def tidy(self) -> None:
        """Credentials that no run uses any more are revoked."""

    def close(self) -> None:
        """All credentials are revoked."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of GitHub's to hand us a delivery; `delivery` is the GUID, which a redelivery keeps."""

    id: int
    delivery: str
    at: str
    well: bool


class Hook(Protocol):
    """The App's webhook seen from GitHub, and the issues of all repositories that the App is installed on."""

    def attempts(self, above: int, since: str) -> Sequence[Attempt]:
        """The attempts with a higher id than `above`, and no older than `since`, newest first."""

    def redeliver(self, attempt: int) -> None:
        """GitHub tries once more, soon. `MissingError` where it knows the attempt no longer."""

    def repositories(self) -> Iterable[Repository]:
        """All that the App is installed on and that have issues."""

    def repository(self, full_name: str) -> Repository:
        """The one that is called owner/name. `MissingError` where the App is not installed on it."""

    def labelled(self, repository: Repository, label: str) -> Sequence[int]:
        """The open issues with this label."""

    def labelling(self, repository: Repository, number: int, label: str) -> Delivery | None:
        """The delivery that GitHub made, or ought to have made, when the label was last put on; None if nobody did.

        Its id is always the same for the same deed.
        """


class Everywhere(Protocol):
    """The App as a command sees it: its repositories by name, and a client for each."""

    def hook(self) -> Hook:
        """Knows which repositories there are."""

    def github(self, repository: Repository) -> GitHub:
        """A client for one repository."""

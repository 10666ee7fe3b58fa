"""Addresses and node ids, as one viewer's host sees them."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.hub.facts import Account, Repository
from bot.hub.hub import Hub

Json: TypeAlias = dict[str, Any]

PREFIXES = {
    "Account": "U",
    "Annotation": "AN",
    "App": "A",
    "CheckRun": "CR",
    "Comment": "IC",
    "Commit": "C",
    "CommitStatus": "SC",
    "Installation": "IN",
    "Issue": "I",
    "IssueEvent": "EV",
    "Label": "LA",
    "Milestone": "MI",
    "PullRequest": "PR",
    "Reaction": "REA",
    "Repository": "R",
    "Review": "PRR",
    "ReviewComment": "PRRC",
}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def node_id(kind: str, ident: int | str) -> str:
    """The opaque id by which GraphQL knows a fact."""
    return f"{PREFIXES[kind]}_{base64.urlsafe_b64encode(str(ident).encode()).decode().rstrip('=')}"


def of_node_id(text: str) -> tuple[str, int]:
    """Kind and id of a node id; ("", 0) where it is none of ours."""
    prefix, _, rest = text.partition("_")
    try:
        ident = base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", 0
    return (KINDS.get(prefix, ""), int(ident)) if ident.isdigit() else ("", 0)


@dataclass(frozen=True)
class View:
    """The hub's facts, under the address by which the asker reaches it."""

    hub: Hub
    base: str

    def api(self, path: str) -> str:
        """The REST address of a path such as `/user`."""
        return f"{self.base}/api/v3{path}"

    def html(self, path: str) -> str:
        """The address of a page."""
        return f"{self.base}{path}"

    def full_name(self, repository: Repository) -> str:
        """`owner/name`."""
        return self.hub.store.full_name(repository)

    def repo_api(self, repository: Repository, path: str = "") -> str:
        """The REST address of something in a repository."""
        return self.api(f"/repos/{self.full_name(repository)}{path}")

    def repo_html(self, repository: Repository, path: str = "") -> str:
        """The address of a repository's page."""
        return self.html(f"/{self.full_name(repository)}{path}")

    def account(self, ident: int) -> Account:
        """The account with this id."""
        return self.hub.store.get(Account, ident)

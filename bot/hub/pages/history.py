"""Commits as they are shown: whose, signed or not, with trailers and checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.hub.facts import Account, CheckRun, SignedCommit
from bot.hub.history import CommitData
from bot.hub.resources.commits import account_of

from .visit import Visit

# Git takes any word before a colon for a key; ours, and those in wide use, have a dash, and sentences have none.
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9]*-[A-Za-z0-9-]*): +(.*)")


@dataclass(frozen=True)
class Told:
    """A commit with all that a page says of it."""

    data: CommitData
    account: Account | None
    verified: bool
    state: str

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.data.message.split("\n", 1)[0]

    @property
    def author(self) -> str:
        """Who made it, in one word."""
        return self.account.login if self.account else self.data.author.name

    @property
    def trailers(self) -> list[tuple[str, str]]:
        """Key and value of each line of the last paragraph, if all of it is such lines."""
        lines = self.data.message.rstrip().split("\n\n")[-1].split("\n")
        found = [_TRAILER.fullmatch(line) for line in lines]
        if self.data.message.count("\n\n") == 0 or not all(found):
            return []
        return [(each[1], each[2]) for each in found if each]

    @property
    def body(self) -> str:
        """The message between the first line and the trailers."""
        parts = self.data.message.rstrip().split("\n\n")
        kept = parts[:-1] if self.trailers else parts
        return "\n\n".join(kept).partition("\n")[2].strip()


def state_of(checks: Sequence[CheckRun]) -> str:
    """One word for all checks of a commit: failure, pending, action_required, success, neutral; "" without checks."""
    latest = {check.name: check for check in checks}.values()
    words = {check.conclusion if check.status == "completed" else "pending" for check in latest}
    if words & {"failure", "timed_out", "cancelled", "stale"}:
        return "failure"
    if "pending" in words:
        return "pending"
    if "action_required" in words:
        return "action_required"
    if "success" in words:
        return "success"
    return "neutral" if words else ""


def told(visit: Visit, commits: Sequence[CommitData]) -> list[Told]:
    """The commits, in their order."""
    store, repository = visit.hub.store, visit.repository
    shas = [each.sha for each in commits]
    signed = {each.sha for each in store.all(SignedCommit, repository_id=repository.id, sha=shas)}
    checks = store.all(CheckRun, repository_id=repository.id, head_sha=shas)
    return [
        Told(
            each,
            account_of(visit.view, each.author),
            each.sha in signed,
            state_of([check for check in checks if check.head_sha == each.sha]),
        )
        for each in commits
    ]

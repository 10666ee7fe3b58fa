"""Compares what a run's documents cite with the current default branch."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.citations.comparing import drifted
from bot.core.citations.drift import Drift
from bot.core.errors import CharretteError
from bot.core.ports import Checkout, GitHub
from bot.core.run.record import Pinned
from bot.engine.durable import log


def drift_of(github: GitHub, checkout: Checkout, pinned: Pinned, documents: Mapping[str, str]) -> Drift | None:
    """What drifted; None without documents, if the branch has not moved, or if that can't be determined.

    Each head is fetched once, and stays in the clone. A run about a pull request (one without a request of its own) is
    pinned to a commit that the default branch never had: its differences are the pull request itself, not drift.
    """
    if not documents or not pinned.has_request:
        return None
    try:
        head = github.head(pinned.base_branch) or github.default_branch()[1]
        return drift_between(checkout, pinned.base, Drift(head, pinned.base_branch), documents, pinned.web)
    except CharretteError as error:
        # A word less in the status is no reason to hold up the run.
        log.info("run %s: drift can't be told: %s", pinned.run, error)
        return None


def drift_between(checkout: Checkout, base: str, to: Drift, documents: Mapping[str, str], web: str) -> Drift | None:
    """What drifted between the commit that the documents cite and a later one; None if they are the same."""
    if to.head == base:
        return None
    checkout.fetch(base, to.head)
    return replace(to, places=drifted(documents, checkout.tree(base), checkout.tree(to.head), web))

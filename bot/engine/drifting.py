"""What a run's documents cite, held against the default branch as it is now."""

from collections.abc import Mapping

from ..core.drift import Drift
from ..core.drifted import drifted
from ..core.errors import CharretteError
from ..core.ports import Checkout, GitHub
from ..core.record import Pinned
from .durable import log


def drift_of(github: GitHub, checkout: Checkout, pinned: Pinned, documents: Mapping[str, str]) -> Drift | None:
    """What drifted; None where there are no documents, where the branch has not moved, and where that can't be told.

    A head is fetched once, and stays in the clone.
    """
    if not documents:
        return None
    try:
        head = github.head(pinned.base_branch) or github.default_branch()[1]
        if head == pinned.base:
            return None
        checkout.fetch(head)
        places = drifted(documents, checkout.tree(pinned.base), checkout.tree(head), pinned.web)
    except CharretteError as error:
        # A word less in the status is no reason to hold up the run.
        log.info("run %s: drift can't be told: %s", pinned.run, error)
        return None
    return Drift(head, pinned.base_branch, places)

"""All concerns that a document ever had: as the subject's runs stored them, else from our commits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.codec import from_json, to_json
from bot.core.concerns import Concern, read
from bot.core.concerns.remembering import remembered
from bot.core.outputs.concerns import NAME
from bot.core.ports import BranchCommit, Checkout, RunRow
from bot.core.run.record import Pinned, Standing, trailers
from bot.engine.services import Services


@dataclass(frozen=True)
class Memory:
    """The document's path ("" if no panel ever wrote one), and all concerns that it ever had."""

    path: str = ""
    concerns: tuple[Concern, ...] = ()


def memory_of(
    services: Services, pinned: Pinned, row: RunRow, ours: Sequence[BranchCommit], checkout: Checkout
) -> Memory:
    """What the subject's runs know of its document; or, after a lost database, what the branch shows."""
    kept = remembered_by_runs(services, row.repository, row.home)
    if not kept:
        kept = list(_written(pinned, ours, checkout))
    path = next((memory.path for memory in reversed(kept)), "")
    return Memory(path, remembered(*(memory.concerns for memory in kept)))


def remembered_by_runs(services: Services, repository: int, home: int) -> list[Memory]:
    """What each run of a subject knows of its document."""
    rows = services.runs.of_subject(repository, home)
    return [from_json(Memory, each.state["known"]) for each in rows if each.state and each.state.get("known")]


def kept(standing: Standing | None) -> object:
    """The memory in the form stored with a run; None if there is nothing to store."""
    return to_json(Memory(standing.path, standing.known)) if standing and standing.known else None


def _written(pinned: Pinned, ours: Sequence[BranchCommit], checkout: Checkout) -> Iterator[Memory]:
    """The versions of the document in our commits, from the first by a panel on; earlier ones are people's."""
    seen = set()
    panel = False
    for commit in ours:
        own = trailers(commit.message).get("Run") == pinned.run
        panel = panel or own is (pinned.round is not None)
        blobs = checkout.blobs(commit.sha, pinned.folder) if panel else {}
        path = max((path for path in blobs if path.endswith(NAME)), default="")
        if path and blobs[path] not in seen:
            seen.add(blobs[path])
            yield Memory(path, read(checkout.text(path, commit.sha) or "").concerns)

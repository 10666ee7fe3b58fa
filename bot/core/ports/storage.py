"""What is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.core.run.record import Spent

from .model import Reply


@dataclass(frozen=True)
class Delivery:
    """A delivery as it came: verified, not yet understood. `seq` orders them. `at` is when it happened, where known."""

    id: str
    event: str
    body: bytes
    seq: int = 0
    at: str = ""


class Deliveries(Protocol):
    """The inbox of what GitHub sent."""

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        """Stores them in one commit; one that is there already is left as it is."""

    def pending(self, limit: int = 50, after: int = 0) -> Sequence[Delivery]:
        """The oldest that were not handled, of those whose `seq` is above `after`."""

    def handled(self, id: str, note: str = "") -> None:
        """Marks one as handled."""

    def held(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of these that are there, handled or not."""


@dataclass(frozen=True)
class RunRow:
    """A run's row: pinned inputs (empty before the first leg), entries, stop flag, trouble and last state, as JSON."""

    id: str
    repository: int
    home: int
    workflow: str
    status: str
    stop: bool
    pinned: dict[str, Any]
    entries: list[dict[str, Any]]
    state: dict[str, Any] | None = None
    trouble: str = ""
    reason: str = ""
    updated_at: str = field(default="", compare=False)


class Runs(Protocol):
    """The runs."""

    def create(self, row: RunRow) -> None:
        """Adds a run; one that is there already is left as it is."""

    def get(self, id: str) -> RunRow | None:
        """One run."""

    def of_subject(self, repository: int, home: int) -> Sequence[RunRow]:
        """All runs of a subject, oldest first."""

    def begun(self, repository: int, since: str) -> int:
        """How many runs were created since (ISO 8601, UTC), but for those that failed before they cost anything."""

    def newest(self, repository: int, limit: int) -> Sequence[RunRow]:
        """The runs of a repository that were last written to, newest first."""

    def pin(self, id: str, pinned: dict[str, Any], entries: Sequence[dict[str, Any]]) -> None:
        """The run's inputs, from its first leg."""

    def append(self, id: str, entry: dict[str, Any]) -> None:
        """Adds an entry, once for each message id."""

    def set_stop(self, id: str, stop: bool) -> None:
        """The stop flag, read before every turn of the model and every write."""

    def stopped(self, id: str) -> bool:
        """Whether the stop flag is set."""

    def close(self, id: str, status: str, state: dict[str, Any], trouble: str, reason: str) -> None:
        """What the leg left behind."""


class Ledger(Protocol):
    """Every answer of the model, by address and attempt, with what it cost."""

    def recorded(self, address: str) -> Reply | None:
        """The answer that this address got, if it ever got one."""

    def write(self, address: str, run: str, repository: int, reply: Reply, at: str) -> None:
        """Keeps an answer; the same address twice keeps the first."""

    def run_total(self, run: str) -> Spent:
        """All that a run has spent."""

    def day_total(self, repository: int, day: str) -> Spent:
        """All that a repository has spent on a day (`2026-11-20`)."""


@dataclass(frozen=True)
class Remote:
    """Where a publication is on GitHub, and the digest of what was last written there."""

    id: str
    digest: str


class Remotes(Protocol):
    """Publication key to what GitHub calls it. Can be rebuilt from GitHub."""

    def get(self, scope: str, key: str) -> Remote | None:
        """`scope` is the run, or the repository for what belongs to no run."""

    def put(self, scope: str, key: str, remote: Remote) -> None:
        """Remembers it."""


class Retention(Protocol):
    """What is old goes."""

    def forget(self, before: str, over: Sequence[str]) -> int:
        """Deletes handled deliveries and what is known of runs with an `over` status, from before that time.

        A run's row stays, without its inputs: its branch has them. Returns how many rows went, or were emptied.
        """

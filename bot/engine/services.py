"""What the engine is given: the adapters, as ports, and the few settings that it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.core.incoming.commands import Vocabulary
from bot.core.incoming.events import Event
from bot.core.incoming.wishes import Wish
from bot.core.ports import (
    Clock,
    Definitions,
    Deliveries,
    Hook,
    Installations,
    Ledger,
    Model,
    Presence,
    Remotes,
    Retention,
    Runs,
    Toolbox,
    Tree,
    Turns,
)
from bot.core.run.record import Limits
from bot.engine.inbox.houses import Houses

Handle = Callable[[Event, Vocabulary], tuple[Wish, ...]]


class Tools(Protocol):
    """Makes the read-only repository tools for one commit."""

    def __call__(self, repository: int, tree: Tree) -> Toolbox:
        """The toolbox over `tree`."""


@dataclass(frozen=True)
class Conversing:
    """The services of a conversation. None of them leads to a GitHub token or to the App's key."""

    runs: Runs
    ledger: Ledger
    model: Model
    tools: Tools
    clock: Clock
    limits: Limits


@dataclass(frozen=True)
class Services:
    """Everything that legs, conversations and intake use."""

    deliveries: Deliveries
    runs: Runs
    ledger: Ledger
    remotes: Remotes
    turns: Turns
    retention: Retention
    hook: Hook
    installations: Installations
    definitions: Definitions
    houses: Houses
    model: Model
    tools: Tools
    clock: Clock
    limits: Limits
    handle: Handle
    present: Callable[[str, Callable[[str], None]], Presence]
    database_url: str
    missed_seconds: float = 600.0
    conversations: int = 6
    keep_days: float = 90.0
    wait_days: float | None = None
    version: str = "2"

    @property
    def conversing(self) -> Conversing:
        """The subset that a conversation gets."""
        return Conversing(self.runs, self.ledger, self.model, self.tools, self.clock, self.limits)

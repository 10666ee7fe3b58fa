"""What is asked of the model, and what it may ask of us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.core.run.record import Spent

# `max_tokens` of a turn that only fills the server's cache. Anthropic's own server takes 0 too; compatible ones don't.
WARMING = 1


@dataclass(frozen=True)
class Turn:
    """One request to the model. `messages` and `system` are the Messages API's own JSON."""

    address: str
    model: str
    system: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 32_000


@dataclass(frozen=True)
class Reply:
    """What came of a turn; business outcomes are values.

    `answered`: `message` is the API's JSON, verbatim. `transient`: try again after `retry_after` seconds (0: unknown).
    `refused`: the server or the recording will not answer this; `reason` says why. `rejected` names the capability that
    the server has not after all (`web`): asked without it, it may answer.
    """

    kind: Literal["answered", "transient", "refused"]
    message: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    retry_after: float = 0.0
    spent: Spent = field(default_factory=Spent)
    model: str = ""
    rejected: str = ""


class Model(Protocol):
    """A server that speaks the Messages API, or a recording of one."""

    replayed: bool

    def turn(self, turn: Turn) -> Reply:
        """One request. Never raises for what the server says."""

    def capabilities(self) -> frozenset[str]:
        """Server tools that are to be had: `web`."""


class Toolbox(Protocol):
    """The read-only tools of a conversation, at one commit."""

    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """The tools as the Messages API wants them; byte-identical for the same set."""

    def call(self, name: str, arguments: Mapping[str, Any]) -> tuple[str, bool]:
        """A call's text for the model, and whether it is an error."""

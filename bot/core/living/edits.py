"""What a plan's document has to say of what happened since: as data, each with the sentence of its revision note."""

from dataclasses import dataclass
from typing import Literal

from bot.core.plan.risks import Verdict


@dataclass(frozen=True)
class Finished:
    """A unit is done; `unit` is its key. `number` is the pull request that did it, or its issue, closed by hand."""

    unit: str
    number: int
    on: str
    pull: bool = True
    kind: Literal["finished"] = "finished"

    @property
    def key(self) -> str:
        """What tells that the edit was made."""
        return f"done/{self.unit}/{self.number}"


@dataclass(frozen=True)
class Recorded:
    """A validation's result; `decision` is the row's, as the register has it."""

    decision: str
    verdict: Verdict
    on: str
    by: str
    found: str
    id: str = ""
    kind: Literal["recorded"] = "recorded"

    @property
    def key(self) -> str:
        """What tells that the edit was made: the comment that asked for it."""
        return f"validation/{self.id}"


@dataclass(frozen=True)
class Reworded:
    """The concept model says something else of a block, since a merged pull request made it so."""

    block: str
    old: str
    new: str
    number: int
    kind: Literal["reworded"] = "reworded"

    @property
    def key(self) -> str:
        """What tells that the edit was made."""
        return f"concept/{self.number}"


Edit = Finished | Recorded | Reworded


@dataclass(frozen=True)
class Edited:
    """The document after edits: those that were made, and words on those for which there was no place."""

    text: str
    made: tuple[Edit, ...] = ()
    unplaced: tuple[str, ...] = ()

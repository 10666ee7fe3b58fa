"""How far the units are, as their issues say: done, set aside, ready, held by a validation, or waiting for others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from .marks import mention
from .matching import Item
from .units import Piece

Status = Literal["done", "aside", "ready", "held", "waiting"]


@dataclass(frozen=True)
class Standing:
    """A unit's status; `waits` are the keys of what it waits for, `held` the rows of the risk register.

    `issue` says that it has one, or will have.
    """

    status: Status
    waits: tuple[str, ...] = ()
    held: tuple[int, ...] = ()
    issue: bool = True

    @property
    def told(self) -> str:
        """In words, for a table."""
        match self.status:
            case "done":
                return "✅ done" if self.issue else "✅ done, as the plan says"
            case "aside":
                return "➖ closed as not planned"
            case "ready":
                return "🟢 ready"
            case "held":
                return f"⛔ held until row {', '.join(map(str, self.held))} of the risk register is validated"
            case "waiting":
                return f"⏳ waits for {', '.join(map(mention, self.waits))}"
            case _:
                assert_never(self.status)


def standings(pieces: Sequence[Piece], items: Mapping[str, Item]) -> Mapping[str, Standing]:
    """Each unit's standing, by key. An issue that is closed holds up no other, whoever closed it and why."""
    closed = {key for key, item in items.items() if not item.written.open and not item.gone}
    over = closed | {piece.key for piece in pieces if piece.done and piece.key not in items}
    return {piece.key: _standing(piece, items.get(piece.key), over) for piece in pieces}


def _standing(piece: Piece, item: Item | None, over: set[str]) -> Standing:
    if item is None and piece.done:
        return Standing("done", issue=False)
    if piece.key in over and item is not None:
        return Standing("aside" if item.written.reason == "not_planned" else "done")
    waits = tuple(key for key in piece.needs if key not in over)
    if waits:
        return Standing("waiting", waits)
    return Standing("held", held=piece.held) if piece.held else Standing("ready")

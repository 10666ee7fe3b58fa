"""How far the units are, as their issues say: done, set aside, ready to start, or waiting for others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from .marks import mention
from .matching import Item
from .units import Piece

Status = Literal["done", "aside", "ready", "waiting"]


@dataclass(frozen=True)
class Standing:
    """A unit's status; `waits` are the keys of what it waits for. `issue` says that it has one, or will have."""

    status: Status
    waits: tuple[str, ...] = ()
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
    return Standing("waiting", waits) if waits else Standing("ready")

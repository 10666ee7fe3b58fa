"""Which issue is which unit's: by the key in its hidden marker, else by title, else by what the unit guarantees.

A unit's number decides nothing. Where more than one could be meant, none is taken: a person says which.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .marks import Parts, parts
from .shape import PLAN, Doubt, Written
from .units import Piece

ALIKE = 0.5
"""The share of guarantees that two have in common, from which on they are one."""
_BY_TITLE = "unit/~"


@dataclass(frozen=True)
class Item:
    """An issue of a plan: the issue, and its text taken apart."""

    written: Written
    parts: Parts

    @property
    def key(self) -> str:
        """The key in its marker."""
        return self.parts.key

    @property
    def gone(self) -> bool:
        """We closed it since its unit is no more, and said so in it."""
        return self.parts.notes.state == "gone"


@dataclass(frozen=True)
class Matched:
    """Issues by the key that they have from now on; those of no unit; further ones of a key; and what is in doubt."""

    items: Mapping[str, Item]
    left: tuple[Item, ...] = ()
    doubles: tuple[tuple[str, Item], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def items_of(written: Sequence[Written]) -> Mapping[str, tuple[Item, ...]]:
    """The issues of all plans, by plan, oldest first."""
    found: dict[str, list[Item]] = {}
    for issue in sorted(written, key=lambda each: each.number):
        item = Item(issue, parts(issue.body))
        if item.parts.plan:
            found.setdefault(item.parts.plan, []).append(item)
    return {plan: tuple(items) for plan, items in found.items()}


def same_plan(pieces: Sequence[Piece], path: str, plans: Mapping[str, Sequence[Item]]) -> str | None:
    """The plan that this one is a revision of: it shares most units, or its path. None for a new one."""
    keys = {piece.key for piece in pieces}
    names = {piece.named for piece in pieces}
    without_id = {piece.named for piece in pieces if piece.key.startswith(_BY_TITLE)}

    def is_one_of_them(item: Item) -> bool:
        return item.key in keys or item.parts.notes.named in (names if item.key.startswith(_BY_TITLE) else without_id)

    def share(plan: str) -> float:
        units = [item for item in plans[plan] if item.key.startswith("unit/") and not item.gone]
        return sum(map(is_one_of_them, units)) / max(1, min(len(units), len(pieces)))

    best = max(plans, key=share, default=None)
    if best is not None and share(best) >= ALIKE:
        return best
    at = (plan for plan in plans for item in plans[plan] if item.key == PLAN and item.parts.notes.path == path)
    return next(at, None)


def match(pieces: Sequence[Piece], items: Sequence[Item], groups: Sequence[str] = ()) -> Matched:
    """The issues of one plan, and the units that it has now."""
    found: dict[str, Item] = {}
    doubles = []
    for item in items:
        if item.key in found:
            doubles.append((item.key, item))
        else:
            found[item.key] = item
    for piece in pieces:
        # The plan was given the id that its unit's issue had from its title.
        before = f"{_BY_TITLE}{piece.unit.stable}"
        if piece.unit.stable and piece.key not in found and before in found:
            found[piece.key] = found.pop(before)
    known = {piece.key for piece in pieces}
    taken = {key: item for key, item in found.items() if key in known or key == PLAN or key in groups}
    left = [item for key, item in found.items() if key not in taken]
    new = [piece for piece in pieces if piece.key not in taken]
    doubts: list[Doubt] = []
    for pairs in (_by_title, _by_guarantees):
        for piece, item in pairs(new, left, doubts):
            taken[piece.key] = item
        there = {item.written.number for item in taken.values()}
        left = [item for item in left if item.written.number not in there]
        doubtful = {doubt.unit for doubt in doubts}
        new = [piece for piece in new if piece.key not in taken and piece.key not in doubtful]
    return Matched(taken, tuple(left), tuple(doubles), tuple(doubts))


def adopted(
    matched: Matched, pieces: Sequence[Piece], written: Sequence[Written], title: Callable[[Piece], str]
) -> Matched:
    """With the issues of ours whose text somebody deleted, marker and all: their titles tell whose they are."""
    bare = [Item(issue, parts(issue.body)) for issue in written if not parts(issue.body).plan]
    by_title = {item.written.title: item for item in reversed(bare)}
    doubtful = {doubt.unit for doubt in matched.doubts}
    new = [piece for piece in pieces if piece.key not in matched.items and piece.key not in doubtful]
    found = {piece.key: by_title[title(piece)] for piece in new if title(piece) in by_title}
    return replace(matched, items={**matched.items, **found})


def _may_be(piece: Piece, item: Item) -> bool:
    """Two that both have a stable id are two units, and one that we closed for good is none."""
    of_unit = item.key.startswith("unit/") and not item.gone
    return of_unit and (piece.key.startswith(_BY_TITLE) or item.key.startswith(_BY_TITLE))


def _by_title(pieces: Sequence[Piece], items: Sequence[Item], doubts: list[Doubt]) -> Iterator[tuple[Piece, Item]]:
    names = Counter(piece.named for piece in pieces)
    for piece in pieces:
        same = [item for item in items if _may_be(piece, item) and item.parts.notes.named == piece.named]
        if len(same) == 1 and names[piece.named] == 1:
            yield piece, same[0]
        elif same:
            doubts.append(_doubt(piece, same, "The same title has"))


def _by_guarantees(pieces: Sequence[Piece], items: Sequence[Item], doubts: list[Doubt]) -> Iterator[tuple[Piece, Item]]:
    shares = {
        (piece.key, item.written.number): alike(piece.guarantees, item.parts.notes.guarantees)
        for piece in pieces
        for item in items
        if _may_be(piece, item)
    }
    for piece in pieces:
        near = [item for item in items if shares.get((piece.key, item.written.number), 0) >= ALIKE]
        if not near:
            continue
        rivals = [each for each in pieces if shares.get((each.key, near[0].written.number), 0) >= ALIKE]
        if len(near) == 1 and len(rivals) == 1:
            yield piece, near[0]
        else:
            doubts.append(_doubt(piece, near, "Much the same promises"))


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """The share that two have in common of the longer one."""
    return len(set(one) & set(other)) / max(len(one), len(other)) if one and other else 0.0


def _doubt(piece: Piece, items: Sequence[Item], why: str) -> Doubt:
    numbers = tuple(item.written.number for item in items)
    own = items[0].key.removeprefix("unit/").removeprefix("~")
    return Doubt(piece.key, piece.name, piece.unit.line, numbers, f"{why}; {own}")

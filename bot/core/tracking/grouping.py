"""Units in groups, where a plan has more of them than an issue can have sub-issues."""

from collections.abc import Mapping, Sequence

from .shape import MOST
from .units import Piece

_FILLED = 80
"""Units of a new group: there is room for those that a revision adds."""


def grouped(pieces: Sequence[Piece], now: Mapping[str, str], groups: Sequence[str]) -> Mapping[str, Sequence[Piece]]:
    """The units by the key of their group; empty where they need none.

    `now` has the group that a unit is in, and `groups` those that there are: nothing moves without need.
    """
    if len(pieces) <= MOST and not groups:
        return {}
    members: dict[str, list[Piece]] = {key: [] for key in groups}
    homeless = []
    for piece in pieces:
        group = now.get(piece.key, "")
        if group in members and len(members[group]) < MOST:
            members[group].append(piece)
        else:
            homeless.append(piece)
    for piece in homeless:
        room = next((key for key, inside in members.items() if len(inside) < _FILLED), "")
        if not room:
            room = next(key for n in range(1, len(members) + 2) if (key := f"group/{n}") not in members)
            members[room] = []
        members[room].append(piece)
    return {key: inside for key, inside in members.items() if inside}

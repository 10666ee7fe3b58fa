"""Who takes part in the phases that are held once for each subsystem, or for each track."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.identity import slug_of

from . import owning

ROADMAP = "Roadmap"
"""What the roadmap's own track, track 1, is called where tracks are named."""


@dataclass(frozen=True)
class Member:
    """A subsystem or a track: `id` for its files, the component's `name`, and the track's `number` (0 for none)."""

    id: str
    name: str
    number: int = 0


def subsystems(text: str) -> tuple[Member, ...]:
    """All components that own a concern, as a document of concerns has them."""
    owners = owning.read(text)
    return _distinct((each.name, 0) for each in owners.components if owners.concerns_of(each.name))


def tracks(text: str) -> tuple[Member, ...]:
    """The components with an open track, in the order of their opening; the roadmap's own track is not among them."""
    return _distinct((each.component, each.number) for each in owning.read(text).opened if each.component)


def _distinct(named: Iterable[tuple[str, int]]) -> tuple[Member, ...]:
    """The members under ids that differ."""
    found: dict[str, Member] = {}
    for name, number in named:
        first = slug_of(name)
        id, n = first, 2
        while id in found:
            id, n = f"{first}-{n}", n + 1
        found[id] = Member(id, name, number)
    return tuple(found.values())

"""What comes before what: circles, and all that a unit needs, directly or through others.

Both are linear in units and edges, the second but for a factor of a 64th of the units (sets of units are numbers).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

Edge = tuple[str, str]


@dataclass(frozen=True)
class Graph:
    """Edges go from the unit that must come first to the one that needs it."""

    edges: tuple[Edge, ...]

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> "Graph":
        """The graph of these edges, each once."""
        return cls(tuple(dict.fromkeys(edges)))

    @cached_property
    def needs(self) -> Mapping[str, Sequence[str]]:
        """What each unit needs directly."""
        found: dict[str, list[str]] = {}
        for first, then in self.edges:
            found.setdefault(then, []).append(first)
            found.setdefault(first, [])
        return found

    @cached_property
    def circles(self) -> Sequence[Sequence[str]]:
        """The units of each circle; a unit that needs itself is one."""
        return [part for part in self.parts if len(part) > 1 or part[0] in self.needs[part[0]]]

    def after(self, unit: str, other: str) -> bool:
        """`unit` needs `other`, directly or through others."""
        return bool(self._reach.get(unit, 0) >> self._place[other] & 1) if other in self._place else False

    @cached_property
    def _place(self) -> Mapping[str, int]:
        return {unit: at for at, unit in enumerate(self.needs)}

    @cached_property
    def _reach(self) -> Mapping[str, int]:
        """All that each unit needs, as a number with a bit for each unit."""
        reach: dict[str, int] = {}
        for part in self.parts:  # what is needed comes first
            inside = set(part)
            found = 0
            for other in {other for unit in part for other in self.needs[unit]}:
                found |= 1 << self._place[other] | (0 if other in inside else reach[other])
            if len(part) > 1:
                found |= sum(1 << self._place[unit] for unit in part)
            reach |= dict.fromkeys(part, found)
        return reach

    @cached_property
    def parts(self) -> Sequence[Sequence[str]]:
        """The strongly connected parts, what is needed before what needs it (Tarjan, without recursion)."""
        index: dict[str, int] = {}
        low: dict[str, int] = {}
        open_: list[str] = []
        on: set[str] = set()
        parts: list[list[str]] = []
        for root in self.needs:
            work = [(root, iter(self.needs[root]))] if root not in index else []
            while work:
                unit, others = work[-1]
                if unit not in index:
                    index[unit] = low[unit] = len(index)
                    open_.append(unit)
                    on.add(unit)
                for other in others:
                    if other not in index:
                        work.append((other, iter(self.needs[other])))
                        break
                    if other in on:
                        low[unit] = min(low[unit], index[other])
                else:
                    work.pop()
                    if work:
                        above = work[-1][0]
                        low[above] = min(low[above], low[unit])
                    if low[unit] == index[unit]:
                        parts.append([])
                        while unit in on:
                            parts[-1].insert(0, open_.pop())
                            on.remove(parts[-1][0])
        return parts

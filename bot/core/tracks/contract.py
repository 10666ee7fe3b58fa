"""The contract between tracks: what each provides and consumes, and in which of its phases.

(Architecture planning, phase 4: without it, tracks diverge.)
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from bot.core.markdown.artifact import Artifact, normal

from . import tables

TRACKS, PHASES, ITEMS, CHANGES = "Tracks", "Phases", "Items", "Changes"
_TRACKS = {
    "track": ("track", "tracks"),
    "scope": ("scope",),
    "contract": ("contract with the others", "contract with other tracks", "contract"),
}
_PHASES = {"track": ("track",), "number": ("phase", "no"), "delivers": ("delivers", "what it delivers", "what")}
_ITEMS = {
    "id": ("item", "id", "no"),
    "what": ("what", "contract", "description"),
    "provider": ("provided by", "provider", "provides"),
    "phase": ("in phase", "phase", "provided in phase", "provided in"),
    "consumers": ("consumed by", "consumer", "consumers", "consumes"),
}
ITEM_HEADER = ("Item", "What", "Provided by", "In phase", "Consumed by")
_USE = re.compile(r"(?P<track>.+?)[\s,(]+(?:in\s+)?(?:its\s+)?phase\s*(?P<phase>\d{1,4})\s*\)?", re.IGNORECASE)


@dataclass(frozen=True)
class Track:
    """One track: what is its business, and in a sentence what it owes the others and gets from them."""

    track: str
    scope: str
    contract: str
    line: int = 0


@dataclass(frozen=True)
class TrackPhase:
    """A phase of a track, from 1, and what it delivers."""

    track: str
    number: int
    delivers: str
    line: int = 0


@dataclass(frozen=True)
class Use:
    """Who consumes an item, in which phase of theirs; 0 where none is named."""

    track: str
    phase: int


@dataclass(frozen=True)
class Item:
    """What one track provides in a phase of its own, and others consume in theirs. Several `providers` are a fault."""

    id: str
    what: str
    providers: tuple[str, ...]
    phase: int
    consumers: tuple[Use, ...]
    line: int = 0


@dataclass(frozen=True)
class Contract:
    """The contract, whole."""

    title: str
    tracks: tuple[Track, ...] = ()
    phases: tuple[TrackPhase, ...] = ()
    items: tuple[Item, ...] = ()

    def item(self, id: str) -> Item | None:
        """The item of that id."""
        return next((item for item in self.items if item.id == id), None)

    @property
    def names(self) -> Mapping[str, str]:
        """The tracks' names as they are written, by what they are compared by."""
        return {normal(each.track): each.track for each in self.tracks}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a contract, where, and what to write instead."""

    line: int
    wrong: str
    mend: str


def read(text: str) -> Contract:
    """The contract that a document has, ours or a person's."""
    artifact = Artifact("", text)
    found = [
        Track(row["track"], row["scope"], row["contract"], row.line)
        for row in tables.read(artifact.tables, _TRACKS, ("track", "scope"))
    ]
    phases = [
        TrackPhase(row["track"], number_in(row["number"]), row["delivers"], row.line)
        for row in tables.read(artifact.tables, _PHASES, ("track", "number", "delivers"))
    ]
    known = {normal(each.track) for each in found}
    items = [
        Item(
            row["id"],
            row["what"],
            tuple(_providers(row["provider"], known)),
            number_in(row["phase"]),
            tuple(uses_of(row["consumers"])),
            row.line,
        )
        for row in tables.read(artifact.tables, _ITEMS, ("what", "provider", "consumers"))
    ]
    return Contract(artifact.title, tuple(found), tuple(phases), tuple(items))


def render(contract: Contract) -> str:
    """The document."""
    lines = [f"# {contract.title}", "", f"## {TRACKS}", ""]
    lines += tables.table(
        ("Track", "Scope", "Contract with the others"),
        ((each.track, each.scope, each.contract) for each in contract.tracks),
    )
    lines += [f"## {PHASES}", ""]
    lines += tables.table(
        ("Track", "Phase", "Delivers"), ((each.track, str(each.number), each.delivers) for each in contract.phases)
    )
    return "\n".join([*lines, items_section(contract.items)])


def items_section(items: Sequence[Item]) -> str:
    """The section of the items."""
    return "\n".join([f"## {ITEMS}", "", *tables.table(ITEM_HEADER, map(row_of, items))]).rstrip() + "\n"


def row_of(item: Item) -> tuple[str, ...]:
    """An item as a row's cells."""
    phase = str(item.phase) if item.phase else ""
    return (item.id, item.what, ", ".join(item.providers), phase, uses_text(item.consumers))


def uses_text(uses: Sequence[Use]) -> str:
    """Who consumes, each with their phase."""
    return "; ".join(f"{use.track} (phase {use.phase})" if use.phase else use.track for use in uses)


def unplaced(contract: Contract) -> Contract:
    """The same without lines, so that two can be compared."""
    return replace(
        contract,
        tracks=tuple(replace(each, line=0) for each in contract.tracks),
        phases=tuple(replace(each, line=0) for each in contract.phases),
        items=tuple(replace(each, line=0) for each in contract.items),
    )


def changes(before: Contract, after: Contract) -> tuple[str, ...]:
    """The ids of the items that are not the same in both, in order."""
    old = {item.id: replace(item, line=0) for item in before.items}
    new = {item.id: replace(item, line=0) for item in after.items}
    return tuple(id for id in dict.fromkeys((*old, *new)) if old.get(id) != new.get(id))


def faults(contract: Contract, tracks: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with a contract between these tracks, `tracks` being those that are open."""
    if not contract.items:
        yield Fault(1, "The contract has no item.", f"Add the table below “{ITEMS}”: {', '.join(ITEM_HEADER)}.")
    there = contract.names
    for name in tracks:
        if normal(name) not in there:
            yield Fault(1, f"The track “{name}” is not among the tracks.", f"Add its row below “{TRACKS}”.")
    had: dict[str, Item] = {}
    for item in contract.items:
        for key in filter(None, (item.id, f"what {normal(item.what)}")):
            other = had.setdefault(key, item)
            if other is not item:
                wrong = f"{_name(item)} stands in line {other.line} already, provided by {', '.join(other.providers)}."
                yield Fault(item.line, wrong, "An item is provided by exactly one track: keep one of the two.")
                break
        yield from _item(contract, item)
    yield from _waits(contract)


def _item(contract: Contract, item: Item) -> Iterator[Fault]:
    there, name = contract.names, _name(item)
    known = ", ".join(there.values())
    if not item.providers:
        yield Fault(item.line, f"{name} is consumed, and nobody provides it.", f"Name the track that does: {known}.")
    if len(item.providers) > 1:
        wrong = f"{name} is provided by {' and '.join(item.providers)}."
        yield Fault(item.line, wrong, "Name the one that provides it, or make two items of it.")
    for provider in item.providers:
        if normal(provider) not in there:
            wrong = f"{name} is provided by “{provider}”, which is no track."
            yield Fault(item.line, wrong, f"Name one of the tracks: {known}.")
        elif not _has_phase(contract, provider, item.phase):
            wrong = f"{name} names no phase of {provider} in which it is provided."
            yield Fault(item.line, wrong, f"Name one of its phases: {_phases(contract, provider)}.")
    if not item.consumers:
        yield Fault(item.line, f"{name} is consumed by no track.", "Name who needs it, or take it out.")
    for use in item.consumers:
        yield from _use(contract, item, use)


def _use(contract: Contract, item: Item, use: Use) -> Iterator[Fault]:
    name = _name(item)
    if normal(use.track) in map(normal, item.providers):
        wrong = f"{use.track} consumes {name} from itself."
        yield Fault(item.line, wrong, "Take it out: what stays within a track is no contract.")
    elif normal(use.track) not in contract.names:
        known = ", ".join(contract.names.values())
        yield Fault(
            item.line, f"{name} is consumed by “{use.track}”, which is no track.", f"Name one of them: {known}."
        )
    elif not _has_phase(contract, use.track, use.phase):
        wrong = f"{name} names no phase of {use.track} in which it is consumed."
        yield Fault(item.line, wrong, f"Write “{use.track} (phase 2)”, with one of {_phases(contract, use.track)}.")
    elif use.phase <= _first(contract, use.track):
        wrong = f"{use.track} consumes {name} in its first phase, so it can't start before {_given(item)} delivers."
        yield Fault(item.line, wrong, "Move what needs it to a later phase, or begin with what needs nothing.")


def _waits(contract: Contract) -> Iterator[Fault]:
    """Whether phases of several tracks wait for each other in a circle."""
    needs: dict[tuple[str, int], set[tuple[str, int]]] = {}
    for phase in contract.phases:
        key = (normal(phase.track), phase.number)
        before = {(normal(each.track), each.number) for each in contract.phases}
        needs.setdefault(key, set()).update(one for one in before if one[0] == key[0] and one[1] < key[1])
    for item in contract.items:
        for use in item.consumers:
            of = {
                (normal(provider), item.phase) for provider in item.providers if normal(provider) != normal(use.track)
            }
            needs.setdefault((normal(use.track), use.phase), set()).update(of)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        there = contract.names
        circle = " needs ".join(f"{there.get(track, track)} phase {n}" for track, n in reversed(error.args[1]))
        lines = [
            item.line for item in contract.items if any(_is_in(item, use, error.args[1]) for use in item.consumers)
        ]
        mend = "Move one of the items to an earlier phase of who provides it, or to a later one of who consumes it."
        yield Fault(min(lines, default=1), f"The tracks wait for each other: {circle}.", mend)


def _is_in(item: Item, use: Use, circle: Sequence[tuple[str, int]]) -> bool:
    """Whether an item is one of the steps of a circle."""
    return (normal(use.track), use.phase) in circle and any((normal(p), item.phase) in circle for p in item.providers)


def _has_phase(contract: Contract, track: str, phase: int) -> bool:
    numbers = _numbers(contract, track)
    return phase in numbers if numbers else phase > 0


def _numbers(contract: Contract, track: str) -> list[int]:
    return sorted(each.number for each in contract.phases if normal(each.track) == normal(track))


def _first(contract: Contract, track: str) -> int:
    return min(_numbers(contract, track), default=1)


def _phases(contract: Contract, track: str) -> str:
    return ", ".join(map(str, _numbers(contract, track))) or "1, 2 and so on"


def _given(item: Item) -> str:
    return item.providers[0] if item.providers else "somebody"


def _name(item: Item) -> str:
    return f"{item.id} “{item.what}”" if item.id else f"“{item.what}”"


def number_in(text: str) -> int:
    """The first number of a cell, 0 where it has none."""
    found = re.search(r"\d{1,4}", text)
    return int(found[0]) if found else 0


def _providers(text: str, tracks: Set[str]) -> Iterator[str]:
    """Who provides it, as a cell says: one track whatever is in its name, else several with a mark between."""
    if normal(text) in tracks:
        yield text
    else:
        yield from filter(None, re.split(r"\s*[;,&]\s*|\s+and\s+", text))


def uses_of(text: str) -> Iterator[Use]:
    """Who consumes, as a cell says: `orchestrator (phase 2); client in phase 3`."""
    for part in filter(None, (part.strip() for part in re.split(r"[;,](?![^()]*\))", text))):
        match = _USE.fullmatch(part)
        yield Use(match["track"].strip(), int(match["phase"])) if match else Use(part, 0)

"""Which component has to change to resolve each concern, and which components have a track of their own.

It is a section of the document of concerns: a table of components, one of concerns, and one of the tracks that are
open. (Architecture planning, phase 2.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.concerns.shape import OWNERS
from bot.core.concerns.words import ids_in
from bot.core.concerns.writing import table_row
from bot.core.markdown.artifact import Artifact, Table, normal

from . import tables

TRACKS = "Tracks"
SHARE = 0.25
_COMPONENTS = {
    "name": ("component", "components", "owning component"),
    "inside": ("in the roadmap", "scope", "in scope"),
    "why": ("why", "reason"),
}
_OWNED = {
    "concern": ("concern", "id", "concern id"),
    "component": ("component", "owner", "owning component"),
    "title": ("title", "what it says"),
    "why": ("why", "reason"),
}
_OPENED = {
    "track": ("track", "tracks"),
    "component": ("component", "owner"),
    "date": ("opened", "date"),
    "by": ("by", "opened by"),
    "why": ("why", "reason"),
}
TRACK_HEADER = ("Track", "Component", "Opened", "By", "Why")


@dataclass(frozen=True)
class Component:
    """A part of the system that owns concerns. `inside` says that the roadmap changes it; `why`, how one knows."""

    name: str
    inside: bool
    why: str = ""
    line: int = 0


@dataclass(frozen=True)
class Owned:
    """A concern with the one component that has to change to resolve it."""

    concern: str
    title: str
    component: str
    why: str = ""
    line: int = 0


@dataclass(frozen=True)
class Opened:
    """A track that is open: its number (the roadmap is track 1), its component, and who opened it when and why."""

    number: int
    component: str
    date: str = ""
    by: str = ""
    why: str = ""
    line: int = 0


@dataclass(frozen=True)
class Owners:
    """The section, whole. `line` is its heading's, 0 where there is no such section."""

    components: tuple[Component, ...] = ()
    owned: tuple[Owned, ...] = ()
    opened: tuple[Opened, ...] = ()
    line: int = 0

    def component(self, name: str) -> Component | None:
        """The component of that name, however it is written."""
        return next((each for each in self.components if normal(each.name) == normal(name)), None)

    def concerns_of(self, name: str) -> tuple[str, ...]:
        """The ids of the concerns that a component owns."""
        return tuple(each.concern for each in self.owned if normal(each.component) == normal(name))

    def is_inside(self, owned: Owned) -> bool:
        """Whether a concern is owned by a component of the roadmap."""
        component = self.component(owned.component)
        return component is not None and component.inside

    def is_open(self, name: str) -> bool:
        """Whether a component has a track."""
        return any(normal(each.component) == normal(name) for each in self.opened)

    @property
    def outside(self) -> tuple[Component, ...]:
        """The components outside the roadmap that own a concern and have no track, those with most concerns first."""
        found = [
            each
            for each in self.components
            if not each.inside and not self.is_open(each.name) and self.concerns_of(each.name)
        ]
        return tuple(sorted(found, key=lambda each: -len(self.concerns_of(each.name))))

    @property
    def share(self) -> float:
        """How many of all concerns are owned outside the roadmap and have no track, from 0 to 1."""
        away = sum(len(self.concerns_of(each.name)) for each in self.outside)
        return away / len(self.owned) if self.owned else 0.0


def read(text: str) -> Owners:
    """The owners that a document of concerns has; nothing where the section is missing."""
    artifact = Artifact("", text)
    section = artifact.section(OWNERS)
    if section is None:
        return Owners()
    found = list(tables.tables_in(artifact, OWNERS))
    owned = tuple(
        Owned(id, row["title"], row["component"], row["why"], row.line)
        for row in tables.read(found, _OWNED, ("concern", "component"))
        for id in ids_in(row["concern"]) or (row["concern"],)
    )
    components = tuple(
        Component(row["name"], _is_yes(row["inside"]), row["why"], row.line)
        for row in tables.read(found, _COMPONENTS, ("name", "inside"))
        if row["name"]
    )
    # The table of concerns may have a scope too, and then is no table of components.
    lines = {each.line for each in owned}
    opened = tuple(_opened(row, n) for n, row in enumerate(tables.read(found, _OPENED, ("track", "component")), 2))
    return Owners(tuple(each for each in components if each.line not in lines), owned, opened, section.heading.line)


def render(owners: Owners) -> str:
    """The section."""
    lines = [f"## {OWNERS}", "", told(owners), ""]
    lines += tables.table(
        ("Component", "In the roadmap", "Concerns", "Why"),
        (
            (each.name, "yes" if each.inside else "no", ", ".join(owners.concerns_of(each.name)), each.why)
            for each in owners.components
        ),
    )
    lines += ["### Concerns by owner", ""]
    lines += tables.table(
        ("Concern", "Title", "Component", "Scope", "Why"),
        (
            (each.concern, each.title, each.component, "inside" if owners.is_inside(each) else "outside", each.why)
            for each in owners.owned
        ),
    )
    lines += [f"### {TRACKS}", "", "Track 1 is the roadmap.", ""]
    lines += tables.table(TRACK_HEADER, map(_row, owners.opened))
    return "\n".join(lines).rstrip() + "\n"


def told(owners: Owners) -> str:
    """In a sentence, how many of the concerns are owned outside the roadmap."""
    away = [each for each in owners.owned if not owners.is_inside(each)]
    share = f" ({len(away) / len(owners.owned):.0%})" if owners.owned else ""
    verb = "is" if len(away) == 1 else "are"
    return f"Of {len(owners.owned)} concerns {len(away)}{share} {verb} owned by components outside the roadmap."


def opened(text: str, components: Sequence[str], why: str, by: str, at: str) -> str:
    """The document with a track for each of these components that has none yet; all else stays as it is."""
    for name in components:
        owners = read(text)
        if owners.is_open(name):
            continue
        number = max([1, *(each.number for each in owners.opened)]) + 1
        row = table_row(_row(Opened(number, name, at[:10], f"@{by}", why)))
        text = _with_row(text, owners, row)
    return text


def _with_row(text: str, owners: Owners, row: str) -> str:
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    artifact = Artifact("", "\n".join(lines))
    found = [each for each in tables.tables_in(artifact, OWNERS) if _is_tracks(each)]
    if owners.opened:
        lines.insert(owners.opened[-1].line, row)
    elif found:
        lines.insert(found[-1].line + 1, row)
    else:
        section = artifact.section(OWNERS)
        last = section.last if section else len(lines)
        lines[last:last] = ["", f"### {TRACKS}", "", *tables.table(TRACK_HEADER, ())[:-1], row, ""]
    return ends.join(lines)


def _is_tracks(table: Table) -> bool:
    titles = [normal(cell) for cell in table.header]
    return "track" in titles and "component" in titles


def _opened(row: tables.Read, n: int) -> Opened:
    digits = "".join(mark for mark in row["track"] if mark.isdecimal())[:4]
    return Opened(int(digits or n), row["component"], row["date"], row["by"], row["why"], row.line)


def _row(each: Opened) -> tuple[str, ...]:
    return (str(each.number), each.component, each.date, each.by, each.why)


def _is_yes(text: str) -> bool:
    return normal(text).split(" ")[0] in ("yes", "inside", "in", "x", "true")


def unplaced(owners: Owners) -> Owners:
    """The same without the lines that it was read from, so that two can be compared."""
    return replace(
        owners,
        components=tuple(replace(each, line=0) for each in owners.components),
        owned=tuple(replace(each, line=0) for each in owners.owned),
        opened=tuple(replace(each, line=0) for each in owners.opened),
        line=0,
    )


def faults(owners: Owners, concerns: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """What is wrong with the owners of these concerns: line, what is wrong, and what to write instead."""
    had: dict[str, int] = {}
    for each in owners.owned:
        if each.concern in had:
            wrong = f"{each.concern} has an owner in line {had[each.concern]} already."
            yield each.line, wrong, "Each concern has one owner: take one of the rows out."
        elif each.concern not in concerns:
            yield each.line, f"There is no concern {each.concern or 'without an id'} here.", "Name one by its id."
        elif owners.component(each.component) is None:
            mend = f"Name one of the components, or add it: {', '.join(one.name for one in owners.components)}."
            yield each.line, f"{each.concern} is owned by “{each.component}”, which is no component here.", mend
        had.setdefault(each.concern, each.line)
    for id in concerns:
        if id not in had:
            mend = "Add its row, with the one component that has to change to resolve it."
            yield owners.line, f"{id} has no owner.", mend
    names: dict[str, int] = {}
    for part in owners.components:
        if normal(part.name) in names:
            wrong = f"“{part.name}” stands in line {names[normal(part.name)]} already."
            yield part.line, wrong, "One component is inside the roadmap or outside: keep one row."
        names.setdefault(normal(part.name), part.line)
        if not owners.concerns_of(part.name):
            yield part.line, f"“{part.name}” owns no concern.", "Take it out; the table is of those that own one."

"""Which component owns each concern: what the model says of it, as a section of the document of concerns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.concerns import Concerns, read
from bot.core.concerns.writing import one_line
from bot.core.identity import slug_of
from bot.core.markdown.artifact import normal
from bot.core.tracks.owning import Component, Owned, Owners, faults, render, unplaced
from bot.core.tracks.owning import read as read_owners
from bot.core.tracks.tables import bare

from .concerns import NAME
from .output import Output, Setting, on_one_line


@dataclass(frozen=True)
class SaidComponent:
    """A component that owns at least one concern. `inside`: the roadmap itself changes it; `why`, how one knows."""

    name: str
    inside: bool
    why: str


@dataclass(frozen=True)
class SaidOwner:
    """The one component that has to change to resolve a concern, and why it is that one."""

    concern: str
    component: str
    why: str


@dataclass(frozen=True)
class SaidOwners:
    """The owners of all concerns."""

    components: list[SaidComponent]
    owners: list[SaidOwner]


def settle(data: Any, setting: Setting) -> Any:
    """The owners with the concerns' titles, in the concerns' order, and with the tracks that are open already."""
    said = from_json(SaidOwners, on_one_line(data))
    text = standing(setting.documents)
    document, before = read(text), read_owners(text)
    titles = {concern.id: concern.title for concern in document.concerns}
    owners = Owners(
        tuple(Component(one_line(each.name).strip("*`# "), each.inside, each.why) for each in said.components),
        tuple(_in_order(said, document, titles)),
        tuple(replace(each, line=0) for each in before.opened),
    )
    wrong = [f"{what} {mend}" for _, what, mend in faults(owners, tuple(titles))]
    if wrong := wrong + list(_further(owners)):
        raise ValueError(" ".join(dict.fromkeys(wrong)))
    named = tuple(replace(each, component=_written(owners, each)) for each in owners.owned)
    return to_json(replace(owners, owned=named))


def standing(documents: Mapping[str, str]) -> str:
    """The text of the document of concerns among these, "" where there is none."""
    return next((text for path, text in sorted(documents.items()) if path.endswith(NAME)), "")


def _in_order(said: SaidOwners, document: Concerns, titles: Mapping[str, str]) -> Iterator[Owned]:
    order = {concern.id: n for n, concern in enumerate(document.concerns)}
    found = [Owned(each.concern.strip("*[] "), "", each.component, each.why) for each in said.owners]
    for each in sorted(found, key=lambda one: order.get(one.concern, len(order))):
        yield replace(each, title=one_line(titles.get(each.concern, "")))


def _further(owners: Owners) -> Iterator[str]:
    """What else is wrong with what a model says, which no document would show."""
    ids: dict[str, str] = {}
    for part in owners.components:
        if not normal(part.name) or not bare(part.why):
            yield f"“{part.name}” needs a name of words, and a `why`: where one sees whether the roadmap changes it."
        other = ids.setdefault(slug_of(part.name), part.name)
        if normal(other) != normal(part.name):
            yield f"“{part.name}” and “{other}” would be one file: give one of them a name of its own."
    for each in owners.owned:
        if not bare(each.why):
            yield f"{each.concern} has no `why`: say what in {each.component} has to change."


def _written(owners: Owners, each: Owned) -> str:
    component = owners.component(each.component)
    assert component is not None
    return component.name


def _parse(text: str) -> Any:
    return to_json(unplaced(read_owners(text)))


OWNERS = Output(
    "owners", TypeAdapter(SaidOwners).json_schema(), settle, lambda data: render(from_json(Owners, data)), _parse
)

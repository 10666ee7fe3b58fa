"""The contract between tracks, as it is drafted before their designs, and as it is settled after them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.concerns.writing import one_line
from bot.core.markdown.artifact import normal
from bot.core.tracks import ROADMAP, tracks
from bot.core.tracks.contract import Contract, Item, Track, TrackPhase, Use, faults, read, render, unplaced

from .output import Output, Setting, on_one_line
from .owners import standing

NAME = "-contract.md"


@dataclass(frozen=True)
class SaidTrack:
    """A track: its scope, and what it owes the others. `phases`: what each of its phases delivers, the first first."""

    track: str
    scope: str
    contract: str
    phases: list[str]


@dataclass(frozen=True)
class SaidUse:
    """Who consumes an item: the track, and in which of its phases, counted from 1."""

    track: str
    phase: int


@dataclass(frozen=True)
class SaidItem:
    """An item: `what` in one sentence, who provides it in which phase of theirs, and who consumes it."""

    what: str
    provided_by: str
    in_phase: int
    consumed_by: list[SaidUse]


@dataclass(frozen=True)
class SaidContract:
    """The contract."""

    tracks: list[SaidTrack]
    items: list[SaidItem]


def settle(data: Any, setting: Setting) -> Any:
    """The contract with a number for each item; what its gates would find is said here already."""
    said = from_json(SaidContract, on_one_line(data))
    open = [ROADMAP, *(member.name for member in tracks(standing(setting.documents)))]
    names = {normal(each.track): tidied(each.track) for each in said.tracks} | {
        normal(name): tidied(name) for name in open
    }
    contract = Contract(
        one_line(setting.title) or "Contract",
        tuple(Track(names[normal(each.track)], cell(each.scope), cell(each.contract)) for each in said.tracks),
        tuple(
            TrackPhase(names[normal(each.track)], n, cell(delivers))
            for each in said.tracks
            for n, delivers in enumerate(each.phases, 1)
        ),
        tuple(item_of(f"K{n}", each, names) for n, each in enumerate(said.items, 1)),
    )
    wrong = [f"{each.wrong} {each.mend}" for each in faults(contract, open)]
    wrong += [f"The track “{each.track}” needs a name, a scope and phases." for each in said.tracks if _is_bare(each)]
    if wrong:
        raise ValueError(" ".join(dict.fromkeys(wrong)))
    return to_json(contract)


def item_of(id: str, said: SaidItem, names: Mapping[str, str]) -> Item:
    """An item under its id, with the tracks as the contract writes them."""
    consumers = tuple(
        Use(names.get(normal(use.track), tidied(use.track)), max(0, use.phase)) for use in said.consumed_by
    )
    provider = names.get(normal(said.provided_by), tidied(said.provided_by))
    return Item(id, cell(said.what), (provider,) if provider else (), max(0, said.in_phase), consumers)


def tidied(name: str) -> str:
    """A track's name in the form that reading keeps."""
    return " ".join(re.sub(r"[()\[\];,&*`|]", " ", one_line(name)).split())


def cell(text: str) -> str:
    """Text as a cell keeps it."""
    words = one_line(text)
    return "" if words in ("-", "–", "—") else words


def standing_contract(documents: Mapping[str, str]) -> str:
    """The text of the contract among these documents, "" where there is none."""
    return next((text for path, text in sorted(documents.items()) if path.endswith(NAME)), "")


def _is_bare(said: SaidTrack) -> bool:
    return not (tidied(said.track) and cell(said.scope) and said.phases and all(map(cell, said.phases)))


def _parse(text: str) -> Any:
    return to_json(unplaced(read(text)))


CONTRACT = Output(
    "contract", TypeAdapter(SaidContract).json_schema(), settle, lambda data: render(from_json(Contract, data)), _parse
)

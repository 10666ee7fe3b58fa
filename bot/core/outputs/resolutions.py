"""What the model proposes of each concern, as a section of the document of concerns."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.concerns import read as read_concerns
from bot.core.concerns.ruling import tidied_reason
from bot.core.concerns.shape import Decision
from bot.core.concerns.writing import one_line
from bot.core.markdown.artifact import normal
from bot.core.tracks import ROADMAP
from bot.core.tracks.contract import read as read_contract
from bot.core.tracks.owning import read as read_owners
from bot.core.tracks.resolving import CONTRACT, Amendment, Resolutions, Resolved, faults, read, render, unplaced

from .contract import SaidItem, cell, item_of, standing_contract, tidied
from .output import Output, Setting, on_one_line
from .owners import standing
from .settlement import numbered


@dataclass(frozen=True)
class SaidResolution:
    """What is proposed of one concern.

    `decision` says what is done; `rationale`, why so. `owner` is exactly one: a track by its name, Roadmap for track 1,
    or Contract for what crosses tracks.
    """

    concern: str
    verdict: Literal["accept", "reject", "defer"]
    decision: str
    rationale: str
    owner: str


@dataclass(frozen=True)
class SaidAmendment(SaidItem):
    """An item of the contract as it would be; `item` is its id (K1), "" where it is new. An empty `what` takes it out.

    `concerns` are those that it resolves; `designs`, the tracks that provide or consume it, before or after.
    """

    item: str
    concerns: list[str]
    designs: list[str]
    why: str


@dataclass(frozen=True)
class SaidResolutions:
    """The resolutions of all concerns, and what they change in the contract."""

    resolutions: list[SaidResolution]
    changes: list[SaidAmendment]


def settle(data: Any, setting: Setting) -> Any:
    """The resolutions in the concerns' order, with their titles, and with ids for new items of the contract."""
    said = from_json(SaidResolutions, on_one_line(data))
    text, standing_text = standing(setting.documents), standing_contract(setting.documents)
    document, owners = read_concerns(text), read_owners(text)
    contract = read_contract(standing_text) if standing_text else None
    names = {normal(name): name for name in (ROADMAP, *(each.component for each in owners.opened), CONTRACT)}
    names |= dict(contract.names) if contract else {}
    order = {concern.id: n for n, concern in enumerate(document.concerns)}
    titles = {concern.id: one_line(concern.title) for concern in document.concerns}
    resolved = [
        Resolved(
            one.concern.strip("*[] "),
            titles.get(one.concern.strip("*[] "), ""),
            Decision(one.verdict, tidied_reason(one.decision)),
            cell(tidied_reason(one.rationale)),
            tuple(filter(None, [names.get(normal(one.owner), tidied(one.owner))])),
        )
        for one in said.resolutions
    ]
    ids = numbered([each.item for each in said.changes], contract or read_contract(""))
    amendments = [
        Amendment(
            item_of(id, each, names),
            tuple(each.concerns),
            tuple(names.get(normal(name), tidied(name)) for name in each.designs),
            cell(each.why),
        )
        for id, each in zip(ids, said.changes, strict=True)
    ]
    ordered = tuple(sorted(resolved, key=lambda one: order.get(one.concern, len(order))))
    resolutions = Resolutions(ordered, tuple(amendments))
    wrong = [f"{each.wrong} {each.mend}" for each in faults(resolutions, document, owners, contract)]
    if wrong:
        raise ValueError(" ".join(dict.fromkeys(wrong)))
    return to_json(resolutions)


def _parse(text: str) -> Any:
    return to_json(unplaced(read(text)))


RESOLUTIONS = Output(
    "resolutions",
    TypeAdapter(SaidResolutions).json_schema(),
    settle,
    lambda data: render(from_json(Resolutions, data)),
    _parse,
)

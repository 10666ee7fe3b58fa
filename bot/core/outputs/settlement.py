"""The contract once its designs are written: its items as they are now, what was learnt, and each change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from bot.core.codec import from_json, to_json
from bot.core.markdown.artifact import normal
from bot.core.tracks.changing import Change, Learnt, Settlement, read_settlement, section, unlisted, unplaced
from bot.core.tracks.contract import Contract, items_section, read
from bot.core.tracks.contract import faults as contract_faults

from .contract import SaidItem, cell, item_of, standing_contract, tidied
from .output import Output, Setting, on_one_line


@dataclass(frozen=True)
class SaidSettled(SaidItem):
    """An item as it is to be from now on; `item` is its id (K1), "" where it is new."""

    item: str


@dataclass(frozen=True)
class SaidLearnt:
    """What one track's design made clear about the contract; also that it fits as it is."""

    design: str
    clear: str


@dataclass(frozen=True)
class SaidItemChange:
    """What is other than it was about an `item`, which is named by its id, or by its text where it is new.

    `designs` are the tracks whose designs it touches: all that provide or consume the item, before or after.
    """

    item: str
    change: str
    designs: list[str]
    why: str


@dataclass(frozen=True)
class SaidSettlement:
    """All items of the contract, those that stay as they are too; what each design made clear; and the changes."""

    items: list[SaidSettled]
    learnt: list[SaidLearnt]
    changes: list[SaidItemChange]


def settle(data: Any, setting: Setting) -> Any:
    """The settlement with ids for new items; each difference from the contract as it stood has its change."""
    said = from_json(SaidSettlement, on_one_line(data))
    before = read(standing_contract(setting.documents))
    names = dict(before.names)
    ids = numbered([each.item for each in said.items], before)
    items = tuple(item_of(id, each, names) for id, each in zip(ids, said.items, strict=True))
    by_text = {normal(item.what): item.id for item in items}
    changes = tuple(
        Change(
            by_text.get(normal(each.item), tidied(each.item)),
            cell(each.change),
            tuple(names.get(normal(name), tidied(name)) for name in each.designs),
            cell(each.why),
            "at the settlement",
        )
        for each in said.changes
    )
    learnt = tuple(Learnt(names.get(normal(one.design), tidied(one.design)), cell(one.clear)) for one in said.learnt)
    settlement = Settlement(items, learnt, changes)
    if wrong := list(dict.fromkeys(_wrong(settlement, before))):
        raise ValueError(" ".join(wrong))
    return to_json(settlement)


def numbered(ids: list[str], before: Contract) -> list[str]:
    """The ids of items; those that have none, or one that is nobody's, get the next free number."""
    taken = {item.id for item in before.items}
    last = max((int(id[1:]) for id in taken if re.fullmatch(r"[0-9]{1,7}", id[1:])), default=0)
    found = []
    for id in ids:
        if id not in taken:
            last += 1
        found.append(id if id in taken else f"K{last}")
    return found


def _wrong(settlement: Settlement, before: Contract) -> Iterator[str]:
    after = Contract(before.title, before.tracks, before.phases, settlement.items)
    for fault in (*contract_faults(after, ()), *unlisted(before, after, settlement.changes)):
        yield f"{fault.wrong} {fault.mend}"
    heard = {normal(each.design) for each in settlement.learnt if each.clear}
    for name in before.names.values():
        if normal(name) not in heard:
            yield f"`learnt` says nothing of {name}: say what its design made clear, or that it fits as it is."
    for change in settlement.changes:
        if not (change.change and change.why):
            yield f"The change of {change.item} needs what is changed, and why."


def _render(data: Any) -> str:
    settlement = from_json(Settlement, data)
    return f"{items_section(settlement.items)}\n{section(settlement)}"


def _parse(text: str) -> Any:
    return to_json(unplaced(read_settlement(text)))


SETTLEMENT = Output("settlement", TypeAdapter(SaidSettlement).json_schema(), settle, _render, _parse)

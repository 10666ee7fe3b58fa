"""Changes of a contract after its designs were written: each says which designs it touches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.concerns.writing import table_row
from bot.core.markdown.artifact import Artifact, normal

from . import tables
from .contract import CHANGES, ITEM_HEADER, ITEMS, Contract, Fault, Item, read, row_of

SETTLEMENT = "Settlement"
_CHANGES = {
    "item": ("item", "items", "id"),
    "change": ("change", "what"),
    "designs": ("designs", "designs that it touches", "touches", "designs touched"),
    "why": ("why", "reason"),
    "when": ("when", "date"),
}
_LEARNT = {"design": ("design", "designs"), "clear": ("what it made clear", "made clear", "what")}
CHANGE_HEADER = ("When", "Item", "Change", "Designs", "Why")


@dataclass(frozen=True)
class Change:
    """One change: of which item, what is other than it was, which tracks' designs it touches, why, and `when`."""

    item: str
    change: str
    designs: tuple[str, ...]
    why: str
    when: str = ""
    line: int = 0


@dataclass(frozen=True)
class Learnt:
    """What the design of one track made clear about the contract."""

    design: str
    clear: str
    line: int = 0


@dataclass(frozen=True)
class Settlement:
    """The contract's items after the designs, what those made clear, and what changed for it."""

    items: tuple[Item, ...]
    learnt: tuple[Learnt, ...]
    changes: tuple[Change, ...] = ()


def read_settlement(text: str) -> Settlement:
    """The settlement that a contract has."""
    found = list(tables.tables_in(Artifact("", text), SETTLEMENT))
    learnt = (Learnt(row["design"], row["clear"], row.line) for row in tables.read(found, _LEARNT, ("design", "clear")))
    changes = (
        Change(row["item"], row["change"], names(row["designs"]), row["why"], row["when"], row.line)
        for row in tables.read(found, _CHANGES, ("item", "change", "designs"))
    )
    return Settlement(read(text).items, tuple(learnt), tuple(changes))


def unplaced(settlement: Settlement) -> Settlement:
    """The same without lines, so that two can be compared."""
    return Settlement(
        tuple(replace(each, line=0) for each in settlement.items),
        tuple(replace(each, line=0) for each in settlement.learnt),
        tuple(replace(each, line=0) for each in settlement.changes),
    )


def names(text: str) -> tuple[str, ...]:
    """Names with commas or semicolons between."""
    return tuple(filter(None, (part.strip() for part in text.replace(";", ",").split(","))))


def section(settlement: Settlement) -> str:
    """The section `Settlement`."""
    lines = [f"## {SETTLEMENT}", ""]
    lines += tables.table(("Design", "What it made clear"), ((each.design, each.clear) for each in settlement.learnt))
    lines += [f"### {CHANGES}", "", *tables.table(CHANGE_HEADER, map(_row, settlement.changes))]
    return "\n".join(lines).rstrip() + "\n"


def unlisted(before: Contract, after: Contract, changes: Sequence[Change]) -> Iterator[Fault]:
    """What differs between two contracts and is in no change, or in one that leaves out a design that it touches."""
    known = after.names
    for id in dict.fromkeys((*(item.id for item in before.items), *(item.id for item in after.items))):
        old, new = before.item(id), after.item(id)
        if _same(old, new):
            continue
        own = [change for change in changes if change.item == id]
        line = new.line if new else 1
        if not own:
            mend = f"Add its row below “{CHANGES}”: what is other than it was, why, and which designs that touches."
            yield Fault(line, f"{id} is not what it was, and no change says so.", mend)
        listed = {normal(name) for change in own for name in change.designs}
        missing = [name for name in concerned(old, new) if normal(name) not in listed]
        if own and missing:
            named = ", ".join(known.get(normal(name), name) for name in missing)
            mend = "List every track that provides or consumes the item, before or after: their designs have to follow."
            yield Fault(own[0].line or line, f"The change of {id} does not list the design of {named}.", mend)


def concerned(*items: Item | None) -> tuple[str, ...]:
    """The tracks that provide or consume these, each once."""
    found: dict[str, str] = {}
    for item in filter(None, items):
        for name in (*item.providers, *(use.track for use in item.consumers)):
            found.setdefault(normal(name), name)
    return tuple(found.values())


def applied(contract: Contract, items: Sequence[Item]) -> Contract:
    """The contract with these items in the place of those of the same id; one without a text is taken out."""
    ids = {item.id: item for item in items}
    kept = tuple(ids.pop(item.id, item) for item in contract.items)
    return replace(contract, items=tuple(item for item in (*kept, *ids.values()) if item.what))


def written(text: str, items: Sequence[Item], changes: Sequence[Change]) -> str:
    """The document with these items, and a row for each change; all else stays as it is."""
    ends = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    for item in items:
        text = _with_item(text, item)
    for change in changes:
        text = _with_change(text, change)
    return text.replace("\n", ends)


def _with_item(text: str, item: Item) -> str:
    lines, there = text.split("\n"), read(text).items
    at = next((each.line for each in there if each.id == item.id), 0)
    if at and item.what:
        lines[at - 1] = table_row(row_of(item))
    elif at:
        del lines[at - 1]
    elif there and item.what:
        lines.insert(there[-1].line, table_row(row_of(item)))
    elif item.what:
        return _below(text, f"## {ITEMS}", ITEM_HEADER, row_of(item))
    return "\n".join(lines)


def _with_change(text: str, change: Change) -> str:
    there = read_settlement(text).changes
    if there:
        lines = text.split("\n")
        lines.insert(there[-1].line, table_row(_row(change)))
        return "\n".join(lines)
    artifact = Artifact("", text)
    for table in tables.tables_in(artifact, SETTLEMENT):
        if {"item", "change", "designs"} <= {normal(cell) for cell in table.header}:
            lines = text.split("\n")
            lines.insert(table.line + 1, table_row(_row(change)))
            return "\n".join(lines)
    heading = [f"### {CHANGES}"] if artifact.section(SETTLEMENT) else [f"## {SETTLEMENT}", "", f"### {CHANGES}"]
    return _below(text, "\n".join(heading), CHANGE_HEADER, _row(change))


def _below(text: str, heading: str, header: Sequence[str], row: Sequence[str]) -> str:
    return "\n".join([text.rstrip("\n"), "", heading, "", *tables.table(header, [row])])


def _row(change: Change) -> tuple[str, ...]:
    return (change.when, change.item, change.change, ", ".join(change.designs), change.why)


def _same(old: Item | None, new: Item | None) -> bool:
    return old is not None and new is not None and replace(old, line=0) == replace(new, line=0)

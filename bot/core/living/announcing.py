"""What is said once when units become ready and interfaces are frozen, and which units carry the label `ready`."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.identity import slug_of
from bot.core.markdown.safe import line
from bot.core.plan import Freeze
from bot.core.plan.ids import ids

from .known import Known
from .standing import Overview, Standing
from .words import all_shown, listed, recorded, row, shown

READY = "ready"


@dataclass(frozen=True)
class Announcement:
    """A comment on an issue that is made once, ever; `key` tells that it is there."""

    key: str
    number: int
    text: str


@dataclass(frozen=True)
class Tag:
    """Whether an issue has the label `ready`."""

    key: str
    number: int
    on: bool


def announcements(view: Overview, tracking: int) -> tuple[Announcement, ...]:
    """All that a plan's state gives reason to say, whether or not it was said; `tracking` is the plan's own issue."""
    return (*_ready(view), *_frozen(view, tracking))


def tags(view: Overview) -> tuple[Tag, ...]:
    """The issues whose label `ready` is not as it should be. What was ready from the start is left as it is."""
    return tuple(_tags(view))


def _tags(view: Overview) -> Iterator[Tag]:
    for each in view.units.values():
        if each.known is None:
            continue
        has = READY in each.known.labels
        startable = each.state in ("ready", "working")
        if (startable and not has and _because(view, each)) or (not startable and has):
            yield Tag(f"{each.known.key}/label", each.known.number, startable)


def _ready(view: Overview) -> Iterator[Announcement]:
    for each in view.of("ready", "working"):
        because = _because(view, each)
        if each.known is None or not because:
            continue
        later = [gate for gate in each.gates if gate.mandatory and not gate.passed]
        parts = [f"This unit is ready, because {listed(because)}."]
        parts += [f"It may be merged only once {row(gate)} is validated: {recorded(gate)}." for gate in later]
        yield Announcement(f"{each.known.key}/ready", each.known.number, " ".join(parts))


def _because(view: Overview, each: Standing) -> tuple[str, ...]:
    """What came about since its issue was opened; empty where it could have been begun from the first."""
    needed = [view.units[id] for id in each.unit.depends_on if id in view.units]
    said = [f"#{one.known.number}" for one in needed if one.known and one.state == "done"]
    gone = [f"#{one.known.number}" for one in needed if one.known and one.state == "aside"]
    passed = [row(gate) for gate in each.gates if gate.passed and gate.mandatory and not gate.merging]
    parts = [f"{listed(said)} {_are(said)} done"] if said else []
    parts += [f"{listed(gone)} {_are(gone)} not planned any more"] if gone else []
    parts += [f"{listed(passed)} {_are(passed)} validated"] if passed else []
    return tuple(parts)


def _are(several: list[str]) -> str:
    return "is" if len(several) == 1 else "are"


def _frozen(view: Overview, tracking: int) -> Iterator[Announcement]:
    for freeze in view.plan.freezes:
        by = [view.units[id] for id in ids(freeze.unit) if id in view.units]
        if by and all(each.state == "done" for each in by) and any(each.known for each in by):
            after = list(dict.fromkeys(id for each in by for id in view.after(each.unit.id) if id in view.left))
            if after:
                yield Announcement(_key(freeze, by[-1].known), tracking, _frozen_words(view, freeze, by, after))


def _key(freeze: Freeze, known: Known | None) -> str:
    return f"freeze/{slug_of(freeze.interface)}/{known.number if known else 0}"


def _frozen_words(view: Overview, freeze: Freeze, by: list[Standing], after: list[str]) -> str:
    """What can start now, and what will, once all else that it needs is there."""
    now = [id for id in after if view.units[id].state in ("ready", "working")]
    later = [id for id in after if id not in now]
    name = line(freeze.interface.strip("*` "), 80)
    parts = [f"**Interface {name} is frozen** by {listed([shown(each) for each in by])}."]
    if len(now) > 1:
        parts.append(f"These can now start in parallel: {all_shown(view, now)}.")
    elif now:
        parts.append(f"{all_shown(view, now)} can start now.")
    if later:
        parts.append(
            f"{'Then' if now else 'What builds on it'}, once what else they need is done: {_some(view, later)}."
        )
    return " ".join(parts)


def _some(view: Overview, ids: list[str]) -> str:
    more = f" and {len(ids) - 20} more" if len(ids) > 20 else ""
    return f"{all_shown(view, ids[:20])}{more}"

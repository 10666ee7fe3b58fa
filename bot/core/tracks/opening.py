"""`/tracks open <component>: <why>`: a track for a component that owns concerns outside the roadmap."""

import re
from dataclasses import dataclass

from bot.core.incoming.commands import nearest
from bot.core.incoming.messages import OpenTrack
from bot.core.markdown.artifact import normal
from bot.core.markdown.safe import plain
from bot.core.run.record import Record

from .owning import Component, Owners, read

FORM = "`/tracks open <component>: <why>`"
NONE = (
    "It isn't known here which component owns which concern. `/tracks` on the pull request finds that out, once a "
    "panel has reviewed it (`/review experts`). Then write this again, or add a row to its table of tracks."
)
LONGEST = 300


@dataclass(frozen=True)
class Wished:
    """The component that a track is wished for, and why; or what is wrong with the wish."""

    component: str = ""
    why: str = ""
    wrong: str = ""


def wished(words: str) -> OpenTrack:
    """What stands behind `/tracks open`, taken apart: `why` is "" where none is given."""
    line = " ".join(words.split())
    component, mark, why = line.partition(":")
    if not mark:
        component, _, why = re.sub(r"\s+(?:because|since|[–—-])\s+", ":", line, count=1).partition(":")
    return OpenTrack(component.strip(" `*“”\"'"), why.strip())


def checked(record: Record, deed: OpenTrack) -> Wished:
    """Whether that track can be opened: under the component's own name, and with a reason that fits a cell."""
    owners = read(record.concerns.text) if record.concerns else Owners()
    if not owners.line:
        return Wished(wrong=NONE)
    outside = [part for part in owners.components if not part.inside]
    part = owners.component(deed.component)
    if part is None:
        return Wished(wrong=_unknown(deed.component, outside))
    if part.inside:
        why = "is in the roadmap, which is track 1: its concerns are resolved there."
        return Wished(wrong=f"“{plain(part.name, 60)}” {why} {_there(outside)}")
    if owners.is_open(part.name):
        number = next(each.number for each in owners.opened if normal(each.component) == normal(part.name))
        return Wished(wrong=f"“{plain(part.name, 60)}” has a track already: track {number}.")
    if not re.search(r"\w", deed.why):
        return Wished(wrong=f"Say why it needs a track: `/tracks open {plain(part.name, 60)}: why`.")
    return Wished(part.name, plain(deed.why.replace("<!--", "&lt;!--"), LONGEST))


def _unknown(name: str, outside: list[Component]) -> str:
    shown = plain(name, 60).replace("`", "") or "nothing"
    near = nearest(name.lower(), [part.name.lower() for part in outside])
    found = next((part.name for part in outside if part.name.lower() == near), "")
    hint = f" Did you mean `/tracks open {found}: why`?" if found else ""
    return f"No concern is owned by a component “{shown}”.{hint} {_there(outside)}"


def _there(outside: list[Component]) -> str:
    if not outside:
        return "No component outside the roadmap owns a concern, so there is nothing to open a track for."
    return f"Outside the roadmap there are: {', '.join(plain(part.name, 60) for part in outside)}. Write {FORM}."

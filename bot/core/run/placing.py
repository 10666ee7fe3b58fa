"""Which phases a run has, who takes part in them, and where their documents are.

Some of that depends on the branch: on the tracks that are open, and on what another run wrote there. One function says
it, for what writes, reads and shows documents.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.core import tracks as owned
from bot.core.definition import Definition, Phase
from bot.core.markdown.sections import Filling
from bot.core.tracks import Member

from .record import Pinned, Record

WRITER = "writer"
_subsystems = lru_cache(maxsize=8)(owned.subsystems)
_tracks = lru_cache(maxsize=8)(owned.tracks)
_LETTERED = re.compile(r"[A-Z]\) ")


@dataclass(frozen=True)
class Ground:
    """What the places depend on: the files that are in the run's folder, and the text of its concerns ("" for none)."""

    there: frozenset[str] = field(default_factory=frozenset)
    concerns: str = ""

    @property
    def tracks(self) -> tuple[Member, ...]:
        """The tracks that are open."""
        return _tracks(self.concerns)


def ground_of(record: Record) -> Ground:
    """The branch as it stands."""
    return Ground(frozenset(record.there), record.concerns.text if record.concerns else "")


def members_of(definition: Definition, phase: Phase, ground: Ground) -> tuple[Member, ...]:
    """Who takes part in a phase with a conversation for each."""
    match phase.each:
        case "experts":
            return tuple(Member(persona.id, persona.name) for persona in definition.panel)
        case "subsystems":
            return _subsystems(ground.concerns)
        case "tracks":
            return ground.tracks
        case _:
            return ()


def is_held(phase: Phase, ground: Ground) -> bool:
    """Whether the run has the phase: one that needs tracks, or components, is left out where there are none."""
    if phase.given == "tracks" and not ground.tracks:
        return False
    match phase.each:
        case "subsystems":
            return bool(_subsystems(ground.concerns))
        case "tracks":
            return bool(ground.tracks)
        case _:
            return True


def paths_of(pinned: Pinned, phase: Phase, ground: Ground) -> tuple[tuple[str, str], ...]:
    """Who writes what: (member, path of their artifact). Nothing where the document is another run's and not there."""
    folder = pinned.folder
    if phase.elsewhere:
        found = _there(folder, phase.into, ground)
        return ((WRITER, found),) if found else ()
    numbers = _numbers(pinned, ground)
    if phase.each is None:
        number = numbers.get(phase.into or phase.id, phase.number)
        return ((WRITER, f"{folder}/{replace(phase, number=number).file}"),)
    return tuple(
        (member.id, f"{folder}/{_of_member(phase, member, numbers)}")
        for member in members_of(pinned.definition, phase, ground)
    )


def placed(pinned: Pinned, phase: Phase, ground: Ground) -> Phase:
    """The phase with the number that its document, or the first of them, has on this branch."""
    found = paths_of(pinned, phase, ground)
    return replace(phase, number=int(found[0][1].rpartition("/")[2][:3])) if found else phase


def _of_member(phase: Phase, member: Member, numbers: Mapping[str, int]) -> str:
    number = numbers.get(f"{member.id}-{phase.id}", phase.number)
    return replace(phase, number=number).member_file(member.id)


def _numbers(pinned: Pinned, ground: Ground) -> Mapping[str, int]:
    """The numbers of documents that depend on the tracks, by name: one for each track, and those after all others.

    A document that is there keeps its number, whatever tracks are opened later.
    """
    if not any(phase.each == "tracks" or phase.last for phase in pinned.definition.phases):
        return {}
    wanted = dict(_wanted(pinned.definition, ground))
    found = {name: _there(pinned.folder, name, ground) for name in wanted}
    numbers = {name: int(path.rpartition("/")[2][:3]) for name, path in found.items() if path}
    for name, number in wanted.items():
        if name not in numbers:
            taken = set(numbers.values())
            numbers[name] = max(taken) + 1 if number in taken else number
    return numbers


def _wanted(definition: Definition, ground: Ground) -> Iterator[tuple[str, int]]:
    """The number that each of these has as long as nothing else has it."""
    held = [phase for phase in definition.phases if is_held(phase, ground)]
    highest = max((phase.number for phase in held), default=0)
    for phase in held:
        if phase.each == "tracks":
            for number, member in enumerate(ground.tracks, phase.number):
                yield f"{member.id}-{phase.id}", number
                highest = max(highest, number)
    for name in dict.fromkeys(phase.into or phase.id for phase in held if phase.last):
        highest += 1
        yield name, highest


def _there(folder: str, name: str, ground: Ground) -> str | None:
    """The document of that name in the run's folder, whatever its number."""
    pattern = re.compile(rf"{re.escape(folder)}/\d{{3}}-{re.escape(name)}\.md")
    return max((path for path in ground.there if pattern.fullmatch(path)), default=None)


def shared_paths(pinned: Pinned, ground: Ground) -> frozenset[str]:
    """The documents that phases of this run fill by sections."""
    filling = (phase for phase in pinned.definition.phases if phase.into)
    return frozenset(path for phase in filling for _, path in paths_of(pinned, phase, ground))


def filling_of(definition: Definition, phase: Phase, title: str) -> Filling | None:
    """What a phase fills, of a document that the run calls so; None where it makes a whole one."""
    if not phase.into:
        return None
    order = guests(definition, phase.into)
    return Filling(phase.sections, order, title, phase.output is not None, is_closing(definition, phase))


def is_closing(definition: Definition, phase: Phase) -> bool:
    """Whether a phase is the last to fill a document of this run."""
    filling = [other.id for other in definition.phases if other.into and other.into == phase.into]
    return not phase.elsewhere and filling[-1:] == [phase.id]


def guests(definition: Definition, artifact: str) -> tuple[str, ...]:
    """The sections that phases fill in the artifact of that name: by their letters, else in the phases' order."""
    titles = [title for phase in definition.phases if phase.into == artifact for title in phase.sections]
    return tuple(sorted(titles) if all(_LETTERED.match(title) for title in titles) else titles)

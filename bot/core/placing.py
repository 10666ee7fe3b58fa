"""Where the documents of a run's phases are. One function says it, for what writes, reads and shows them."""

import re
from collections.abc import Collection
from dataclasses import replace

from .definition import Definition, Phase
from .record import Pinned
from .sections import Filling

WRITER = "writer"


def paths_of(pinned: Pinned, phase: Phase, there: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Who writes what: (member, path of their artifact). Nothing where the document is another run's and not there.

    `there` are the paths of the documents in the run's folder.
    """
    folder = pinned.folder
    if phase.each is not None:
        personas = pinned.definition.panel
        return tuple((persona.id, f"{folder}/{phase.member_file(persona.id)}") for persona in personas)
    if phase.elsewhere:
        pattern = re.compile(rf"{re.escape(folder)}/\d{{3}}-{re.escape(phase.into)}\.md")
        found = max((path for path in there if pattern.fullmatch(path)), default=None)
        return ((WRITER, found),) if found else ()
    return ((WRITER, f"{folder}/{phase.file}"),)


def placed(pinned: Pinned, phase: Phase, there: Collection[str]) -> Phase:
    """The phase with the number that its document has, where the workflow alone can't know it."""
    if not phase.elsewhere:
        return phase
    found = paths_of(pinned, phase, there)
    return replace(phase, number=int(found[0][1].rpartition("/")[2][:3])) if found else phase


def shared_paths(pinned: Pinned, there: Collection[str]) -> frozenset[str]:
    """The documents that phases of this run fill by sections."""
    filling = (phase for phase in pinned.definition.phases if phase.into)
    return frozenset(path for phase in filling for _, path in paths_of(pinned, phase, there))


def filling_of(definition: Definition, phase: Phase, title: str) -> Filling | None:
    """What a phase fills, of a document that the run calls so; None where it makes a whole one."""
    if not phase.into:
        return None
    return Filling(phase.sections, guests(definition, phase.into), title)


def guests(definition: Definition, artifact: str) -> tuple[str, ...]:
    """The sections that phases fill in the artifact of that name, in the phases' order."""
    return tuple(title for phase in definition.phases if phase.into == artifact for title in phase.sections)

"""A phase that is another workflow, run on the run's own pull request."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from yaml.nodes import Node

from bot.core.definition import Phase

from . import vocabulary
from .neighbours import Neighbour
from .nodes import Reader, nearest
from .numbering import Numbering


class Makings(Protocol):
    """What is known about the including workflow."""

    path: str
    pull: bool
    others: Mapping[str, Neighbour]
    lines: dict[str, int]
    numbering: Numbering
    parameters: dict[str, Any]


def including(reader: Reader, makings: Makings, item: Node, before: Sequence[Phase]) -> Phase | None:
    """The phase; None if there is no workflow that can be included, or a parameter switches it off."""
    keys = reader.keys(item, "an included workflow", vocabulary.INCLUDE_KEYS)
    if "include" not in keys:
        return None
    node = keys["include"]
    name = reader.text(node)
    title = (reader.text(keys["title"]) if "title" in keys else None) or (name or "").replace("-", " ").capitalize()
    flags = {each.replace("_", "-"): value for each, value in makings.parameters.items() if isinstance(value, bool)}
    known = (*vocabulary.GIVEN, *flags)
    given = reader.choice(keys["given"], "value of “given”", known) if "given" in keys else None
    if name is None or not _fits(reader, makings, node, name, before) or flags.get(given or "") is False:
        return None
    makings.lines[name] = node.start_mark.line + 1
    other = makings.others[name]
    number = makings.numbering.take(other.numbered, name, node)
    return Phase(
        name,
        number,
        title,
        "",
        source="workflow",
        given="tracks" if given == "tracks" else None,
        ends=(other.phases or ("",))[-1],
    )


def _fits(reader: Reader, makings: Makings, node: Node, name: str, before: Sequence[Phase]) -> bool:
    """Whether the workflow with that name can be included here; reports why not."""
    known = tuple(path for path, other in makings.others.items() if other.pull and path != makings.path)
    wrong, mend = "", ""
    if makings.pull:
        wrong, mend = "A workflow about pull requests includes no other.", "Write the phases out here."
    elif name not in makings.others:
        wrong, mend = f"There is no workflow “{name}”.", nearest(name, known)
    elif name not in known:
        wrong = f"The workflow “{name}” is about issues, and what is included runs on a pull request."
        mend = f"Write the phases out here. {nearest(name, known)}"
    elif name in makings.lines:
        wrong = f"A phase “{name}” is there already."
        mend = f"Include it once; the first is on line {makings.lines[name]}."
    elif not any(phase.source == "model" for phase in before):
        wrong, mend = "Nothing is written yet that it could be about.", "Put a phase before it."
    if wrong:
        reader.fault(node, wrong, mend)
    return not wrong

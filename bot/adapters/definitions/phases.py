"""Parses the phases of a workflow: their order, their numbers, and what each reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from yaml.nodes import MappingNode, Node, SequenceNode

from bot.core.definition import Each, GateUse, Persona, Phase

from . import vocabulary
from .folder import Folder
from .gates import gates
from .house import prompt
from .including import including
from .joint import Joint
from .neighbours import Neighbour, child, scalar
from .nodes import Reader, nearest
from .numbering import Numbering, joint_number
from .templates import phase_variables


@dataclass
class Makings:
    """What the workflow as a whole provides to its phases."""

    folder: Folder
    path: str
    reader: Reader
    gates: tuple[GateUse, ...]
    tools: tuple[str, ...]
    parameters: dict[str, Any]
    panel: bool
    personas: Mapping[str, Persona]
    others: Mapping[str, Neighbour]
    pull: bool = False
    lines: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbering = Numbering(self.reader)


def phases(makings: Makings, node: Node) -> tuple[Phase, ...]:
    """The phases in order."""
    reader = makings.reader
    items = reader.items(node, "phases")
    if isinstance(node, SequenceNode) and not items:
        reader.fault(
            node, "The workflow has no phases.", "Write “- id: user-request” with “from: event”, then the others."
        )
    planned = [id for id in (scalar(item, "id") for item in items) if id]
    joint = Joint(reader, items, makings.others, makings.path)
    made: list[Phase] = []
    for place, item in enumerate(items):
        phase = _phase(makings, joint, item, place, tuple(made), planned)
        if phase:
            made.append(phase)
    _stray_prompts(makings, {phase.id for phase in made if phase.source == "model"} | set(planned))
    return tuple(made)


def _phase(
    makings: Makings, joint: Joint, item: Node, place: int, before: Sequence[Phase], planned: Sequence[str]
) -> Phase | None:
    reader = makings.reader
    if child(item, "include") is not None:
        return including(reader, makings, item, before)
    event = isinstance(item, MappingNode) and any(key.value == "from" for key, _ in item.value)
    keys = reader.keys(item, "a phase", vocabulary.PHASE_KEYS, vocabulary.RESERVED)
    if not keys:
        return None
    id = reader.kebab(keys["id"], "the id") if "id" in keys else None
    if "id" not in keys:
        reader.fault(item, "The phase has no id.", "Write “- id: name”.")
    if id and id in makings.lines:
        reader.fault(
            keys["id"], f"A phase “{id}” is there already.", f"Rename it; the first is on line {makings.lines[id]}."
        )
        id = None
    line = item.start_mark.line + 1
    if id:
        makings.lines[id] = keys["id"].start_mark.line + 1
    into, sections = joint.filled(keys, id or "")
    number = joint_number(makings.numbering, joint, keys, id or "", into, line)
    title = (reader.text(keys["title"]) if "title" in keys else None) or (id or "").replace("-", " ").capitalize()
    if event:
        return _event(reader, keys, id, number, title, place)
    if place == 0 and not makings.pull:
        reader.fault(
            item, "The first phase is not the request.", "Put “- id: user-request” with “from: event” before it."
        )
    phase = _model_phase(makings, keys, id or "", number, title, before, planned)
    last = (into or id) in makings.numbering.last and not joint.elsewhere(into)
    return replace(phase, into=into, sections=sections, elsewhere=joint.elsewhere(into), last=last) if id else None


def _event(reader: Reader, keys: dict[str, Node], id: str | None, number: int, title: str, place: int) -> Phase | None:
    """The request phase: made from the event, not by the model."""
    reader.choice(keys["from"], "source", ("event",))
    if place:
        reader.fault(keys["from"], "Only the first phase comes from the event.", "Leave “from” out.")
    for name, value in keys.items():
        if name not in vocabulary.EVENT_KEYS:
            wrong = f"A phase from the event has no “{name}”."
            reader.fault(value, wrong, f"Leave it out; such a phase has {', '.join(vocabulary.EVENT_KEYS)}.")
    return Phase(id, number, title, "", source="event", counted=False) if id else None


def _model_phase(
    makings: Makings,
    keys: dict[str, Node],
    id: str,
    number: int,
    title: str,
    before: Sequence[Phase],
    planned: Sequence[str],
) -> Phase:
    reader = makings.reader
    asks: Literal["author"] | None = "author" if _chosen(reader, keys, "asks", ("author",)) else None
    approval: Literal["maintainer"] | None = (
        "maintainer" if _chosen(reader, keys, "approval", ("maintainer",)) else None
    )
    text = ""
    if id:
        place = f"{makings.path}/phases/{id}.md"
        line = makings.lines[id]
        variables = phase_variables(makings.parameters, _of_members(keys))
        text = prompt(makings.folder, place, variables, f"Phase “{id}”", line, reader)
    counted = reader.flag(keys["counted"]) if "counted" in keys else True
    return Phase(
        id=id,
        number=number,
        title=title,
        prompt=text,
        reads=_reads(reader, keys.get("reads"), id, before, planned),
        gates=makings.gates + gates(reader, keys.get("gates"), makings.parameters),
        tools=reader.choices(keys["tools"], "tool", vocabulary.TOOLS) if "tools" in keys else makings.tools,
        asks=asks,
        approval=approval,
        each=_each(makings, keys.get("each")),
        output=_chosen(reader, keys, "output", vocabulary.OUTPUTS),
        counted=counted is not False,
        model=(reader.choice(keys["model"], "alias of a model", vocabulary.MODELS) or "") if "model" in keys else "",
        persona=_persona(makings, keys),
        given="tracks" if _chosen(reader, keys, "given", vocabulary.GIVEN) else None,
        unless="design" if _chosen(reader, keys, "unless", vocabulary.BRINGS) else None,
    )


def _of_members(keys: Mapping[str, Node]) -> bool:
    return "each" in keys and keys["each"].value in ("subsystems", "tracks")


def _persona(makings: Makings, keys: dict[str, Node]) -> Persona | None:
    """The persona whose lens the phase has."""
    if "persona" not in keys:
        return None
    if "each" in keys and not _of_members(keys):
        wrong, mend = "A phase with “each: experts” has the lens of each of its members.", "Leave “persona” out."
        makings.reader.fault(keys["persona"], wrong, mend)
    name = makings.reader.choice(keys["persona"], "persona", tuple(makings.personas))
    return makings.personas[name] if name else None


def _chosen(reader: Reader, keys: dict[str, Node], key: str, known: tuple[str, ...]) -> str | None:
    return reader.choice(keys[key], f"value of “{key}”", known) if key in keys else None


def _each(makings: Makings, node: Node | None) -> Each | None:
    name = None if node is None else makings.reader.choice(node, "value of “each”", vocabulary.EACH)
    if node is not None and name == "experts" and not makings.panel:
        makings.reader.fault(node, "The workflow has no panel.", "Write “panel: [persona, ...]” above the phases.")
    return name  # type: ignore[return-value]


def _reads(
    reader: Reader, node: Node | None, id: str, before: Sequence[Phase], planned: Sequence[str]
) -> tuple[str, ...]:
    """The earlier phases that this one reads: all, unless a list says which."""
    earlier = tuple(phase.id for phase in before)
    if node is None or (not isinstance(node, SequenceNode) and node.value == "all"):
        return earlier
    if not isinstance(node, SequenceNode):
        reader.expected(node, "“all” or a list of phases")
        return ()
    found = []
    for item in node.value:
        name = reader.text(item)
        if name is None:
            continue
        if name == id:
            reader.fault(item, f"Phase “{id}” reads itself.", "Leave it out.")
        elif name in earlier:
            found.append(name)
        elif name in planned:
            reader.fault(
                item, f"Phase “{id}” reads “{name}”, which comes later.", f"Put “{name}” before it, or leave it out."
            )
        else:
            reader.fault(item, f"There is no phase “{name}”.", nearest(name, earlier))
    return tuple(dict.fromkeys(found))


def _stray_prompts(makings: Makings, known: set[str]) -> None:
    """Reports prompts that no phase uses, unless only a farther place has them."""
    folder, depth = makings.folder, makings.folder.depth(f"{makings.path}/workflow.yaml")
    for name in folder.names(f"{makings.path}/phases", ".md"):
        file = f"{makings.path}/phases/{name}.md"
        if name not in known and folder.depth(file) <= depth:
            wrong = f"No phase of the workflow is called “{name}”."
            folder.reader(file).fault(0, wrong, nearest(name, sorted(known)))

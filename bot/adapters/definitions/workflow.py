"""Parses one `workflow.yaml` into a `Definition`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from yaml.nodes import MappingNode, Node

from bot.core.definition import Definition, Persona, Policy, Trigger, least

from . import vocabulary
from .configuration import Configuration, label
from .documents import documents
from .folder import Folder
from .gates import gates
from .neighbours import Neighbour
from .nodes import KEBAB, Reader
from .phases import Makings, phases

_PLACEHOLDER = re.compile(r"\{([^}]*)\}")
_SEGMENT = re.compile(r"[A-Za-z0-9_{}.-]+")
_FEW_WORDS = re.compile(r"[^\W\d_][\w -]{0,39}")
FOLDER = "_tasks/{slug}"
THOROUGH = "thorough"


@dataclass(frozen=True)
class House:
    """What a workflow shares with others: prompts, personas, and the repository's configuration."""

    prompts: dict[str, str]
    personas: dict[str, Persona]
    configuration: Configuration
    policy: Policy


@dataclass(frozen=True)
class Written:
    """A definition with the lines that may clash with other workflows, and the index of the place it is from."""

    definition: Definition
    depth: int
    label_at: tuple[str, int]
    command_at: tuple[str, int]


def workflow(folder: Folder, path: str, house: House, others: Mapping[str, Neighbour]) -> Written | None:
    """The workflow in one folder; None if it can't be read. Faults are collected by the folder."""
    file = f"{path}/workflow.yaml"
    reader = folder.reader(file)
    if not KEBAB.fullmatch(path):
        reader.fault(0, f"The folder's name “{path}” is not kebab-case.", "Use small letters, digits and hyphens.")
    text = folder.text(file)
    if text is None:
        if not folder.there(file):
            reader.fault(0, "The folder has no workflow.", "Write “workflow.yaml”, or move the folder elsewhere.")
        return None
    root = reader.root(text)
    return None if root is None else _read(folder, path, reader, root, house, others)


def _read(
    folder: Folder, path: str, reader: Reader, root: MappingNode, house: House, others: Mapping[str, Neighbour]
) -> Written:
    keys = reader.keys(root, "a workflow", vocabulary.WORKFLOW_KEYS, vocabulary.RESERVED)
    for name in vocabulary.NEEDED:
        if name not in keys and not (name == "trigger" and any(key.value == "on" for key, _ in root.value)):
            reader.fault(1, f"The workflow has no “{name}”.", f"Write “{name}: ...”.")
    _version(reader, keys.get("version"))
    trigger, label_line, command_line = _trigger(reader, keys.get("trigger"))
    ours = house.configuration.label(path)
    budgets = house.policy.budgets
    full, mini = _panel(reader, keys.get("panel"), house)
    parameters = house.configuration.parameters(path, _parameters(reader, keys.get("parameters")))
    tools = reader.choices(keys["tools"], "tool", vocabulary.TOOLS) if "tools" in keys else ()
    makings = Makings(
        folder,
        path,
        reader,
        gates(reader, keys.get("gates"), parameters),
        tools,
        parameters,
        "panel" in keys,
        house.personas,
        others,
        trigger.pull,
    )
    definition = Definition(
        id=path,
        version=vocabulary.VERSION,
        summary=(reader.text(keys["summary"]) or "") if "summary" in keys else "",
        trigger=replace(trigger, label=ours.name) if ours else trigger,
        artifacts=house.configuration.artifacts(artifacts) or _artifacts(reader, keys.get("artifacts")),
        phases=phases(makings, keys["phases"]) if "phases" in keys else (),
        model=reader.choice(keys["model"], "alias of a model", vocabulary.MODELS) or ""
        if "model" in keys
        else THOROUGH,
        attempts=least(int(_number(reader, keys.get("attempts"), 3, 1)), budgets.attempts),
        rounds=int(_number(reader, keys.get("rounds"), 2, 1)),
        wait_days=_number(reader, keys.get("wait-days"), 7.0, 0, whole=False),
        needs_description=(reader.texts(keys["needs-description"], "headings") if "needs-description" in keys else ()),
        parameters=parameters,
        panel=full,
        mini=mini,
        personas=tuple(house.personas.values()) if full else (),
        prompts=house.prompts,
        documents=documents(folder, path, reader, keys.get("documents"), parameters),
        makes=_makes(reader, keys.get("makes"), trigger.pull),
    )
    label_at = (ours.where, ours.line) if ours else (reader.where, label_line)
    return Written(definition, folder.depth(f"{path}/workflow.yaml"), label_at, (reader.where, command_line))


def _version(reader: Reader, node: Node | None) -> None:
    if node is not None:
        version = reader.number(node, 1)
        if version is not None and version != vocabulary.VERSION:
            reader.fault(node, f"The format has no version {version}.", f"Write “version: {vocabulary.VERSION}”.")


def _makes(reader: Reader, node: Node | None, pull: bool) -> str:
    """What a run makes, used in the titles of its pull request and status."""
    if node is None:
        return ""
    text = reader.text(node) or ""
    if pull:
        reader.fault(node, "A workflow about a pull request opens none that “makes” would name.", "Leave it out.")
    elif text and not _FEW_WORDS.fullmatch(text):
        mend = "Write a word or two of letters, such as “makes: Design”."
        reader.fault(node, f"“{text}” can't begin the title of a pull request.", mend)
    return text


def _number(reader: Reader, node: Node | None, default: float, least: float, whole: bool = True) -> float:
    given = None if node is None else reader.number(node, least, whole)
    return default if given is None else float(given)


def _trigger(reader: Reader, node: Node | None) -> tuple[Trigger, int, int]:
    if node is None:
        return Trigger("", ""), 0, 0
    keys = reader.keys(node, "the trigger", ("label", "command", "subject"))
    pull = "subject" in keys and reader.choice(keys["subject"], "subject", vocabulary.SUBJECTS) == "pull-request"
    for name in ("command",) if pull else ("label", "command"):
        if name not in keys and isinstance(node, MappingNode):
            reader.fault(node, f"The trigger has no {name}.", f"Write “{name}: ...”.")
    if pull and "label" in keys:
        reader.fault(keys["label"], "A workflow about a pull request has no label.", "Leave the label out.")
    named = label(reader, keys["label"]) if "label" in keys and not pull else ""
    command = _command(reader, keys["command"], pull) if "command" in keys else ""
    lines = {name: value.start_mark.line + 1 for name, value in keys.items()}
    return Trigger(named, command, pull), lines.get("label", 0), lines.get("command", 0)


def _command(reader: Reader, node: Node, pull: bool) -> str:
    """A slash and a name; for workflows about pull requests possibly two words, shared with another bot."""
    command = reader.text(node) or ""
    words = command.removeprefix("/").split(" ")
    if command and (not command.startswith("/") or len(words) > 1 + pull or not all(map(KEBAB.fullmatch, words))):
        made = "-".join(re.findall(r"[a-z0-9]+", command.lower())) or "name"
        reader.fault(node, f"The command “{command}” is not a slash and a kebab-case name.", f"Write “/{made}”.")
    elif words[0] in vocabulary.TAKEN:
        reader.fault(node, f"The command “{command}” is the service's own.", "Choose another name.")
    return command


def _panel(reader: Reader, node: Node | None, house: House) -> tuple[tuple[Persona, ...], tuple[Persona, ...]]:
    """The full panel and the mini panel; the same if the workflow names one list. A repository may set its own."""
    if node is None:
        return (), ()
    known = tuple(house.personas)
    if not isinstance(node, MappingNode):
        named = {"full": reader.choices(node, "persona", known)}
    else:
        keys = reader.keys(node, "the panel", ("full", "mini"))
        named = {name: reader.choices(each, "persona", known) for name, each in keys.items()}
        if "full" not in keys:
            reader.fault(node, "The panel has no “full”.", "Write “full: [persona, ...]”.")
    full = tuple(id for id in house.policy.panel if id in house.personas) or named.get("full", ())
    return (
        tuple(house.personas[id] for id in full),
        tuple(house.personas[id] for id in named.get("mini", full)),
    )


def _artifacts(reader: Reader, node: Node | None) -> str:
    return FOLDER if node is None else artifacts(reader, node)


def artifacts(reader: Reader, node: Node) -> str:
    """The folder on the branch: relative, inside the repository, and containing the slug."""
    text = reader.text(node)
    if text is None:
        return FOLDER
    for name in _PLACEHOLDER.findall(text):
        if name != "slug":
            reader.fault(node, f"The folder can't be filled with “{{{name}}}”.", "Only {slug} is known.")
    segments = text.strip("/").split("/")
    if "{slug}" not in text:
        reader.fault(
            node, "The folder is the same for every run.", f"Put the run's name in it: “{segments[0]}/{{slug}}”."
        )
    outside = text.startswith("/") or not all(_SEGMENT.fullmatch(segment) for segment in segments)
    if outside or any(segment.lower() in (".", "..", ".git", ".github") for segment in segments):
        reader.fault(node, f"“{text}” is no folder for documents.", f"Write a relative path, such as “{FOLDER}”.")
    return text.rstrip("/")


def _parameters(reader: Reader, node: Node | None) -> dict[str, Any]:
    """The configurable values with their defaults, by their Python names."""
    if node is None:
        return {}
    found: dict[str, Any] = {}
    for key, value in reader.pairs(node, "parameters"):
        name = key.value.replace("-", "_")
        if name in dir(dict):
            reader.fault(
                key, f"No parameter can be called “{key.value}”.", "Choose another name, such as one of two words."
            )
        else:
            found[name] = reader.plain(value)
    return found

"""A YAML file as nodes with line numbers. Each value is read as an expected type, and every fault is collected."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.core.errors import Fault

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DEPTH = 20
# What `"\ud83d"` and `"\0"` are in YAML: neither a request nor a commit can hold it.
_NO_TEXT = re.compile("[\ud800-\udfff\0]")
_TAG = "tag:yaml.org,2002:"
_KINDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing",
          "seq": "a list", "map": "keys with values", "timestamp": "a date"}  # fmt: skip


def nearest(name: str, known: Sequence[str]) -> str:
    """What to write instead of `name`: the nearest known name, or all of them if none is near."""
    near = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean “{near[0]}”?"
    return f"Known: {', '.join(known)}." if known else "There is none to name."


def kind(node: Node) -> str:
    """What a node is, as a word for people."""
    return _KINDS.get(node.tag.removeprefix(_TAG), f"a value of the tag {node.tag}")


class Reader:
    """One file's text or nodes, and the list that collects its faults.

    What can't be read is reported and returned as None or empty, so that one fault never hides the next.
    """

    def __init__(self, where: str, faults: list[Fault]) -> None:
        self.where = where
        self.faults = faults

    def fault(self, at: Node | int, wrong: str, mend: str) -> None:
        """Records a fault at a node's line, or at a line."""
        line = at if isinstance(at, int) else at.start_mark.line + 1
        self.faults.append(Fault(self.where, line, wrong, mend))

    def decoded(self, raw: bytes) -> str | None:
        """The text of a file's bytes."""
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.fault(line, "The file is not UTF-8 text.", "Save it as UTF-8.")
            return None

    def root(self, text: str, first: int = 1) -> MappingNode | None:
        """The top-level mapping; `first` is the line of the file on which `text` begins."""
        node, faults = _document("\n" * (first - 1) + text)
        for fault in faults:
            self.fault(fault.line, fault.wrong, fault.mend)
        if faults or isinstance(node, MappingNode):
            return node if isinstance(node, MappingNode) else None
        mend = "Write “key: value” lines, as docs/workflow-format.md shows."
        self.fault(node or first, "The file holds no keys.", mend)
        return None

    # --- values ------------------------------------------------------------------------------------------------------

    def expected(self, node: Node, wanted: str, mend: str = "") -> None:
        """Reports a value of the wrong type."""
        shown = f" “{node.value}”" if isinstance(node, ScalarNode) and node.value else ""
        self.fault(node, f"Expected {wanted}, not {kind(node)}{shown}.", mend or f"Write {wanted}.")

    def keys(
        self, node: Node, what: str, known: Sequence[str], reserved: Mapping[str, str] | None = None
    ) -> dict[str, Node]:
        """The values of a mapping by key; unknown, reserved and repeated keys are faults."""
        if not isinstance(node, MappingNode):
            self.expected(node, f"the keys of {what}", f"Write some of: {', '.join(known)}.")
            return {}
        found: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name in found:
                self.fault(key, f"The key “{name}” stands twice.", f"Keep one; the first is on line {lines[name]}.")
            elif name in known:
                found[name] = value
                lines[name] = key.start_mark.line + 1
            elif reserved and name in reserved:
                self.fault(key, f"The key “{name}” is reserved and does not work yet.", reserved[name])
            elif name.lower() == "on" and "trigger" in known:
                self.fault(key, "The key “on” means true in YAML.", "Write “trigger:”.")
            else:
                self.fault(key, f"{what.capitalize()} has no key “{name}”.", nearest(name, known))
        return found

    def pairs(self, node: Node, what: str) -> list[tuple[ScalarNode, Node]]:
        """The entries of a mapping with arbitrary keys; keys that are repeated or not kebab-case are faults."""
        if not isinstance(node, MappingNode):
            self.expected(node, f"keys with values for {what}")
            return []
        found: dict[str, tuple[ScalarNode, Node]] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not KEBAB.fullmatch(key.value):
                self.fault(
                    key, f"A name in {what} is not kebab-case.", "Write small letters, digits and single hyphens."
                )
            elif key.value in found:
                first = found[key.value][0].start_mark.line + 1
                self.fault(key, f"The key “{key.value}” stands twice.", f"Keep one; the first is on line {first}.")
            else:
                found[key.value] = (key, value)
        return list(found.values())

    def text(self, node: Node) -> str | None:
        """Text that is not empty."""
        if not isinstance(node, ScalarNode) or node.tag != _TAG + "str":
            quoted = f'Put it in quotes: "{node.value}".' if isinstance(node, ScalarNode) and node.value else ""
            self.expected(node, "text", quoted)
            return None
        if not node.value.strip():
            self.fault(node, "The text is empty.", "Write it, or leave the key out.")
            return None
        return str(node.value).strip()

    def kebab(self, node: Node, what: str) -> str | None:
        """A kebab-case name."""
        name = self.text(node)
        if name is not None and not KEBAB.fullmatch(name):
            made = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
            mend = f"Write “{made}”." if KEBAB.fullmatch(made) else "Write small letters, digits and single hyphens."
            self.fault(node, f"{what.capitalize()} “{name}” is not kebab-case.", mend)
            return None
        return name

    def choice(self, node: Node, what: str, known: Sequence[str]) -> str | None:
        """One of the known names."""
        name = self.text(node)
        if name is not None and name not in known:
            self.fault(node, f"There is no {what} “{name}”.", nearest(name, known))
            return None
        return name

    def number(self, node: Node, least: float, whole: bool = True, most: float = 999_999) -> float | None:
        """A number from `least` to `most`."""
        value = self.plain(node) if isinstance(node, ScalarNode) else None
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            self.expected(node, "a whole number" if whole else "a number")
            return None
        if not least <= value <= most:
            self.fault(node, f"The number {value} is out of bounds.", f"Write a number from {least:g} to {most:.0f}.")
            return None
        return value

    def flag(self, node: Node) -> bool | None:
        """True or false."""
        value = self.plain(node) if isinstance(node, ScalarNode) else None
        if not isinstance(value, bool):
            self.expected(node, "true or false")
            return None
        return value

    def items(self, node: Node, what: str) -> list[Node]:
        """The items of a list."""
        if not isinstance(node, SequenceNode):
            self.expected(node, f"a list of {what}", "Write “[one, two]”, or a line “- one” for each.")
            return []
        return list(node.value)

    def texts(self, node: Node, what: str) -> tuple[str, ...]:
        """A list of texts."""
        found = (self.text(item) for item in self.items(node, what))
        return tuple(text for text in found if text is not None)

    def choices(self, node: Node, what: str, known: Sequence[str]) -> tuple[str, ...]:
        """A list of known names, none twice."""
        found: list[str] = []
        for item in self.items(node, what):
            name = self.choice(item, what, known)
            if name in found:
                self.fault(item, f"“{name}” stands twice.", "Keep one.")
            elif name is not None:
                found.append(name)
        return tuple(found)

    def plain(self, node: Node) -> Any:
        """A node as plain data: text, numbers, true or false, None, lists and mappings; dates stay text."""
        match node:
            case SequenceNode():
                return [self.plain(item) for item in node.value]
            case MappingNode():
                return {key.value: self.plain(value) for key, value in self.pairs(node, "these values")}
            case ScalarNode() if node.tag.removeprefix(_TAG) in ("int", "float", "bool", "null"):
                try:
                    return yaml.SafeLoader("").construct_object(node)
                except ValueError:
                    self.expected(node, "a plain value")
                    return None
            case ScalarNode() if node.tag.removeprefix(_TAG) in ("str", "timestamp"):
                return node.value
            case _:
                self.expected(node, "a plain value", "Leave the tag out.")
                return None


@lru_cache(maxsize=256)
def _document(text: str) -> tuple[Node | None, tuple[Fault, ...]]:
    """The nodes of a YAML text and its syntax faults, without a file; the nodes must not be changed.

    The same files are parsed for each repository that adds to them, and for each workflow's neighbours.
    """
    faults: list[Fault] = []
    reader = Reader("", faults)
    node = None
    try:
        if _tame(text, reader):
            node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        _unparsable(error, text, reader)
    return node, tuple(faults)


def _tame(text: str, reader: Reader) -> bool:
    """Whether the text has no aliases, no tags, no excessive nesting and no unsupported characters."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = (event.start_mark.line if event.start_mark else 0) + 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            reader.fault(line, "There is a YAML alias.", "Write the value out; a definition has no aliases.")
            return False
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            shown = event.tag.replace(_TAG, "!!")[:60]
            reader.fault(line, f"There is a YAML tag, “{shown}”.", "Leave the tag out.")
            return False
        if isinstance(event, yaml.ScalarEvent) and _NO_TEXT.search(event.value):
            reader.fault(line, "There is a NUL, or half of a character.", "Write the character itself: no “\\ud83d…”.")
            return False
        if depth > _DEPTH:
            reader.fault(line, f"This is nested more than {_DEPTH} deep.", "Write it flatter.")
            return False
    return True


def _unparsable(error: yaml.YAMLError, text: str, reader: Reader) -> None:
    line, problem = 1, "it has no meaning"
    match error:
        case yaml.MarkedYAMLError():
            problem = error.problem or problem
            unended = (
                "end of stream" in problem or "stream end" in problem
            )  # then the place that matters is where it began
            mark = error.context_mark if unended and error.context_mark else error.problem_mark
            line = mark.line + 1 if mark else line
        case yaml.reader.ReaderError():
            line = text.count("\n", 0, error.position) + 1
            problem = f"the character #x{error.character:04x} may not stand in YAML"
        case _:
            pass
    reader.fault(line, f"This is not YAML: {problem}.", "Mend the indentation, quotes or brackets here.")

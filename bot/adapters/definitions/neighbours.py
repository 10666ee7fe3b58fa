"""What the workflows of a folder need to know about each other, read before each is parsed and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yaml.nodes import MappingNode, Node, SequenceNode

from bot.core.errors import Fault

from .folder import Folder
from .nodes import Reader


@dataclass(frozen=True)
class Neighbour:
    """A workflow as seen by others: whether it is about pull requests, and the documents it makes.

    `phases` are its phases; `numbered` is how many of them have a number of their own.
    """

    pull: bool
    documents: tuple[str, ...]
    phases: tuple[str, ...]
    numbered: int


def neighbours(folder: Folder, places: Sequence[str]) -> Mapping[str, Neighbour]:
    """The workflows by id. Faults are reported when each is read itself."""
    found = {}
    for place in places:
        text = folder.text(f"{place}/workflow.yaml")
        faults: list[Fault] = []
        root = Reader(place, faults).root(text) if text else None
        if root is not None:
            found[place] = _neighbour(root)
    return found


def scalar(node: Node | None, name: str) -> str:
    """The plain value of a key, unchecked; "" if there is none."""
    value = child(node, name)
    return str(value.value) if value is not None and isinstance(value.value, str) else ""


def child(node: Node | None, name: str) -> Node | None:
    """The value of a key, of any kind; None if there is none."""
    if not isinstance(node, MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _neighbour(root: MappingNode) -> Neighbour:
    phases = child(root, "phases")
    items = phases.value if isinstance(phases, SequenceNode) else []
    whole = tuple(scalar(item, "id") for item in items if not scalar(item, "each") and not scalar(item, "into"))
    pull = scalar(child(root, "trigger"), "subject") == "pull-request"
    numbered = sum(not scalar(item, "into") for item in items)
    return Neighbour(pull, tuple(filter(None, whole)), tuple(scalar(item, "id") for item in items), numbered)

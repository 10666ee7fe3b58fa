"""The numbers of a workflow's documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yaml.nodes import Node

from . import vocabulary
from .joint import Joint
from .nodes import Reader


@dataclass
class Numbering:
    """The numbers assigned so far.

    `last` names the documents whose number follows all others. `tracks` is the line of the phase with a document for
    each track; after it, numbers are not known in advance.
    """

    reader: Reader
    taken: dict[int, str] = field(default_factory=dict)
    last: set[str] = field(default_factory=set)
    highest: int = 0
    tracks: int = 0

    def of(self, keys: Mapping[str, Node], name: str, line: int) -> int:
        """The previous document's number plus one, unless `artifact` sets it; 0 for one that follows all others."""
        each = keys["each"].value if "each" in keys else ""
        node = keys.get("artifact")
        if node is not None and node.value == vocabulary.LAST:
            return self._last(node, name, each)
        given = None if node is None else self.reader.number(node, 1)
        number, at = int(given or self.highest + 1), node.start_mark.line + 1 if node else line
        if number > 999:
            self.reader.fault(at, f"The number {number} has more than three digits.", "Write at most 999.")
        elif number in self.taken and each != "subsystems":
            wrong = f"The number {number:03d} belongs to phase “{self.taken[number]}”."
            self.reader.fault(at, wrong, "Write another “artifact”, or leave it out.")
        elif self.tracks and number > max(self.taken, default=0):
            wrong = f"Which number this has depends on the tracks of the phase on line {self.tracks}."
            self.reader.fault(at, wrong, "Write “artifact: last”, or put the phase before that one.")
        elif name:
            self.taken.setdefault(number, name)
        if each == "tracks":
            self._tracks(keys["each"], number)
        self.highest = max(number, self.highest) if each == "subsystems" else number
        return number

    def take(self, count: int, name: str, at: Node) -> int:
        """Reserves `count` numbers for another workflow's documents; returns the last."""
        first = self.highest + 1
        for number in range(first, first + count):
            if number in self.taken:
                wrong = f"“{name}” needs the number {number:03d}, which belongs to phase “{self.taken[number]}”."
                self.reader.fault(at, wrong, "Put it elsewhere, or write another “artifact” there.")
            elif self.tracks:
                wrong = f"Which numbers this gets depends on the tracks of the phase on line {self.tracks}."
                self.reader.fault(at, wrong, "Put it before that one.")
                break
            self.taken.setdefault(number, name)
        self.highest += count
        return self.highest

    def _last(self, node: Node, name: str, each: str) -> int:
        if each:
            wrong = f"The documents of “each: {each}” are not one that comes last."
            self.reader.fault(node, wrong, "Write the number of the first of them.")
        self.last.add(name)
        return 0

    def _tracks(self, node: Node, number: int) -> None:
        line = node.start_mark.line + 1
        if number < (highest := max(self.taken, default=0)):
            wrong = (
                f"Several tracks need the numbers from {number:03d} on, and “{self.taken[highest]}” has a higher one."
            )
            self.reader.fault(node, wrong, f"Write “artifact: {highest + 1}”.")
        if self.tracks:
            wrong = "There is a phase with a document for each track already."
            self.reader.fault(node, wrong, f"Keep one; the first is on line {self.tracks}.")
        self.tracks = line


def joint_number(numbering: Numbering, joint: Joint, keys: Mapping[str, Node], id: str, into: str, line: int) -> int:
    """The number of the shared document, set by its first phase; or, without one, the phase's own number."""
    known = 0 if joint.elsewhere(into) else joint.numbers.get(into)
    if known is None:
        known = joint.numbers[into or id] = numbering.of(keys, into or id, line)
    elif "artifact" in keys:
        wrong = f"The number of “{into}” is known already."
        mend = "Leave “artifact” out; the first phase of a document has it."
        numbering.reader.fault(keys["artifact"], wrong, mend)
    return known

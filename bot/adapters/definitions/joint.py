"""Documents that several phases write together, with `into` and `sections`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from yaml.nodes import Node

from bot.core.markdown.artifact import loose
from bot.core.markdown.sections import NOTES

from .neighbours import Neighbour, scalar
from .nodes import Reader, nearest


@dataclass
class Joint:
    """The shared documents of one workflow; `numbers` has each document's number, by its name."""

    reader: Reader
    items: Sequence[Node]
    others: Mapping[str, Neighbour]
    path: str
    numbers: dict[str, int] = field(default_factory=dict)
    taken: dict[tuple[str, str], int] = field(default_factory=dict)

    def elsewhere(self, artifact: str) -> bool:
        """Whether another workflow makes the document with that name."""
        whole = {scalar(item, "id") for item in self.items if not scalar(item, "into")}
        return bool(artifact) and artifact not in whole and artifact in self._foreign()

    def filled(self, keys: Mapping[str, Node], id: str) -> tuple[str, tuple[str, ...]]:
        """The document that a phase writes into, and which of its sections; "" if the phase makes a whole document."""
        if "into" not in keys:
            if "sections" in keys:
                wrong, mend = "There are sections, and no document for them.", "Write “into: name” beside them."
                self.reader.fault(keys["sections"], wrong, mend)
            return "", ()
        into = self.reader.kebab(keys["into"], "the document's name") or ""
        if "each" in keys:
            wrong = "A phase with “each” makes a document for each of its members."
            self.reader.fault(keys["into"], wrong, "Leave “into” out, or “each”.")
        if into:
            self._known(keys["into"], into, id)
        return into, self._sections(keys, into)

    def _sections(self, keys: Mapping[str, Node], into: str) -> tuple[str, ...]:
        if "sections" not in keys:
            wrong, mend = "The phase goes into a document and fills nothing of it.", "Write “sections: [Title, ...]”."
            self.reader.fault(keys["into"], wrong, mend)
            return ()
        titles = self.reader.texts(keys["sections"], "titles")
        if not titles and not self.reader.items(keys["sections"], "titles"):
            self.reader.fault(keys["sections"], "There are no sections.", "Write “sections: [Title, ...]”.")
        line = keys["sections"].start_mark.line + 1
        for title in titles:
            if loose(title) == loose(NOTES):
                wrong, mend = f"The section “{title}” is kept by the service.", "Choose another title."
                self.reader.fault(keys["sections"], wrong, mend)
            elif (into, loose(title)) in self.taken:
                first = self.taken[into, loose(title)]
                wrong = f"The section “{title}” of “{into}” is filled already."
                self.reader.fault(keys["sections"], wrong, f"Choose another title; the first is on line {first}.")
            else:
                self.taken[into, loose(title)] = line
        if "asks" in keys and not any(loose(title) == "questions" for title in titles):
            wrong, mend = "The phase asks, and has no section for its questions.", "Add “Questions” to “sections”."
            self.reader.fault(keys["asks"], wrong, mend)
        return titles

    def _known(self, node: Node, into: str, id: str) -> None:
        """Reports if there is no such document: neither one of this workflow's shared ones, nor another workflow's."""
        whole = [scalar(item, "id") for item in self.items if not scalar(item, "into")]
        many = [scalar(item, "into") for item in self.items if scalar(item, "into")]
        for item in self.items:
            if scalar(item, "id") == into and scalar(item, "id") in whole:
                self._whole(node, item, into, id)
                return
        if many.count(into) < 2 and into not in self._foreign():
            wrong = f"No other phase makes anything of a document “{into}”."
            known = [name for name in dict.fromkeys((*whole, *many, *self._foreign())) if name not in (into, id)]
            self.reader.fault(node, wrong, nearest(into, known))

    def _whole(self, node: Node, item: Node, into: str, id: str) -> None:
        """Reports if the document is not a single document made by an earlier phase."""
        if scalar(item, "from"):
            self.reader.fault(node, f"Nothing can be added to “{into}”, the request.", "Name another document.")
        elif scalar(item, "each"):
            wrong = f"“{into}” makes a document for each of its members."
            self.reader.fault(node, wrong, "Name another document.")
        elif item.start_mark.line >= node.start_mark.line:
            wrong = f"Phase “{id}” goes into “{into}”, which comes later."
            self.reader.fault(node, wrong, f"Put “{into}” before it.")

    def _foreign(self) -> tuple[str, ...]:
        """The documents that workflows about pull requests make, which any branch may have."""
        others = (other for path, other in self.others.items() if path != self.path and other.pull)
        return tuple(name for other in others for name in other.documents)

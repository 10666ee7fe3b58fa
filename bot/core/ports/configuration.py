"""How a repository configures the workflows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.core.definition import Definition, House
from bot.core.errors import Fault

LARGEST_FILE = 200_000
"""The bytes of a file of a workflow; more is a fault."""


@dataclass(frozen=True)
class Layer:
    """The files by which a repository, or an organisation for all of its own, configures the workflows.

    `files` are `charrette.yml` and those below `charrette/`. `where` stands before a path to name a file for people,
    `url` before it makes the file's page. `faults` are of files that are there and were not read. Layers with the same
    `digest` are the same.
    """

    where: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    url: str = ""
    digest: str = ""


class Definitions(Protocol):
    """The workflows that this service knows."""

    def all(self) -> Mapping[str, Definition]:
        """By id."""

    def house(self, layers: Sequence[Layer]) -> House:
        """What these layers, the nearest first, make of the workflows."""

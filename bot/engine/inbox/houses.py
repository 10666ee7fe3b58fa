"""Houses: what each repository's configuration makes of the workflows; cached until its default branch moves."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.definition import Definition, House
from bot.core.errors import Fault
from bot.core.identity import Repository
from bot.core.incoming.commands import Vocabulary, vocabulary
from bot.core.ports import Definitions, Installations, Layer, Remote, Remotes

# A push that is never delivered is noticed after this long.
AGAIN = 300.0
KEPT = 200
READERS = 64
SCOPE = "configuration"

T = TypeVar("T")


class _Lately(Generic[T]):
    """A cache of the values used most recently, by key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: str, value: T) -> T:
        with self._lock:
            self._known[key] = value
            while len(self._known) > self._limit:
                self._known.popitem(last=False)
        return value


@dataclass(frozen=True)
class _Read:
    """A layer, the repository's mark when it was read, and until when it may be used."""

    layer: Layer
    mark: str
    until: float


@dataclass(frozen=True)
class Configured:
    """A house and the layers it was made from, the nearest first."""

    house: House
    layers: tuple[Layer, ...]


class Houses:
    """The houses of all repositories; thread-safe.

    A push leaves its mark in the database, so that every worker reads again what changed.
    """

    def __init__(
        self,
        installations: Installations,
        definitions: Definitions,
        remotes: Remotes,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._installations, self._definitions, self._remotes, self._now = installations, definitions, remotes, now
        self._layers: _Lately[_Read] = _Lately(KEPT)
        self._houses: _Lately[House] = _Lately(KEPT)
        self._good: _Lately[House] = _Lately(KEPT)
        self._reading = [threading.Lock() for _ in range(READERS)]

    def moved(self, repository: Repository, head: str) -> None:
        """Records that the repository's default branch has a new head."""
        self._remotes.put(SCOPE, repository.full_name.lower(), Remote(head, ""))

    def of(self, repository: Repository) -> Configured:
        """The house for the default branch. GitHub is asked after a push, and otherwise every few minutes."""
        name = repository.full_name.lower()
        ours = self._layer(name, lambda: self._installations.github(repository).configuration())
        return self._made(repository, (ours, self._organisation(repository)))

    def at(self, repository: Repository, commit: str) -> Configured:
        """The house for a commit of the repository."""
        ours = self._installations.github(repository).configuration(commit)
        return self._made(repository, (ours, self._organisation(repository)))

    def vocabulary(self, repository: Repository) -> Vocabulary:
        """The labels and commands of a repository.

        A fault removes none that worked before, or would work without it: what they start is refused with the faults,
        because silence would help nobody.
        """
        house = self.of(repository).house
        if not house.faults:
            return vocabulary(self._good.put(str(repository.id), house).definitions.values())
        before = self._good.get(str(repository.id))
        layers = [self._definitions.all(), before.definitions if before else {}, house.definitions]
        return vocabulary([each for known in layers for each in known.values() if _complete(each)])

    def faults_of(self, repository: Repository, head: str) -> tuple[Layer, Sequence[Fault]]:
        """The repository's own layer at a pull request's head, and the faults that it would introduce."""
        ours, theirs = self.at(repository, head).layers
        without = self._made(repository, (Layer(ours.where), theirs)).house.faults
        house = self._made(repository, (ours, theirs)).house
        return ours, [fault for fault in house.faults if fault not in without]

    def _organisation(self, repository: Repository) -> Layer:
        owner = repository.full_name.split("/")[0].lower()
        return self._layer(f"{owner}/.github", lambda: self._installations.organisation(repository), "@")

    def _layer(self, name: str, read: Callable[[], Layer], kind: str = "") -> Layer:
        """The layer, from the cache unless its repository moved; simultaneous requests read it once."""
        with self._reading[hash(kind + name) % READERS]:
            marked = self._remotes.get(SCOPE, name)
            mark = marked.id if marked else ""
            known = self._layers.get(kind + name)
            if known is None or known.mark != mark or known.until <= self._now():
                known = self._layers.put(kind + name, _Read(read(), mark, self._now() + AGAIN))
            return known.layer

    def _made(self, repository: Repository, layers: tuple[Layer, ...]) -> Configured:
        key = "/".join([str(repository.id), *(layer.digest for layer in layers)])
        house = self._houses.get(key)
        return Configured(house or self._houses.put(key, self._definitions.house(layers)), layers)


def _complete(definition: Definition) -> bool:
    """Whether a definition, possibly truncated by faults, still has a label and a command."""
    return bool(definition.trigger.label and definition.trigger.command)

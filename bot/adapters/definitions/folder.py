"""The files of workflows, looked up in one place after the other, with what is wrong with them as files."""

from collections.abc import Sequence

from bot.core.errors import Fault
from bot.core.ports import LARGEST_FILE

from .nodes import Reader
from .sources import Source


class Folder:
    """The places, the nearest first: the first that has a file is the one that is read, and it gives the whole file."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self.faults: list[Fault] = [fault for source in sources for fault in source.faults]

    def depth(self, path: str) -> int:
        """How far away the place is that has the path, the nearest being 0; the farthest where none has it."""
        found = (n for n, source in enumerate(self._sources) if source.there(path))
        return next(found, len(self._sources) - 1)

    def where(self, path: str) -> str:
        """The file as people know it. One that is missing would stand where its folder is."""
        known = path
        while known and not any(source.there(known) for source in self._sources):
            known = known.rpartition("/")[0]
        return f"{self._sources[self.depth(known)].where}{path}"

    def reader(self, path: str) -> Reader:
        """A reader that reports faults of this file."""
        return Reader(self.where(path), self.faults)

    def names(self, path: str, suffix: str) -> tuple[str, ...]:
        """The names, less their suffix, of the files in a folder, wherever they are."""
        found = {name for source in self._sources for name in source.names(path) if name.endswith(suffix)}
        return tuple(sorted(name.removesuffix(suffix) for name in found))

    def workflows(self, other_than: tuple[str, ...]) -> tuple[str, ...]:
        """The folders that hold a workflow each."""
        names = {name for source in self._sources for name in source.names("") if source.folder(name)}
        return tuple(sorted(name for name in names if name not in other_than and not name.startswith((".", "_"))))

    def text(self, path: str) -> str | None:
        """A file's text; None with a fault where it can't be read, and without one where it is missing."""
        raw = self._sources[self.depth(path)].read(path)
        if raw is None:
            return None
        if len(raw) > LARGEST_FILE:
            self.reader(path).fault(0, f"The file has more than {LARGEST_FILE:,} bytes.", "Shorten it.")
            return None
        return self.reader(path).decoded(raw)

    def there(self, path: str) -> bool:
        """Whether something of that name is there, readable or not."""
        return any(source.there(path) for source in self._sources)

"""Files of workflows, searched in several places in order, and what is wrong with them as files."""

from collections.abc import Sequence

from bot.core.errors import Fault
from bot.core.ports import LARGEST_FILE

from .nodes import Reader
from .sources import Source


class Folder:
    """The places, nearest first. A file is read, as a whole, from the first place that has it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self.faults: list[Fault] = [fault for source in sources for fault in source.faults]

    def depth(self, path: str) -> int:
        """The index of the place that has the path, 0 being the nearest; the farthest if none has it."""
        found = (n for n, source in enumerate(self._sources) if source.there(path))
        return next(found, len(self._sources) - 1)

    def where(self, path: str) -> str:
        """The file's name for people. A missing file is named in the place that has its folder."""
        known = path
        while known and not any(source.there(known) for source in self._sources):
            known = known.rpartition("/")[0]
        return f"{self._sources[self.depth(known)].where}{path}"

    def reader(self, path: str) -> Reader:
        """A reader that reports faults in this file."""
        return Reader(self.where(path), self.faults)

    def names(self, path: str, suffix: str) -> tuple[str, ...]:
        """The names, without their suffix, of the files in a folder, in all places."""
        found = {name for source in self._sources for name in source.names(path) if name.endswith(suffix)}
        return tuple(sorted(name.removesuffix(suffix) for name in found))

    def workflows(self, other_than: tuple[str, ...]) -> tuple[str, ...]:
        """The folders that contain a workflow each."""
        names = {name for source in self._sources for name in source.names("") if source.folder(name)}
        return tuple(sorted(name for name in names if name not in other_than and not name.startswith((".", "_"))))

    def text(self, path: str) -> str | None:
        """A file's text; None with a fault if it can't be read, and without a fault if it is missing."""
        raw = self._sources[self.depth(path)].read(path)
        if raw is None:
            return None
        if len(raw) > LARGEST_FILE:
            self.reader(path).fault(0, f"The file has more than {LARGEST_FILE:,} bytes.", "Shorten it.")
            return None
        return self.reader(path).decoded(raw)

    def there(self, path: str) -> bool:
        """Whether something with that name exists, readable or not."""
        return any(source.there(path) for source in self._sources)

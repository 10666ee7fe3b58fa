"""The files of a folder of workflows, read once, with what is wrong with them as files."""

import os
from pathlib import Path

from bot.core.errors import Fault

from .nodes import Reader

_LIMIT = 200_000


class Folder:
    """A folder on disk and the faults found in it. Nothing outside of it is read, whatever a link says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self._outside = frozenset(self._links())

    def _links(self) -> list[Path]:
        """The links that leave the folder or lead nowhere."""
        home = self.root.resolve()
        found = []
        for parent, folders, files in os.walk(self.root, onerror=None, followlinks=False):
            for path in sorted(Path(parent) / name for name in (*folders, *files)):
                if path.is_symlink() and not self._inside(path, home):
                    self.reader(path).fault(0, "The link leaves the folder.", "Put the file itself here.")
                    found.append(path)
        return found

    @staticmethod
    def _inside(path: Path, home: Path) -> bool:
        try:
            return path.resolve(strict=True).is_relative_to(home)
        except (OSError, RuntimeError):
            return False

    def reader(self, path: Path) -> Reader:
        """A reader that reports faults of this file."""
        return Reader(str(path), self.faults)

    def names(self, path: Path, suffix: str) -> tuple[str, ...]:
        """The names, less their suffix, of the files in a folder."""
        if not path.is_dir() or path in self._outside:
            return ()
        return tuple(sorted(file.name.removesuffix(suffix) for file in path.iterdir() if file.name.endswith(suffix)))

    def workflows(self, other_than: tuple[str, ...]) -> tuple[Path, ...]:
        """The folders that hold a workflow each."""
        return tuple(
            path
            for path in sorted(self.root.iterdir())
            if path.is_dir()
            and path not in self._outside
            and path.name not in other_than
            and not path.name.startswith((".", "_"))
        )

    def text(self, path: Path) -> str | None:
        """A file's text; None with a fault where it can't be read, and without one where it is missing."""
        if any(place in self._outside for place in (path, *path.parents)) or not path.is_file():
            return None
        raw = path.read_bytes()
        if len(raw) > _LIMIT:
            self.reader(path).fault(0, f"The file has more than {_LIMIT:,} bytes.", "Shorten it.")
            return None
        return self.reader(path).decoded(raw)

    def there(self, path: Path) -> bool:
        """Whether something of that name is there, readable or not."""
        return path.exists() or path.is_symlink()

"""Where workflow files come from: a folder on disk, or what was read from a repository. Paths are relative."""

import os
from pathlib import Path
from typing import Protocol

from bot.core.errors import Fault
from bot.core.ports import Layer

FOLDER = "charrette/"
LINK = ("The link leaves the folder.", "Put the file itself here.")


class Source(Protocol):
    """One place with files. `where` is put before a path to name a file for people."""

    where: str
    faults: tuple[Fault, ...]

    def names(self, path: str) -> tuple[str, ...]:
        """The names of the entries in a folder; "" is the top folder."""

    def folder(self, path: str) -> bool:
        """Whether there is such a folder."""

    def there(self, path: str) -> bool:
        """Whether something with that name exists, readable or not."""

    def read(self, path: str) -> bytes | None:
        """A file's bytes; None if there is none that may be read."""


class Disk:
    """A folder on disk. Nothing outside it is read, even through links."""

    def __init__(self, root: Path, where: str = "") -> None:
        self.where = where or f"{root}/"
        self._root = root
        self._outside = frozenset(self._links())
        self.faults = tuple(Fault(f"{self.where}{path}", 0, *LINK) for path in sorted(self._outside))

    def _links(self) -> list[str]:
        """The links that leave the folder or lead nowhere."""
        home = self._root.resolve()
        return [
            path.relative_to(self._root).as_posix()
            for parent, folders, files in os.walk(self._root, onerror=None, followlinks=False)
            for path in (Path(parent) / name for name in (*folders, *files))
            if path.is_symlink() and not _inside(path, home)
        ]

    def _kept_out(self, path: str) -> bool:
        parts = path.split("/")
        return any("/".join(parts[:n]) in self._outside for n in range(1, len(parts) + 1))

    def names(self, path: str) -> tuple[str, ...]:
        folder = self._root / path
        return tuple(sorted(each.name for each in folder.iterdir())) if self.folder(path) else ()

    def folder(self, path: str) -> bool:
        return not self._kept_out(path) and (self._root / path).is_dir()

    def there(self, path: str) -> bool:
        return (self._root / path).exists() or (self._root / path).is_symlink()

    def read(self, path: str) -> bytes | None:
        file = self._root / path
        return file.read_bytes() if not self._kept_out(path) and file.is_file() else None


def _inside(path: Path, home: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(home)
    except (OSError, RuntimeError):
        return False


class Given:
    """The files of a layer below its `charrette/`."""

    def __init__(self, layer: Layer) -> None:
        self.where = f"{layer.where}{FOLDER}"
        self.faults = layer.faults
        self._files = {path[len(FOLDER) :]: raw for path, raw in layer.files.items() if path.startswith(FOLDER)}
        self._unread = {fault.where[len(self.where) :] for fault in layer.faults if fault.where.startswith(self.where)}

    def names(self, path: str) -> tuple[str, ...]:
        start = f"{path}/" if path else ""
        inside = (name[len(start) :] for name in {*self._files, *self._unread} if name.startswith(start))
        return tuple(sorted({name.partition("/")[0] for name in inside if name}))

    def folder(self, path: str) -> bool:
        return any(name.startswith(f"{path}/") for name in {*self._files, *self._unread})

    def there(self, path: str) -> bool:
        return path in self._files or path in self._unread or self.folder(path)

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


def layer_of(where: str, folder: Path) -> Layer:
    """The layer in a folder on disk, such as a checkout's `.github`."""
    files, faults = {}, []
    for top in ("charrette.yml", "charrette"):
        if (folder / top).is_symlink():
            faults.append(Fault(f"{where}{top}", 0, *LINK))
        elif (folder / top).is_file():
            files[top] = (folder / top).read_bytes()
        elif (folder / top).is_dir():
            inside = Disk(folder / top, f"{where}{FOLDER}")
            faults += inside.faults
            for path in sorted(one.relative_to(folder) for one in (folder / top).rglob("*") if one.is_file()):
                raw = inside.read(path.relative_to(top).as_posix())
                if raw is not None:
                    files[path.as_posix()] = raw
    return Layer(where, files, tuple(faults))

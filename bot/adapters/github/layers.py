"""The files with which a repository configures workflows, in few requests: a listing, and each new file.

Files are cached by their git ids: https://docs.github.com/en/rest/git
"""

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.errors import Fault, MissingError
from bot.core.ports import LARGEST_FILE, Layer

FILE, FOLDER = "charrette.yml", "charrette"
FILES, BYTES = 200, 2_000_000
KEPT = 500
MEND = "Put the file itself here."


class Read(Protocol):
    """Reads JSON below the repository's URL. Unchanged responses cost nothing."""

    def __call__(self, path: str, **parameters: str) -> Any: ...


@dataclass(frozen=True)
class _File:
    """A file of the layer that has not been read yet. `mode` is git's."""

    path: str
    sha: str
    size: int
    mode: str


class Contents:
    """Reads layers, and caches files by their git ids. Thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()

    def layer(self, read: Read, folder: str, where: str, commit: str) -> Layer:
        """The layer in a folder of a repository, at `commit` or, without one, on the default branch."""
        try:
            listed = read(f"contents/{folder}".rstrip("/"), **({"ref": commit} if commit else {}))
        except MissingError:
            return Layer(where)
        # Not a list: a file, or a link, that is called as the folder should be.
        entries = {entry["name"]: entry for entry in listed} if isinstance(listed, list) else {}
        ours = [entries[name] for name in (FILE, FOLDER) if name in entries]
        if not ours:
            return Layer(where)
        faults: list[Fault] = []
        files = [file for entry in ours for file in self._files(read, entry, where, faults)]
        if len(files) > FILES or sum(file.size for file in files) > BYTES:
            wrong = f"There are more than {FILES} files here, or more than {BYTES:,} bytes."
            faults, files = [Fault(f"{where}{FOLDER}", 0, wrong, "Take out what no workflow needs.")], []
        found = {file.path: self._blob(read, file.sha) for file in files if self._readable(file, where, faults)}
        page = str(ours[0]["html_url"]).rpartition("/")[0].replace("/tree/", "/blob/", 1)
        return Layer(where, found, tuple(faults), f"{page}/", ".".join(str(entry["sha"]) for entry in ours))

    def _files(self, read: Read, entry: Mapping[str, Any], where: str, faults: list[Fault]) -> Iterator[_File]:
        """The files that an entry of the listing is, or contains."""
        name = str(entry["name"])
        wanted = "file" if name == FILE else "dir"
        if entry["type"] != wanted:
            what = {"file": "a file", "dir": "a folder", "symlink": "a link"}.get(entry["type"], "a repository in it")
            mend = MEND if name == FILE else "Put the folder itself here."
            faults.append(
                Fault(f"{where}{name}", 0, f"This is {what}, not {'a file' if name == FILE else 'a folder'}.", mend)
            )
        elif name == FILE:
            yield _File(name, entry["sha"], entry["size"], "100644")
        else:
            for below in self._tree(read, entry["sha"]):
                if below["type"] != "tree":
                    yield _File(f"{name}/{below['path']}", below["sha"], below.get("size", 0), below["mode"])

    @staticmethod
    def _readable(file: _File, where: str, faults: list[Fault]) -> bool:
        if not file.mode.startswith("100"):
            faults.append(Fault(f"{where}{file.path}", 0, "This is a link, not a file.", MEND))
            return False
        if file.size > LARGEST_FILE:
            wrong = f"The file has more than {LARGEST_FILE:,} bytes."
            faults.append(Fault(f"{where}{file.path}", 0, wrong, "Shorten it."))
            return False
        return True

    def _tree(self, read: Read, sha: str) -> Any:
        return self._once(sha, lambda: read(f"git/trees/{sha}", recursive="1")["tree"])

    def _blob(self, read: Read, sha: str) -> bytes:
        content: bytes = self._once(sha, lambda: base64.b64decode(read(f"git/blobs/{sha}")["content"]))
        return content

    def _once(self, sha: str, make: Callable[[], Any]) -> Any:
        with self._lock:
            if sha in self._kept:
                self._kept.move_to_end(sha)
                return self._kept[sha]
        made = make()
        with self._lock:
            self._kept[sha] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

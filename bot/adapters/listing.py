"""A folder as the list tool shows it: files by name, deeper folders as a count."""

from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from bot.core.ports import Tree

from .tree import Entry

LIMIT = 500
MARKS: Mapping[str, str] = {"file": "", "link": "  (symbolic link)", "submodule": "  (submodule)"}


class Listable(Tree, Protocol):
    """A tree that says what stands at a path."""

    def entry(self, path: str) -> Entry | None:
        """What stands at a path."""


def listing(tree: Listable, path: str, depth: int) -> str:
    """The files below `path`, `depth` levels deep, with as many levels as fit."""
    prefix = f"{path}/" if path else ""
    below = [file.removeprefix(prefix) for file in tree.files() if file.startswith(prefix)]
    if not below:
        return "There are no files."
    shown = depth
    counts = _collapsed(below, shown)
    while shown > 1 and len(counts) > LIMIT:
        shown -= 1
        counts = _collapsed(below, shown)
    lines = [_line(tree, prefix, name, count) for name, count in list(counts.items())[:LIMIT]]
    head = f"{path or 'The repository'}: {len(below)} files"
    notes = []
    if shown < depth:
        notes.append(f"Only {shown} of {depth} levels fit: give a `path` to see more of a folder.")
    if len(counts) > LIMIT:
        notes.append(f"{len(counts) - LIMIT} more names are not shown: use search_text, or a `path` below this one.")
    return "\n".join([head, *lines, *notes])


def _collapsed(files: list[str], depth: int) -> Counter[str]:
    """Name to number of files, in order: a folder that is too deep ends in `/`."""
    counts: Counter[str] = Counter()
    for file in files:
        parts = file.split("/")
        counts[file if len(parts) <= depth else "/".join(parts[:depth]) + "/"] += 1
    return counts


def _line(tree: Listable, prefix: str, name: str, count: int) -> str:
    if name.endswith("/"):
        return f"{prefix}{name}  ({count} {'file' if count == 1 else 'files'})"
    entry = tree.entry(prefix + name)
    return f"{prefix}{name}{MARKS[entry.kind] if entry else ''}"

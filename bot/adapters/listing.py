"""The list tool's output for a folder: files by name, deeper folders as a count."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from bot.core.markdown.invisible import visible
from bot.core.ports import Tree

from .tree import Entry

LIMIT = 500
MARKS: Mapping[str, str] = {"file": "", "link": "  (symbolic link)", "submodule": "  (submodule)"}


class Listable(Tree, Protocol):
    """A tree that can say what is at a path."""

    def entry(self, path: str) -> Entry | None:
        """What is at a path."""


def listing(tree: Listable, path: str, depth: int) -> str:
    """The files below `path`, `depth` levels deep, or as many levels as fit."""
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
    head = f"{named(path) or 'The repository'}: {len(below)} files"
    notes = []
    if shown < depth:
        notes.append(f"Only {shown} of {depth} levels fit: give a `path` to see more of a folder.")
    if len(counts) > LIMIT:
        notes.append(f"{len(counts) - LIMIT} more names are not shown: use search_text, or a `path` below this one.")
    return "\n".join([head, *lines, *notes])


def _collapsed(files: list[str], depth: int) -> Counter[str]:
    """Names with their number of files, in order; folders below the depth end in `/`."""
    counts: Counter[str] = Counter()
    for file in files:
        parts = file.split("/")
        counts[file if len(parts) <= depth else "/".join(parts[:depth]) + "/"] += 1
    return counts


def shown(text: str) -> str:
    """Repository text on one line, without invisible characters, so that it can't pretend to be something else."""
    return visible(text).replace("\n", " ")


def named(path: str) -> str:
    """A path as the model reads and writes it; a path with invisible characters is a JSON string."""
    return path if shown(path) == path else json.dumps(path)


def _line(tree: Listable, prefix: str, name: str, count: int) -> str:
    whole = named(prefix + name)
    if name.endswith("/"):
        return f"{whole}  ({count} {'file' if count == 1 else 'files'})"
    entry = tree.entry(prefix + name)
    return f"{whole}{MARKS[entry.kind] if entry else ''}"

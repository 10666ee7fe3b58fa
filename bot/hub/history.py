"""Commits, diffs and merges, as git answers for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .code import Code, Signature

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True)
class CommitData:
    """A commit as git has it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str


@dataclass(frozen=True)
class ChangedFile:
    """One file of a diff; `status` is GitHub's word, `patch` starts at the first hunk and is None for binary files."""

    path: str
    previous: str
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None


@dataclass(frozen=True)
class DiffLine:
    """One line of a patch: `position` counts from 1 below the first hunk; `old` and `new` are 0 where there is none."""

    position: int
    mark: str
    old: int
    new: int
    text: str
    hunk: int


_FIELDS = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x00%x01"


def _parsed(text: str) -> Iterator[CommitData]:
    for part in text.split("\0\1"):
        fields = part.lstrip("\n").split("\0")
        if len(fields) == 10:
            sha, tree, parents, *people, message = fields
            author, committer = Signature(*people[:3]), Signature(*people[3:])
            yield CommitData(sha, tree, tuple(parents.split()), author, committer, message.rstrip("\n"))


def commit(code: Code, sha: str) -> CommitData:
    """The commit with this SHA."""
    return next(_parsed(code.text("show", "--no-patch", f"--format={_FIELDS}", sha)))


def log(code: Code, start: str, *, path: str = "", limit: int = -1, skip: int = 0) -> list[CommitData]:
    """The commits that `start` contains, newest first; with a path, those that touched it. `A..B` works too."""
    arguments = ["log", f"--format={_FIELDS}", f"--max-count={limit}", f"--skip={skip}", start, "--"]
    return list(_parsed(code.text(*arguments, *([path] if path else []))))


def count(code: Code, range_: str) -> int:
    """How many commits are in `A..B`."""
    return int(code.text("rev-list", "--count", range_))


def changed_files(code: Code, before: str, after: str) -> list[ChangedFile]:
    """The files that differ between two trees or commits, with their patches, by path."""
    out = code.run("diff", "--raw", "--patch", "-z", "--no-abbrev", "-M", "--no-color", before, after)
    head_part, _, patch_part = out.decode(errors="replace").partition("\0\0")
    raw, patches = head_part.split("\0"), _patches(patch_part)
    found: list[ChangedFile] = []
    parts = iter(raw)
    for head in parts:
        if not head.startswith(":"):
            continue
        _, _, _, sha, status = head.split(" ")
        path = next(parts)
        previous = ""
        if status[0] in "RC":
            previous, path = path, next(parts)
        patch, additions, deletions = patches[len(found)]
        found.append(ChangedFile(path, previous, STATUS[status[0]], sha, additions, deletions, patch))
    return found


def is_as_it_was(code: Code, path: str, before: str, after: str) -> bool:
    """Whether a commit has the file that another one had, so that what was said of its lines still stands beside them.

    GitHub looks at the lines around a comment; here the whole file counts.
    """
    return before == after or code.entry(before, path) == code.entry(after, path)


def _patches(text: str) -> list[tuple[str | None, int, int]]:
    """Patch, additions and deletions of each file of a `git diff`, in its order."""
    found: list[tuple[str | None, int, int]] = []
    for part in re.split(r"^diff --git .*\n", text, flags=re.MULTILINE)[1:]:
        start = re.search(r"^@@ ", part, flags=re.MULTILINE)
        if start is None:
            found.append((None, 0, 0))
            continue
        patch = part[start.start() :].rstrip("\n")
        lines = patch.split("\n")
        added = sum(line.startswith("+") for line in lines)
        removed = sum(line.startswith("-") for line in lines)
        found.append((patch, added, removed))
    return found


def diff_text(code: Code, before: str, after: str) -> str:
    """The whole diff between two commits, as `git diff` prints it."""
    return code.text("diff", "-M", "--no-color", before, after)


def diff_lines(patch: str) -> Iterator[DiffLine]:
    """The lines of a file's patch, each with its numbers on both sides; hunk heads have neither."""
    old = new = hunk = 0
    for position, line in enumerate(patch.split("\n")):
        head = HUNK.match(line)
        if head:
            old, new, hunk = int(head[1]), int(head[2]), hunk + 1
            yield DiffLine(position, "@", 0, 0, line, hunk)
        elif line.startswith("+"):
            yield DiffLine(position, "+", 0, new, line[1:], hunk)
            new += 1
        elif line.startswith("-"):
            yield DiffLine(position, "-", old, 0, line[1:], hunk)
            old += 1
        elif not line.startswith("\\"):
            yield DiffLine(position, " ", old, new, line[1:], hunk)
            old, new = old + 1, new + 1


def merged_tree(code: Code, base: str, head: str) -> str | None:
    """The tree of merging head into base, or None where they conflict."""
    out = code.run("merge-tree", "--write-tree", "--name-only", "--no-messages", base, head, accept=(0, 1))
    tree, *conflicts = out.decode(errors="replace").strip().splitlines()
    return None if conflicts or not tree else tree

"""Whether citations hold at a commit: the path is there, the lines are, and they contain what the sentence names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.ports import Tree

from .permalinks import is_blob_of, says_the_same
from .reading import Citation, names_in

_SYSTEM = re.compile(r"/(?:usr|etc|lib\w*|bin|sbin|proc|sys|dev|System|Library|Applications)/")

Verdict = Literal["ok", "unnamed", "ambiguous", "path-missing", "out-of-range", "content-mismatch", "external"]


@dataclass(frozen=True)
class Verified:
    """A citation and what became of it.

    `ok`: a quoted text or an identifier in backticks of its sentence stands in the cited lines; `unnamed`: the sentence
    names nothing. `resolved` is the path in the tree, or "". `candidates` are the paths that it could mean.
    """

    citation: Citation
    verdict: Verdict
    resolved: str = ""
    candidates: tuple[str, ...] = ()
    lines: int = 0


HOLDING: frozenset[Verdict] = frozenset({"ok", "unnamed", "external"})
"""The verdicts that leave nothing to mend."""


def verify(citations: Iterable[Citation], tree: Tree, web: str = "") -> tuple[Verified, ...]:
    """The verdict of each citation against the files of a commit.

    `web` is the repository's page: a citation that links to somewhere else on the web speaks of something else.
    """
    index = _Index(tree, web)
    return tuple(index.verified(citation) for citation in citations)


class _Index:
    """A tree's paths by their last part, and the lines that were read."""

    def __init__(self, tree: Tree, web: str) -> None:
        self._tree = tree
        self._web = web
        self._files = frozenset(tree.files())
        self._lines: dict[str, Sequence[str] | None] = {}
        self._names: Mapping[str, Sequence[str]] | None = None
        self._folders: frozenset[str] | None = None

    def verified(self, citation: Citation) -> Verified:
        if citation.foreign or (citation.address and self._web and not is_blob_of(self._web, citation.address)):
            return Verified(citation, "external")
        found = self._resolve(citation.path)
        if not found:
            return self._absent(citation)
        if len(found) > 1:
            return Verified(citation, "ambiguous", candidates=tuple(found))
        (path,) = found
        if path not in self._lines:
            self._lines[path] = self._tree.lines(path)
        lines = self._lines[path] or ()
        if any(not 1 <= first <= last <= len(lines) for first, last in citation.ranges):
            return Verified(citation, "out-of-range", path, lines=len(lines))
        return Verified(citation, _contents(citation, lines), path, lines=len(lines))

    def _absent(self, citation: Citation) -> Verified:
        installed = re.search(r"(?:^|/)(?:site-packages|node_modules|dist-packages)/", citation.path)
        rooted = citation.path.startswith(("/", "~", "../")) and not self._in_a_folder(citation.path)
        elsewhere = citation.address and not self._web and not says_the_same(citation.address, citation.path)
        if citation.weak or installed or rooted or elsewhere:
            return Verified(citation, "external")
        near = self._by_name().get(citation.path.rpartition("/")[2], ())
        return Verified(citation, "path-missing", candidates=tuple(near[:3]))

    def _resolve(self, written: str) -> Sequence[str]:
        """The paths that are meant: the path itself, else those that end so; of an absolute one the longest end."""
        path = written.removeprefix("./")
        if path in self._files:
            return (path,)
        if path.startswith(("/", "~")):
            return () if _SYSTEM.match(path) else next(((end,) for end in _ends(path) if end in self._files), ())
        same = self._by_name().get(path.rpartition("/")[2], ())
        return [other for other in same if other.endswith(f"/{path}")]

    def _in_a_folder(self, path: str) -> bool:
        """An absolute path is that of a file of a worktree, gone or invented, where the tree has its folder."""
        if _SYSTEM.match(path) or path.startswith("../"):
            return False
        if self._folders is None:
            self._folders = frozenset(folder for file in self._files for folder in _above(file))
        return any(end.rpartition("/")[0] in self._folders for end in _ends(path) if "/" in end)

    def _by_name(self) -> Mapping[str, Sequence[str]]:
        if self._names is None:
            names: dict[str, list[str]] = defaultdict(list)
            for path in sorted(self._files):
                names[path.rpartition("/")[2]].append(path)
            self._names = names
        return self._names


def _ends(path: str) -> Iterator[str]:
    """An absolute path less one folder after the other."""
    parts = path.lstrip("~/").split("/")
    return ("/".join(parts[at:]) for at in range(len(parts)))


def _above(path: str) -> Iterator[str]:
    """The folders that a file is in, but the root."""
    while path := path.rpartition("/")[0]:
        yield path


def _contents(citation: Citation, lines: Sequence[str]) -> Verdict:
    names = names_in(citation)
    if not names:
        return "unnamed"
    cited = "\n".join("\n".join(lines[first - 1 : last]) for first, last in citation.ranges)
    return "ok" if any(_holds(cited, name) for name in names) else "content-mismatch"


def _holds(cited: str, name: str) -> bool:
    """The lines contain the name as whole words: as written, whatever the blanks, or its last identifier."""
    text = " ".join(cited.split())
    if _stands(text, " ".join(name.split())):
        return True
    called = re.sub(r"\(.*\)$", "", name)
    last = re.search(r"(?:^|[.:#\s*&])([A-Za-z_]\w{2,})$", called)
    return last is not None and _stands(text, last[1])


def _stands(text: str, words: str) -> bool:
    """`words` occur, and not as part of a longer word: `put` does not stand in `output`."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        if not (_joined(text[at - 1 : at] if at else "", words[0]) or _joined(text[end : end + 1], words[-1])):
            return True
        at = text.find(words, at + 1)
    return False


def _joined(one: str, other: str) -> bool:
    return bool(one) and all(char == "_" or char.isalnum() for char in (one, other))

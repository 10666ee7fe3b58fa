"""The code of a repository at a commit."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Tree(Protocol):
    """The files of a repository at one commit. Paths are relative, with `/`."""

    commit: str

    def files(self) -> Sequence[str]:
        """All paths, sorted."""

    def lines(self, path: str) -> Sequence[str] | None:
        """The lines of a text file without their ends; None where it is missing, binary, a link or too large."""


class Files(Protocol):
    """The files of a local clone at the commits that are there: what the tools and the gates read."""

    def tree(self, commit: str) -> Tree:
        """The files at a commit that was fetched."""

    def text(self, path: str, commit: str) -> str | None:
        """A file's text at a commit, or None."""


class Checkout(Files, Protocol):
    """A local, complete clone of a repository."""

    def fetch(self, *refs: str) -> None:
        """Bring these commits or branches here."""

    def files(self) -> Files:
        """What was fetched, to be read, without the means to fetch."""

    def blobs(self, commit: str, folder: str) -> Mapping[str, str]:
        """Path to blob id below a folder; of all files where that is ""."""

    def merged(self, common: str, ours: str, theirs: str, both: bool = False) -> str | None:
        """What two texts make together that come of a common one; None where they differ in the same places.

        With `both`, such places have the lines of both.
        """

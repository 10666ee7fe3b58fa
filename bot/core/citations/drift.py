"""What became of the cited lines since: whether they still stand at the default branch's head."""

from dataclasses import dataclass
from typing import Literal, assert_never

Became = Literal["moved", "changed", "gone"]


@dataclass(frozen=True)
class Drifted:
    """Lines of a file that a document cites, and that stand there no longer.

    `document` and `line` are where they are cited first. They `moved` to the lines from `now` on; `changed` means that
    they are nowhere in the file, or more than once; `gone`, that the file is.
    """

    document: str
    line: int
    path: str
    first: int
    last: int
    became: Became
    now: int = 0

    @property
    def place(self) -> str:
        """The cited lines on one line, fit for code: `src/queue.py:12-40`."""
        path = " ".join(self.path.split()).replace("`", "'")
        return f"{path}:{_lines(self.first, self.last)}"

    @property
    def words(self) -> str:
        """What became of them, as a sentence goes on."""
        match self.became:
            case "moved":
                return f"has moved to {_lines(self.now, self.now + self.last - self.first)}"
            case "changed":
                return "has changed"
            case "gone":
                return "is gone with its file"
            case _:
                assert_never(self.became)


@dataclass(frozen=True)
class Drift:
    """The default branch's head, and what drifted up to it."""

    head: str
    branch: str
    places: tuple[Drifted, ...] = ()

    @property
    def words(self) -> str:
        """How many of the cited places are not what they were."""
        match len(self.places):
            case 0:
                return "All cited places are unchanged"
            case 1:
                return "One cited place has moved or changed"
            case count:
                return f"{count} cited places have moved or changed"


def _lines(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"

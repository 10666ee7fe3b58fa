"""The four kinds of error: for the person, of a definition or setting, transient, and (everything else) a bug."""

from collections.abc import Sequence
from dataclasses import dataclass


class CharretteError(Exception):
    """A failure that was foreseen."""


class PersonError(CharretteError):
    """Something a person can mend. Its text is Markdown: what is wrong, what was expected, what to write."""


class UnconfiguredError(PersonError):
    """The repository's configuration has faults, which the text lists: nothing starts before they are mended."""


@dataclass(frozen=True)
class Fault:
    """One fault of a file or a setting, as `file:line: what is wrong. What to write instead.`"""

    where: str
    line: int
    wrong: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.wrong} {self.mend}".rstrip()


class FaultsError(CharretteError):
    """All faults of a definition, a configuration or the settings, at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class TransientError(CharretteError):
    """A failure that passes by itself: try again, after `retry_after` seconds where the other side said so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ConflictError(CharretteError):
    """What was to be written rests on a state that has moved on: read again, then decide again."""


class MissingError(CharretteError):
    """The thing asked for is not there: 404, or 410 after a deletion."""

"""What an event asks of us, as data: a message for a run, or an answer that needs none."""

from dataclasses import dataclass

from bot.core.identity import Repository

from .commands import Needs
from .messages import Deed


@dataclass(frozen=True)
class Tell:
    """Give this deed to the run of a subject, if the sender has the right that it `needs`.

    `number` is the issue, or with `pull` the pull request whose subject intake looks up. `link` is the page of what was
    done. `eyes` is the comment that gets the reaction, 0 for the issue itself, None for no reaction.
    """

    number: int
    pull: bool
    deed: Deed
    needs: Needs
    link: str
    eyes: int | None = None


@dataclass(frozen=True)
class ShowHelp:
    """Answer a comment with the commands that work there."""

    number: int
    pull: bool
    comment: int


@dataclass(frozen=True)
class ShowStatus:
    """Answer a comment with where the run is."""

    number: int
    pull: bool
    comment: int


@dataclass(frozen=True)
class Correct:
    """Answer a command that is none, or that lacks what it needs.

    `written` and `nearest` are names without the slash. `nearest` is "" where none is near, and equals `written` where
    the command is right but its argument is missing.
    """

    number: int
    pull: bool
    comment: int
    written: str
    nearest: str


@dataclass(frozen=True)
class Welcome:
    """Make our labels in these repositories."""

    repositories: tuple[Repository, ...]


@dataclass(frozen=True)
class LookAnew:
    """Have each run of the repository whose pull request is open look anew: the default branch has this head now."""

    head: str
    link: str


@dataclass(frozen=True)
class Examine:
    """Check the configuration in a pull request, at this head, if the pull request changes it."""

    number: int
    head: str


Wish = Tell | ShowHelp | ShowStatus | Correct | Welcome | LookAnew | Examine

"""What the doctor says of one part, and how a part is examined."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from bot import app
from bot.adapters.github import App, AppFacts, Inspection, Installed
from bot.core.errors import CharretteError, FaultsError
from bot.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One line. `skipped` is what could not be examined, since something else is wrong."""

    name: str
    state: Literal["ok", "wrong", "skipped"]
    said: str
    mend: str = ""


class WrongError(Exception):
    """What is wrong, and what to do."""

    def __init__(self, wrong: str, mend: str) -> None:
        self.wrong, self.mend = wrong, mend
        super().__init__(wrong)


class SkippedError(Exception):
    """Why something can't be examined."""


@dataclass
class Patient:
    """What is examined; what one examination learned spares the others from asking again."""

    settings: Settings
    wrong: set[str] = field(default_factory=set)
    listed: frozenset[str] = frozenset()

    @cached_property
    def github(self) -> App:
        """The App as the worker would use it."""
        return app.github(self.settings)

    @cached_property
    def inspection(self) -> Inspection:
        """The App as its owner sees it."""
        return self.github.inspection()

    @property
    def app(self) -> AppFacts:
        """The App; skips what asks for it where GitHub doesn't know it."""
        return self._after("GitHub", lambda: self._app)

    @property
    def installations(self) -> tuple[Installed, ...]:
        """Those that are not suspended; skips what asks for them where there are none."""
        _ = self.app
        return self._after("installations", lambda: self._installations)

    @cached_property
    def _app(self) -> AppFacts:
        return self.inspection.app()

    @cached_property
    def _installations(self) -> tuple[Installed, ...]:
        return tuple(each for each in self.inspection.installations() if not each.suspended)

    def _after(self, name: str, ask: Callable[[], T]) -> T:
        if name in self.wrong:
            raise SkippedError(f"not examined, since {name} is wrong.")
        return ask()


Examination = Callable[[Patient], str]


def findings(name: str, examination: Callable[[], str]) -> Iterator[Finding]:
    """What came of one examination: a line, or one for each fault of a file."""
    try:
        yield Finding(name, "ok", examination())
    except FaultsError as error:
        for fault in error.faults:
            place = f"{fault.where}:{fault.line}" if fault.line else fault.where
            # The examination's name is said already.
            yield Finding(name, "wrong", fault.wrong if place == name else f"{place}: {fault.wrong}", fault.mend)
    except SkippedError as error:
        yield Finding(name, "skipped", str(error))
    except WrongError as error:
        yield Finding(name, "wrong", error.wrong, error.mend)
    except CharretteError as error:
        yield Finding(name, "wrong", str(error))

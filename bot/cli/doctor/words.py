"""The results of the doctor's checks, and how a check is run."""

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
    """One line of output. `skipped` marks a check that could not run because something else is wrong."""

    name: str
    state: Literal["ok", "wrong", "skipped"]
    said: str
    mend: str = ""


class WrongError(Exception):
    """What is wrong, and how to fix it."""

    def __init__(self, wrong: str, mend: str) -> None:
        self.wrong, self.mend = wrong, mend
        super().__init__(wrong)


class SkippedError(Exception):
    """Why a check can't run."""


@dataclass
class Patient:
    """What is being examined. Results are cached, so that later checks needn't ask again."""

    settings: Settings
    wrong: set[str] = field(default_factory=set)
    listed: frozenset[str] = frozenset()

    @cached_property
    def github(self) -> App:
        """The App, as the worker would use it."""
        return app.github(self.settings)

    @cached_property
    def inspection(self) -> Inspection:
        """The App, as its owner sees it."""
        return self.github.inspection()

    @property
    def app(self) -> AppFacts:
        """The App; skips the check if GitHub doesn't know it."""
        return self._after("GitHub", lambda: self._app)

    @property
    def installations(self) -> tuple[Installed, ...]:
        """The installations that are not suspended; skips the check if there are none."""
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
    """The results of one check: one line, or one for each fault in a file."""
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

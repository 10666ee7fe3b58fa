"""What the demo can play: on which code, what is told of it, and what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.local.person import Person

from .stage import SCENARIOS, Stage
from .watching import Say

PATIENCE = 20.0


@dataclass(frozen=True)
class Played:
    """What came of a scenario: the pages to look at, by what they are, and what of the expected was not there."""

    pages: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """`does` is what Charrette does for the package, in words; `expected` what there is where nothing was missing.

    Its folder has the text of the issue, what people say, the recorded answers and, in `repository/`, what the
    repository has beside the package's source.
    """

    name: str
    package: str
    does: str
    label: str
    expected: tuple[str, ...]
    play: Callable[[Stage, Say], Played]

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return SCENARIOS / self.name

    @property
    def recording(self) -> Path:
        """The folder of recorded answers."""
        return self.folder / "recording"

    def said(self, name: str) -> str:
        """What somebody says in it, by the name of the file."""
        return (self.folder / name).read_text("utf-8").strip()

    def opened(self, stage: Stage, say: Say) -> Any:
        """Its issue, which Ada opens, and on which she puts the label."""
        title, _, body = self.said("issue.md").partition("\n")
        ada = stage.people["ada"]
        issue = ada.open_issue(title.strip(), body.strip())
        say(f"@ada opened issue #{issue['number']}: {issue['html_url']}")
        self._await_label(ada)
        ada.label(issue["number"], self.label)
        say(f"@ada put the label `{self.label}` on it")
        return issue

    def _await_label(self, person: Person) -> None:
        """Until the service has made the label, with colour and description; put on earlier, it would have neither."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not self._has_label(person):
            time.sleep(0.1)

    def _has_label(self, person: Person) -> bool:
        return self.label in {each["name"] for each in person.get("/labels?per_page=100")}

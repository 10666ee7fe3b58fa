"""A scenario of the demo, played in process from its recording: what takes it a minute takes a few seconds here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.model import ModelSettings, make_model
from bot.app import built_in_workflows
from bot.demo.scenario import Played, Scenario
from bot.demo.stage import OWNER, Stage, laid_out
from bot.hub.server import running_hub
from bot.local.person import Person
from tests.stories.in_process import House, make_house


@dataclass(frozen=True)
class _Driven(Stage):
    """A stage whose service is in this process: it goes on when somebody waits for it."""

    house: House = field(kw_only=True)

    def alive(self) -> None:
        """What was said since is heard, and what follows from it is done."""
        self.house.play()


@contextmanager
def driven(scenario: Scenario, folder: Path) -> Iterator[tuple[Played, list[str], Person]]:
    """What came of the scenario, what was told of it, and somebody who looks around in the hub as it was left.

    Each request of the model is held against the recorded one.
    """
    code = laid_out(folder / "code", scenario.package, scenario.folder / "repository")
    model = make_model(ModelSettings(replay=scenario.recording, strict=True))
    repository, said = f"{OWNER}/{scenario.package}", list[str]()
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", {repository: code}) as hub:
        house = make_house(hub, folder, patch, _workflow(scenario.label), model=model).play()
        people = house.story(repository).people
        stage = _Driven(hub.url, people, repository, folder, live=False, scripted=True, commands=(), house=house)
        yield scenario.play(stage, said.append), said, people["ada"]


def _workflow(name: str) -> dict[str, str]:
    """The files of a workflow that comes with Charrette."""
    root = built_in_workflows()
    return {str(file.relative_to(root)): file.read_text("utf-8") for file in (root / name).rglob("*") if file.is_file()}

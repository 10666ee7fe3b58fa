"""The whole service around an issue: hub, model and `charrette serve`, with the traffic between them watched."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.definitions import FolderDefinitions
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.stories.closed_loop import ClosedLoop, closed_loop
from tests.stories.stage import REPOSITORY, SOURCE, Service, Story, environment, library, running

from .processes import Used, used
from .rows import Setting
from .traffic import Traffic


@dataclass(frozen=True)
class Play:
    """What a bench plays with."""

    hub: RunningHub
    mind: ClosedLoop
    service: Service
    traffic: Traffic

    def story(self, repository: str = REPOSITORY) -> tuple[Story, int]:
        """A story in a repository, and the repository's id."""
        story = Story(self.hub, repository=repository)
        return story, int(story.ada.get("")["id"])

    def used(self, part: str) -> Used:
        """What web or worker have used so far."""
        assert self.service.process is not None
        return used(self.service.process.pid, part)


@contextmanager
def playing(setting: Setting, code: Mapping[str, Path] | None = None, **settings: str) -> Iterator[Play]:
    """Hub, model and service for a while; `code` are the repositories, a small library if left out."""
    traffic = Traffic()
    mind = ClosedLoop(FolderDefinitions(setting.workflows).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    repositories = code or {REPOSITORY: library(setting.folder / "code")}
    with (
        closed_loop(mind),
        running_hub(setting.folder / "hub", repositories, webhook, middleware=traffic.middleware) as hub,
    ):
        own = {"CHARRETTE_WORKFLOWS": str(setting.workflows), **settings}
        given = environment(hub, setting.folder / "state", mind.url, **own)
        with running(Service(given, setting.folder / "serve.log")) as service:
            yield Play(hub, mind, service, traffic)

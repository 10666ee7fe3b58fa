"""The same on PostgreSQL: a wait, a kill, a deploy in the middle of a leg, two subjects at once."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.core.record import trailers
from bot.hub.server import running_hub
from tests.databases import postgres

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SOURCE, Service, Story, environment, free_port, library, running
from .test_deploys import version


@pytest.fixture
def database() -> Iterator[str]:
    with postgres() as url:
        yield url


def test_a_run_with_a_kill_and_a_deploy(tmp_path: Path, database: str) -> None:
    mind = ClosedLoop(FolderDefinitions(built_in_workflows()).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    with closed_loop(mind), running_hub(tmp_path / "hub", {REPOSITORY: library(tmp_path / "code")}, webhook) as hub:
        env = environment(hub, tmp_path / "state", mind.url, CHARRETTE_DATABASE_URL=database)
        log = tmp_path / "worker.log"
        with running(Service(env, tmp_path / "web.log", "web")):
            one, other = Story(hub), Story(hub)
            with version("1", env, log):
                one.opens().labels()
                other.opens(title="Key ids").labels().until_status("waits for answers")
                one.until_status("waits for answers")
            with version("1", env, log):
                one.says("1A 2A").until_status("Phase 4 of 8")
                mind.hold = threading.Event()
                before = sum(mind.asked.values())
                one.until(lambda: sum(mind.asked.values()) > before)
            mind.hold.set()
            mind.hold = None
            with version("2", env, log):
                other.says("1B 2A")
                one.until_status("**Done. ")
                other.until_status("**Done. ")
        for story in (one, other):
            phases = [trailers(message)["Phase"] for message in story.commits()]
            assert len(phases) == len(set(phases))
    assert mind.refused == []

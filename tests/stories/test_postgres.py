"""Two versions at once on PostgreSQL: what one has begun is left to it, what it leaves is taken up, and rolled back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.adapters.definitions import FolderDefinitions
from bot.core.run.record import trailers
from bot.hub.server import running_hub
from bot.local.processes import free_port
from tests.databases import postgres

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SOURCE, Service, Story, environment, library, running
from .test_deploys import version
from .test_dropped_in import dropped_in


@pytest.fixture
def database() -> Iterator[str]:
    with postgres() as url:
        yield url


def cancelled(database: str) -> int:
    """How many workflows were cancelled, which takes their work from whoever is at it."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found = connection.scalar(text("select count(*) from dbos.workflow_status where status = 'CANCELLED'"))
    engine.dispose()
    return int(found or 0)


def test_a_rolling_deploy_and_a_rollback(tmp_path: Path, database: str) -> None:
    workflows = dropped_in(tmp_path / "workflows")
    mind = ClosedLoop(FolderDefinitions(workflows).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    with closed_loop(mind), running_hub(tmp_path / "hub", {REPOSITORY: library(tmp_path / "code")}, webhook) as hub:
        more = {"CHARRETTE_DATABASE_URL": database, "CHARRETTE_WORKFLOWS": str(workflows)}
        env = environment(hub, tmp_path / "state", mind.url, **more)
        with running(Service(env, tmp_path / "web.log", "web")):
            one, other = Story(hub), Story(hub)
            with version("1", env, tmp_path / "1.log") as old:
                one.opens().labels().until_status("waits for answers")
                mind.delay = 0.5
                one.says("1A 2A").until_said("Phase 4 of 8")
                with version("2", env, tmp_path / "2.log") as new:
                    # The new version takes what is new; the old one goes on with what it began, until it is told to go.
                    other.opens(title="Key ids").labels("note").until_status("waits for answers")
                    assert "Phase " in one.status
                    assert cancelled(database) == 0
                    old.terminate()
                    assert old.wait(40) == 0
                    mind.delay = 0.0
                    one.until_status("**Done. ")
                    new.terminate()
                    assert new.wait(40) == 0
            assert cancelled(database) > 0
            with version("1", env, tmp_path / "1.log"):
                other.says("1B 2A").until_status("waits for a maintainer's `/approve`")
        for story in (one, other):
            phases = [trailers(message)["Phase"] for message in story.commits()]
            assert len(phases) == len(set(phases))
    assert "version 1 takes new legs" in (tmp_path / "1.log").read_text()
    assert sum(mind.asked.values()) == len(mind.asked), "workers that leave in good order lose no call"
    assert mind.refused == []

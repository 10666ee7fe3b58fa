"""Waits that end by themselves, budgets that are used up, and people who write on the branch."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.databases import settings_of

from .closed_loop import ClosedLoop
from .stage import REPOSITORY, Service, Story, environment, library, running


@pytest.fixture(scope="module")
def frugal(kind: str, mind: ClosedLoop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A service that waits three seconds for answers, and has tokens for three phases."""
    folder: Path = tmp_path_factory.mktemp("frugal")
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    hub_of = running_hub(folder / "state", {REPOSITORY: library(folder / "code")}, webhook)
    with settings_of(kind) as database, hub_of as hub:
        limits = {"CHARRETTE_WAIT_DAYS": "0.00004", "CHARRETTE_RUN_TOKENS": "20000"}
        env = environment(hub, folder / "service", mind.url, **limits, **database)
        with running(Service(env, folder / "serve.log")):
            yield hub


def test_nobody_answers_and_then_the_budget_ends(frugal: RunningHub) -> None:
    story = Story(frugal).opens().labels()
    story.until_status("waits for answers").until_status("Out of budget: This run has used ")
    request = next(text for path, text in story.files().items() if path.endswith("001-user-request.md"))
    assert "**Assumed (" in request
    assert "**Assumed:** A As strict as now" in story.comment("questions/")
    assert [check["conclusion"] for check in story.checks()] == ["failure"]
    assert story.pull()["draft"]


def test_what_a_person_writes_on_the_branch_is_kept(story: Story) -> None:
    story.opens(title="Edited by hand").labels().until_status("waits for answers")
    path = next(path for path in story.files() if path.endswith("002-understanding.md"))
    story.writes(path, "# Understanding\n\n## In our words\n\nAs I say.\n", by="grace")
    story.until_status("(edited by a person)")
    story.says("1A 2A").until_status("**Done. ")
    assert "As I say." in story.files()[path]
    assert [check["conclusion"] for check in story.checks()] == ["success"]

"""The branch is the record: the database is lost in the middle of a run, and no finished phase is paid for again."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.core.run.record import trailers
from bot.hub.server import running_hub
from bot.local.processes import free_port
from tests.databases import KINDS, settings_of

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, ROOT, SOURCE, Service, Story, environment, library, running

SPENT = re.compile(r"^Charrette-Spent: (\d+) calls", re.MULTILINE)


def resume(env: Mapping[str, str], number: int) -> str:
    """What `charrette resume` says."""
    argv = [sys.executable, "-m", "bot.cli", "resume", f"{REPOSITORY}#{number}"]
    return subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_taken_up_again_from_its_branch(tmp_path: Path, kind: str) -> None:
    mind = ClosedLoop(FolderDefinitions(built_in_workflows()).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    with closed_loop(mind), running_hub(tmp_path / "hub", {REPOSITORY: library(tmp_path / "code")}, webhook) as hub:
        env = environment(hub, tmp_path / "state", mind.url)
        story = Story(hub)
        with settings_of(kind) as first, running(Service({**env, **first}, tmp_path / "serve.log")):
            story.opens().labels().until_status("waits for answers").says("1B 2A").until_said("Phase 4 of 8")
        before = story.commits()
        shutil.rmtree(tmp_path / "state")
        with settings_of(kind) as second, running(Service({**env, **second}, tmp_path / "serve.log")):
            story.says("/resume").until_said("Phase 6 of 8")
        shutil.rmtree(tmp_path / "state")
        with settings_of(kind) as third:
            assert "from its branch charrette/" in resume({**env, **third}, story.number)
            with running(Service({**env, **third}, tmp_path / "serve.log")):
                story.until_status("**Done. ")
                calls = re.search(r"tokens in (\d+) calls", story.status)
        assert calls is not None
        assert int(calls[1]) == sum(int(spent[1]) for spent in map(SPENT.search, story.commits()) if spent)
        phases = Counter(trailers(message)["Phase"] for message in story.commits())
        assert story.commits()[: len(before)] == before
        assert [phase for phase, n in phases.items() if n > 1] == []
        request = next(text for path, text in story.files().items() if path.endswith("001-user-request.md"))
        assert "B) Stricter" in request
        assert len([body for body in story.bot_comments() if "charrette:key=status " in body]) == 1
        assert len([body for body in story.bot_comments() if "charrette:key=questions/" in body]) == 1
    assert mind.refused == []

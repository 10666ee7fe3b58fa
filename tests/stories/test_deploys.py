"""Another version is deployed in a wait, and in the middle of a leg: the run goes on, and nothing is paid twice."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.core.run.record import trailers
from bot.hub.server import running_hub
from bot.local.processes import free_port

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, ROOT, SOURCE, Service, Story, environment, library, running


@contextmanager
def version(name: str, env: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("ab") as file:
        command = [sys.executable, "-m", "tests.stories.worker_of", name]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=file)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_deploy_in_a_wait_and_one_in_a_leg(tmp_path: Path, on: Mapping[str, str]) -> None:
    mind = ClosedLoop(FolderDefinitions(built_in_workflows()).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    code = library(tmp_path / "code")
    with closed_loop(mind), running_hub(tmp_path / "hub", {REPOSITORY: code}, webhook) as hub:
        env = environment(hub, tmp_path / "state", mind.url, **on)
        log = tmp_path / "worker.log"
        with running(Service(env, tmp_path / "web.log", "web")):
            story = Story(hub)
            with version("1", env, log):
                story.opens().labels().until_status("waits for answers")
            with version("2", env, log):
                story.says("1A 2A").until_said("Phase 4 of 8")
                mind.hold = threading.Event()
                before = sum(mind.asked.values())
                story.until(lambda: sum(mind.asked.values()) > before)
            answered = sum(mind.answered.values())
            mind.hold.set()
            mind.hold = None
            with version("3", env, log):
                story.until_status("**Done. ")
            assert answered > 0
            assert sum(mind.asked.values()) - len(mind.asked) <= 1, "only the call in flight may be asked for again"
            phases = [trailers(message)["Phase"] for message in story.commits()]
            assert len(phases) == len(set(phases))
    assert os.environ.get("CHARRETTE_DATABASE_URL") is None

"""Hub and service as an operator starts them, and a person's script that knows nothing of our code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import pytest

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.local.processes import free_port

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, ROOT, SOURCE, library

SCRIPT = Path(__file__).with_name("person_script.py")
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}


@pytest.fixture
def clone(tmp_path: Path, pytestconfig: pytest.Config) -> Path:
    """A clone of a repository with a library's source: the one of `--library`."""
    code = library(tmp_path / "code", pytestconfig.getoption("--library"))
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C", str(code)]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "All of it"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run(["git", "clone", "-q", str(code), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def test_a_script_sees_what_the_service_makes(tmp_path: Path, on: Mapping[str, str], clone: Path) -> None:
    mind = ClosedLoop(FolderDefinitions(built_in_workflows()).all(), source=SOURCE)
    hub_command = ["hub", "--state", str(tmp_path / "hub"), "--listen", "127.0.0.1:0"]
    hub_command += ["--repository", f"{REPOSITORY}={clone}", "--webhook", f"http://127.0.0.1:{free_port()}/webhook"]
    with closed_loop(mind), (tmp_path / "log").open("w") as log:
        hub = start(hub_command, log, {})
        ready = json.loads(hub.stdout.readline())  # type: ignore[union-attr]
        env = {
            "ANTHROPIC_BASE_URL": mind.url,
            "CHARRETTE_MODEL_WEB": "off",
            "CHARRETTE_STATE": str(tmp_path / "state"),
            **on,
        }
        serve = start(["serve", "--env-file", ready["env_file"]], log, env)
        try:
            assert json.loads(serve.stdout.readline())["ready"]  # type: ignore[union-attr]
            command = [sys.executable, str(SCRIPT), ready["api_url"], ready["users"]["ada"], REPOSITORY]
            seen = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=CLEAN).stdout)
        finally:
            for process in (serve, hub):
                process.terminate()
                process.communicate(timeout=20)
    assert seen["draft at the questions"] is True
    assert seen["asked by"] == "Bot"
    assert seen["head"] == "charrette/1-rotate-signing-keys"
    assert [name[:3] for name in seen["files"]] == [f"{n:03d}" for n in range(1, 11)]
    assert "design(rotate-signing-keys): 003 prior art" in seen["commits"]
    assert seen["check"] == ["charrette/feature-design", "success"]
    assert "pull request #2" in seen["status"]
    assert seen["first document"].startswith("# User request: Rotate signing keys")
    assert mind.refused == []


def start(command: list[str], log: IO[str], env: dict[str, str]) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-m", "bot.cli", *command]
    environment = {**CLEAN, **env}
    return subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)

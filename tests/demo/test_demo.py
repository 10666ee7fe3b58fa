"""The demo, as `make demo` plays it; and that its recording is honest."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import requests

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.core.artifact import Artifact
from bot.core.citations import find
from bot.core.definition import GateUse, Phase
from bot.core.verdicts import verify
from bot.demo.feature_design import FOLDER, PACKAGE, RECORDING
from bot.demo.stage import staged
from bot.gates import Context, judge
from tests.stories.stage import ROOT, Story

PHASES = [phase for phase in FolderDefinitions(built_in_workflows()).all()["feature-design"].phases if phase.number > 1]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}

# The demo, in which somebody ends it as soon as it would begin to play.
TOLD_TO_END = """
import os, signal, sys, time
from bot.cli import main
from bot.demo import feature_design

def play(stage, say):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

feature_design.play = play
sys.exit(main())
"""


class Installed:
    """Implements `Tree` over the installed package, which is what the demo imports."""

    commit = "installed"

    def __init__(self) -> None:
        spec = importlib.util.find_spec(PACKAGE)
        assert spec is not None
        assert spec.submodule_search_locations
        self._root = Path(next(iter(spec.submodule_search_locations))).parent

    def files(self) -> Sequence[str]:
        return sorted(str(path.relative_to(self._root)) for path in (self._root / PACKAGE).rglob("*.py"))

    def lines(self, path: str) -> Sequence[str] | None:
        file = self._root / path
        return file.read_text("utf-8").splitlines() if file.is_file() else None


def answers() -> dict[str, str]:
    """Address to the text that the recording says there."""
    found = {}
    for file in RECORDING.glob("*@*.json"):
        data = json.loads(file.read_text("utf-8"))
        texts = [block["text"] for block in data["answer"]["content"] if block["type"] == "text"]
        if data["answer"]["stop_reason"] == "end_turn":
            found[data["address"]] = "".join(texts)
    return found


def documents() -> dict[str, str]:
    """Phase to the last text that it came to."""
    found: dict[str, str] = {}
    for address, text in sorted(answers().items()):
        found[address.partition("@")[0]] = text
    return found


def test_it_plays_to_its_end_and_every_request_is_the_recorded_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.cli", "demo", "--once", "--state", str(tmp_path)]
    env = {**CLEAN, "CHARRETTE_MODEL_REPLAY_STRICT": "on"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "replayed, no cost" in done.stdout
    assert "Everything that was expected is there." in done.stdout


def test_whoever_is_told_to_end_it_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TOLD_TO_END, "demo", "--once", "--state", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=CLEAN, capture_output=True, text=True, timeout=60)
    assert done.returncode == 130, done.stdout + done.stderr
    assert "Bye." in done.stdout
    hub = re.search(r"hub and service are up: (\S+)", done.stdout)
    assert hub
    with pytest.raises(requests.ConnectionError):
        requests.get(hub[1], timeout=10)


def test_an_issue_of_one_s_own_is_told_what_the_recording_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in set(os.environ) - set(CLEAN):
        monkeypatch.delenv(name)
    with staged(tmp_path, PACKAGE, RECORDING) as stage:
        story = Story(None, repository=stage.repository, people=stage.people)
        title = (FOLDER / "issue.md").read_text("utf-8").partition("\n")[0]
        story.opens(title=title, body="Please add a dark mode.").labels().until_status("Failed: ")
        assert "it knows only the demo's issue" in story.status
        assert "ANTHROPIC_API_KEY=... make demo" in story.status


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.id)
def test_what_it_says_passes_the_gates_strictly(phase: Phase) -> None:
    cited = (GateUse("citations", {"at_least": 5, "strict": True}),) if phase.counted else ()
    texts = {f"{number.number:03d}-{number.id}.md": documents()[number.id] for number in PHASES}
    context = Context(Installed(), {**texts, "001-user-request.md": "# User request"}, given())
    findings = judge(Artifact(phase.file, documents()[phase.id]), context, (*phase.gates, *cited))
    assert findings == ()


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.id)
def test_every_citation_holds(phase: Phase) -> None:
    verdicts = [found.verdict for found in verify(find(Artifact(phase.file, documents()[phase.id])), Installed())]
    assert set(verdicts) == {"ok"}


def given() -> str:
    return (FOLDER / "issue.md").read_text("utf-8")


def test_nothing_in_it_is_unverified_or_from_elsewhere() -> None:
    for text in documents().values():
        assert "UNVERIFIED" not in text
        links = re.findall(r"https?://[^\s)>|\]`\"]+", text)
        assert [link for link in links if link.rstrip(".,") not in given()] == []

"""The demo, as `make demo` plays it; and that its recording is honest."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.cli import main
from bot.core.citations.reading import find
from bot.core.citations.verdicts import verify
from bot.core.concerns import read, render
from bot.core.definition import GateUse, Phase
from bot.core.errors import PersonError
from bot.core.markdown.artifact import Artifact
from bot.core.views.concerns import CONCERNS
from bot.demo.feature_design import SCENARIO
from bot.demo.stage import OWNER, staged
from bot.gates import Context, judge
from bot.hub.server import running_hub
from bot.local.person import Person
from tests.stories.stage import ROOT, Story

FOLDER, PACKAGE, RECORDING = SCENARIO.folder, SCENARIO.package, SCENARIO.recording
PHASES = [phase for phase in FolderDefinitions(built_in_workflows()).all()["feature-design"].phases if phase.number > 1]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}


@dataclass(frozen=True)
class Played:
    """The demo that has ended, and somebody who looks at what is left of it."""

    done: "subprocess.CompletedProcess[str]"
    ada: Person

    def text(self, name: str) -> str:
        """A document on the branch of the pull request."""
        pull = self.ada.get("/pulls/2")
        paths = [each["filename"] for each in self.ada.get("/pulls/2/files?per_page=100")]
        return self.ada.text(next(path for path in paths if path.endswith(f"/{name}")), pull["head"]["ref"])


# The demo, in which somebody ends it as soon as it would begin to play.
TOLD_TO_END = """
import os, signal, sys, time
from dataclasses import replace
from bot.cli import main
from bot.demo.cli import SCENARIOS

def play(stage, say):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

SCENARIOS["feature-design"] = replace(SCENARIOS["feature-design"], play=play)
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


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """The demo from its beginning to its end, and then the hub as it left it."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "bot.cli", "demo", "--once", "--state", str(folder)]
    env = {**CLEAN, "CHARRETTE_MODEL_REPLAY_STRICT": "on"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    with running_hub(folder / "hub", {}) as hub:
        yield Played(done, Person("ada", hub.users["ada"], hub.api_url, f"{OWNER}/{PACKAGE}"))


def test_it_plays_to_its_end_and_every_request_is_the_recorded_one(played: Played) -> None:
    done = played.done
    assert done.returncode == 0, done.stdout + done.stderr
    assert "replayed, no cost" in done.stdout
    assert "Everything that was expected is there:" in done.stdout
    assert re.search(rf"the concerns +http\S+/{OWNER}/{PACKAGE}/blob/\S+/012-expert-concerns\.md\n", done.stdout)


def test_four_experts_review_the_design_with_remarks_on_its_lines(played: Played) -> None:
    reviews = played.ada.get("/pulls/2/reviews?per_page=100")
    remarks = played.ada.get("/pulls/2/comments?per_page=100")
    assert sorted(review["body"].partition("\n")[0] for review in reviews) == [
        "**Graph algorithms, after R. Tarjan** · Graph algorithms",
        "**Practical interfaces, after A. Hejlsberg** · Interface design",
        "**Product and vision, after S. Jobs** · Product",
        "**Soundness of analyses, after P. Cousot** · Soundness",
    ]
    assert {review["state"] for review in reviews} == {"COMMENTED"}
    on_lines = Counter(remark["pull_request_review_id"] for remark in remarks if remark["original_line"])
    assert sorted(on_lines[review["id"]] for review in reviews) == [3, 4, 5, 6]
    assert not any("UNVERIFIED" in each["body"] for each in (*reviews, *remarks))
    assert all("replayed, no cost" in review["body"] for review in reviews)


def test_the_concerns_are_read_back_with_each_decision_in_field_and_log(
    played: Played, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "012-expert-concerns.md"
    file.write_text(played.text(file.name), "utf-8")
    assert main(["concerns", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["findings"] == []
    assert Counter(each["id"][0] for each in found["concerns"]) == {"C": 1, "I": 10, "N": 4, "Q": 1}
    fields = {each["id"]: each["decision"]["verdict"] for each in found["concerns"] if each["decision"]}
    assert fields == {
        "C1": "accept",
        "I3": "accept",
        "I9": "accept",
        "N2": "accept",
        "I2": "defer",
        "I8": "defer",
        "I10": "reject",
    }
    rows = {id: row["decision"].partition(":")[0] for row in found["log"] for id in row["ids"]}
    assert rows == fields
    assert {row["by"] for row in found["log"]} == {"@ada"}
    assert render(read(played.text(file.name), file.name)) == played.text(file.name)


def test_the_check_is_red_while_the_critical_concern_is_undecided(played: Played) -> None:
    commits = [each["sha"] for each in played.ada.get("/pulls/2/commits?per_page=100")]
    runs = [played.ada.get(f"/commits/{sha}/check-runs")["check_runs"] for sha in commits]
    ended = [run["conclusion"] for each in runs for run in each if run["name"] == CONCERNS]
    assert ended[0] == "failure"
    assert set(ended[1:]) == {"success"}
    assert {run["conclusion"] for run in runs[-1]} == {"success"}


def test_the_documents_follow_what_was_accepted(played: Played) -> None:
    paths = [each["filename"] for each in played.ada.get("/pulls/2/files?per_page=100")]
    texts = {name: played.text(name) for name in (path.rpartition("/")[2] for path in paths)}
    followed = [name for name, text in texts.items() if "\n## Concerns\n\n- C1: " in text]
    assert len(followed) == 5
    for name in followed:
        assert re.search(r"revision 2, asked by \[ada\]\(\S+\): follow what was accepted\n", texts[name])


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
    with staged(tmp_path, PACKAGE, FOLDER) as stage:
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


def test_a_state_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("x")
    said = r"a file: nothing can be kept there: it is a file\. Name a folder"
    with pytest.raises(PersonError, match=said), staged(tmp_path / "a file", PACKAGE, FOLDER):
        pass

"""The first scenario: a label on an issue becomes a pull request with ten design documents."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.artifact import Artifact
from ..core.citations import find
from ..core.errors import PersonError
from ..core.record import trailers
from .stage import SCENARIOS, Stage

PACKAGE = "gunicorn"
FOLDER = SCENARIOS / "feature-design"
RECORDING = FOLDER / "recording"
DOCUMENTS = 10
CITED = 5
PATIENCE = 60.0
LIVE_PATIENCE = 3 * 3600.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """What came of the scenario: the pages to look at, and what of the expected was not there."""

    issue: str
    pull: str
    faults: tuple[str, ...]


def play(stage: Stage, say: Say) -> Played:
    """Opens the issue, puts the label on, answers the questions, and waits for the pull request."""
    ada = stage.people["ada"]
    title, _, body = (FOLDER / "issue.md").read_text("utf-8").partition("\n")
    issue = ada.open_issue(title.strip(), body.strip())
    number = issue["number"]
    say(f"@ada opened issue #{number}: {issue['html_url']}")
    ada.label(number, "design")
    say("@ada put the label `design` on it")
    watch = _Watch(stage, number, say)
    watch.until(lambda: watch.questions is not None or watch.over, "the questions")
    if watch.questions is not None:
        say(f"@ada is asked: {watch.questions['html_url']}")
        answers = (FOLDER / "answers.md").read_text("utf-8").strip() if stage.scripted else "recommended"
        ada.comment(number, answers)
        say(f"@ada answered: {answers.splitlines()[0]}")
    watch.until(lambda: watch.over, "the end of the run")
    pull = _pull(stage)
    return Played(issue["html_url"], pull["html_url"] if pull else "", tuple(_faults(stage, number, pull)))


class _Watch:
    """Follows the run through what it shows: its one status comment, and its questions."""

    def __init__(self, stage: Stage, number: int, say: Say) -> None:
        self.stage, self.number, self.say = stage, number, say
        self.status = ""
        self.questions: dict[str, Any] | None = None

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Looks until `done`; `PersonError` where that takes too long or a process ends."""
        patience = PATIENCE if self.stage.scripted else LIVE_PATIENCE
        end = time.monotonic() + patience
        while not done():
            self.stage.alive()
            if time.monotonic() > end:
                logs = "\n\n".join(f"{process.name}:\n{process.tail()}" for process in self.stage.commands)
                raise PersonError(f"{what} did not come within {patience:.0f} s.\n{logs}")
            time.sleep(0.1)
            self._look()

    @property
    def over(self) -> bool:
        """Whether the run says that it has ended, well or badly."""
        return self.status.startswith(("Done", "Failed", "Stopped", "Out of budget"))

    def _look(self) -> None:
        for comment in self.stage.people["ada"].comments(self.number):
            if "charrette:key=status " in comment["body"]:
                found = re.search(r"^\*\*(.+)\*\*$", comment["body"], re.MULTILINE)
                if found and found[1] != self.status:
                    self.status = found[1]
                    self.say(f"the bot: {self.status}")
            elif "charrette:key=questions/" in comment["body"] and self.questions is None:
                self.questions = comment


def _pull(stage: Stage) -> Any:
    pulls = stage.people["ada"].get("/pulls?state=all")
    return pulls[0] if pulls else None


def _faults(stage: Stage, number: int, pull: Any) -> list[str]:
    """What of the expected is not there, looked up as a person would."""
    ada = stage.people["ada"]
    if pull is None:
        return ["there is no pull request"]
    faults = []
    if pull["draft"]:
        faults.append("the pull request is still a draft")
    branch, head = pull["head"]["ref"], pull["head"]["sha"]
    paths = sorted(file["filename"] for file in ada.get(f"/pulls/{pull['number']}/files?per_page=100"))
    numbers = [Path(path).name[:3] for path in paths]
    if numbers != [f"{n:03d}" for n in range(1, DOCUMENTS + 1)]:
        faults.append(f"the documents are {', '.join(numbers) or 'none'}, not 001 to 010")
    for path in paths[1:9]:
        cited = {citation.text for citation in find(Artifact(path, ada.text(path, branch)))}
        if len(cited) < CITED and stage.scripted:
            faults.append(f"{path} cites {len(cited)} places, fewer than {CITED}")
    commits = ada.get(f"/pulls/{pull['number']}/commits?per_page=100")
    faults += [
        f"commit {commit['sha'][:8]} has no trailers or no signature"
        for commit in commits
        if "Run" not in trailers(commit["commit"]["message"]) or not commit["commit"]["verification"]["verified"]
    ]
    checks = ada.get(f"/commits/{head}/check-runs")["check_runs"]
    wanted = ("success",) if stage.scripted else ("success", "neutral")
    if not checks or any(check["conclusion"] not in wanted for check in checks):
        faults.append(f"the check is {[check['conclusion'] for check in checks]}")
    bodies = "\n".join(comment["body"] for comment in ada.comments(number))
    if not stage.live and "replayed, no cost" not in bodies:
        faults.append("the status does not say that the model was replayed")
    return faults

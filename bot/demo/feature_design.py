"""The first scenario: a label becomes a pull request with ten design documents, and a panel reviews them."""

from pathlib import Path
from typing import Any

from bot.core.citations.reading import find
from bot.core.markdown.artifact import Artifact

from . import looking
from .panel import Panel
from .scenario import Played, Scenario
from .stage import Stage
from .watching import Say, Watch

DOCUMENTS = 10
CITED = 5


def play(stage: Stage, say: Say) -> Played:
    """Opens the issue, puts the label on, answers the questions, waits for the pull request, and has it reviewed."""
    ada = stage.people["ada"]
    issue = SCENARIO.opened(stage, say)
    number = issue["number"]
    watch = Watch(stage, number, say)
    watch.until(lambda: watch.questions is not None or watch.over, "the questions")
    if watch.questions is not None:
        say(f"the questions to @ada: {watch.questions['html_url']}")
        answers = SCENARIO.said("answers.md") if stage.scripted else "recommended"
        ada.comment(number, answers)
        say(f"@ada answered: {answers.splitlines()[0]}")
    watch.until(lambda: watch.over, "the end of the run")
    pull = _pull(stage)
    faults = [*_faults(stage, number, pull)]
    concerns = ""
    if not faults:
        panel = Panel(stage, watch, pull, SCENARIO.folder)
        panel.play()
        faults = [*panel.faults(), *looking.checks(stage, pull["number"])]
        concerns = panel.page
    pages = [("the issue", issue["html_url"]), ("the pull request", pull["html_url"] if pull else "")]
    return Played((*pages, ("the concerns", concerns)), tuple(faults))


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
    branch = pull["head"]["ref"]
    paths = sorted(file["filename"] for file in ada.get(f"/pulls/{pull['number']}/files?per_page=100"))
    numbers = [Path(path).name[:3] for path in paths]
    if numbers != [f"{n:03d}" for n in range(1, DOCUMENTS + 1)]:
        faults.append(f"the documents are {', '.join(numbers) or 'none'}, not 001 to 010")
    for path in paths[1:9]:
        cited = {citation.text for citation in find(Artifact(path, ada.text(path, branch)))}
        if len(cited) < CITED and stage.scripted:
            faults.append(f"{path} cites {len(cited)} places, fewer than {CITED}")
    faults += looking.commits(stage, pull["number"])
    faults += looking.checks(stage, pull["number"])
    faults += looking.honesty(stage, number)
    return faults


SCENARIO = Scenario(
    name="feature-design",
    package="gunicorn",
    does="designs a feature",
    label="design",
    expected=(
        f"{DOCUMENTS} design documents, 001 to {DOCUMENTS:03d}, in a pull request that is ready for review",
        "a signature on every commit, and trailers that say how it was made",
        "four reviews with remarks on lines",
        "one list of concerns, whose check was red while the critical one was undecided",
        "documents that follow what was accepted, and checks that are green",
    ),
    play=play,
)

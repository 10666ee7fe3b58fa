"""The first scenario: a label becomes a pull request with ten design documents, and a panel reviews them."""

from pathlib import Path
from typing import Any

from ..core.artifact import Artifact
from ..core.citations import find
from ..core.record import trailers
from .panel import Panel
from .scenario import Played, Scenario
from .stage import Stage
from .watching import Say, Watch

DOCUMENTS = 10
CITED = 5


def play(stage: Stage, say: Say) -> Played:
    """Opens the issue, puts the label on, answers the questions, waits for the pull request, and has it reviewed."""
    ada = stage.people["ada"]
    title, _, body = (SCENARIO.folder / "issue.md").read_text("utf-8").partition("\n")
    issue = ada.open_issue(title.strip(), body.strip())
    number = issue["number"]
    say(f"@ada opened issue #{number}: {issue['html_url']}")
    ada.label(number, SCENARIO.label)
    say("@ada put the label `design` on it")
    watch = Watch(stage, number, say)
    watch.until(lambda: watch.questions is not None or watch.over, "the questions")
    if watch.questions is not None:
        say(f"@ada is asked: {watch.questions['html_url']}")
        answers = (SCENARIO.folder / "answers.md").read_text("utf-8").strip() if stage.scripted else "recommended"
        ada.comment(number, answers)
        say(f"@ada answered: {answers.splitlines()[0]}")
    watch.until(lambda: watch.over, "the end of the run")
    pull = _pull(stage)
    faults = [*_faults(stage, number, pull)]
    concerns = ""
    if not faults:
        panel = Panel(stage, watch, pull, SCENARIO.folder)
        panel.play()
        faults = [*panel.faults(), *_checks(stage, pull["number"])]
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
    commits = ada.get(f"/pulls/{pull['number']}/commits?per_page=100")
    faults += [
        f"commit {commit['sha'][:8]} has no trailers or no signature"
        for commit in commits
        if "Run" not in trailers(commit["commit"]["message"]) or not commit["commit"]["verification"]["verified"]
    ]
    faults += _checks(stage, pull["number"])
    bodies = "\n".join(comment["body"] for comment in ada.comments(number))
    if not stage.live and "replayed, no cost" not in bodies:
        faults.append("the status does not say that the model was replayed")
    return faults


def _checks(stage: Stage, pull: int) -> list[str]:
    """What is wrong with the checks on the newest commit of a pull request."""
    ada = stage.people["ada"]
    head = ada.get(f"/pulls/{pull}")["head"]["sha"]
    checks = ada.get(f"/commits/{head}/check-runs")["check_runs"]
    wanted = ("success",) if stage.scripted else ("success", "neutral")
    if checks and all(check["conclusion"] in wanted for check in checks):
        return []
    said = [f"{check['name']}: {check['conclusion']}" for check in checks]
    return [f"the checks are {', '.join(said) or 'none'}"]


SCENARIO = Scenario(
    name="feature-design",
    package="gunicorn",
    does="designs a feature",
    label="design",
    expected=f"{DOCUMENTS} documents, 001 to {DOCUMENTS:03d}; a pull request that is ready for review; trailers and a "
    "signature on every\n  commit; four reviews with remarks on lines; one list of concerns, whose check was red while "
    "the critical one was\n  undecided; documents that follow what was accepted; and checks that are green.",
    play=play,
)

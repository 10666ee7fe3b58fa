"""What a person looks up of any pull request that the bot made: its checks, its commits, and who wrote it."""

from collections.abc import Iterator

from bot.core.run.record import trailers

from .stage import Stage


def checks(stage: Stage, pull: int) -> Iterator[str]:
    """What is wrong with the checks on the newest commit of a pull request."""
    ada = stage.people["ada"]
    head = ada.get(f"/pulls/{pull}")["head"]["sha"]
    runs = ada.get(f"/commits/{head}/check-runs")["check_runs"]
    wanted = ("success",) if stage.scripted else ("success", "neutral")
    if not runs or any(run["conclusion"] not in wanted for run in runs):
        said = ", ".join(f"{run['name']}: {run['conclusion']}" for run in runs)
        yield f"the checks are {said or 'none'}"


def commits(stage: Stage, pull: int) -> Iterator[str]:
    """Which commits of a pull request don't say what they are of, or are not signed."""
    for each in stage.people["ada"].get(f"/pulls/{pull}/commits?per_page=100"):
        if "Run" not in trailers(each["commit"]["message"]) or not each["commit"]["verification"]["verified"]:
            yield f"commit {each['sha'][:8]} has no trailers or no signature"


def honesty(stage: Stage, issue: int) -> Iterator[str]:
    """Whether the status on an issue says that the model was replayed, where it was."""
    bodies = "\n".join(comment["body"] for comment in stage.people["ada"].comments(issue))
    if not stage.live and "replayed, no cost" not in bodies:
        yield "the status does not say that the model was replayed"

"""A run about a pull request that adds to its concerns document without calling experts; its inputs are pinned."""

from dataclasses import replace

from bot.core.definition import Definition, Policy
from bot.core.errors import MissingError, PersonError
from bot.core.identity import home_of, slug_of
from bot.core.markdown.safe import plain
from bot.core.outputs.concerns import NAME
from bot.core.panel import folder_of, within
from bot.core.ports import BranchCommit, GitHub, Pull
from bot.core.run.record import PanelRound, Pinned, trailers
from bot.core.tracks.opening import FORM
from bot.engine.legs.asked import Asked
from bot.engine.legs.lost import branches_of, restore_spend
from bot.engine.services import Services

from .pinned import Ground, Inputs, beside, documents, pinned_of

NO_CONCERNS = (
    "There are no concerns here yet that could be sorted by their owners. `/review experts` has a panel find them; "
    "then write this again."
)


def pin_sorting(
    services: Services, github: GitHub, asked: Asked, run: str, definition: Definition, policy: Policy
) -> Pinned:
    """The inputs of such a run; `PersonError` says why there can be none."""
    if words := " ".join(getattr(asked.message.deed, "description", "").partition("\n")[0].split()):
        raise PersonError(
            f"I don't know what “{plain(words, 80)}” means after `/tracks`: on its own, it sorts the concerns by their "
            f"owners, and {FORM} opens a track."
        )
    pull = _pull(github, asked)
    if not pull.open:
        state = "merged" if pull.merged else "closed"
        raise PersonError(f"This pull request is {state}; its concerns can't change any more.")
    if pull.fork:
        raise PersonError(
            "The branch of this pull request is in a fork, where I can't write who owns its concerns. "
            "Push it to a branch of this repository, and ask again."
        )
    checkout = services.installations.checkout(asked.subject.repository)
    checkout.fetch(pull.head)
    texts, left = within(documents(sorted(github.touched(pull.number)), checkout, pull.head))
    folder = folder_of(tuple(texts), definition.artifacts.format(slug=slug_of(pull.title))) if texts else ""
    ours = home_of(pull.head_branch) is not None
    branch, head = (pull.head_branch, pull.head) if ours else beside(github, pull)
    checkout.fetch(head)
    there = tuple(checkout.blobs(head, folder)) if folder else ()
    if not any(path.endswith(NAME) for path in there):
        raise PersonError(NO_CONCERNS)
    into = "" if branch == pull.head_branch else pull.head_branch
    number = int(run.rpartition(".")[2])
    ground = Ground(branch, head, there, number, None)
    round = PanelRound(number, pull.number, tuple(texts), into, left=left)
    inputs = Inputs(run, definition, policy, folder, (), ground, round)
    before = _written(github, branch, run)
    if not before:
        return pinned_of(services, github, asked, pull, pull.head, inputs)
    base = trailers(before[0].message)["Base"]
    checkout.fetch(base)
    pinned = replace(pinned_of(services, github, asked, pull, base, inputs), started_at=before[0].at)
    restore_spend(services, pinned, before)
    return pinned


def _pull(github: GitHub, asked: Asked) -> Pull:
    """The pull request: the one where it was requested, or that of the issue's branch."""
    try:
        return github.pull(asked.number)
    except MissingError:
        found = (github.pull_for(branch) for branch in branches_of(github, asked.subject, pull=True))
        pull = next((pull for pull in found if pull), None)
    if pull is None:
        raise PersonError("That works on a pull request with documents, and this issue has none.")
    return pull


def _written(github: GitHub, branch: str, run: str) -> tuple[BranchCommit, ...]:
    """What this same run wrote, if a branch knows it and the database doesn't."""
    if github.head(branch) is None:
        return ()
    commits = github.branch_commits(branch, github.default_branch()[1])
    return tuple(commit for commit in commits if commit.ours and trailers(commit.message).get("Run") == run)

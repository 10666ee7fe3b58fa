"""A review round that its branch knows but the database doesn't: its inputs and results, from its commits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.core.definition import Definition, Persona, Policy
from bot.core.errors import MissingError, PersonError
from bot.core.outputs.concerns import NAME
from bot.core.outputs.review import reviewed
from bot.core.panel import within
from bot.core.ports import BranchCommit, Checkout, GitHub, Pull
from bot.core.run.record import PanelRound, Pinned, parse_failed, trailers
from bot.engine.legs.asked import Asked
from bot.engine.legs.lost import branches_of, restore_spend
from bot.engine.services import Services

from .earlier import earlier, past_rounds
from .pinned import Ground, Inputs, documents, merging, pinned_of

_REVIEW = re.compile(r"(?:(?P<folder>.*)/)?(?P<number>\d{3})-(?P<persona>.+)-review\.md")
WHY = "taken up from its branch"


@dataclass(frozen=True)
class Left:
    """What a round left on a branch: the commit before its first, its own commits, and its reviews (path to text)."""

    branch: str
    before: str
    commits: tuple[BranchCommit, ...]
    reviews: Mapping[str, str]


def taken_up(
    services: Services, github: GitHub, asked: Asked, run: str, definition: Definition, policy: Policy
) -> Pinned | None:
    """The inputs of the round that left its reviews on a branch; None if no branch has any."""
    checkout = services.installations.checkout(asked.subject.repository)
    reviewing = next(phase.id for phase in definition.phases if phase.each)
    left = _left(github, checkout, asked, run, reviewing)
    if left is None:
        return None
    pull = _pull(github, asked, left.branch)
    first = left.commits[0]
    base = trailers(first.message)["Base"]
    checkout.fetch(base)
    parts = _REVIEW.fullmatch(next(iter(left.reviews)))
    assert parts
    folder = parts["folder"] or ""
    texts, _ = within(documents(sorted(github.touched(pull.number)), checkout, base))
    branches = dict.fromkeys((pull.head_branch, left.branch))
    past = [each for each in past_rounds(github, branches, run, merging(definition)) if _n(each.run) < _n(run)]
    there = (*checkout.blobs(base, folder), *checkout.blobs(left.before, folder))
    before = earlier(checkout, pull, left.before, folder, past, texts)
    ground = Ground(left.branch, left.before, there, len(past) + 1, before)
    into = "" if left.branch == pull.head_branch else pull.head_branch
    round = PanelRound(ground.number, pull.number, tuple(texts), into, WHY, (), before)
    inputs = Inputs(run, definition, policy, folder, _panel(definition, left), ground, round)
    pinned = replace(pinned_of(services, github, asked, pull, base, inputs), started_at=first.at)
    restore_spend(services, pinned, left.commits)
    return replace(pinned, definition=_as_written(pinned.definition, checkout, left, folder, int(parts["number"])))


def _n(run: str) -> int:
    return int(run.rpartition(".")[2])


def _left(github: GitHub, checkout: Checkout, asked: Asked, run: str, reviewing: str) -> Left | None:
    _, default = github.default_branch()
    for branch in branches_of(github, asked.subject, pull=True):
        commits = github.branch_commits(branch, default)
        mine = [at for at, commit in enumerate(commits) if commit.ours and trailers(commit.message).get("Run") == run]
        held = [at for at in mine if trailers(commits[at].message).get("Phase", "").startswith(f"{reviewing}@")]
        if held:
            at = held[-1]
            before = commits[at - 1].sha if at else trailers(commits[at].message)["Base"]
            checkout.fetch(before, commits[at].sha, commits[mine[-1]].sha)
            old, new = checkout.blobs(before, ""), checkout.blobs(commits[at].sha, "")
            paths = [path for path, blob in new.items() if old.get(path) != blob and _REVIEW.fullmatch(path)]
            reviews = {path: checkout.text(path, commits[at].sha) or "" for path in paths}
            return Left(branch, before, tuple(commits[n] for n in mine), reviews) if reviews else None
    return None


def _pull(github: GitHub, asked: Asked, branch: str) -> Pull:
    """The reviewed pull request: the subject itself, or that of the subject's branch."""
    try:
        return github.pull(asked.subject.home)
    except MissingError:
        found = github.pull_for(branch)
    if found is None:
        raise PersonError(f"The pull request of `{branch}` is gone, so its reviews can't be taken up.")
    return found


def _panel(definition: Definition, left: Left) -> tuple[Persona, ...]:
    """Who reviewed, and who failed. A persona whose file is gone is known from its review only."""
    known = {persona.id: persona for persona in definition.personas}
    found: dict[str, Persona] = {}
    for path, text in sorted(left.reviews.items()):
        parts, review = _REVIEW.fullmatch(path), reviewed(path, text)
        assert parts
        lens = review.lens if review else parts["persona"]
        found[parts["persona"]] = known.get(parts["persona"], Persona(parts["persona"], lens, lens, ""))
    for commit in left.commits:
        for id, _ in parse_failed(trailers(commit.message).get("Failed", "")):
            found.setdefault(id, known.get(id, Persona(id, id, id, "")))
    return tuple(found.values())


def _as_written(definition: Definition, checkout: Checkout, left: Left, folder: str, number: int) -> Definition:
    """The definition with phases numbered as their documents are."""
    prefix = f"{folder}/" if folder else ""
    there = [path.removeprefix(prefix) for path in checkout.blobs(left.commits[-1].sha, folder)]
    concerns = max(
        (int(name[:3]) for name in there if re.fullmatch(rf"\d{{3}}{re.escape(NAME)}", name)), default=number + 1
    )
    return replace(
        definition,
        phases=tuple(
            replace(phase, number=number if phase.each else concerns if phase.output == "concerns" else phase.number)
            for phase in definition.phases
        ),
    )

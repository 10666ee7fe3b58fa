"""The inputs of a run, pinned when it starts; those of a run that the database lost come from its branch."""

from dataclasses import replace
from itertools import count
from typing import Any

from bot.core.codec import to_json
from bot.core.definition import Definition, House, least
from bot.core.errors import PersonError, UnconfiguredError
from bot.core.identity import BRANCH_PREFIX, branch_of, home_of, run_id, slug_of
from bot.core.incoming.description import find as find_description
from bot.core.incoming.messages import Entry, Message, Start, Stop
from bot.core.markdown.safe import shown_to_model
from bot.core.ports import BranchCommit, GitHub, RunRow
from bot.core.run.record import Pinned, trailers
from bot.core.run.request import parse as parse_request
from bot.core.run.state import REQUEST, fold
from bot.core.views.configuration import faulty
from bot.engine.rounds.lost import taken_up
from bot.engine.rounds.pinned import pin_round
from bot.engine.rounds.sorting import pin_sorting
from bot.engine.services import Services

from .asked import Asked
from .branch import recorded
from .bringing import with_what_it_brings
from .lost import restore_spend


def pin(services: Services, github: GitHub, asked: Asked, row: RunRow) -> tuple[Pinned, list[dict[str, Any]]]:
    """The inputs of a new run; or, if a branch has our trailers, those of the run that was lost, and its entries."""
    base_branch, base = github.default_branch()
    house = _house(services, asked, base)
    if row.workflow not in house.definitions:
        raise PersonError(f"There is no workflow `{row.workflow}` here.")
    definition = house.definitions[row.workflow]
    if definition.trigger.pull:
        inputs = (services, github, asked, row.id, definition, house.policy)
        if not any(phase.each == "experts" for phase in definition.phases):
            return pin_sorting(*inputs), []
        return taken_up(*inputs) or pin_round(*inputs), []
    subject, message = asked.subject, asked.message
    run = run_id(subject, definition.id, 1)
    slug, found = _slug(services, github, asked, definition, base)
    waits = services.wait_days if services.wait_days is not None else definition.wait_days
    pinned = Pinned(
        run=run,
        workflow=definition.id,
        subject=subject,
        title=" ".join(shown_to_model(asked.title).split()),
        body=shown_to_model(asked.body),
        author=asked.author,
        url=asked.url,
        started_at=message.at,
        started_by=message.by,
        base=base,
        base_branch=base_branch,
        slug=slug,
        branch=branch_of(subject.home, slug),
        folder=definition.artifacts.format(slug=slug),
        definition=replace(definition, wait_days=least(waits, house.policy.budgets.wait_days)),
        policy=house.policy,
        description=find_description(asked.body, definition.needs_description) or "",
    )
    pinned, entries = _taken_over(services, pinned, found) if found else (pinned, [])
    return with_what_it_brings(services, github, pinned), entries


def _house(services: Services, asked: Asked, commit: str) -> House:
    """What the repository's configuration, at this commit of its default branch, makes of the workflows."""
    configured = services.houses.at(asked.subject.repository, commit)
    if configured.house.faults:
        raise UnconfiguredError(faulty(configured.house.faults, configured.layers))
    return configured.house


def _slug(
    services: Services, github: GitHub, asked: Asked, definition: Definition, base: str
) -> tuple[str, tuple[BranchCommit, ...]]:
    """A slug that no branch of a run has, or that of this same run's branch (then with its commits).

    Its folder must be free, at the base and on the branches of other issues: one design would replace the documents of
    another, or could not be merged beside it.
    """
    subject = asked.subject
    run, prefix = run_id(subject, definition.id, 1), branch_of(subject.home, "")
    branches = [name for name in github.branches(BRANCH_PREFIX) if home_of(name) is not None]
    for branch in (name for name in branches if name.startswith(prefix)):
        commits = tuple(c for c in github.branch_commits(branch, base) if c.ours)
        if any(trailers(commit.message).get("Run") == run for commit in commits):
            return branch.removeprefix(prefix), commits
    checkout = services.installations.checkout(subject.repository)
    checkout.fetch(base)
    first = slug_of(asked.title, unnamed=f"design-{subject.home}")
    names = (first if n == 1 else f"{first}-{n}" for n in count(1))
    taken = {name.partition("-")[2] for name in branches}
    free = (name for name in names if name not in taken)
    return next(slug for slug in free if not checkout.blobs(base, definition.artifacts.format(slug=slug))), ()


def _taken_over(
    services: Services, pinned: Pinned, commits: tuple[BranchCommit, ...]
) -> tuple[Pinned, list[dict[str, Any]]]:
    """Pinned inputs and entries as recorded on the branch: 001 and the trailers."""
    restore_spend(services, pinned, commits)
    checkout = services.installations.checkout(pinned.subject.repository)
    checkout.fetch(commits[-1].sha)
    said = parse_request(checkout.text(f"{pinned.folder}/001-{REQUEST}.md", commits[-1].sha) or "")
    if said is None:
        return pinned, []
    found = replace(
        pinned,
        title=said.title,
        body=said.body,
        author=said.author,
        url=said.url,
        started_at=said.started_at,
        started_by=said.started_by,
        base=said.base,
        base_branch=said.base_branch,
        description=find_description(said.body, pinned.definition.needs_description) or "",
    )
    return found, [to_json(entry) for entry in said.entries]


def stopped_meanwhile(
    services: Services, github: GitHub, message: Message, pinned: Pinned, row: RunRow
) -> list[dict[str, Any]]:
    """The stop of a recovered run that can't have been active: its issue is closed, or its label is off.

    A stop leaves nothing on the branch, and a mere comment or push must not restart what was stopped.
    """
    state = fold(recorded(services, github, pinned, row))
    if state.current is None:
        return []
    started = [entry.message for entry in state.record.entries if isinstance(entry.message.deed, Start)]
    by_label = not started or "#issuecomment" not in started[-1].link
    issue = github.issue(pinned.subject.home)
    label = pinned.definition.trigger.label
    if not issue.open:
        why = "the issue was closed when the run was taken up from its branch"
    elif by_label and label not in issue.labels:
        why = f"the label `{label}` was off when the run was taken up from its branch"
    else:
        return []
    stop = Message(f"{message.id}/stopped", "", message.at, pinned.url, Stop(why))
    return [to_json(Entry(stop))]

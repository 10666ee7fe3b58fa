"""A run that its branch knows and the database does not: found by its trailers, with what it spent."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from ..core.definition import Definition
from ..core.errors import MissingError
from ..core.identity import Subject, branch_of, home_of, review_branch_of
from ..core.messages import Decide, Deed, OpenTrack, Pushed, Retry, Stop
from ..core.ports import BranchCommit, GitHub, Reply, RunRow
from ..core.record import Pinned, parse_spent, trailers
from .services import Services


@dataclass(frozen=True)
class Lost:
    """A run without a row: its id, its workflow, its branch and the phases that are committed there."""

    run: str
    workflow: str
    branch: str
    phases: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Which of its workflow's runs on the subject it is."""
        return int(self.run.rpartition(".")[2])

    def row(self, subject: Subject, *, panel: bool = False) -> RunRow:
        """The row that it gets, from which its next leg takes it up; `panel` says that it is a round of reviews."""
        repository, left = subject.repository.id, {"panel": True} if panel else None
        return RunRow(self.run, repository, subject.home, self.workflow, "starting", False, {}, [], left)


def find(github: GitHub, subject: Subject, *, pull: bool = False) -> tuple[Lost, ...]:
    """The runs on the branches of this subject, the one that was last written to first.

    `pull` says that the subject may be a pull request, which has a branch beside it. It costs a request, or two, where
    there is no such branch.
    """
    branches = branches_of(github, subject, pull=pull)
    _, base = github.default_branch() if branches else ("", "")
    found: dict[str, tuple[str, str, dict[str, None]]] = {}
    for branch in branches:
        for commit in github.branch_commits(branch, base):
            values = trailers(commit.message) if commit.ours else {}
            run, phase = values.get("Run", ""), values.get("Phase", "").partition("@")[0]
            if run.startswith(f"{subject.key}."):
                at, on, phases = found.get(run, ("", "", {}))
                newest = (commit.at, branch) if commit.at >= at else (at, on)
                found[run] = *newest, {**phases, phase: None}
    ordered = sorted(found.items(), key=lambda item: item[1][0], reverse=True)
    return tuple(Lost(run, run.split(".")[2], branch, tuple(phases)) for run, (_, branch, phases) in ordered)


def branches_of(github: GitHub, subject: Subject, *, pull: bool) -> tuple[str, ...]:
    """The branches on which a subject's runs write."""
    own = github.branches(branch_of(subject.home, ""))
    if own or not pull:
        return tuple(own)
    beside = (name for name in github.branches(review_branch_of(subject.home)) if home_of(name) == subject.home)
    try:
        under = github.pull(subject.home)
    except MissingError:
        return tuple(beside)
    # It may be called as ours are, after an issue that never was.
    named = () if under.fork or home_of(under.head_branch) in (None, subject.home) else (under.head_branch,)
    return (*beside, *named)


def meant(
    found: Sequence[Lost], deed: Deed, rounds: Container[str], definitions: Mapping[str, Definition]
) -> Lost | None:
    """The one of these runs that a deed is for. `rounds` are the workflows that review pull requests.

    Of a run and the one that it includes, that is the first, as long as it is not finished: it takes up the other.
    """
    panels = [lost for lost in found if lost.workflow in rounds]
    others = [lost for lost in found if lost.workflow not in rounds]
    match deed:
        case Decide() | OpenTrack() | Pushed(panel=True):
            return next(iter(panels), None)
        case Retry() | Stop():
            newest = next(iter(found), None)
            waits = (each for each in others if newest and _includes(definitions.get(each.workflow), each, newest))
            return next(waits, newest)
        case _:
            return next(iter([*others, *panels]), None)


def next_number(told: int, found: Sequence[Lost], definition: Definition | None) -> int:
    """Which run of a workflow on a pull request begins, where comments tell of so many and branches have these.

    A round whose reviews are committed, and not merged into concerns, goes on.
    """
    last = max(found, key=lambda lost: lost.n, default=None)
    phases = definition.phases if definition else ()
    merging = next((phase.id for phase in phases if phase.output == "concerns"), None)
    return last.n if last and merging and merging not in last.phases else told + 1


def _includes(definition: Definition | None, lost: Lost, other: Lost) -> bool:
    phases = definition.phases if definition else ()
    included = any(phase.source == "workflow" and phase.id == other.workflow for phase in phases)
    return included and phases[-1].id not in lost.phases


def restore_spend(services: Services, pinned: Pinned, commits: Sequence[BranchCommit]) -> None:
    """The ledger has what a run's commits say that they spent, on their days; nothing where it knows the run."""
    if services.ledger.run_total(pinned.run).calls:
        return
    for commit in commits:
        values = trailers(commit.message)
        spent = parse_spent(values.get("Spent", ""))
        if spent.calls and values.get("Run") == pinned.run:
            reply = Reply("answered", spent=spent, model=values.get("Model", ""))
            address = f"{pinned.run}/{values.get('Phase', '')}/branch"
            services.ledger.write(address, pinned.run, pinned.subject.repository.id, reply, commit.at)

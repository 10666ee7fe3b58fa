"""Runs that a branch knows but the database doesn't: found by their trailers, with what they spent."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.concerns.decisions import DECISION
from bot.core.definition import Definition
from bot.core.errors import MissingError
from bot.core.identity import Subject, branch_of, home_of, review_branch_of
from bot.core.incoming.messages import Approve, Decide, Deed, OpenTrack, Pushed, Reject, Retry, Stop
from bot.core.ports import BranchCommit, GitHub, Reply, RunRow
from bot.core.run.record import Pinned, parse_spent, trailers
from bot.core.run.state import REQUEST
from bot.engine.services import Services


@dataclass(frozen=True)
class Lost:
    """A run without a row: its id, workflow, branch and the phases committed there.

    `awaits` says that its last phase is waiting for approval.
    """

    run: str
    workflow: str
    branch: str
    phases: tuple[str, ...] = ()
    awaits: bool = False

    @property
    def n(self) -> int:
        """The run's number among its workflow's runs on the subject."""
        return int(self.run.rpartition(".")[2])

    def row(self, subject: Subject, *, panel: bool = False) -> RunRow:
        """The row from which its next leg resumes it; `panel` says that it is a review round."""
        repository, left = subject.repository.id, {"panel": True} if panel else None
        return RunRow(self.run, repository, subject.home, self.workflow, "starting", False, {}, [], left)


def find(github: GitHub, subject: Subject, *, pull: bool = False) -> tuple[Lost, ...]:
    """The runs on the branches of this subject, the most recently written first.

    `pull` says that the subject may be a pull request, which may have a separate branch for reviews; that costs one or
    two requests.
    """
    branches = branches_of(github, subject, pull=pull)
    _, base = github.default_branch() if branches else ("", "")
    found: dict[str, Lost] = {}
    # When, and as which of its branch: times are of whole seconds.
    written: dict[str, tuple[str, int]] = {}
    for branch in branches:
        for n, commit in enumerate(github.branch_commits(branch, base)):
            values = trailers(commit.message) if commit.ours else {}
            run = values.get("Run", "")
            if run.startswith(f"{subject.key}."):
                known = _with_commit(found.get(run, Lost(run, run.split(".")[2], branch)), values)
                newest = (commit.at, n) >= written.get(run, ("", 0))
                found[run] = replace(known, branch=branch) if newest else known
                written[run] = max((commit.at, n), written.get(run, ("", 0)))
    return tuple(sorted(found.values(), key=lambda lost: written[lost.run], reverse=True))


def _with_commit(lost: Lost, values: Mapping[str, str]) -> Lost:
    phase = values.get("Phase", "").partition("@")[0]
    # What was said or decided meanwhile ends no wait.
    made = phase not in (REQUEST, DECISION)
    awaits = values.get("Status") == "awaiting" if made else lost.awaits
    return replace(lost, phases=tuple(dict.fromkeys((*lost.phases, phase))), awaits=awaits)


def branches_of(github: GitHub, subject: Subject, *, pull: bool) -> tuple[str, ...]:
    """The branches that a subject's runs write to."""
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
    """Which of these runs a deed is for. `rounds` are the workflows that review pull requests.

    Of a run and the one it includes, it is the outer run until that is finished; it resumes the inner one.
    """
    panels = [lost for lost in found if lost.workflow in rounds]
    others = [lost for lost in found if lost.workflow not in rounds]

    def ahead(of: Lost | None) -> Lost | None:
        """The unfinished run that includes this one; else this one."""
        return next((each for each in others if of and _includes(definitions.get(each.workflow), each, of)), of)

    match deed:
        case Decide() | OpenTrack() | Pushed(panel=True):
            experts = not isinstance(deed, OpenTrack)
            wanted = (each for each in panels if _has_experts(definitions.get(each.workflow)) is experts)
            return next(iter([*wanted, *panels]), None)
        case Approve() | Reject() if waiting := [lost for lost in found if lost.awaits]:
            return ahead(waiting[0])
        case Retry() | Stop():
            return ahead(next(iter(found), None))
        case _:
            return next(iter([*others, *panels]), None)


def next_number(told: int, found: Sequence[Lost], definition: Definition | None) -> int:
    """The number of the next run of a workflow on a pull request, given what comments and branches show.

    A round whose reviews are committed but not merged into concerns continues; so does a run that waits for approval.
    """
    last = max(found, key=lambda lost: lost.n, default=None)
    phases = definition.phases if definition else ()
    merging = next((phase.id for phase in phases if phase.output == "concerns"), None)
    unmerged = last is not None and merging is not None and merging not in last.phases
    return last.n if last and (last.awaits or unmerged) else told + 1


def _has_experts(definition: Definition | None) -> bool:
    """Whether a workflow has a panel; an unknown workflow counts as having one."""
    return definition is None or any(phase.each == "experts" for phase in definition.phases)


def _includes(definition: Definition | None, lost: Lost, other: Lost) -> bool:
    phases = definition.phases if definition else ()
    included = any(phase.source == "workflow" and phase.id == other.workflow for phase in phases)
    return included and phases[-1].id not in lost.phases


def restore_spend(services: Services, pinned: Pinned, commits: Sequence[BranchCommit]) -> None:
    """Fills the ledger from the costs in a run's commits, on their days; does nothing if it knows the run."""
    if services.ledger.run_total(pinned.run).calls:
        return
    for commit in commits:
        values = trailers(commit.message)
        spent = parse_spent(values.get("Spent", ""))
        if spent.calls and values.get("Run") == pinned.run:
            reply = Reply("answered", spent=spent, model=values.get("Model", ""))
            address = f"{pinned.run}/{values.get('Phase', '')}/branch"
            services.ledger.write(address, pinned.run, pinned.subject.repository.id, reply, commit.at)

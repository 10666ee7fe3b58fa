"""A run that its branch knows and the database does not: found by its trailers, with what it spent."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.identity import Subject, branch_of
from ..core.ports import BranchCommit, GitHub, Reply, RunRow
from ..core.record import Pinned, parse_spent, trailers
from .services import Services


@dataclass(frozen=True)
class Lost:
    """A run without a row: its id, its workflow and its branch."""

    run: str
    workflow: str
    branch: str

    def row(self, subject: Subject) -> RunRow:
        """The row that it gets, from which its next leg takes it up."""
        return RunRow(self.run, subject.repository.id, subject.home, self.workflow, "starting", False, {}, [])


def find(github: GitHub, subject: Subject) -> Lost | None:
    """The newest run on a branch of this subject. It costs one request where there is no such branch."""
    branches = github.branches(branch_of(subject.home, ""))
    if not branches:
        return None
    _, base = github.default_branch()
    found: list[tuple[str, Lost]] = []
    for branch in branches:
        for commit in github.branch_commits(branch, base):
            run = trailers(commit.message).get("Run", "") if commit.ours else ""
            if run.startswith(f"{subject.key}."):
                found.append((commit.at, Lost(run, run.split(".")[2], branch)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


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

"""A run of another workflow as a phase of this one: how it starts, its status, and which runs wait for it."""

from collections.abc import Iterator, Sequence

from bot.core.codec import from_json
from bot.core.identity import run_id
from bot.core.incoming.messages import Convened, Entry
from bot.core.ports import BranchCommit, RunRow
from bot.core.run.acts import Convene
from bot.core.run.record import Included, Pinned, trailers
from bot.core.run.state import State
from bot.engine.services import Services

WAITING = "waits for another run"
FAILED = ("failed", "budget")
OVER = (*FAILED, "done", "findings", "stopped")


def included(services: Services, pinned: Pinned, row: RunRow, written: Sequence[BranchCommit]) -> Iterator[Included]:
    """The runs that this one has started. Whether one is done comes from the branch; everything else from its row."""
    ends = {phase.id: phase.ends for phase in pinned.definition.phases if phase.source == "workflow"}
    deeds = (from_json(Entry, entry).message.deed for entry in row.entries)
    for run in dict.fromkeys(deed.run for deed in deeds if isinstance(deed, Convened)):
        link = _link(services, pinned, run)
        other = services.runs.get(run)
        if _is_done(run, ends.get(run.split(".")[2], ""), written):
            yield Included(run, "done", link=link)
        elif other is None:
            yield Included(run, "lost")
        elif other.stop:
            yield Included(run, "stopped", link=link)
        elif other.status in FAILED:
            yield Included(run, "failed", other.reason, link)
        else:
            yield Included(run, "going", other.status if other.status.startswith("waits") else "at work", link)


def convene(services: Services, state: State, act: Convene) -> str:
    """Starts the run by creating its row, and returns its id. Repeating it gives the same run."""
    subject, runs = state.pinned.subject, services.runs
    run = act.run or run_id(subject, act.workflow, _next(services, state, act.workflow))
    runs.create(RunRow(run, subject.repository.id, subject.home, act.workflow, "starting", False, {}, []))
    runs.set_stop(run, False)
    return run


def forgotten(services: Services, state: State) -> list[str]:
    """Creates rows for runs that this one has started but the database doesn't know; returns their workflows."""
    subject, found = state.pinned.subject, []
    for phase in state.phases:
        if phase.included is not None and services.runs.get(phase.included.run) is None:
            run, home = phase.included.run, subject.home
            left = {"panel": True}
            services.runs.create(
                RunRow(run, subject.repository.id, home, phase.phase.id, "starting", False, {}, [], left)
            )
            found.append(phase.phase.id)
    return found


def waiting(services: Services, repository: int, home: int) -> list[str]:
    """The workflows of the subject's runs that wait for another run of it."""
    rows = services.runs.of_subject(repository, home)
    return [row.workflow for row in rows if row.status == WAITING and not row.stop]


def begun_by(rows: Sequence[RunRow], row: RunRow) -> tuple[RunRow, ...]:
    """The runs that this one has started and that are not over."""
    deeds = [from_json(Entry, entry).message.deed for entry in row.entries]
    ids = {deed.run for deed in deeds if isinstance(deed, Convened)}
    return tuple(each for each in rows if each.id in ids and not each.stop and each.status not in OVER)


def _next(services: Services, state: State, workflow: str) -> int:
    """The next free number for a run of the workflow on this subject, from rows and branch."""
    pinned = state.pinned
    prefix = f"{pinned.subject.key}.{workflow}."
    rows = services.runs.of_subject(pinned.subject.repository.id, pinned.subject.home)
    known = [row.id for row in rows if row.pinned or row.status != "starting"]
    github = services.installations.github(pinned.subject.repository)
    known += [trailers(each.message).get("Run", "") for each in github.branch_commits(pinned.branch, pinned.base)]
    return 1 + max((int(run.removeprefix(prefix)) for run in known if run.startswith(prefix)), default=0)


def _is_done(run: str, ends: str, written: Sequence[BranchCommit]) -> bool:
    """Whether that run's last phase is committed, with a finished status in its newest commit."""
    values = [trailers(commit.message) for commit in written if commit.ours]
    last = [
        each.get("Status", "")
        for each in values
        if each.get("Run") == run and each.get("Phase", "").partition("@")[0] == ends
    ]
    return bool(last) and last[-1] in ("done", "findings")


def _link(services: Services, pinned: Pinned, run: str) -> str:
    """The link to the run's status comment, or ""."""
    status = services.remotes.get(run, "status")
    pull = services.runs.get(run)
    number = ((pull.pinned or {}).get("round") or {}).get("pull") if pull else None
    return f"{pinned.web}/pull/{number}#issuecomment-{status.id}" if status and number else ""

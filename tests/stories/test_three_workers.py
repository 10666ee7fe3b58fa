"""Three workers on one PostgreSQL database: one dies in the middle of many runs, and the others take its work over."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.databases import postgres
from tests.soak import Budget

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SLOWNESS, SOURCE, Service, Story, environment, library, running
from .test_kills import once_each

SHORT = """\
version: 1
summary: Write a note in two phases.
trigger: {label: note, command: /note}
artifacts: notes/{slug}
tools: [repository]
phases:
  - {id: user-request, from: event}
  - {id: draft}
  - {id: note}
"""
WORKERS = 3
# Seconds for each run: the hub answers all of them, and takes most of a processor.
PATIENCE = 20.0 * SLOWNESS


@dataclass(frozen=True)
class Crew:
    """A web process and some workers, each with a folder of its own, as on machines of their own."""

    hub: RunningHub
    mind: ClosedLoop
    database: str
    workers: list[Service]

    def rows(self, query: str) -> list[Any]:
        """What the database says."""
        engine = create_engine(self.database)
        with engine.connect() as connection:
            found = list(connection.execute(text(query)))
        engine.dispose()
        return found

    def at_work(self) -> dict[int, int]:
        """How many workflows each worker, by its process, has begun and not ended."""
        found = self.rows("select executor_id, count(*) from dbos.workflow_status where status = 'PENDING' group by 1")
        return {int(name.split("-")[-2]): count for name, count in found}


@contextmanager
def crew(tmp_path: Path, folder: Path, delay: float) -> Iterator[Crew]:
    """`folder` has the workflows, `delay` is how long the model takes for an answer."""
    mind = ClosedLoop(FolderDefinitions(folder).all(), source=SOURCE, ask=False, delay=delay)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    code = library(tmp_path / "code")
    with ExitStack() as stack:
        database = stack.enter_context(postgres())
        stack.enter_context(closed_loop(mind))
        hub = stack.enter_context(running_hub(tmp_path / "hub", {REPOSITORY: code}, webhook))
        own = {"CHARRETTE_DATABASE_URL": database, "CHARRETTE_WORKFLOWS": str(folder)}
        env = environment(hub, tmp_path / "web", mind.url, **own)
        stack.enter_context(running(Service(env, tmp_path / "web.log", "web")))
        workers = []
        for n in range(WORKERS):
            own = {**env, "CHARRETTE_STATE": str(tmp_path / f"worker-{n}"), "CHARRETTE_CONVERSATIONS": "3"}
            workers.append(stack.enter_context(running(Service(own, tmp_path / f"worker-{n}.log", "worker"))))
        yield Crew(hub, mind, database, workers)


def one_dies(crew: Crew, runs: int, label: str, each: int) -> None:
    """So many runs, and the worker that is at most of them is killed when there are so many answers for each run."""
    stories = [Story(crew.hub).opens(title=f"Rotate keys {n}").labels(label) for n in range(runs)]
    wanted = each * runs
    stories[0].until(lambda: sum(crew.mind.answered.values()) > wanted, PATIENCE * runs)
    with_work = crew.at_work()
    victim = max(crew.workers, key=lambda each: with_work.get(each.process.pid if each.process else 0, 0))
    assert victim.process is not None
    assert with_work[victim.process.pid] > 0
    assert len(with_work) > 1, "all of the work is at one worker"
    lost = sum(crew.mind.asked.values()) - sum(crew.mind.answered.values())
    victim.kill()
    died = time.monotonic()
    for story in stories:
        story.until_status("**Done", PATIENCE * runs)
    print(f"{runs} runs, {with_work} at work, {lost} calls in flight, all done {time.monotonic() - died:.0f} s later")
    whole(crew, stories, lost)
    others = "".join(each.log.read_text() for each in crew.workers if each is not victim)
    assert "which is gone, are taken up again" in others


def whole(crew: Crew, stories: list[Story], in_flight: int) -> None:
    """Nothing is paid for twice but what was in flight, and nothing is doubled on the hub."""
    paid = crew.rows("select address from charrette_spend where attempt = 0")
    assert len(paid) == len(crew.mind.asked), "each question was asked under one address"
    again = sum(crew.mind.asked.values()) - len(crew.mind.asked)
    assert again <= max(in_flight, 3), f"{again} calls were made again, {in_flight} were in flight"
    for story in stories:
        once_each(crew.hub, story)
        kinds = Counter(body.partition("charrette:key=")[2].split(" ")[0] for body in story.bot_comments())
        assert max(kinds.values()) == 1, kinds
    assert crew.rows("select count(*) from charrette_delivery where handled_at is null") == [(0,)]
    assert crew.mind.refused == []


def test_one_of_three_workers_dies_in_the_middle_of_six_runs(tmp_path: Path) -> None:
    folder = tmp_path / "workflows"
    shutil.copytree(built_in_workflows(), folder)
    (folder / "note/phases").mkdir(parents=True)
    (folder / "note/workflow.yaml").write_text(SHORT)
    for phase in ("draft", "note"):
        (folder / f"note/phases/{phase}.md").write_text("Write `{{ path }}`.\n")
    with crew(tmp_path, folder, 0.5) as there:
        one_dies(there, 6, "note", 2)


@pytest.mark.soak
def test_one_of_three_workers_dies_in_the_middle_of_thirty_runs(tmp_path: Path, soak_budget: Budget) -> None:
    runs = 6 if soak_budget.limited else 30
    with crew(tmp_path, built_in_workflows(), 0.05) as there:
        one_dies(there, runs, "design", 8)

"""SIGKILL to web and worker at moments of all kinds: nothing is paid for or written twice, and nothing is lost."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.core.run.record import trailers
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.soak import Budget

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SOURCE, Service, Story, environment, library

# The writes that stand between the acts of a run, in the order of their first coming, by method and path. Each is
# struck before it is applied and after.
WRITES = {
    "eyes": ("POST", r"/reactions$"),
    "comment made": ("POST", r"/issues/\d+/comments$"),
    "commit made": ("POST", r"/git/commits$"),
    "branch made": ("POST", r"/git/refs$"),
    "pull request opened": ("POST", r"/pulls$"),
    "check made": ("POST", r"/check-runs$"),
    "comment edited": ("PATCH", r"/issues/comments/\d+$"),
    "branch moved": ("PATCH", r"/git/refs/heads/"),
    "pull request edited": ("PATCH", r"/pulls/\d+$"),
    "ready": ("POST", r"/graphql$"),
}
MOMENTS = [f"{when} {what}" for what in WRITES for when in ("before", "after")] + ["model asked", "model answered"]


class Assassin:
    """Kills the service when a chosen moment comes; then the test starts it again and chooses another."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.service: Service | None = None
        self.target = ""
        self.skip = 0
        self.struck = threading.Event()
        self.hits: Counter[str] = Counter()
        self.lock = threading.Lock()

    def aim(self, target: str, skip: int = 0) -> None:
        """The next kill comes at this moment, after so many of its kind."""
        with self.lock:
            self.target, self.skip = target, skip
            self.struck.clear()

    def moment(self, what: str) -> bool:
        """A moment has come; True where it was the one."""
        with self.lock:
            if what != self.target or self.service is None:
                return False
            if self.skip:
                self.skip -= 1
                return False
            self.target = ""
            self.hits[what] += 1
            self.service.kill()
            self.struck.set()
            return True

    def middleware(self, app: Any) -> Any:
        """Watches the hub's writes; one that is struck before it is applied is lost."""

        def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            what = _write(environ)
            if what and self.moment(f"before {what}"):
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
            answer = list(app(environ, start_response))
            if what:
                self.moment(f"after {what}")
            return answer

        return wrapped


def _write(environ: dict[str, Any]) -> str:
    bot = "ghs_" in environ.get("HTTP_AUTHORIZATION", "")
    for name, (method, path) in WRITES.items():
        if bot and environ["REQUEST_METHOD"] == method and re.search(path, environ["PATH_INFO"]):
            return name
    return ""


@dataclass(frozen=True)
class Stage:
    """What a killing plays on."""

    hub: RunningHub
    mind: ClosedLoop
    service: Service
    assassin: Assassin
    database: str


@contextmanager
def killing_field(tmp_path: Path, seed: int, on: Mapping[str, str]) -> Iterator[Stage]:
    """Hub, model, service and assassin."""
    assassin = Assassin(seed)
    mind = ClosedLoop(FolderDefinitions(built_in_workflows()).all(), source=SOURCE)
    mind.watch = assassin.moment  # type: ignore[assignment]
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    code = library(tmp_path / "code")
    hub_of = running_hub(tmp_path / "hub", {REPOSITORY: code}, webhook, middleware=assassin.middleware)
    with closed_loop(mind), hub_of as hub:
        service = Service(environment(hub, tmp_path / "state", mind.url, **on), tmp_path / "serve.log")
        assassin.service = service.start()
        try:
            file = f"sqlite:///{tmp_path / 'state/charrette.sqlite'}"
            yield Stage(hub, mind, service, assassin, on.get("CHARRETTE_DATABASE_URL", file))
        finally:
            assassin.aim("")
            service.stop()


def recorded(database: str) -> int:
    """How many answers the ledger holds."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found = connection.scalar(text("select count(*) from charrette_spend where attempt = 0"))
    engine.dispose()
    return int(found or 0)


def whole_run(story: Story) -> dict[str, str]:
    """The documents of a run, less the request, which tells of times and numbers."""
    return {path.rpartition("/")[2]: text for path, text in story.files().items() if "001-" not in path}


def play(stage: Stage, title: str, kills: list[str]) -> tuple[Story, list[str]]:
    """A run with kills at these kinds of moments, each with a look at the books; and those that did not come."""
    assassin, mind = stage.assassin, stage.mind
    lost = sum(mind.asked.values()) - recorded(stage.database)
    left = sorted(kills, key=MOMENTS.index)
    aim(assassin, left)
    story = Story(stage.hub).opens(title=title).labels()
    said = 0

    def moved() -> bool:
        nonlocal said
        # A delivery that meets a dead web process is lost, as GitHub's are: the author says it again.
        if said < stage.service.starts and "waits for answers" in story.status:
            story.says("1A 2A")
            said = stage.service.starts
        return assassin.struck.is_set() or "**Done. " in story.status

    story.until(moved, 120)
    while assassin.struck.is_set():
        missing = sum(mind.asked.values()) - recorded(stage.database) - lost
        assert missing <= 1, f"{missing} calls at once were lost by one kill {left[0]}"
        lost += missing
        left = left[1:]
        assassin.struck.clear()
        stage.service.start()  # before the next aim: a service that dies while it starts never says that it is ready
        aim(assassin, left)
        story.until(moved, 120)
    assassin.aim("")
    return story, left


def aim(assassin: Assassin, left: list[str]) -> None:
    """At the next moment of the list, or not at the first of its kind."""
    target = left[0] if left else ""
    often = target.endswith(("comment edited", "branch moved", "commit made", "model asked", "model answered"))
    assassin.aim(target, assassin.random.randrange(3) if often else 0)


def once_each(hub: RunningHub, story: Story) -> None:
    """Each publication was created once, and each phase has one commit for each revision."""
    writes = [write for write in hub.writes() if write["method"] == "POST" and write.get("key")]
    creates = Counter((write["path"], write["body"][-120:]) for write in writes)
    assert [key for key, n in creates.items() if n > 1] == []
    phases = Counter(trailers(message)["Phase"] for message in story.commits())
    assert [phase for phase, n in phases.items() if n > 1] == []
    for commit in story.ada.get(f"/pulls/{story.pull()['number']}/commits?per_page=100"):
        names = [check["name"] for check in story.ada.get(f"/commits/{commit['sha']}/check-runs")["check_runs"]]
        assert len(names) == len(set(names)), f"a check stands twice on {commit['sha']}"
    assert [each["content"] for each in story.ada.get(f"/issues/{story.number}/reactions")] == ["eyes"]


def kills_then_whole(
    tmp_path: Path, seed: int, wanted: int, moments: list[str], on: Mapping[str, str], budget: Budget | None = None
) -> Counter[str]:
    with killing_field(tmp_path, seed, on) as stage:
        plain, _ = play(stage, "No kills", [])
        expected = whole_run(plain)
        assert len(expected) == 9
        hits, left = stage.assassin.hits, stage.assassin.random.sample(moments, len(moments))
        for _ in range(wanted):
            if not left:
                left = stage.assassin.random.sample(MOMENTS, len(MOMENTS))
            batch, left = left[: min(8, wanted - sum(hits.values()))], left[8:]
            story, missed = play(stage, "Some kills", batch)
            left += missed
            story.until_status("**Done. ", 120)
            assert whole_run(story) == expected
            once_each(stage.hub, story)
            if sum(hits.values()) >= wanted or (budget is not None and budget.left <= 0):
                break
        return hits


def test_a_few_kills_leave_the_run_whole(tmp_path: Path, on: Mapping[str, str]) -> None:
    moments = ["after branch moved", "model asked", "before comment edited", "after check made"]
    if on:
        del moments[2:]  # on PostgreSQL each kill is waited for by those who take over
    assert sum(kills_then_whole(tmp_path, 7, len(moments), moments, on).values()) == len(moments)


@pytest.mark.soak
def test_fifty_kills_at_every_boundary(tmp_path: Path, on: Mapping[str, str], soak_budget: Budget) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    hits = kills_then_whole(tmp_path, seed, 50, list(MOMENTS), on, soak_budget)
    assert sum(hits.values()) > 0
    if soak_budget.limited:
        return
    assert sum(hits.values()) >= 50
    assert {moment for moment in MOMENTS if not hits[moment]} == set()


def kept(stage: Stage) -> set[str]:
    """The deliveries that were answered with 202."""
    return {str(sent["guid"]) for sent in stage.hub.deliveries() if sent["status_code"] == 202}


def handled(database: str) -> dict[str, str]:
    """The deliveries that were handled, and what came of them."""
    engine = create_engine(database)
    with engine.connect() as connection:
        rows = connection.execute(text("select id, note from charrette_delivery where handled_at is not null")).all()
    engine.dispose()
    return {row.id: row.note for row in rows}


def kills_at_any_time(tmp_path: Path, seed: int, wanted: int, budget: Budget, on: Mapping[str, str]) -> int:
    """Runs, one after the other, while web, worker or both are killed at random times; how many kills there were."""
    kills = 0
    with killing_field(tmp_path, seed, {"CHARRETTE_MISSED_MINUTES": "0.05", **on}) as stage:
        dice = stage.assassin.random
        while kills < wanted and (kills == 0 or budget.left > 0):
            story = Story(stage.hub).opens(title=f"After {kills} kills").labels()
            said, end = False, time.monotonic() + 900
            while "**Done. " not in story.status:
                assert time.monotonic() < end, story.status
                if not said and "waits for answers" in story.status:
                    story.says("1A 2A")
                    said = True
                time.sleep(dice.uniform(0.5, 8.0))
                if kills < wanted and budget.left > 0:
                    half = dice.choice(["web", "worker", ""])
                    if half:
                        stage.service.kill_half(half)
                    else:
                        stage.service.kill()
                        stage.service.start()
                    kills += 1
            assert len(whole_run(story)) == 9
            once_each(stage.hub, story)
            story.until(lambda: kept(stage) <= set(handled(stage.database)))
            assert "failed" not in handled(stage.database).values()
        lost = sum(stage.mind.answered.values()) - recorded(stage.database)
        assert lost <= kills, f"{lost} answers were lost by {kills} kills"
    return kills


@pytest.mark.soak
def test_two_hundred_kills_at_any_time(tmp_path: Path, soak_budget: Budget) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    kills = kills_at_any_time(tmp_path, seed, 200, soak_budget, {})
    print(f"{kills} kills")
    assert kills > 0

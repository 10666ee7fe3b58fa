"""Whose work is taken up, by whom, and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.core.codec import to_json
from bot.core.identity import Repository, Subject
from bot.core.incoming.messages import Message, Retry
from bot.engine import takeover as module
from bot.engine.legs.asked import Asked
from bot.engine.takeover import Takeover

GRACE = 6.0
ASKED = Asked(
    Subject(Repository(7, "octo/library", 1), 12), Message("gh-1.0", "ada", "2026-11-20T10:00:00Z", "", Retry())
)


@dataclass
class Row:
    workflow_id: str
    executor_id: str
    app_version: str
    status: str = "PENDING"
    name: str = "leg"
    input: Any = field(default_factory=lambda: {"args": [to_json(ASKED)]})


@dataclass
class Engine:
    """DBOS, as far as the takeover knows it."""

    rows: list[Row]
    versions: list[str]
    recovered: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def list_workflows(self, *, status: Any, app_version: str, limit: int | None = None, **_: object) -> list[Row]:
        return [row for row in self.rows if row.status in status and row.app_version == app_version][:limit]

    def list_application_versions(self) -> list[dict[str, str]]:
        return [{"version_name": version} for version in self.versions]

    def set_latest_application_version(self, version: str) -> None:
        self.versions.sort(key=lambda known: known != version)

    def _recover_pending_workflows(self, executors: list[str]) -> list[str]:
        self.recovered += executors
        return executors

    def cancel_workflow(self, id: str) -> None:
        self.cancelled.append(id)


@dataclass
class Present:
    """Implements `Presence` and `Living`."""

    alive: set[str]
    executor: str = "1/me"
    grace: float = GRACE
    claimed: set[str] = field(default_factory=set)

    def living(self) -> "Present":
        return self

    def worker(self, executor: str) -> bool:
        return executor in self.alive

    def version(self, version: str) -> bool:
        return any(executor.startswith(f"{version}/") for executor in self.alive)

    @contextmanager
    def claim(self, what: str) -> Iterator[bool]:
        yield what not in self.claimed

    def leads(self, _what: str) -> bool:
        return True

    def close(self) -> None:
        pass


class Scene:
    """A worker of version 1 that looks at others, at a time of ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rows: list[Row], alive: set[str], versions: list[str]) -> None:
        self.now = 100.0
        self.engine = Engine(rows, versions)
        self.presence = Present({"1/me", *alive})
        self.queued: list[tuple[str, Asked]] = []
        monkeypatch.setattr(module, "DBOS", self.engine)
        self.places: dict[str, str] = {}
        monkeypatch.setattr(module, "keep_place", self.places.__setitem__)
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.takeover = Takeover(self.presence, "1", self.queue)

    def queue(self, id: str, asked: Asked, delay: float) -> None:
        assert delay == 0
        self.queued.append((id, asked))

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.takeover.look()


def test_a_dead_workers_work_is_taken_once_the_grace_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row("mine", "1/me", "1"), Row("theirs", "1/lives", "1"), Row("left", "1/dead", "1")]
    scene = Scene(monkeypatch, rows, {"1/lives"}, ["1"])
    scene.after(0)
    scene.after(GRACE - 0.1)
    assert scene.engine.recovered == []
    scene.after(0.1)
    assert scene.engine.recovered == ["1/dead"]
    assert scene.queued == []
    assert scene.engine.cancelled == []


def test_a_worker_that_was_seen_again_has_the_whole_grace_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, [Row("left", "1/flickers", "1")], set(), ["1"])
    scene.after(0)
    scene.presence.alive.add("1/flickers")
    scene.after(GRACE)
    scene.presence.alive.remove("1/flickers")
    scene.after(1)
    scene.after(GRACE - 1)
    assert scene.engine.recovered == []


def test_what_somebody_else_is_at_is_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, [Row("left", "1/dead", "1"), Row("old", "0/dead", "0")], set(), ["1", "0"])
    scene.presence.claimed |= {"1/dead", "0/"}
    scene.after(0)
    scene.after(GRACE)
    assert scene.engine.recovered == []
    assert scene.queued == []


@pytest.mark.parametrize("alive", [{"2/lives"}, set()], ids=["somebody runs it", "nobody runs it"])
def test_work_of_another_version_is_theirs_as_long_as_anybody_runs_it(
    monkeypatch: pytest.MonkeyPatch, alive: set[str]
) -> None:
    rows = [
        Row("leg-1", "2/dead", "2"),
        Row("leg-2", "2/lives", "2"),
        Row("talk", "2/dead", "2", name="converse"),
        Row("waits", "", "2", status="ENQUEUED"),
        Row("over", "2/dead", "2", status="SUCCESS"),
    ]
    scene = Scene(monkeypatch, rows, alive, ["2", "1"])
    scene.after(0)
    assert scene.engine.versions[0] == ("2" if alive else "1")
    scene.after(GRACE)
    if alive:
        assert (scene.queued, scene.engine.cancelled) == ([], [])
        return
    assert scene.queued == [("leg-1~1", ASKED), ("leg-2~1", ASKED), ("waits~1", ASKED)]
    assert scene.places == {"leg-1~1": "leg-1", "leg-2~1": "leg-2", "waits~1": "waits"}
    assert scene.engine.cancelled == ["leg-1", "leg-2", "talk", "waits"]
    assert scene.engine.recovered == []


def test_one_alone_takes_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(monkeypatch, [Row("left", "worker", "1"), Row("old", "0/worker", "0")], set(), ["1", "0"])
    scene.presence.grace = 0
    scene.after(0)
    assert scene.engine.recovered == ["worker"]
    assert scene.queued == [("old~1", ASKED)]
    assert scene.engine.cancelled == ["old"]

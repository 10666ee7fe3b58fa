"""GitHub on a bad day: three in ten of the App's requests fail. Runs complete all the same, and nothing is doubled."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.soak import Budget

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SLOWNESS, SOURCE, Service, Story, environment, library, running
from .test_kills import once_each, whole_run

FAILING = 0.3
# Its shares of what fails. A request that is refused for the limit has all of the installation rest for a second.
KINDS: dict[str, tuple[float, dict[str, Any]]] = {
    "500": (4, {"kind": "status", "status": 500}),
    "502": (4, {"kind": "status", "status": 502}),
    "503": (4, {"kind": "status", "status": 503}),
    "502 after applying": (6, {"kind": "applied-status", "status": 502}),
    "dropped": (4, {"kind": "drop"}),
    "dropped after applying": (6, {"kind": "applied-drop"}),
    "expired token": (1, {"kind": "status", "status": 401, "message": "Bad credentials"}),
    "429": (0.5, {"kind": "status", "status": 429, "seconds": 1, "message": "Too many requests"}),
    "secondary limit": (0.5, {"kind": "secondary-rate-limit", "seconds": 1}),
}


def bad_day(share: float, seed: int) -> list[dict[str, Any]]:
    """Faults that meet this share of the App's requests, all kinds together."""
    whole, left, found = sum(weight for weight, _ in KINDS.values()), 1.0, []
    for n, (weight, fault) in enumerate(KINDS.values()):
        mine = share * weight / whole
        # The first that strikes does, so that each is asked only where none before it struck.
        found.append({**fault, "who": "app", "times": -1, "probability": mine / left, "seed": seed + n})
        left -= mine
    return found


@contextmanager
def luckless(folder: Path) -> Iterator[tuple[RunningHub, ClosedLoop]]:
    """A hub and a model with a service of their own."""
    mind = ClosedLoop(FolderDefinitions(built_in_workflows()).all(), source=SOURCE)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    with closed_loop(mind), running_hub(folder / "hub", {REPOSITORY: library(folder / "code")}, webhook) as hub:
        service = Service(environment(hub, folder / "state", mind.url), folder / "serve.log")
        with running(service):
            yield hub, mind


def on_a_bad_day(folder: Path, seed: int, runs: int, patience: float) -> None:
    print(f"seed {seed}")
    with luckless(folder) as (hub, mind):
        hub.faults(*bad_day(FAILING, seed))
        stories = [Story(hub).opens(title=f"Request {n}").labels() for n in range(runs)]
        end = time.monotonic() + patience * SLOWNESS
        for story in stories:
            story.until_status("waits for answers", end - time.monotonic())
        for story in stories:
            story.says("1A 2A")
        for story in stories:
            story.until_status("**Done. ", end - time.monotonic())
        struck = hub.faults()
        hub.no_faults()
        for story in stories:
            once_each(hub, story)
            assert len(whole_run(story)) == 9
        assert {digest: n for digest, n in mind.answered.items() if n > 1} == {}
        assert mind.refused == []
    hits = Counter({name: fault["hits"] for name, fault in zip(KINDS, struck, strict=True)})
    print(dict(hits))
    assert sum(hits.values()) > 20 * runs


@pytest.mark.soak
def test_fifty_runs_on_a_bad_day(tmp_path: Path, soak_budget: Budget) -> None:
    on_a_bad_day(tmp_path, 20_261_124, 2 if soak_budget.limited else 50, 2400)

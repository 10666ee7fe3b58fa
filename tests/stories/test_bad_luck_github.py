"""Whatever GitHub answers to whichever request, the run completes or says what to do; and nothing is doubled."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.hub.server import running_hub

from .in_process import House, make_house
from .stage import Story
from .test_bad_luck import bad_day
from .test_kills import once_each

PASSING: dict[str, dict[str, Any]] = {
    "500": {"kind": "status", "status": 500},
    "502 after applying": {"kind": "applied-status", "status": 502},
    "dropped": {"kind": "drop"},
    "dropped after applying": {"kind": "applied-drop"},
    "expired token": {"kind": "status", "status": 401, "message": "Bad credentials"},
}
REQUESTS = {
    "eyes": ("POST", r"/reactions$"),
    "the issue": ("GET", r"/issues/\d+$"),
    "the right": ("GET", r"/permission$"),
    "the clone": ("GET", r"/info/refs$"),
    "the branch's head": ("GET", r"/git/ref/heads/charrette/"),
    "a tree": ("POST", r"/git/trees$"),
    "a commit": ("POST", r"/git/commits$"),
    "a new branch": ("POST", r"/git/refs$"),
    "a branch that moves": ("PATCH", r"/git/refs/heads/"),
    "the pull request": ("POST", r"/pulls$"),
    "its text": ("PATCH", r"/pulls/\d+$"),
    "the check": ("POST", r"/check-runs$"),
    "a comment": ("POST", r"/issues/\d+/comments$"),
    "its edit": ("PATCH", r"/issues/comments/\d+$"),
    "ready": ("POST", r"/graphql$"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    code = folder / "code"
    code.mkdir()
    (code / "README.md").write_text("# Library\n\nIt is small.\n")
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", {"octo/library": code}) as hub:
        yield make_house(hub, folder, patch).play()


@pytest.fixture(autouse=True)
def _good_again(house: House) -> Iterator[None]:
    yield
    house.hub.no_faults()
    house.play()


def done_once(house: House, story: Story) -> None:
    """The run is done, and what it made is there once."""
    assert "**Done. " in story.status
    once_each(house.hub, story)


@pytest.mark.parametrize(
    "kind",
    [
        "502 after applying",
        "expired token",
        pytest.param("dropped after applying", marks=pytest.mark.soak),
        pytest.param("500", marks=pytest.mark.soak),
        pytest.param("dropped", marks=pytest.mark.soak),
    ],
)
def test_what_passes_is_tried_again(house: House, kind: str) -> None:
    """Each kind of request meets it once."""
    story = house.story().opens(title=f"Memo {kind}")
    house.play()
    asked = [{"who": "app", "method": method, "path": path} for method, path in REQUESTS.values()]
    house.hub.faults(*({**PASSING[kind], **each} for each in asked))
    story.labels("memo")
    house.play()
    story.says("1A")
    house.play()
    struck = [name for name, fault in zip(REQUESTS, house.hub.faults(), strict=True) if fault["hits"]]
    assert len(struck) >= len(REQUESTS) - 2, struck
    done_once(house, story)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "secondary-rate-limit", "seconds": 1}, id="secondary limit"),
        pytest.param({"kind": "status", "status": 429, "seconds": 1}, id="429", marks=pytest.mark.soak),
    ],
)
def test_a_limit_is_waited_for(house: House, fault: dict[str, Any]) -> None:
    story = house.story().opens(title="A note")
    house.play()
    house.hub.faults({**fault, "who": "app", "method": "POST", "path": "/git/commits$"})
    story.labels("note")
    house.play()
    assert house.hub.faults()[0]["hits"] == 1
    done_once(house, story)


@pytest.mark.soak
def test_a_primary_limit_of_two_minutes_is_waited_out_without_a_request(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limiter's clock runs on by what the engine sleeps, so that two minutes pass at once."""
    story = house.story().opens(title="A note")
    house.play()
    (limiter,) = house.services.installations.app._limiters.values()  # type: ignore[attr-defined]
    began, asked = time.monotonic(), []

    def sleep(seconds: float) -> None:
        house.engine.slept.append(seconds)
        asked.append(house.hub.faults()[0]["hits"])
        if sum(house.engine.slept) >= 119:
            house.hub.no_faults()

    house.engine.slept.clear()
    monkeypatch.setattr(house.engine, "sleep", sleep)
    monkeypatch.setattr(limiter, "_clock", lambda: time.monotonic() + sum(house.engine.slept))
    limit = {"kind": "rate-limit", "seconds": 120, "times": -1, "who": "app", "method": "POST", "path": "/git/commits$"}
    house.hub.faults(limit)
    story.labels("note")
    house.play()
    assert sum(house.engine.slept) >= 119
    assert set(asked) == {1}
    assert time.monotonic() - began < 119
    done_once(house, story)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("a tree", 403),
        ("the pull request", 422),
        ("a comment", 404),
        pytest.param("a new branch", 404, marks=pytest.mark.soak),
        pytest.param("the check", 409, marks=pytest.mark.soak),
    ],
)
def test_a_refusal_is_told_and_retry_completes_the_run(house: House, name: str, status: int) -> None:
    method, path = REQUESTS[name]
    story = house.story().opens(title="A note")
    house.play()
    house.hub.faults(
        {"kind": "status", "status": status, "message": "No.", "who": "app", "method": method, "path": path}
    )
    story.labels("note")
    house.play()
    assert house.hub.faults()[0]["hits"] == 1
    if "**Done. " not in story.status:
        if "comment" not in name:
            assert "GitHub" in story.status
            assert "`/retry`" in story.status
        story.says("/retry")
        house.play()
    done_once(house, story)


def test_three_runs_on_a_bad_day(house: House) -> None:
    stories = [house.story().opens(title=f"Note {n}") for n in range(3)]
    house.play()
    house.hub.faults(*bad_day(0.3, 20_261_123))
    for story in stories:
        story.labels("note")
    house.play()
    assert sum(fault["hits"] for fault in house.hub.faults()) > 20
    house.hub.no_faults()
    for story in stories:
        done_once(house, story)

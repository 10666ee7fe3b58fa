"""A machine whose clock is off: the App's tokens are dated by GitHub's clock, and its limits are read by it."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.adapters.github import App, server_time, translate
from bot.adapters.github.server_time import ServerTime, date_of
from bot.core.identity import Repository
from bot.hub.facts import InstallationToken
from bot.hub.server import RunningHub, running_hub

HOUR = 3600.0


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    folder: Path = tmp_path_factory.mktemp("clock")
    (folder / "code").mkdir()
    (folder / "code" / "README.md").write_text("# A\n")
    with running_hub(folder / "hub", {"octo/library": folder / "code"}) as hub:
        yield hub


@pytest.fixture(params=[HOUR, -HOUR, 0.0], ids=["an hour ahead", "an hour behind", "right"])
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    """By how much the clock of our side is off; the hub's is right."""
    off = float(request.param)
    clock = SimpleNamespace(time=lambda: time.time() + off)
    for module in ("github.Auth", server_time.__name__, translate.__name__):
        monkeypatch.setattr(f"{module}.time", clock)
    return off


def test_tokens_are_taken_and_kept(hub: RunningHub, ahead: float, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    app = App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)
    assert app.login().endswith("[bot]")
    assert app.clock_ahead == pytest.approx(ahead, abs=5)
    told = "ahead of" if ahead > 0 else "behind"
    assert (f"s {told} GitHub's" in caplog.text) == bool(ahead)
    repository = hub.hub.store.repository("octo", "library")
    installation = hub.hub.installation(repository)
    assert installation is not None
    there = Repository(repository.id, "octo/library", installation.id)
    before = len(hub.hub.store.all(InstallationToken))
    assert app.clone_credentials(there) == app.clone_credentials(there)
    assert len(hub.hub.store.all(InstallationToken)) == before + 1


def test_a_limit_is_read_by_githubs_clock(ahead: float) -> None:
    assert abs(ahead) <= HOUR
    headers = {
        "date": "Fri, 20 Nov 2026 10:00:00 GMT",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(date_of({"date": "Fri, 20 Nov 2026 10:02:00 GMT"}) or 0)),
    }
    assert translate.named_rest(headers) == 121


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Nov 2026 10:00:00 GMT"])
def test_an_answer_without_a_date_changes_nothing(date: str) -> None:
    known = ServerTime()
    known.heard({"Date": date})
    assert known.ahead == 0.0

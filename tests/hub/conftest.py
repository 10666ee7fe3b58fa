"""A hub with a small repository, and the ways in: a person's token, the App's installation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import github
import pytest
from github.Repository import Repository

from bot.hub.auth import create_private_key
from bot.hub.server import RunningHub, running_hub
from tests.hub.contract import Contract

NAME = "acme/widgets"


@pytest.fixture(scope="session")
def contract(request: pytest.FixtureRequest) -> Iterator[Contract]:
    """One contract for all; where all tests ran in one process, no operation may be left that nobody exercised."""
    made = Contract()
    yield made
    here = Path(__file__).parent
    ran = {item.path for item in request.session.items}
    whole = set(here.glob("test_*.py")) <= ran and not request.config.option.keyword
    if whole and "PYTEST_XDIST_WORKER" not in os.environ and not request.session.testsfailed:
        assert made.report() == []


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "src").mkdir(parents=True)
    (folder / "README.md").write_text("# Widgets\n\nThey turn.\n")
    (folder / "src" / "widget.py").write_text("".join(f"line_{number} = {number}\n" for number in range(1, 31)))
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"no")
    return folder


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key for all: making one takes longer than a test."""
    file = tmp_path_factory.mktemp("key") / "app.private-key.pem"
    create_private_key(file)
    return file


@pytest.fixture
def state(tmp_path: Path, key: Path) -> Path:
    """A hub's folder before its first start."""
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(key, folder / key.name)
    return folder


@pytest.fixture
def hub(state: Path, source: Path, contract: Contract) -> Iterator[RunningHub]:
    already = len(contract.faults)
    with running_hub(state, {NAME: source}, "http://127.0.0.1:9/webhook", middleware=contract) as running:
        yield running
        contract.check_deliveries(running.deliveries())
    assert contract.faults[already:] == []


def client(hub: RunningHub, login: str) -> github.Github:
    """PyGithub as a person, without its pauses."""
    return _github(hub, github.Auth.Token(hub.users[login]))


def _github(hub: RunningHub, auth: github.Auth.Auth) -> github.Github:
    return github.Github(
        auth=auth, base_url=hub.api_url, seconds_between_requests=0, seconds_between_writes=0, retry=None
    )


def integration(hub: RunningHub) -> github.GithubIntegration:
    """PyGithub as the App itself."""
    auth = github.Auth.AppAuth(hub.app_id, hub.private_key_file.read_text())
    return github.GithubIntegration(
        auth=auth, base_url=hub.api_url, seconds_between_requests=0, seconds_between_writes=0
    )


@pytest.fixture
def ada(hub: RunningHub) -> Repository:
    """The repository, as someone who may write."""
    return client(hub, "ada").get_repo(NAME)


@pytest.fixture
def grace(hub: RunningHub) -> Repository:
    """The repository, as its admin."""
    return client(hub, "grace").get_repo(NAME)


@pytest.fixture
def eve(hub: RunningHub) -> Repository:
    """The repository, as someone who may only read."""
    return client(hub, "eve").get_repo(NAME)


@pytest.fixture
def bot(hub: RunningHub) -> Repository:
    """The repository, as the App's installation."""
    app = integration(hub)
    token = app.get_access_token(app.get_repo_installation(*NAME.split("/")).id)
    return _github(hub, github.Auth.Token(token.token)).get_repo(NAME)

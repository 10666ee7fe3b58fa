"""A hub, a model and a service that the stories of a test process share; each story has an issue of its own.

Where there is a PostgreSQL server, the stories run on it as on SQLite, with a hub and a service for each.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.adapters.definitions import FolderDefinitions
from bot.app import built_in_workflows
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.databases import KINDS, settings_of
from tests.hub.contract import Contract
from tests.scheduling import scope

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, SOURCE, Service, Story, environment, library, running


@pytest.fixture(scope="session")
def mind() -> Iterator[ClosedLoop]:
    """The model's server."""
    definitions = FolderDefinitions(built_in_workflows()).all()
    with closed_loop(ClosedLoop(definitions, source=SOURCE)) as loop:
        yield loop


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that the shared service keeps its state in."""
    found: str = request.param
    return found


@pytest.fixture(params=KINDS)
def on(request: pytest.FixtureRequest) -> Iterator[Mapping[str, str]]:
    """The settings with which a service of a story's own keeps its state in an empty database."""
    with settings_of(request.param) as settings:
        yield settings


@pytest.fixture(scope="session")
def hub(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """The hub, with a library's source; all that goes in and out is held against GitHub's own description."""
    folder: Path = tmp_path_factory.mktemp("hub")
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    contract = Contract()
    code = library(folder / "code")
    with running_hub(folder / "state", {REPOSITORY: code}, webhook, middleware=contract) as running:
        yield running
        contract.check_deliveries(running.deliveries())
    assert contract.faults == []


@pytest.fixture(scope="session")
def service(
    kind: str, hub: RunningHub, mind: ClosedLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service, web and worker."""
    folder = tmp_path_factory.mktemp("service")
    with settings_of(kind) as database:
        env = environment(hub, folder, mind.url, **database)
        with running(Service(env, folder / "serve.log")) as service:
            yield service


@pytest.fixture
def story(hub: RunningHub, service: Service, request: pytest.FixtureRequest) -> Story:
    """A story that has not begun."""
    assert scope(request.node.nodeid).startswith("shared"), "name its file in tests/scheduling.py"
    assert service.process is not None
    assert service.process.poll() is None
    return Story(hub)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Where processes share the tests out, the service ends with its last story: it would idle until the end."""
    ends = nextitem is None or scope(nextitem.nodeid) != scope(item.nodeid)
    shared = getattr(item, "funcargs", {}).get("service")
    if hasattr(item.config, "workerinput") and ends and isinstance(shared, Service):
        shared.stop()

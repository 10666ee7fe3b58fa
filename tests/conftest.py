"""The soak tests' budget, and how tests are shared out among several processes."""

import signal
import threading

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.databases import VARIABLE, has_postgres
from tests.scheduling import Together, rank
from tests.soak import BUDGET, Budget

# How long it takes to draw an example, or to try it, says more of the machine than of the test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# What has to be covered has tests of its own; to follow each step of these others takes them half as long again.
UNFOLLOWED = frozenset(("cli", "demo", "hub", "stories", "web"))


def pytest_configure() -> None:
    """Started in the background by a shell, we ignore SIGINT; what the tests start would inherit that."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--library NAME`: the installed package that the story from outside designs for."""
    parser.addoption("--library", default="itsdangerous", help="an installed package with Python source")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Which databases were there is said, so that nobody takes half for the whole."""
    if not has_postgres():
        terminalreporter.write_line(f"On SQLite alone: {VARIABLE} names no PostgreSQL server.")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """What is shared is made once."""
    return Together(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the soak tests, the stories come last: they go on until the budget is spent, and then no other begins."""
    for item in items:
        if item.path.relative_to(config.rootpath).parts[1] in UNFOLLOWED:
            item.add_marker(pytest.mark.no_cover)
    items.sort(key=lambda item: bool(item.get_closest_marker("soak")) and "stories" in item.path.parts)
    if hasattr(config, "workerinput"):
        items.sort(key=rank)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A soak test does not begin once the budget is spent."""
    if item.get_closest_marker("soak") and BUDGET.left <= 0:
        pytest.skip("CHARRETTE_TEST_SOAK_SECONDS are over")


@pytest.fixture(scope="session")
def soak_budget() -> Budget:
    """For a soak test that goes on in rounds: it ends after the round in which nothing is left."""
    return BUDGET

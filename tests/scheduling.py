"""Which tests of several processes run in the same one: what they share is then made once, and not once in each."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

SHARED = ("feature_design", "hostile_text", "limits", "macro_plan", "panel")
"""The files of stories that are played on one hub, with one service."""

SLOW = ("stories", "demo", "cli", "engine", "hub", "adapters")
"""Folders whose tests begin first, so that the short ones of the others fill what is left of the time."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """A file's tests on one kind of database run in one process, and so do all stories that share a service."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    """What a test runs together with, by name."""
    file = nodeid.partition("::")[0]
    if file in (f"tests/stories/test_{name}.py" for name in SHARED):
        file = "shared"
    return f"{file} on PostgreSQL" if "postgresql" in nodeid.partition("[")[2] else file


def rank(item: pytest.Item) -> int:
    """The lower, the sooner."""
    folder = item.nodeid.split("/")[1]
    return SLOW.index(folder) if folder in SLOW else len(SLOW)

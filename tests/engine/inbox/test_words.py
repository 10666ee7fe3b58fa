"""The labels that count where one is taken off: those of the configuration, and those with which runs began."""

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.core.codec import to_json
from bot.core.definition import Trigger
from bot.core.identity import Repository
from bot.core.incoming import events
from bot.core.incoming.commands import Vocabulary
from bot.core.ports import Issue, RunRow
from bot.engine.inbox.words import words
from bot.engine.services import Services
from tests.core.a_run import definition, pinned

HERE = Repository(7, "octo/queue", 3)
BY = events.Sender("ada", 5, is_bot=False)
ISSUE = Issue(12, "Queue depth", "", "ada", True, (), "https://github.example/octo/queue/issues/12")
NOW = Vocabulary({"blueprint": "feature-design", "design": "sketch"})


@dataclass
class House:
    """A configuration that calls a label otherwise than it was, and one run that began before."""

    row: RunRow | None

    def vocabulary(self, repository: Repository) -> Vocabulary:
        return NOW

    def of_subject(self, repository: int, home: int) -> list[RunRow]:
        assert (repository, home) == (7, 12)
        return [self.row] if self.row else []


def row(label: str) -> RunRow:
    of = replace(definition(), trigger=Trigger(label, "/design"))
    return RunRow(pinned().run, 7, 12, "feature-design", "running", False, to_json(pinned(of)), [])


UNPINNED = replace(row("design"), pinned={})


@pytest.mark.parametrize(
    ("run", "labels"),
    [
        (None, dict(NOW.labels)),
        (UNPINNED, dict(NOW.labels)),
        (row("old"), {**NOW.labels, "old": "feature-design"}),
        (row("design"), {**NOW.labels, "design": "feature-design"}),
        (row(""), dict(NOW.labels)),
    ],
    ids=["no run", "a run that has not begun", "renamed", "another workflow's by now", "begun without a label"],
)
def test_the_label_with_which_a_run_began_still_stops_it(run: RunRow | None, labels: dict[str, str]) -> None:
    house = House(run)
    services = cast(Services, cast(Any, SimpleNamespace(houses=house, runs=house)))
    off = events.IssueUnlabeled("d", BY, "2026-11-20T10:00:00Z", HERE, ISSUE, "design")
    on = events.IssueLabeled("d", BY, "2026-11-20T10:00:00Z", HERE, ISSUE, "design")
    assert words(services, off).labels == labels
    assert words(services, on).labels == NOW.labels

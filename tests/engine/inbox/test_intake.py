"""The inbox: who is held back holds back nobody else, and that an issue is gone is not believed at once."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

import handlers
from bot.adapters.store import Store
from bot.core.errors import MissingError, TransientError
from bot.core.identity import Repository
from bot.core.ports import Deliveries, Delivery, Issue
from bot.core.run.record import Limits
from bot.engine.inbox.eyes import Eyes
from bot.engine.inbox.houses import Houses
from bot.engine.inbox.intake import Intake
from bot.engine.inbox.telling import LOOKS
from bot.engine.legs.asked import Asked
from bot.engine.services import Services
from tests.engine.legs.test_lost import NOON, Blind, Fake, Known, Unheard

DOWN, UP, PAGE = 7, 8, 5


@dataclass
class Moody(Fake):
    """Every repository's GitHub: one is down, and an issue is not there for the first so many looks."""

    down: frozenset[int] = frozenset()
    missing: int = 0
    here: int = 0

    def github(self, repository: Repository) -> "Moody":
        self.here = repository.id
        return self

    def issue(self, number: int) -> Issue:
        self.asked.append(f"issue {self.here}")
        if self.here in self.down:
            raise TransientError("GitHub: 502", 120.0)
        if self.asked.count(f"issue {self.here}") <= self.missing:
            raise MissingError("GitHub: Not Found.")
        return Issue(number, "Queue depth", "Body.", "ada", True, ("design",), "https://github.example/issues/12")

    def ensure_label(self, wish: object) -> None:
        pass


@dataclass
class Counted:
    """The inbox; `read` counts the deliveries that were read from it."""

    inner: Deliveries
    read: Counter[str] = field(default_factory=Counter)

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        self.inner.accept(deliveries)

    def pending(self, limit: int = 50, after: int = 0) -> Sequence[Delivery]:
        found = self.inner.pending(limit, after)
        self.read.update(each.id for each in found)
        return found

    def handled(self, id: str, note: str = "") -> None:
        self.inner.handled(id, note)

    def held(self, ids: Sequence[str]) -> frozenset[str]:
        return self.inner.held(ids)


@dataclass
class Inbox:
    """An intake whose clock is ours, and what it queued."""

    github: Moody
    deliveries: Counted
    services: Services
    intake: Intake
    queued: list[Asked]
    now: float = 1000.0

    def labelled(self, *repositories: int) -> None:
        """The label is put on an issue of each of these repositories; each time another issue."""
        sender = {"login": "ada", "id": 5, "type": "User"}
        found = []
        for n, repository in enumerate(repositories, 1):
            issue = {
                "number": n, "title": "Queue depth", "body": "Body.", "user": sender, "state": "open",
                "labels": [{"name": "design"}], "html_url": "https://github.example/issues/1", "created_at": NOON,
            }  # fmt: skip
            there = {"id": repository, "full_name": f"octo/{repository}", "default_branch": "main"}
            payload = {
                "action": "labeled", "issue": issue, "label": {"name": "design"}, "sender": sender,
                "repository": there, "installation": {"id": 3},
            }  # fmt: skip
            found.append(Delivery(f"d{n}", "issues", json.dumps(payload).encode()))
        self.deliveries.accept(found)


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr("bot.engine.inbox.intake.PAGE", PAGE)
    store = Store(f"sqlite:///{tmp_path / 'charrette.sqlite'}")
    store.migrate()
    github, unused = Moody(), cast(Any, None)
    deliveries = Counted(store.deliveries)

    @dataclass
    class Clock:
        def now(self) -> str:
            return NOON

    services = Services(
        deliveries=deliveries, runs=store.runs, ledger=store.ledger, remotes=store.remotes, turns=store.turns,
        hook=unused, installations=cast(Any, github), houses=cast(Houses, Known()), definitions=cast(Any, Known()),
        model=unused, tools=unused, clock=Clock(), limits=Limits(), handle=handlers.handle, present=unused,
        retention=unused, database_url="",
    )  # fmt: skip
    queued: list[Asked] = []
    intake = Intake(services, lambda message, asked, delay: queued.append(asked), cast(Eyes, Blind()), Unheard())
    made = Inbox(github, deliveries, services, intake, queued)
    intake.clock = lambda: made.now
    return made


def test_one_repository_that_is_down_holds_back_no_other_however_much_waits_of_it(inbox: Inbox) -> None:
    inbox.github.down = frozenset({DOWN})
    inbox.labelled(*[DOWN] * (2 * PAGE), UP)
    assert inbox.intake.drain() == 1
    assert [asked.subject.repository.id for asked in inbox.queued] == [UP]
    # The one was asked about once, and what waits of it is not read again and again meanwhile.
    assert inbox.github.asked.count(f"issue {DOWN}") == 1
    inbox.deliveries.read.clear()
    inbox.labelled(*[DOWN] * (2 * PAGE + 1), UP)
    assert inbox.intake.drain() == 1
    assert set(inbox.deliveries.read) == {f"d{2 * PAGE + 2}"}
    inbox.github.down = frozenset()
    inbox.now += 130
    while inbox.intake.drain():
        pass
    assert len(inbox.queued) == 2 * PAGE + 2


@pytest.mark.parametrize(
    ("missing", "begun"),
    [
        pytest.param(1, 1, id="a replica that lags"),
        pytest.param(LOOKS, 1, id="as often as it is looked for"),
        pytest.param(LOOKS + 1, 0, id="it is gone"),
    ],
)
def test_an_issue_that_is_not_there_is_looked_for_again_before_it_counts_as_gone(
    inbox: Inbox, missing: int, begun: int
) -> None:
    inbox.github.missing = missing
    inbox.labelled(UP)
    for _ in range(LOOKS + 2):
        inbox.intake.drain()
        inbox.now += 10
    assert len(inbox.queued) == begun
    assert inbox.github.asked.count(f"issue {UP}") == min(missing, LOOKS) + 1
    assert not inbox.deliveries.pending()

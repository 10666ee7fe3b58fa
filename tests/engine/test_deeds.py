"""What a plan's leg does on GitHub is done once, and all of it, though GitHub fails or a kill comes in between."""

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.adapters.store import Store
from bot.core.errors import TransientError
from bot.core.identity import Repository
from bot.core.ports import Comment, Issue
from bot.engine.plans.deeds import close
from bot.engine.plans.meant import Done

HERE = Repository(7, "octo/queue", 3)
DONE = Done(12, "linked", 40, "2026-11-20")


@dataclass
class GitHub:
    """One issue; the nth request fails, before or after it did what was asked."""

    fails: int = 0
    after: bool = False
    open: bool = True
    said: list[str] = field(default_factory=list)
    asked: Any = field(default_factory=lambda: count(1))

    def issue(self, number: int) -> Issue:
        self._asked()
        return Issue(number, "A unit", "Body.", "bot", self.open, (), "")

    def comments(self, number: int) -> list[Comment]:
        self._asked()
        return [Comment(n, "bot", body, "", "", ours=True) for n, body in enumerate(self.said)]

    def create_comment(self, number: int, body: str) -> int:
        now = next(self.asked)
        self._fails(not self.after, now)
        self.said.append(body)
        self._fails(self.after, now)
        return len(self.said) - 1

    def edit_issue(self, number: int, title: str, body: str, state: str, reason: str) -> None:
        now = next(self.asked)
        self._fails(not self.after, now)
        self.open = False
        self._fails(self.after, now)

    def _asked(self) -> None:
        self._fails(True, next(self.asked))

    def _fails(self, may: bool, now: int) -> None:
        if may and now == self.fails:
            raise TransientError("GitHub: 502")


@pytest.mark.parametrize("after", [False, True], ids=["not done", "done all the same"])
@pytest.mark.parametrize("fails", range(1, 5))
def test_a_unit_s_issue_is_closed_with_a_word_though_github_fails(tmp_path: Path, fails: int, after: bool) -> None:
    store = Store(f"sqlite:///{tmp_path}/charrette.sqlite")
    store.migrate()
    github = GitHub(fails, after)
    services = cast(
        Any, SimpleNamespace(remotes=store.remotes, installations=SimpleNamespace(github=lambda repository: github))
    )
    with pytest.raises(TransientError):
        close(services, HERE, "plan-a", DONE)
    close(services, HERE, "plan-a", DONE)
    assert not github.open
    assert len(github.said) == 1
    # A person opens it again.
    github.open = True
    close(services, HERE, "plan-a", DONE)
    assert github.open
    assert len(github.said) == 1

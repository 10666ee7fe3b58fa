"""A hub with something in it, and a person in front of its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from bot.hub.code import Change
from bot.hub.facts import Account, Annotation, Repository
from bot.hub.hub import Actor, Hub
from bot.hub.operations import checks, comments, issues, labels, objects, pulls, references, relations, reviews
from bot.hub.server import RunningHub

ROOT = "/acme/widgets"
BRANCH = "charrette/1-turn-faster"
DOCUMENT = f"{ROOT}/blob/{BRANCH}/_tasks/turn/002-design.md"
DESIGN = """# 002 Design

See [widget](../../src/widget.py#L3), #1 and @ada. <!-- charrette:key=hidden -->

```mermaid
flowchart LR
    A[Slow] --> B[Fast]
```

| option | cost |
|---|--:|
| one | 2 |
"""


@dataclass
class Browser:
    """A person in front of the pages."""

    running: RunningHub
    session: requests.Session

    @property
    def hub(self) -> Hub:
        return self.running.hub

    @property
    def repository(self) -> Repository:
        return self.hub.store.repository("acme", "widgets")

    def get(self, path: str, status: int = 200, accept: str = "text/html") -> str:
        answer = self.session.get(f"{self.running.url}{path}", headers={"Accept": accept})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
        return answer.text

    def post(self, path: str, status: int = 303, form: dict[str, str] | None = None, **fields: str) -> str:
        answer = self.session.post(
            f"{self.running.url}{path}", form or fields, headers={"Origin": self.running.url}, allow_redirects=False
        )
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return answer.headers.get("Location", answer.text)

    def become(self, login: str) -> None:
        self.post("/_hub/user", login=login, back=ROOT)

    def told(self, event: str, action: str = "") -> dict[str, object]:
        """The last delivery of this event; what its webhook said."""
        found = [each for each in self.running.deliveries() if (each["event"], each["action"]) == (event, action)]
        assert found, f"{event}.{action} was never sent"
        payload: dict[str, object] = json.loads(found[-1]["payload"])
        return payload


@contextmanager
def opened(running: RunningHub) -> Iterator[Browser]:
    """A browser in front of a filled hub, in which Ada acts."""
    fill(running.hub)
    with requests.Session() as session:
        session.trust_env = False
        found = Browser(running, session)
        found.become("ada")
        yield found


def app_of(hub: Hub) -> Actor:
    repository = hub.store.repository("acme", "widgets")
    bot = hub.store.get(Account, hub.app.bot_id)
    return Actor(bot, hub.installation(repository), hub.app.permissions, (repository.id,))


def fill(hub: Hub) -> None:
    """Issue 1 with a conversation, its sub-issue 2, and the draft pull request 3 with a check and a review."""
    repository = hub.store.repository("acme", "widgets")
    ada, bot = hub.person("ada"), app_of(hub)
    labels.create(hub, ada, repository, "design", "5319e7")
    one = issues.create(hub, ada, repository, "Turn `faster`", DESIGN, labels=["design"])
    status = comments.create(hub, bot, repository, one, "<!-- charrette:key=status -->\n\n- [x] **phase** 1 of 8")
    comments.react(hub, bot, repository, "issue", one.id, "eyes")
    comments.minimize(hub, ada, repository, status, "OUTDATED")
    two = issues.create(hub, ada, repository, "PR0: grease")
    relations.add_sub_issue(hub, bot, repository, one, two.id)
    relations.add_blocker(hub, bot, repository, one, two.id)
    base = hub.code(repository).resolve("main") or ""
    blob = objects.write_blob(hub, bot, repository, DESIGN.encode())
    tree = objects.write_tree(hub, bot, repository, base, [Change("_tasks/turn/002-design.md", "100644", blob)])
    message = "design(turn): 002 design\n\nWhy it is so.\n\nCharrette-Phase: design@1\nCharrette-Model: replay\n"
    head = objects.write_commit(hub, bot, repository, message, tree, [base])
    references.create(hub, bot, repository, f"refs/heads/{BRANCH}", head)
    pull = pulls.create(hub, bot, repository, "Design: turn faster", BRANCH, "main", "For #1.", draft=True)
    found = Annotation(0, "_tasks/turn/002-design.md", 3, 4, "warning", "A heading is missing.", "headings")
    wish = checks.CheckEdit("charrette/feature-design", "completed", "neutral", annotations=[found], title="1 finding")
    checks.create(hub, bot, repository, head, wish)
    remark = reviews.Remark("_tasks/turn/002-design.md", "Which **one**?", 3)
    reviews.create(hub, ada, repository, pull, "COMMENT", "Nearly.", [remark])

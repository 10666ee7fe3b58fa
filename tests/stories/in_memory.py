"""A GitHub that is nothing but memory, under the real engine, store, tools and model client: a run takes milliseconds.

It keeps every write with its target, so that a test can say what was touched and what was not.
"""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot import app, settings
from bot.adapters.clone import GitCheckout
from bot.adapters.github.commits import blob_id, guard
from bot.adapters.model import ModelSettings, make_model
from bot.core.errors import ConflictError, MissingError
from bot.core.identity import Repository
from bot.core.ports import BranchCommit, Comment, Delivery, Issue, Layer, Permission, Pull, RunRow, Tree
from bot.core.publications import CheckWish, LabelWish, Remark
from bot.core.run.record import Limits
from bot.engine import durable, worker
from bot.engine.inbox.eyes import Eyes
from bot.engine.inbox.houses import Houses
from bot.engine.inbox.intake import Intake
from bot.engine.legs import conversation, leg
from bot.engine.legs.leg import Engine
from tests.adapters.repositories import Upstream
from tests.service import clean, pem

from .in_process import Later, Mind, Straight, diligent, workflows

HERE = Repository(7, "octo/library", 5)
PAGE = "https://github.example.com/octo/library"
BOT = "charrette[bot]"
RIGHTS: Mapping[str, Permission] = {"ada": "write", "grace": "admin", "eve": "read"}
KEY = "sk-ant-canary-4711"


@dataclass(frozen=True)
class Write:
    """One write: what was done, to which number, branch or commit, and all that it said."""

    what: str
    target: str
    said: str


@dataclass
class MemoryTree:
    """A base tree with files of the branch over it."""

    commit: str
    base: Tree
    over: Mapping[str, str]

    def files(self) -> Sequence[str]:
        return sorted({*self.base.files(), *self.over})

    def lines(self, path: str) -> Sequence[str] | None:
        return self.over[path].splitlines() if path in self.over else self.base.lines(path)


@dataclass
class MemoryGitHub:
    """One repository. The base is real code in a real clone; branches, issues and the rest are dictionaries."""

    checkout: GitCheckout
    base: str
    repository: Repository = HERE
    issues: dict[int, Issue] = field(default_factory=dict)
    said: list[Comment] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    commits: dict[str, tuple[str, BranchCommit, dict[str, str]]] = field(default_factory=dict)
    checked: dict[int, CheckWish] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    ids: "count[int]" = field(default_factory=lambda: count(100))

    # --- the clone, and the installations ---

    def fetch(self, *refs: str) -> None:
        pass

    def files(self) -> "MemoryGitHub":
        return self

    def tree(self, commit: str) -> Any:
        base = self.checkout.tree(self.base)
        return base if commit == self.base else MemoryTree(commit, base, self._over(commit))

    def text(self, path: str, commit: str) -> str | None:
        over = self._over(commit)
        return over[path] if path in over else self.checkout.text(path, self.base)

    def blobs(self, commit: str, folder: str) -> Mapping[str, str]:
        found = {path: blob_id(text) for path, text in self._over(commit).items() if path.startswith(f"{folder}/")}
        return {**self.checkout.blobs(self.base, folder), **found}

    def _over(self, commit: str) -> dict[str, str]:
        return self.commits[commit][2] if commit in self.commits else {}

    # --- reading ---

    def login(self) -> str:
        return BOT

    def default_branch(self) -> tuple[str, str]:
        return "main", self.base

    def issue(self, number: int) -> Issue:
        if number not in self.issues:
            raise MissingError("GitHub: Not Found.")
        return self.issues[number]

    def permission(self, login: str) -> Permission:
        return RIGHTS.get(login, "none")

    def comments(self, number: int) -> Sequence[Comment]:
        return [each for each in self.said if f"/{number}#" in each.url]

    def head(self, branch: str) -> str | None:
        return self.base if branch == "main" else self.heads.get(branch)

    def branches(self, prefix: str) -> Sequence[str]:
        return sorted(name for name in self.heads if name.startswith(prefix))

    def branch_commits(self, branch: str, base: str) -> Sequence[BranchCommit]:
        found, at = [], self.heads[branch]
        while at != base:
            at, commit, _ = self.commits[at]
            found.append(commit)
        return found[::-1]

    def pull_for(self, branch: str) -> Pull | None:
        return next((each for each in reversed(self.pulls) if each.head_branch == branch), None)

    def pull(self, number: int) -> Pull:
        return next(each for each in self.pulls if each.number == number)

    def reviews(self, number: int) -> Sequence[Comment]:
        return ()

    def diff_lines(self, number: int) -> Mapping[str, frozenset[int]]:
        return {}

    def checks(self, head: str, name: str) -> Sequence[int]:
        return [id for id, wish in self.checked.items() if (wish.head, wish.name) == (head, name)]

    def file(self, path: str, ref: str) -> str | None:
        return None

    def touched(self, number: int) -> Sequence[str]:
        return ()

    def configuration(self, commit: str = "") -> Layer:
        return Layer("")

    # --- writing ---

    def commit(
        self, branch: str, parent: str, files: Mapping[str, str], message: str, create: bool
    ) -> tuple[str, Mapping[str, str]]:
        guard(branch, files)
        if create is (branch in self.heads) or (not create and self.heads[branch] != parent):
            raise ConflictError("GitHub: Update is not a fast forward.")
        sha = hashlib.sha1(f"{parent}{files}{message}".encode()).hexdigest()
        made = BranchCommit(sha, message, "2026-11-25T10:00:00Z", BOT, ours=True)
        self.commits[sha] = parent, made, {**self._over(parent), **files}
        self.heads[branch] = sha
        self._wrote("commit", branch, message + "".join(f"\n{path}\n{text}" for path, text in files.items()))
        return sha, {path: blob_id(text) for path, text in files.items()}

    def create_comment(self, number: int, body: str) -> int:
        self.issue(number)
        id = next(self.ids)
        self.said.append(Comment(id, BOT, body, f"{PAGE}/issues/{number}#{id}", "2026-11-25T10:00:00Z", ours=True))
        self._wrote("comment", str(number), body)
        return id

    def update_comment(self, id: int, body: str) -> None:
        at = next(n for n, each in enumerate(self.said) if each.id == id)
        assert self.said[at].ours
        self.said[at] = replace(self.said[at], body=body)
        self._wrote("comment", self.said[at].url.rpartition("/")[2].partition("#")[0], body)

    def create_pull(self, branch: str, base: str, title: str, body: str, draft: bool) -> Pull:
        number = next(self.ids)
        made = Pull(number, f"{PAGE}/pull/{number}", self.heads[branch], branch, body, title, draft, True, author=BOT)
        self.pulls.append(made)
        self._wrote("pull", branch, f"{base}\n{title}\n{body}")
        return made

    def update_pull(self, number: int, title: str, body: str) -> None:
        at = self.pulls.index(self.pull(number))
        self.pulls[at] = replace(self.pulls[at], title=title, body=body)
        self._wrote("pull", self.pulls[at].head_branch, f"{title}\n{body}")

    def set_draft(self, number: int, draft: bool) -> None:
        at = self.pulls.index(self.pull(number))
        self.pulls[at] = replace(self.pulls[at], draft=draft)
        self._wrote("draft", self.pulls[at].head_branch, "")

    def create_check(self, wish: CheckWish) -> int:
        id = next(self.ids)
        self.checked[id] = wish
        self._check(wish)
        return id

    def update_check(self, id: int, wish: CheckWish) -> None:
        self.checked[id] = wish
        self._check(wish)

    def _check(self, wish: CheckWish) -> None:
        notes = "".join(f"\n{each.path}\n{each.title}\n{each.message}" for each in wish.annotations)
        self._wrote("check", wish.head, f"{wish.title}\n{wish.summary}{notes}")

    def create_review(self, number: int, commit: str, body: str, remarks: Sequence[Remark]) -> int:
        self._wrote("review", str(number), body)
        return next(self.ids)

    def react(self, number: int, comment: int, content: str) -> None:
        self._wrote("reaction", str(number), content)

    def ensure_label(self, wish: LabelWish) -> None:
        self._wrote("label", wish.name, wish.description)

    def _wrote(self, what: str, target: str, said: str) -> None:
        self.writes.append(Write(what, target, said))


@dataclass
class Place:
    """One repository alone: a request for another is an error of whoever asks."""

    here: MemoryGitHub

    def github(self, repository: Repository) -> MemoryGitHub:
        assert repository.id == HERE.id
        return self.here

    def organisation(self, repository: Repository) -> Layer:
        return Layer("")

    def checkout(self, repository: Repository) -> Any:
        assert repository.id == HERE.id
        return self.here

    def tidy(self) -> None:
        pass

    def close(self) -> None:
        pass


@dataclass
class Play:
    """A repository, a worker and a model, all in memory; the code is real."""

    github: MemoryGitHub
    intake: Intake
    engine: Straight
    mind: Mind
    eyes: Later
    services: Any
    seq: "count[int]" = field(default_factory=lambda: count(1))

    def opens(self, title: str = "Rotate", body: str = "Rotate the keys.", by: str = "ada") -> int:
        """An issue is there."""
        number = next(self.github.ids)
        self.github.issues[number] = Issue(number, title, body, by, True, (), f"{PAGE}/issues/{number}")
        return number

    def labels(self, number: int, label: str = "note", by: str = "ada") -> "Play":
        """Somebody puts a label on, and what comes of it."""
        issue = replace(self.github.issues[number], labels=(label,))
        self.github.issues[number] = issue
        return self._sent("issues", {"action": "labeled", "label": {"name": label}, "issue": _shown(issue)}, by)

    def says(self, number: int, text: str, by: str = "ada") -> "Play":
        """Somebody writes a comment, and what comes of it."""
        id = next(self.github.ids)
        url = f"{PAGE}/issues/{number}#{id}"
        self.github.said.append(Comment(id, by, text, url, "2026-11-25T10:00:00Z"))
        comment = {"id": id, "user": _user(by), "body": text, "html_url": url, "updated_at": "2026-11-25T10:00:00Z"}
        issue = _shown(self.github.issues[number])
        return self._sent("issue_comment", {"action": "created", "comment": comment, "issue": issue}, by)

    def _sent(self, event: str, payload: dict[str, Any], by: str) -> "Play":
        self.services.deliveries.accept([_delivery(f"d{next(self.seq)}", event, payload, by)])
        return self.goes_on()

    def goes_on(self) -> "Play":
        """What was delivered is handled, and legs run, until nothing is left."""
        while self.intake.drain() or self.engine.legs():
            self.eyes.work()
        self.eyes.work()
        self.intake.drain()
        return self

    def row(self, number: int) -> RunRow:
        """The issue's newest run."""
        found: RunRow = self.services.runs.of_subject(HERE.id, number)[-1]
        return found

    def status(self, number: int) -> str:
        """The status comment."""
        found = [each.body for each in self.github.comments(number) if "charrette:key=status " in each.body]
        return found[-1] if found else ""


def delivery(id: str, event: str, payload: dict[str, Any], issue: Issue, by: str) -> Delivery:
    """A delivery about an issue as it then was."""
    return _delivery(id, event, {**payload, "issue": _shown(issue)}, by)


def _delivery(id: str, event: str, payload: dict[str, Any], by: str) -> Delivery:
    there = {"id": HERE.id, "full_name": HERE.full_name}
    whole = {**payload, "repository": there, "installation": {"id": HERE.installation}, "sender": _user(by)}
    return Delivery(id, event, json.dumps(whole).encode())


def _user(login: str) -> dict[str, Any]:
    return {"login": login, "id": len(login), "type": "User"}


def _shown(issue: Issue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "user": _user(issue.author),
        "state": "open",
        "labels": [{"name": label} for label in issue.labels],
        "html_url": issue.url,
        "updated_at": "2026-11-25T10:00:00Z",
    }


def make_play(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str | bytes], *commits: str, **more: Any
) -> Play:
    """A repository with these files, and commits with these messages."""
    engine = Straight()
    for module in (durable, leg, conversation, worker):
        monkeypatch.setattr(module, "DBOS", engine)
    upstream = Upstream(folder / "upstream")
    base = upstream.commit("The library", dict(files))
    for message in commits:
        base = upstream.commit(message, {})
    checkout = GitCheckout(folder / "clone").of(lambda: (upstream.url, None), lambda token: None)
    checkout.fetch(base)
    env = clean() | {
        "CHARRETTE_APP_ID": "9",
        "CHARRETTE_APP_PRIVATE_KEY": pem(),
        "CHARRETTE_STATE": str(folder / "state"),
        "CHARRETTE_WORKFLOWS": str(workflows(folder / "house")),
        "ANTHROPIC_BASE_URL": "http://model.test",
    }
    known = settings.read(env, None, frozenset({"worker"}))
    app.prepare(known)
    mind = Mind(diligent)
    set_up = ModelSettings(base_url="http://model.test", api_key=KEY, **more.pop("model", {}))
    github = MemoryGitHub(checkout, base)
    plain = app.services(known)
    place: Any = Place(github)
    made: dict[str, Any] = {
        "installations": place,
        "houses": Houses(place, plain.definitions, plain.remotes),
        "model": make_model(set_up, httpx2.MockTransport(mind)),
        "limits": Limits(turns=8),
        **more,
    }
    services = replace(plain, **made)
    Engine(services, worker.enqueue)
    eyes = Later()
    intake = Intake(services, worker.enqueue, Eyes(services, threading.Event(), pool=eyes), worker.Legs())
    return Play(github, intake, engine, mind, eyes, services)

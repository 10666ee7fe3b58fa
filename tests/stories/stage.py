"""What stories play on: a hub with a real code base, a closed-loop model, and the real service as processes."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bot
from bot.hub.server import RunningHub
from bot.local.person import Person

ROOT = Path(bot.__file__).parent.parent
PATIENCE = 60.0
# A look costs the hub some milliseconds, of which the service has the more use.
LOOK = 0.1
# A busy machine needs longer for the same: CHARRETTE_TEST_SLOWNESS=3 waits three times as long before it gives up.
SLOWNESS = float(os.environ.get("CHARRETTE_TEST_SLOWNESS") or 1)
REPOSITORY = "octo/library"
SOURCE = "https://docs.example.org/rotation"
BODY = f"""We sign cookies, and our keys never change.

## Feature description

Rotate the signing keys by age, without logging anybody out. [How others do it]({SOURCE}).
"""


def library(folder: Path, package: str = "itsdangerous") -> Path:
    """The source of an installed library as a folder of its own."""
    source = Path(__import__(package).__file__ or "").parent
    shutil.copytree(source, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "README.md").write_text(f"# {package}\n\nA library.\n")
    return folder


@dataclass
class Service:
    """`charrette serve` (or web, or worker) as a process; may be killed and started again."""

    env: Mapping[str, str]
    log: Path
    command: str = "serve"
    process: "subprocess.Popen[str] | None" = None
    starts: int = 0

    def start(self) -> "Service":
        """Starts it; it is ready when it says so."""
        self.starts += 1
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", self.command],
                cwd=ROOT,
                env=dict(self.env),
                stdout=subprocess.PIPE if self.command == "serve" else log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        if self.command == "serve":
            assert self.process.stdout is not None
            line = self.process.stdout.readline()
            assert line, f"the service did not start:\n{self.log.read_text()[-3000:]}"
            assert json.loads(line)["ready"]
        if self.command == "web":
            self._listens()
        return self

    def _listens(self) -> None:
        end = time.monotonic() + PATIENCE * SLOWNESS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://{self.env['CHARRETTE_LISTEN']}/readyz", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"the web process does not listen:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """SIGKILL to all of it: to what would start the parts again first, then to the parts, which lead sessions."""
        assert self.process is not None
        parts = _children(self.process.pid)
        os.killpg(self.process.pid, signal.SIGKILL)
        for part in parts:
            with suppress(ProcessLookupError):
                os.killpg(part, signal.SIGKILL)
        self._ended()

    def kill_half(self, name: str) -> None:
        """SIGKILL to `web` or `worker` alone, once it runs; the supervisor starts it again."""
        assert self.process is not None
        end = time.monotonic() + PATIENCE * SLOWNESS
        while not (found := [pid for pid in _children(self.process.pid) if name in _command(pid)]):
            assert time.monotonic() < end, f"there is no {name}"
            time.sleep(0.05)
        # It leads a session of its own: gunicorn's two processes end together.
        os.killpg(found[0], signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self._ended()

    def _ended(self) -> None:
        assert self.process is not None
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def environment(hub: RunningHub, state: Path, model: str, **more: str) -> dict[str, str]:
    """All settings of a service against a hub and a model's server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}
    lines = (line.partition("=") for line in hub.env_file.read_text().splitlines() if line)
    return {
        **kept,
        **{name: value for name, _, value in lines},
        "CHARRETTE_STATE": str(state),
        "CHARRETTE_MODEL_WEB": "off",
        "ANTHROPIC_BASE_URL": model,
        "ANTHROPIC_API_KEY": "not-a-key",
        **more,
    }


@dataclass
class Story:
    """One issue of a repository, and the people around it."""

    hub: RunningHub | None
    number: int = 0
    repository: str = REPOSITORY
    people: Mapping[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.hub is not None:
            api, users = self.hub.api_url, self.hub.users
            self.people = {login: Person(login, token, api, self.repository) for login, token in users.items()}

    @property
    def ada(self) -> Person:
        """The author; has write access."""
        return self.people["ada"]

    def opens(self, title: str = "Rotate signing keys", body: str = BODY, by: str = "ada") -> "Story":
        """An issue is opened."""
        self.number = int(self.people[by].open_issue(title, body)["number"])
        return self

    def labels(self, name: str = "design", by: str = "ada") -> "Story":
        """Somebody puts a label on."""
        self.people[by].label(self.number, name)
        return self

    def unlabels(self, name: str = "design", by: str = "ada") -> "Story":
        """Somebody takes a label off."""
        self.people[by].ask("DELETE", f"/issues/{self.number}/labels/{name}")
        return self

    def says(self, text: str, by: str = "ada") -> "Story":
        """Somebody writes a comment."""
        self.people[by].comment(self.number, text)
        return self

    def writes(self, path: str, text: str, by: str = "ada", to: str = "") -> "Story":
        """Somebody commits a file to the run's branch, or `to` another."""
        return self._pushes({"path": path, "content": text}, by, to)

    def deletes(self, path: str, by: str = "ada") -> "Story":
        """Somebody takes a file off the run's branch."""
        return self._pushes({"path": path, "sha": None}, by, "")

    def _pushes(self, change: Mapping[str, str | None], by: str, to: str) -> "Story":
        person, branch, path = self.people[by], to or self.pull()["head"]["ref"], change["path"]
        head = person.get(f"/git/ref/heads/{branch}")["object"]["sha"]
        entry = {"mode": "100644", "type": "blob", **change}
        base = person.get(f"/git/commits/{head}")["tree"]["sha"]
        tree = person.ask("POST", "/git/trees", {"base_tree": base, "tree": [entry]})["sha"]
        made = person.ask("POST", "/git/commits", {"message": f"Edit {path}", "tree": tree, "parents": [head]})
        person.ask("PATCH", f"/git/refs/heads/{branch}", {"sha": made["sha"]})
        return self

    def bot_comments(self) -> list[str]:
        """What the bot wrote on the issue."""
        return [each["body"] for each in self.ada.comments(self.number) if each["user"]["type"] == "Bot"]

    def comment(self, key: str) -> str:
        """The bot's comment of a key, or nothing."""
        return next((body for body in self.bot_comments() if f"charrette:key={key}" in body), "")

    @property
    def status(self) -> str:
        """The status comment."""
        return self.comment("status ")

    def pull(self) -> Any:
        """The pull request, or None."""
        found = self.ada.get("/pulls?state=all&per_page=100")
        mine = [each for each in found if each["head"]["ref"].startswith(f"charrette/{self.number}-")]
        return mine[0] if mine else None

    def files(self) -> dict[str, str]:
        """The documents on the branch, path to text."""
        pull = self.pull()
        paths = [each["filename"] for each in self.ada.get(f"/pulls/{pull['number']}/files?per_page=100")]
        return {path: self.ada.text(path, pull["head"]["ref"]) for path in paths}

    def commits(self) -> list[str]:
        """The commit messages on the branch."""
        pull = self.pull()
        found = self.ada.get(f"/pulls/{pull['number']}/commits?per_page=100")
        return [each["commit"]["message"] for each in found]

    def checks(self) -> list[Any]:
        """The check runs on the branch's head."""
        head = self.pull()["head"]["sha"]
        found: list[Any] = self.ada.get(f"/commits/{head}/check-runs")["check_runs"]
        return found

    def until(self, there: Callable[[], object], patience: float = PATIENCE) -> "Story":
        """Waits for something to be there."""
        end = time.monotonic() + patience * SLOWNESS
        while not there():
            if time.monotonic() > end:
                raise AssertionError(f"it did not come; the bot said:\n{'-----'.join(self.bot_comments())}")
            time.sleep(LOOK)
        return self

    def until_status(self, words: str, patience: float = PATIENCE) -> "Story":
        """Waits until the status comment says something."""
        return self.until(lambda: words in self.status, patience)

    def until_said(self, words: str, patience: float = PATIENCE) -> "Story":
        """Waits until the status comment says something from now on, if only for a moment."""
        assert self.hub is not None
        hub, of_run, before = self.hub, re.compile(rf"run=\d+\.{self.number}\."), len(self.hub.writes())

        def said() -> bool:
            new = (each["body"] for each in hub.writes()[before:] if each["key"] == "status")
            return words in self.status or any(words in body and of_run.search(body) for body in new)

        return self.until(said, patience)


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """A service for a while."""
    service.start()
    try:
        yield service
    finally:
        service.stop()

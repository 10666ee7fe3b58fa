"""One call of `charrette local`: a hub in this process, the service beside it, and the run's branch in the clone."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.core.errors import PersonError
from bot.core.identity import branch_of
from bot.hub.code import Code, GitError
from bot.hub.facts import Repository
from bot.hub.server import RunningHub, running_hub
from bot.settings import SETTINGS

from .clone import Base, Clone
from .issue import Issue
from .kept import Kept
from .person import Person
from .processes import LOOPBACK, Process, free_port, start, wait_ready
from .warnings import Warnings
from .watch import PAUSE, Answering, Watch, findings

OWNER = "local"
# The step in flight is finished first: the worker gives it 25 seconds, the supervisor 45.
GRACE = 50.0
# What the hub's settings and this command say themselves.
OURS = {
    "CHARRETTE_APP_ID",
    "CHARRETTE_APP_PRIVATE_KEY",
    "CHARRETTE_WEBHOOK_SECRET",
    "CHARRETTE_GITHUB_URL",
    "CHARRETTE_GITHUB_API_URL",
    "CHARRETTE_DATABASE_URL",
    "CHARRETTE_STATE",
    "CHARRETTE_LISTEN",
    "CHARRETTE_WRITE_INTERVAL_SECONDS",
}
# Days. A person at a terminal is waited for as long as they like, however often they stop and go on meanwhile.
WAIT = "36500"
Ended = Literal["done", "failed", "stopped"]


@dataclass(frozen=True)
class Trigger:
    """What starts a workflow."""

    label: str
    command: str


@dataclass
class Session:
    """A run, and all that it is played with. `stuck` is why nobody can go on without a person."""

    clone: Clone
    kept: Kept
    folder: Path
    say: Callable[[str], None]
    show: Callable[[str], None]
    stuck: str = ""
    findings: list[str] = field(default_factory=list)
    _told: str = ""

    @property
    def repository(self) -> str:
        """The repository's name in the hub."""
        return f"{OWNER}/{self.clone.name}"

    @property
    def branch(self) -> str:
        """The run's branch."""
        return self.kept.branch

    def play(self, issue: Issue, trigger: Trigger, answering: Answering) -> Ended:
        """The run goes on until it ends or somebody interrupts; what there is of its branch then is in the clone."""
        with ExitStack() as stack:
            hub = stack.enter_context(self._hub())
            code = hub.hub.code(self._fact(hub))
            stack.callback(self.take, code)
            self.say("starting the service; what it would write on GitHub is shown here")
            service = self._service(hub)
            stack.callback(service.stop, GRACE)
            wait_ready(int(self._port(hub)), service)
            person = Person(self.kept.login, hub.users[self.kept.login], hub.api_url, self.repository)
            self.say(f"working; in a browser: {hub.url}/{self.repository}/issues/{self.kept.number}")
            watch = Watch(person, self.kept.number, hub.url, self.say, self.show)
            try:
                self._begin(hub, person, issue, trigger, watch)
                return self._until_the_end(watch, answering, service, code, person)
            except KeyboardInterrupt:
                self.show("\nWhat is in flight is finished first, up to a minute; Ctrl-C again ends it at once.")
                raise

    def _until_the_end(self, watch: Watch, answering: Answering, service: Process, code: Code, person: Person) -> Ended:
        warnings = Warnings(service.log)
        while True:
            service.alive()
            for words in warnings.new():
                self.say(f"the service: {words}")
            self.stuck = watch.turn(answering)
            self.take(code)
            match watch.standing:
                case "done" | "failed" | "stopped" as ended:
                    head = code.resolve(f"refs/heads/{self.branch}")
                    self.findings = findings(person, head) if head else []
                    return ended
            if self.stuck:
                return "failed"
            if answering.lines.typed and answering.lines.ended:
                raise KeyboardInterrupt
            time.sleep(PAUSE)

    def _begin(self, hub: RunningHub, person: Person, issue: Issue, trigger: Trigger, watch: Watch) -> None:
        """The issue is there and has its label; a run of an earlier call goes on."""
        repository = self._fact(hub)
        if repository.last_number < self.kept.number:
            hub.hub.store.change(repository, last_number=self.kept.number - 1)
            person.open_issue(issue.title, issue.body)
        if trigger.label not in {label["name"] for label in person.get(f"/issues/{self.kept.number}")["labels"]}:
            person.label(self.kept.number, trigger.label)
            return
        watch.take_up(trigger.command)
        if watch.headline:
            self.say(watch.headline)

    def take(self, code: Code) -> None:
        """New commits of the run come into the clone; each is told once."""
        self._named(code)
        new = code.resolve(f"refs/heads/{self.branch}")
        old = self.clone.head(self.branch)
        if new is None or new == old:
            return
        why = self.clone.take(code.path, self.branch)
        if why and why != self._told:
            self._told = why
            self.show(f"    {why}")
        if not why:
            for line in code.text("log", "--reverse", "--format=%h %s", f"{old or self.kept.base}..{new}").splitlines():
                self.say(f"commit {line}")

    def _named(self, code: Code) -> None:
        """The run's branch has the name that the service gave it: another folder may have been in its way."""
        prefix = branch_of(self.kept.number, "")
        slugs = (name.removeprefix(prefix) for name in code.branches() if name.startswith(prefix))
        if not self.kept.slug and (slug := next(slugs, "")):
            self.kept = self.kept.write(self.folder, slug=slug)

    @contextmanager
    def _hub(self) -> Iterator[RunningHub]:
        """The hub, at the address that it had before where that is free: links in the documents lead there."""
        source = self.folder / "source.git"
        with ExitStack() as stack:
            lent = self.clone.lend(Base(self.kept.base, self.kept.base_name), source)
            try:
                hub = self._opened(stack, lent)
            except (GitError, OSError) as error:
                raise PersonError(
                    f"{self.clone.path}: the code can't be read from this clone: {error}. A clone without all of its "
                    "files (--filter) has to be filled first."
                ) from None
            finally:
                shutil.rmtree(source, ignore_errors=True)
            self.kept = self.kept.write(self.folder, port=int(hub.url.rpartition(":")[2]))
            yield hub

    def _opened(self, stack: ExitStack, lent: Path) -> RunningHub:
        webhook = f"http://{LOOPBACK}:{free_port()}/webhook"
        ports = dict.fromkeys((self.kept.port, 0))
        for port in ports:
            try:
                return stack.enter_context(
                    running_hub(
                        self.folder / "hub",
                        {self.repository: lent},
                        webhook,
                        users={self.kept.login: "admin"},
                        listen=f"{LOOPBACK}:{port}",
                    )
                )
            except (OSError, SystemExit):
                if port == 0:
                    raise
        raise AssertionError

    @staticmethod
    def _port(hub: RunningHub) -> str:
        lines = dict(line.split("=", 1) for line in hub.env_file.read_text().splitlines())
        return lines["CHARRETTE_LISTEN"].rpartition(":")[2]

    def _fact(self, hub: RunningHub) -> Repository:
        return hub.hub.store.repository(OWNER, self.clone.name)

    def _service(self, hub: RunningHub) -> Process:
        own = {"CHARRETTE_STATE": str(self.folder / "service"), "CHARRETTE_LOG_FORMAT": "plain"}
        environment = {"CHARRETTE_WAIT_DAYS": WAIT, **service_environment(os.environ), **own}
        arguments = ["serve", "--supervised", "--env-file", str(hub.env_file)]
        return start("serve", arguments, self.folder / "serve.log", environment)


def service_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service against the hub: what is said of a GitHub and a database is meant for another."""
    names = {setting.name for setting in SETTINGS} - OURS
    known = names | {f"{name}_FILE" for name in names}
    return {
        name: text for name, text in environ.items() if name in known or not name.startswith(("CHARRETTE_", "GIT_"))
    }

"""No credential is where the model is: every secret is a canary, and none is found where it has no business."""

import base64
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url

from bot.adapters.definitions import FolderDefinitions
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.databases import postgres
from tests.service import workflows

from .closed_loop import ClosedLoop, closed_loop
from .stage import REPOSITORY, Service, Story, environment, library, running

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

WORKFLOW = """\
version: 1
summary: Ask, then write one document.
trigger: {label: note, command: /note}
artifacts: notes/{slug}
phases:
  - id: request
    from: event
  - id: note
    asks: author
    tools: [repository]
    gates:
      - headings: [Questions, Findings]
"""
# What a repository holds is its own affair: these are text for the model, not values.
OWN = {
    "settings.py": "ANTHROPIC_API_KEY = '$ANTHROPIC_API_KEY'  # ${AWS_SECRET_ACCESS_KEY}\nown_password = 'repo-own'\n"
}
GIVEN = {
    "ANTHROPIC_API_KEY": "canary-model-key-4f1d9e",
    "AWS_SECRET_ACCESS_KEY": "canary-cloud-key-8c02ab",
    "PGPASSWORD": "canary-database-3b77e1",
    "SSH_AUTH_SOCK": "/canary-agent-55aa01",
}
GIT = """\
#!/bin/sh
# Takes down what git was called with, then is git.
{{ printf '%s\\n' "$@"; echo; tr '\\0' '\\n' < /proc/$$/environ; }} > "{folder}/$$-$(date +%N)"
exec {git} "$@"
"""

DATABASE_PASSWORD = "canary-of-the-database-6f1d"


@dataclass
class Scene:
    """A finished run, and all that it left to look at."""

    story: Story
    mind: ClosedLoop
    hub: RunningHub
    state: Path
    log: str
    processes: dict[str, bytes]
    tokens: list[str]
    password: str
    calls: list[tuple[list[str], dict[str, str]]] = field(default_factory=list)

    @property
    def canaries(self) -> dict[str, str]:
        """Name to secret."""
        lines = [line for line in self.hub.private_key_file.read_text().splitlines() if not line.startswith("-----")]
        keys = {f"App key, line {n}": line for n, line in enumerate(lines)}
        found = {**GIVEN, **keys, "webhook secret": self.hub.webhook_secret_file.read_text(), **self.minted}
        return {**found, **({"database password": self.password} if self.password else {})}

    @property
    def minted(self) -> dict[str, str]:
        """The tokens as they are, and as git sends them."""
        basic = {f"basic {n}": _basic(token) for n, token in enumerate(self.tokens)}
        return {**{f"token {n}": token for n, token in enumerate(self.tokens)}, **basic}

    def found(self, text: str | bytes) -> list[str]:
        """The names of the secrets that a text holds."""
        held = text.encode() if isinstance(text, str) else text
        return [name for name, secret in self.canaries.items() if secret.encode() in held]


class Minting:
    """Between the hub and its clients: keeps every token that is minted."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def __call__(self, app: "WSGIApplication") -> "WSGIApplication":
        def inner(environ: Any, start_response: Any) -> Any:
            parts = app(environ, start_response)
            if not str(environ["PATH_INFO"]).endswith("/access_tokens"):
                return parts
            body = b"".join(parts)
            # A repository that the App is not on gets none.
            self.tokens += [token for key, token in json.loads(body).items() if key == "token"]
            return [body]

        return inner


def _basic(token: str) -> str:
    return base64.b64encode(f"x-access-token:{token}".encode()).decode()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the service keeps its tables: nothing is said, or a URL with a password."""
    if request.param == "sqlite":
        yield ""
        return
    with postgres() as named:
        url = make_url(named)
        # A server that trusts its own machine takes any password.
        yield url.set(password=url.password or DATABASE_PASSWORD).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Scene]:
    """The whole service, at debug level, from a label to the ready pull request."""
    folder = tmp_path_factory.mktemp("canaries")
    flows = workflows(folder / "workflows")
    (flows / "note/workflow.yaml").write_text(WORKFLOW)
    (flows / "note/phases/note.md").write_text("Write `{{ path }}`.\n")
    code = library(folder / "code")
    for name, text in OWN.items():
        (code / "itsdangerous" / name).write_text(text)
    calls, shims = folder / "calls", folder / "bin"
    calls.mkdir()
    shims.mkdir()
    (shims / "git").write_text(GIT.format(folder=calls, git=shutil.which("git")))
    (shims / "git").chmod(0o755)
    webhook = f"http://127.0.0.1:{free_port()}/webhook"
    minting = Minting()
    with (
        closed_loop(ClosedLoop(FolderDefinitions(flows).all())) as mind,
        running_hub(folder / "hub", {REPOSITORY: code}, webhook, middleware=minting) as hub,
    ):
        # By value, as containers get them: a file's name gives nothing away.
        keys = {
            "CHARRETTE_APP_PRIVATE_KEY": hub.private_key_file.read_text(),
            "CHARRETTE_WEBHOOK_SECRET": hub.webhook_secret_file.read_text(),
        }
        given = environment(hub, folder / "state", mind.url, **GIVEN, **keys, CHARRETTE_WORKFLOWS=str(flows))
        given = {name: text for name, text in given.items() if name not in {f"{key}_FILE" for key in keys}}
        given |= {"CHARRETTE_DATABASE_URL": database} if database else {}
        given |= {"CHARRETTE_LOG_LEVEL": "debug", "PATH": f"{shims}{os.pathsep}{given['PATH']}"}
        story = Story(hub)
        with running(Service(given, folder / "serve.log")) as service:
            story.opens("Rotate signing keys").labels("note").until_status("waits for answers")
            story.says("1B").says("/answer 2A").until_status("**Done. ")
            assert service.process is not None
            processes = _processes(service.process.pid)
        log = (folder / "serve.log").read_text()
        recorded = [_call(path) for path in calls.iterdir()]
        password = urlsplit(database).password or ""
        yield Scene(story, mind, hub, folder / "state", log, processes, minting.tokens, password, recorded)


def _call(file: Path) -> tuple[list[str], dict[str, str]]:
    arguments, _, environ = file.read_text(errors="replace").partition("\n\n")
    pairs = re.findall(r"^(\w+)=((?:.*\n?)*?)(?=^\w+=|\Z)", environ, re.MULTILINE)
    return arguments.split("\n"), {name: text.rstrip("\n") for name, text in pairs}


def _processes(parent: int) -> dict[str, bytes]:
    """The children of a process, and theirs: what each was called with, and its environment as it began."""
    found: dict[str, bytes] = {}
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        arguments = Path(f"/proc/{child}/cmdline").read_bytes()
        name = next((part for part in ("worker", "web", "git") if f"\0{part}\0".encode() in arguments), "git")
        found[name] = found.get(name, b"") + arguments + Path(f"/proc/{child}/environ").read_bytes()
    return found


def test_nothing_of_it_is_in_a_request_to_the_model_but_its_own_key_in_its_header(scene: Scene) -> None:
    assert len(scene.mind.requests) > 4
    assert any("tool_result" in json.dumps(request) for request in scene.mind.requests)
    assert [
        scene.found(json.dumps(request)) for request in scene.mind.requests if scene.found(json.dumps(request))
    ] == []
    carrying = {
        (name, secret)
        for headers in scene.mind.headers
        for name, text in headers.items()
        for secret in scene.found(text)
    }
    assert carrying == {("authorization", "ANTHROPIC_API_KEY")}


def test_what_a_repository_says_of_secrets_stays_its_own_text(scene: Scene) -> None:
    told = json.dumps(scene.mind.requests)
    assert "settings.py" in told
    assert scene.found(told) == []


def test_nothing_of_it_is_in_a_log(scene: Scene) -> None:
    assert "DEBUG" in scene.log or "INFO" in scene.log
    assert scene.found(scene.log) == []


def test_nothing_of_it_is_on_github(scene: Scene) -> None:
    story = scene.story
    shown = [*story.bot_comments(), *story.commits(), *story.files().values(), json.dumps(story.checks())]
    shown.append(json.dumps(story.pull()))
    assert len(shown) > 6
    assert [scene.found(text) for text in shown if scene.found(text)] == []


def test_git_gets_the_token_for_a_fetch_and_in_its_configuration_alone(scene: Scene) -> None:
    assert len(scene.tokens) >= 1
    fetching = 0
    for arguments, environ in scene.calls:
        assert scene.found("\n".join(arguments)) == []
        holding = {name for name, text in environ.items() if scene.found(text)}
        assert {name for name in holding if not name.startswith("GIT_CONFIG_VALUE_")} == set()
        if holding:
            assert "fetch" in arguments
            assert all(secret.startswith("basic ") for name in holding for secret in scene.found(environ[name]))
            fetching += 1
    assert fetching >= 1


def test_no_child_of_the_worker_inherits_what_it_does_not_need(scene: Scene) -> None:
    for _, environ in scene.calls:
        assert "PATH" in environ
        assert {name for name in environ if name.startswith(("ANTHROPIC_", "AWS_", "SSH_"))} == set()
        assert {name for name in environ if name.startswith("CHARRETTE_")} == set()
        assert not environ.get("PGPASSWORD")


def test_each_half_of_the_service_gets_its_own_keys_alone(scene: Scene) -> None:
    web, worker = set(scene.found(scene.processes["web"])), set(scene.found(scene.processes["worker"]))
    assert "webhook secret" in web
    assert "webhook secret" not in worker
    assert {"ANTHROPIC_API_KEY", "App key, line 0"} & web == set()
    assert {"ANTHROPIC_API_KEY", "App key, line 0"} <= worker


def test_nothing_of_it_is_kept_in_a_file(scene: Scene) -> None:
    files = [path for path in scene.state.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= ({"HEAD"} if scene.password else {"charrette.sqlite", "engine.sqlite"})
    assert {path.name: scene.found(path.read_bytes()) for path in files if scene.found(path.read_bytes())} == {}

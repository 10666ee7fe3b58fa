"""What a scenario plays on: a real code base in a hub, and the service beside it, each a process of its own."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.errors import PersonError
from bot.local.person import Person
from bot.local.processes import Process, free_port, start, wait_ready

OWNER = "demo"
SCENARIOS = Path(__file__).parent / "scenarios"
RECORD = "CHARRETTE_MODEL_RECORD"
PASSED_ON = (RECORD, "CHARRETTE_MODEL_REPLAY_STRICT")
LIVE = ("ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_FILE", "ANTHROPIC_BASE_URL")


@dataclass(frozen=True)
class Stage:
    """A hub and a service that work.

    `live` says that a server answers, not a recording; `scripted` that it is known what will be said, because it is a
    recording, or one is being made.
    """

    url: str
    people: Mapping[str, Person]
    repository: str
    folder: Path
    live: bool
    scripted: bool
    commands: tuple[Process, ...]

    def alive(self) -> None:
        """`PersonError` with the last lines of its log where a process has ended."""
        for process in self.commands:
            process.alive()


@contextmanager
def staged(folder: Path, package: str, scenario: Path) -> Iterator[Stage]:
    """Hub and service with one installed package's source as the repository; both end with the context."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror
        raise PersonError(f"{folder}: nothing can be kept there: {why}. Name a folder with --state.") from error
    live = any(os.environ.get(name) for name in LIVE)
    repository = f"{OWNER}/{package}"
    port = free_port()
    hub = _start_hub(folder, repository, laid_out(folder / "code", package, scenario / "repository"), port)
    processes = [hub]
    try:
        ready = _first_line(hub)
        service = _start_service(folder, ready["env_file"], None if live else scenario / "recording")
        processes.append(service)
        wait_ready(port, service)
        people = {login: Person(login, token, ready["api_url"], repository) for login, token in ready["users"].items()}
        scripted = not live or RECORD in os.environ
        yield Stage(ready["url"], people, repository, folder, live, scripted, tuple(processes))
    finally:
        for process in reversed(processes):
            process.stop()


def version(package: str) -> str:
    """The installed version."""
    return importlib.metadata.version(package)


def laid_out(folder: Path, package: str, beside: Path) -> Path:
    """A folder with the package's source as pip installed it and what is beside it, to be imported as one commit."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PersonError(f"The demo needs the package {package}, which is installed with Charrette: `make demo`.")
    source = Path(next(iter(spec.submodule_search_locations)))
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    (folder / "README.md").write_text(
        f"# {package} {version(package)}\n\nThe source of {package} as it is installed beside Charrette, imported as "
        "one commit so that the demo has a real code base to design for.\n",
        "utf-8",
    )
    if beside.is_dir():
        shutil.copytree(beside, folder, dirs_exist_ok=True)
    return folder


def _start_hub(folder: Path, repository: str, code: Path, port: int) -> Process:
    arguments = ["hub", "--supervised", "--state", str(folder / "hub"), "--listen", "127.0.0.1:0"]
    arguments += ["--repository", f"{repository}={code}", "--webhook", f"http://127.0.0.1:{port}/webhook"]
    return start("hub", arguments, folder / "hub.log", os.environ, piped=True)


def _start_service(folder: Path, env_file: str, recording: Path | None) -> Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARRETTE_")}
    environment["CHARRETTE_STATE"] = str(folder / "service")
    if recording is not None:
        environment["CHARRETTE_MODEL_REPLAY"] = str(recording)
    environment |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return start("serve", ["serve", "--supervised", "--env-file", env_file], folder / "serve.log", environment)


def _first_line(hub: Process) -> dict[str, Any]:
    """The line of JSON with which the hub says that it is ready."""
    assert hub.popen.stdout is not None
    line = hub.popen.stdout.readline()
    if not line:
        raise PersonError(f"The hub did not start:\n{hub.tail()}")
    found: dict[str, Any] = json.loads(line)
    return found

"""The doctor says what is wrong with each part, and what to do."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import app
from bot.adapters.store import Store
from bot.cli import doctor
from bot.cli.doctor import github, machine
from bot.cli.doctor.words import SkippedError, WrongError
from bot.core.errors import TransientError
from bot.hub.facts import Delivery, Installation
from bot.hub.server import RunningHub, running_hub
from bot.local.processes import free_port
from tests.hub.contract import Contract
from tests.service import SECRET, workflows

KEY = "sk-ant-very-secret"
MODELS = ["claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5"]


class World(BaseHTTPRequestHandler):
    """Charrette's own web process and a model server; `statuses` says how they answer."""

    statuses: dict[str, int]
    models: list[str]

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.split("?")[0]
        kinds = {"type": "model", "display_name": "A model", "created_at": "2026-01-01T00:00:00Z"}
        listed = {"data": [{"id": name, **kinds} for name in self.models], "has_more": False}
        body = json.dumps(listed if path == "/v1/models" else {"message": "No."}).encode()
        self.send_response(self.statuses.get(path, 404))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def world() -> Iterator[SimpleNamespace]:
    """Where it is, and how it answers; which a test may change."""
    made = SimpleNamespace(statuses={"/webhook": 401, "/v1/models": 200}, models=list(MODELS))
    kind = type("Answering", (World,), {"statuses": made.statuses, "models": made.models})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("library")
    (code / "README.md").write_text("# Library\n")
    contract = Contract()
    with running_hub(tmp_path_factory.mktemp("hub"), {"octo/library": code}, middleware=contract) as hub:
        yield hub
    assert contract.faults == []


@pytest.fixture
def hub(running: RunningHub, world: SimpleNamespace) -> Iterator[RunningHub]:
    """A GitHub where all is well; what a test changes is undone."""
    store = running.hub.store
    before = running.hub.app, *store.all(Installation)
    store.change(running.hub.app, webhook_url=f"{world.url}/webhook")
    yield running
    running.no_faults()
    for fact in before:
        store.change(fact, **{name: value for name, value in vars(fact).items() if name != "id"})
    for delivery in store.all(Delivery):
        store.remove(delivery)


@pytest.fixture
def environ(hub: RunningHub, world: SimpleNamespace, tmp_path: Path) -> dict[str, str]:
    return {
        "CHARRETTE_APP_ID": str(hub.app_id),
        "CHARRETTE_APP_PRIVATE_KEY_FILE": str(hub.private_key_file),
        "CHARRETTE_WEBHOOK_SECRET": SECRET,
        "CHARRETTE_GITHUB_URL": hub.url,
        "CHARRETTE_STATE": str(tmp_path / "state"),
        "CHARRETTE_WORKFLOWS": str(workflows(tmp_path / "workflows")),
        "ANTHROPIC_BASE_URL": world.url,
        "ANTHROPIC_API_KEY": KEY,
    }


def lines(environ: dict[str, str], capsys: pytest.CaptureFixture[str], status: int) -> list[str]:
    """What the doctor says; no secret is in it."""
    assert doctor.examine(environ, None) == status
    said = capsys.readouterr().out
    assert KEY not in said
    assert SECRET not in said
    assert "ghs_" not in said
    return said.splitlines()


def wrong(environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What is wrong, and nothing else."""
    return [line for line in lines(environ, capsys, 1) if line.startswith("WRONG")]


def test_all_is_well(
    environ: dict[str, str], hub: RunningHub, world: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    said = lines(environ, capsys, 0)
    assert said[0].startswith("ok     git: git version ")
    assert said[2].startswith(f"ok     state: {environ['CHARRETTE_STATE']} can be written, and has ")
    assert [*said[1:2], *said[3:]] == [
        "ok     settings: complete",
        "ok     database: SQLite answers, has the tables, and can be written",
        "ok     workflows: note",
        "ok     clock: agrees with GitHub's",
        f"ok     GitHub: the App is charrette[bot] on {hub.api_url}",
        "ok     permissions: checks: write, contents: write, issues: write, metadata: read, pull_requests: write",
        "ok     events: issue_comment, issues, pull_request, push",
        f"ok     webhook: {world.url}/webhook answers, and takes only what is signed",
        "ok     deliveries: GitHub has sent nothing in the last days",
        "ok     installations: octo (1 repository)",
        "ok     rate limit: octo has 5000 of 5000 requests left",
        f"ok     model: {world.url} answers and takes the key",
        "ok     model names: claude-opus-5-5 and claude-haiku-5-5",
        "ok     web search: not asked for (CHARRETTE_MODEL_WEB); documents say what they did without",
    ]


def test_as_json(environ: dict[str, str], world: SimpleNamespace, capsys: pytest.CaptureFixture[str]) -> None:
    world.statuses["/webhook"] = 404
    assert doctor.examine(environ, None, as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["well"] is False
    assert [check for check in said["checks"] if check["state"] != "ok"] == [
        {
            "name": "webhook",
            "state": "wrong",
            "said": f"{world.url}/webhook answers 404.",
            "mend": "The path is /webhook: correct the URL on the App's page.",
        }
    ]


def test_tokens_are_revoked_afterwards(
    environ: dict[str, str], hub: RunningHub, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(environ, capsys, 0)
    assert hub.writes()[-1]["operation"] == "apps/revoke-installation-access-token"


def test_settings_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines({"CHARRETTE_LISTEN": "8080"}, capsys, 1)
    assert "WRONG  settings: CHARRETTE_APP_ID is missing. Write the number on the App's page." in said
    assert any("environment: CHARRETTE_LISTEN “8080” is not HOST:PORT. Write HOST:PORT" in line for line in said)
    assert said[-1] == "-      the rest: examined when the settings are right."


# --- GitHub ---

Change = Callable[[RunningHub, SimpleNamespace], object]


def changed(**values: Any) -> Change:
    return lambda hub, world: hub.hub.store.change(hub.hub.app, **values)


def answers(path: str, status: int) -> Change:
    return lambda hub, world: world.statuses.__setitem__(path, status)


def delivered(event: str, code: int, status: str = "") -> Change:
    def change(hub: RunningHub, world: SimpleNamespace) -> None:
        made = Delivery("g", event, "", "{}", state="sent", delivered_at="2026-11-20T10:00:00Z", status_code=code)
        hub.hub.store.change(hub.hub.store.add(made), status=status)

    return change


def installed(**values: Any) -> Change:
    return lambda hub, world: hub.hub.store.change(hub.hub.store.all(Installation)[0], **values)


LESS = {"checks": "write", "contents": "read", "issues": "write", "metadata": "read"}
GITHUB: dict[str, tuple[Change, str]] = {
    "permissions": (
        changed(permissions=LESS),
        (
            "permissions: the App lacks contents: write, pull_requests: write. Add it on the App's page, under "
            "Permissions & events."
        ),
    ),
    "events": (
        changed(events=("issues", "push", "installation")),
        (
            "events: the App is not sent issue_comment, pull_request. Subscribe on the App's page, under Permissions & "
            "events."
        ),
    ),
    "no webhook": (
        changed(webhook_url=""),
        "webhook: the App has no webhook URL. Write it on the App's page: https://<your host>/webhook.",
    ),
    "another path": (
        answers("/webhook", 404),
        "webhook: {url}/webhook answers 404. The path is /webhook: correct the URL on the App's page.",
    ),
    "a proxy": (
        answers("/webhook", 502),
        "webhook: {url}/webhook answers 502. Look at the proxy, and at the log of `charrette web`.",
    ),
    "somebody else": (
        answers("/webhook", 200),
        "webhook: {url}/webhook answers 200 to what nobody signed: it is not Charrette. Correct it on the App's page.",
    ),
    "another secret": (
        delivered("issues", 401),
        (
            "deliveries: the last (issues, 2026-11-20T10:00:00Z) was refused for its signature. Write the same secret "
            "on the App's page and in CHARRETTE_WEBHOOK_SECRET."
        ),
    ),
    "not delivered": (
        delivered("ping", 0, "timed out"),
        (
            "deliveries: the last (ping, 2026-11-20T10:00:00Z) failed: timed out; 1 of 1 did. See webhook. A running "
            "service has them delivered again."
        ),
    ),
    "suspended": (
        installed(suspended_at="2026-11-20T10:00:00Z"),
        "installations: the App is installed nowhere, or suspended. Install it: {hub}/apps/charrette/installations/new",
    ),
    "no repository": (
        installed(repository_ids=()),
        "installations: the installations cover no repository. Choose some on the installation's page.",
    ),
    "no key for the model": (
        answers("/v1/models", 401),
        "model: {url}: it refuses the key. Write another in ANTHROPIC_API_KEY.",
    ),
    "a model server in trouble": (
        answers("/v1/models", 503),
        "model: {url}: it answers 503. Try again later; see ANTHROPIC_BASE_URL and the network.",
    ),
    "another model": (
        lambda hub, world: world.models.remove("claude-opus-5-5"),
        (
            "model names: the server has no claude-opus-5-5. Write one of its models in CHARRETTE_MODEL_THOROUGH: "
            "claude-haiku-5-5, claude-sonnet-5-5."
        ),
    ),
}


@pytest.mark.parametrize(("change", "expected"), GITHUB.values(), ids=GITHUB)
def test_what_is_wrong_elsewhere_is_one_line(
    environ: dict[str, str],
    hub: RunningHub,
    world: SimpleNamespace,
    capsys: pytest.CaptureFixture[str],
    change: Change,
    expected: str,
) -> None:
    change(hub, world)
    assert wrong(environ, capsys) == [f"WRONG  {expected.format(url=world.url, hub=hub.url)}"]


def test_an_app_that_github_does_not_know(
    environ: dict[str, str], hub: RunningHub, capsys: pytest.CaptureFixture[str]
) -> None:
    said = lines({**environ, "CHARRETTE_APP_ID": "4711"}, capsys, 1)
    (line,) = [line for line in said if line.startswith("WRONG")]
    assert line.startswith(f"WRONG  GitHub: {hub.api_url} doesn't know the App: ")
    assert line.endswith(
        "Compare CHARRETTE_APP_ID and the private key with the App's page, and CHARRETTE_GITHUB_API_URL."
    )
    parts = ("permissions", "events", "webhook", "deliveries", "installations", "rate limit")
    skipped = [f"-      {part}: not examined, since GitHub is wrong." for part in parts]
    assert [line for line in said if line.startswith("-")] == skipped


def test_what_arrived_is_told(environ: dict[str, str], hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    delivered("issues", 0)(hub, SimpleNamespace())
    delivered("push", 202)(hub, SimpleNamespace())
    said = lines(environ, capsys, 0)
    assert "ok     deliveries: the last of 2 arrived (push, 2026-11-20T10:00:00Z); 1 failed" in said


def test_nobody_answers_at_the_webhook(
    environ: dict[str, str], hub: RunningHub, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/webhook"
    changed(webhook_url=nowhere)(hub, SimpleNamespace())
    assert wrong(environ, capsys) == [
        (
            f"WRONG  webhook: nobody answers at {nowhere} from here: [Errno 111] Connection refused. Start `charrette "
            "serve`; if it runs, correct the URL on the App's page, or the way to it."
        )
    ]


class Owned:
    """What GitHub would say in cases that the hub has not."""

    def __init__(self, **said: Any) -> None:
        self.said = said

    def __getattr__(self, name: str) -> Any:
        value = self.said[name]
        return lambda *_: value


def patient(**said: Any) -> Any:
    return SimpleNamespace(inspection=Owned(**said), **said)


def test_an_owner_who_has_not_granted_what_the_app_asks_for_now() -> None:
    wanted = app.app_manifest()["default_permissions"]
    behind = SimpleNamespace(account="acme", permissions={**wanted, "checks": "none"})
    facts = SimpleNamespace(permissions=wanted)
    with pytest.raises(WrongError) as caught:
        github.permissions(patient(app=facts, installations=(behind,)))
    assert (caught.value.wrong, caught.value.mend) == (
        "acme has not granted checks: write yet.",
        "Its owner accepts new permissions on the installation's page.",
    )


def test_a_webhook_without_a_secret() -> None:
    with pytest.raises(WrongError, match="the App has no webhook secret"):
        github.webhook(patient(app=None, webhook=("https://x.example.com/webhook", False)))


def test_a_limit_that_is_used_up() -> None:
    acme = SimpleNamespace(account="acme", id=5)
    with pytest.raises(WrongError, match=r"acme has 3 of 5000 requests left until 00:01:40 UTC\."):
        github.limits(patient(installations=(acme,), limit=(3, 5000, 100)))


def test_many_installations_are_not_asked_one_by_one() -> None:
    many = tuple(SimpleNamespace(account=f"a{n}", id=n) for n in range(7))
    said = github.installations(patient(app=SimpleNamespace(page="x"), installations=many, repositories=2))
    assert said.endswith("a4 (2 repositories), and 2 more")


@pytest.mark.parametrize(("off", "way"), [(90, "behind"), (-90, "ahead of")])
def test_a_clock_that_is_off(
    environ: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    off: int,
    way: str,
) -> None:
    monkeypatch.setattr(
        github, "parsedate_to_datetime", lambda text: SimpleNamespace(timestamp=lambda: _real(text) + off)
    )
    (line,) = wrong(environ, capsys)
    assert f" s {way} GitHub. Set its clock, e.g. with an NTP service." in line


def _real(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()


def test_a_server_that_does_not_tell_the_time(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(World, "date_time_string", lambda self, timestamp=None: "")
    with pytest.raises(SkippedError, match="does not tell the time"):
        github.clock(SimpleNamespace(settings=SimpleNamespace(github_api_url=world.url)))  # type: ignore[arg-type]


# --- the model ---


def test_a_recording_needs_no_server(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del environ["ANTHROPIC_BASE_URL"]
    said = lines({**environ, "CHARRETTE_MODEL_REPLAY": str(tmp_path)}, capsys, 0)
    assert said[-3:] == [
        f"ok     model: a recording answers: {tmp_path}",
        "-      model names: a recording has its own.",
        "ok     web search: as in the recording",
    ]


def test_a_server_that_does_not_list_its_models_will_do(
    environ: dict[str, str], world: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    world.statuses["/v1/models"] = 404
    said = lines({**environ, "CHARRETTE_MODEL_QUICK": "llama-9", "CHARRETTE_MODEL_WEB": "on"}, capsys, 0)
    assert said[-3:] == [
        f"ok     model: {world.url} answers; it lists no models",
        (
            "ok     model names: claude-opus-5-5 and llama-9; no price is known of llama-9, so tokens alone are "
            "limited (CHARRETTE_MODEL_PRICES)"
        ),
        "ok     web search: asked for",
    ]


def test_servers_that_are_not_there_and_other_parts(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    (tmp_path / "workflows/note/workflow.yaml").write_text("version: 1\n")
    changed = {
        "CHARRETTE_GITHUB_URL": nowhere,
        "ANTHROPIC_BASE_URL": nowhere,
        "CHARRETTE_DATABASE_URL": f"postgresql://me:hunter2@{nowhere.removeprefix('http://')}/x",
    }
    said = lines({**environ, **changed}, capsys, 1)
    found = [line for line in said if line.startswith("WRONG")]
    assert [line.split(":")[0] for line in found if "workflows:" not in line] == [
        "WRONG  database",
        "WRONG  clock",
        "WRONG  GitHub",
        "WRONG  model",
    ]
    assert any(line.startswith("WRONG  workflows: ") and "workflow.yaml" in line for line in found)
    assert "-      model names: not examined, since model is wrong." in said
    assert "hunter2" not in "".join(said)
    assert f"WRONG  clock: {nowhere}/api/v3 can't be reached: [Errno 111] Connection refused." in "".join(said)


# --- this machine ---


def test_git_that_is_missing_or_old(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(machine, "GIT_FLOOR", (99, 0))
    assert lines({}, capsys, 1)[0].startswith("WRONG  git: this is git version")
    monkeypatch.setenv("PATH", "/nowhere")
    assert lines({}, capsys, 1)[0] == "WRONG  git: there is no git on the path. Install it."


def test_the_floor_of_git_is_the_makefiles() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert f"GIT_FLOOR := {machine.GIT_FLOOR[0]}.{machine.GIT_FLOOR[1]}\n" in makefile


def of_machine(state: Path, url: str = "") -> Any:
    return SimpleNamespace(settings=SimpleNamespace(state=state, database_url=url or f"sqlite:///{state / 'c.sqlite'}"))


def test_a_state_folder_that_can_not_be_written_or_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WrongError, match="can't be written: Not a directory"):
        machine.state(of_machine(tmp_path / "file" / "state"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=1 << 28))
    with pytest.raises(WrongError, match=r"has 0\.25 GiB left") as caught:
        machine.state(of_machine(tmp_path))
    assert caught.value.mend == "Make room, at least 1 GiB, or name another in CHARRETTE_STATE."


def test_a_database_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.store.database.VERSION", 99)
    app.prepare(of_machine(tmp_path).settings)
    monkeypatch.undo()
    with pytest.raises(WrongError, match="SQLite: The database has schema 99"):
        machine.database(of_machine(tmp_path))


def test_a_pooler_in_front_of_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "pooled", lambda self: True)
    with pytest.raises(WrongError, match="shares connections between transactions") as caught:
        machine.database(of_machine(tmp_path))
    assert caught.value.mend == "Name the server itself in CHARRETTE_DATABASE_URL, or a pooler in session mode."

    def refuse(settings: object) -> None:
        raise TransientError("The database: FATAL: unsupported startup parameter: options")

    monkeypatch.setattr(app, "prepare", refuse)
    with pytest.raises(WrongError, match="behind a pooler that takes no options"):
        machine.database(of_machine(tmp_path))


def test_the_manifest_has_what_the_doctor_compares() -> None:
    manifest = app.app_manifest()
    assert set(manifest["default_permissions"].values()) <= set(github.LEVELS)
    assert "issues" in manifest["default_events"]

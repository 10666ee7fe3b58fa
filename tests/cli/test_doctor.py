"""The doctor says what is wrong with each part, and what to do."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.cli import doctor
from tests.service import SECRET, free_port, pem, workflows


class Server(BaseHTTPRequestHandler):
    """A GitHub that knows one App, and a model server; `statuses` says how they answer."""

    statuses: dict[str, int]

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        status = self.statuses.get(path, 404)
        body = json.dumps({"slug": "charrette", "message": "No."}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def statuses() -> dict[str, int]:
    return {"/api/v3/app": 200, "/v1/models": 200}


@pytest.fixture
def url(statuses: dict[str, int]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answering", (Server,), {"statuses": statuses}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def environ(url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "CHARRETTE_APP_ID": "12",
        "CHARRETTE_APP_PRIVATE_KEY": pem(),
        "CHARRETTE_WEBHOOK_SECRET": SECRET,
        "CHARRETTE_GITHUB_URL": url,
        "CHARRETTE_STATE": str(tmp_path / "state"),
        "CHARRETTE_WORKFLOWS": str(workflows(tmp_path / "workflows")),
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "sk-ant-very-secret",
    }


def test_all_is_well(environ: dict[str, str], url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.examine(environ, None) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("ok     git: git version ")
    assert said[1:] == [
        "ok     settings: complete",
        "ok     database: SQLite answers, and the tables are there",
        "ok     workflows: note",
        f"ok     GitHub: the App is charrette[bot] on {url}/api/v3",
        f"ok     model: {url} answers and knows the key",
    ]


def test_a_recording_needs_no_server(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del environ["ANTHROPIC_BASE_URL"]
    assert doctor.examine({**environ, "CHARRETTE_MODEL_REPLAY": str(tmp_path)}, None) == 0
    assert f"ok     model: a recording answers: {tmp_path}" in capsys.readouterr().out


def test_settings_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.examine({"CHARRETTE_LISTEN": "8080"}, None) == 1
    said = capsys.readouterr().out
    assert "WRONG  settings\n" in said
    assert "       settings: CHARRETTE_APP_ID is missing." in said
    assert "       environment: CHARRETTE_LISTEN “8080” is not HOST:PORT." in said


WRONG = [
    ({"/api/v3/app": 401}, "WRONG  GitHub: ", "Compare CHARRETTE_APP_ID and the private key"),
    ({"/api/v3/app": 404}, "WRONG  GitHub: ", "CHARRETTE_GITHUB_API_URL"),
    ({"/v1/models": 401}, "WRONG  model: ", "refuses the key. Write another in ANTHROPIC_API_KEY."),
    ({"/v1/models": 503}, "WRONG  model: ", "answers 503. Try again later."),
]


@pytest.mark.parametrize(("changed", "wrong", "mend"), WRONG)
def test_what_a_server_refuses_is_named(
    environ: dict[str, str],
    statuses: dict[str, int],
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, int],
    wrong: str,
    mend: str,
) -> None:
    statuses.update(changed)
    assert doctor.examine(environ, None) == 1
    said = capsys.readouterr().out
    assert wrong in said
    assert mend in said
    assert said.count("WRONG") == 1
    assert "very-secret" not in said


def test_a_server_that_does_not_list_its_models_will_do(
    environ: dict[str, str], statuses: dict[str, int], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses["/v1/models"] = 404
    assert doctor.examine(environ, None) == 0
    assert f"ok     model: {url} answers\n" in capsys.readouterr().out


def test_servers_that_are_not_there_and_other_parts(
    environ: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    (tmp_path / "workflows/note/workflow.yaml").write_text("version: 1\n")
    changed = {
        "CHARRETTE_GITHUB_URL": nowhere,
        "ANTHROPIC_BASE_URL": nowhere,
        "CHARRETTE_DATABASE_URL": f"postgresql://me@{nowhere.removeprefix('http://')}/x",
    }
    assert doctor.examine({**environ, **changed}, None) == 1
    said = capsys.readouterr().out
    for part in ("WRONG  database: ", "WRONG  workflows\n", "WRONG  GitHub: ", "WRONG  model: "):
        assert part in said
    assert f"{nowhere} can't be reached: [Errno 111] Connection refused" in said


def test_git_that_is_missing_or_old(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "GIT_FLOOR", (99, 0))
    assert doctor.examine({}, None) == 1
    assert "WRONG  git: this is git version" in capsys.readouterr().out
    monkeypatch.setenv("PATH", "/nowhere")
    assert doctor.examine({}, None) == 1
    assert "WRONG  git: there is no git on the path. Install it." in capsys.readouterr().out


def test_the_floor_of_git_is_the_makefiles() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    assert f"GIT_FLOOR := {doctor.GIT_FLOOR[0]}.{doctor.GIT_FLOOR[1]}\n" in makefile

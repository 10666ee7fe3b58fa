"""`charrette hub`, as a process."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from bot.hub.cli import add_arguments, main

PROGRAM = """
import argparse, sys
from bot.hub.cli import add_arguments, main
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(main(parser.parse_args()))
"""


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(arguments)


def test_one_line_says_how_to_reach_it(state: Path, source: Path) -> None:
    arguments = ["--state", str(state), "--listen", "127.0.0.1:0", "--webhook", "http://127.0.0.1:9/webhook"]
    arguments += ["--repository", f"acme/widgets={source}", "--user", "joan:admin"]
    root = Path(__file__).parents[2]
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, cwd=root, env=dict(os.environ)
    )
    assert started.stdout is not None
    line = json.loads(started.stdout.readline())
    assert set(line) == {"url", "api_url", "app_id", "private_key_file", "webhook_secret_file", "users", "env_file"}
    assert list(line["users"]) == ["joan"]
    headers = {"Authorization": f"token {line['users']['joan']}"}
    assert requests.get(f"{line['api_url']}/user", headers=headers, timeout=5).json()["login"] == "joan"
    settings = dict(each.split("=", 1) for each in Path(line["env_file"]).read_text().splitlines())
    assert settings == {
        "CHARRETTE_GITHUB_API_URL": line["api_url"],
        "CHARRETTE_GITHUB_URL": line["url"],
        "CHARRETTE_APP_ID": str(line["app_id"]),
        "CHARRETTE_APP_PRIVATE_KEY_FILE": line["private_key_file"],
        "CHARRETTE_WEBHOOK_SECRET_FILE": line["webhook_secret_file"],
        "CHARRETTE_WRITE_INTERVAL_SECONDS": "0",
        "CHARRETTE_LISTEN": "127.0.0.1:9",
    }
    started.send_signal(signal.SIGTERM)
    assert started.wait(10) == 0
    started.stdout.close()


def test_it_ends_with_whoever_started_it(state: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, "--supervised", "--state", str(state), "--listen", "127.0.0.1:0"]
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[2], env=dict(os.environ))
    assert started.stdin is not None
    assert started.stdout is not None
    assert started.stdout.readline()
    started.stdin.close()
    assert started.wait(10) == 0
    started.stdout.close()


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--repository", "acme=."], id="no name"),
        pytest.param(["--repository", "a/b=/nowhere"], id="no folder"),
        pytest.param(["--user", "x:god"], id="no role"),
        pytest.param(["--listen", "somewhere"], id="no port"),
        pytest.param(["--listen", "127.0.0.1:99999"], id="no such port"),
        pytest.param(["--webhook", "127.0.0.1:8080"], id="no address"),
    ],
)
def test_what_makes_no_sense_is_said(state: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--state", str(state), *arguments)
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folder", "why"), [("a file", "it is a file"), ("a file/below", "Not a directory")], ids=["a file", "below one"]
)
def test_a_state_that_can_t_be_kept_is_said(
    tmp_path: Path, folder: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a file").write_text("x")
    state = tmp_path / folder
    assert main(parsed("--state", str(state))) == 1
    said = f"charrette hub: {state}: nothing can be kept there: {why}. Name a folder with --state.\n"
    assert capsys.readouterr().err == said


def test_a_clone_without_a_commit_is_refused(state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "empty")], check=True)
    arguments = ["--state", str(state), "--listen", "127.0.0.1:0", "--repository", f"a/b={tmp_path / 'empty'}"]
    assert main(parsed(*arguments)) == 1
    assert "charrette hub:" in capsys.readouterr().err

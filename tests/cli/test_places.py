"""What no restart mends ends `charrette serve` before it starts anything; what may pass by itself does not."""

import errno
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli import places
from bot.cli.processes import prepare
from bot.core.errors import FaultsError, TransientError
from bot.local.processes import free_port
from bot.settings import Settings, read
from bot.values import Listen
from tests.service import SECRET, clean, pem


def settings(state: Path, **more: str) -> Settings:
    given = {
        "CHARRETTE_WEBHOOK_SECRET": SECRET,
        "CHARRETTE_STATE": str(state),
        "CHARRETTE_LISTEN": f"127.0.0.1:{free_port()}",
    }
    return read({**given, **more}, parts=frozenset({"web"}))


def said(of: Settings) -> list[str]:
    return [str(fault) for fault in places.faults(of)]


def test_a_folder_that_can_be_made_is_made_and_left_empty(tmp_path: Path) -> None:
    assert said(settings(tmp_path / "new/state")) == []
    assert list((tmp_path / "new/state").iterdir()) == []


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    wrong = (
        f"CHARRETTE_STATE: The folder {tmp_path}/state can't be used: File exists. Name a folder that this user may "
    )
    assert said(settings(tmp_path / "state", CHARRETTE_DATABASE_URL=f"sqlite:///{tmp_path}/x.sqlite")) == [
        f"{wrong}write."
    ]


def test_a_folder_where_nothing_can_be_made() -> None:
    (fault,) = said(settings(Path("/proc/charrette")))
    assert fault.startswith("CHARRETTE_STATE: The folder /proc/charrette can't be used: ")


@pytest.mark.parametrize(
    ("number", "mend"),
    [
        (errno.ENOSPC, "No space left on device. Make room there, or name another folder."),
        (errno.EROFS, "Read-only file system. Name a folder that this user may write."),
    ],
)
def test_a_folder_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, mend: str) -> None:
    def fails(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    assert said(settings(tmp_path)) == [f"CHARRETTE_STATE: The folder {tmp_path} can't be used: {mend}"]


def test_a_database_elsewhere_is_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").write_text("")
    (tmp_path / "folder").mkdir()
    (inside,) = said(settings(tmp_path, CHARRETTE_DATABASE_URL=f"sqlite:///{tmp_path}/a file/x.sqlite"))
    assert inside.startswith(f"CHARRETTE_DATABASE_URL: The folder {tmp_path}/a file can't be used: ")
    cannot = (
        f"CHARRETTE_DATABASE_URL: The database {tmp_path}/{{}} can't be written. Name a file that this user may write."
    )
    of = settings(tmp_path, CHARRETTE_DATABASE_URL=f"sqlite:///{tmp_path}/folder")
    assert said(of) == [cannot.format("folder")]
    of = settings(tmp_path, CHARRETTE_DATABASE_URL=f"sqlite:///{tmp_path}/a file")
    assert said(of) == []
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert said(of) == [cannot.format("a file")]
    assert said(settings(tmp_path, CHARRETTE_DATABASE_URL="postgresql://nowhere.example/x")) == []


def test_a_port_that_is_taken_may_be_free_in_a_moment_and_one_of_the_system_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        of = replace(settings(tmp_path), listen=Listen("127.0.0.1", taken.getsockname()[1]))
        assert said(of) == []

    class Refusing(socket.socket):
        def bind(self, _: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "socket", Refusing)
    assert said(replace(of, listen=Listen("::", 443))) == [
        "CHARRETTE_LISTEN: This user may not listen on [::]:443. Name a port of 1024 or more."
    ]


def test_what_no_restart_of_a_half_mends_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "charrette.sqlite").write_text("no database, but long enough to be looked at as one " * 20)
    with pytest.raises(FaultsError, match=r"charrette web: .*/charrette\.sqlite is no database that can be used"):
        prepare(settings(tmp_path), "web")

    def busy(_: Settings) -> None:
        raise TransientError("The database: locked")

    monkeypatch.setattr("bot.app.prepare", busy)
    with pytest.raises(TransientError):
        prepare(settings(tmp_path), "web")


def test_serve_ends_with_a_line_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    (tmp_path / "key.pem").write_text(pem())
    environ = {
        **clean(),
        "CHARRETTE_APP_ID": "12",
        "CHARRETTE_APP_PRIVATE_KEY_FILE": str(tmp_path / "key.pem"),
        "CHARRETTE_WEBHOOK_SECRET": SECRET,
        "CHARRETTE_STATE": str(tmp_path / "state"),
        "CHARRETTE_LISTEN": f"127.0.0.1:{free_port()}",
        "ANTHROPIC_API_KEY": "none",
    }
    command = [sys.executable, "-m", "bot.cli", "serve"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    wrong = (
        f"CHARRETTE_STATE: The folder {tmp_path}/state can't be used: File exists. Name a folder that this user may "
    )
    assert (ended.returncode, ended.stderr) == (2, f"{wrong}write.\n")

"""The command line explains itself at once, and every way to fail has its exit status."""

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bot
from bot.cli import commands, main
from bot.core.errors import Fault, FaultsError, PersonError, TransientError

COMMANDS = ["serve", "web", "worker", "check", "doctor", "resume", "citations", "demo", "local", "hub"]
HEAVY = ["anthropic", "dbos", "flask", "git", "github", "gunicorn", "pydantic", "sqlalchemy", "yaml"]


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n    {name}" not in said] == []


@pytest.mark.parametrize("name", ["serve", "web", "worker", "check", "doctor", "resume"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"usage: charrette {name}" in said
    assert "--supervised" not in said
    assert ("--env-file" in said) == (name != "check")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"charrette {bot.__version__}\n")


@pytest.mark.parametrize(
    "argv", [["dance"], ["plan"], ["serve", "now"], ["check", "a", "b"], ["resume"], ["resume", "octo/queue"]]
)
def test_wrong_arguments_are_status_2(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    assert ended.value.code == 2


def test_without_a_command_it_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    said = capsys.readouterr()
    assert "charrette demo" in said.err
    assert said.out == ""


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import json, sys\nfrom bot.cli import main\n"
        "try: main(['serve', '--help'])\nexcept SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stderr)) & set(HEAVY) == set()


Fail = Callable[[Exception], int]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Fail:
    """Runs a command that fails so."""

    def run(error: BaseException) -> int:
        def check(arguments: argparse.Namespace) -> int:
            raise error

        monkeypatch.setattr(commands, "run_check", check)
        return main(["check"])

    return run


def test_faults_are_status_2_each_on_a_line(fail: Fail, capsys: pytest.CaptureFixture[str]) -> None:
    faults = [Fault("a.yaml", 3, "It is wrong.", "Fix it."), Fault("settings", 0, "X is missing.", "Write it.")]
    assert fail(FaultsError(faults)) == 2
    assert capsys.readouterr().err == "a.yaml:3: It is wrong. Fix it.\nsettings: X is missing. Write it.\n"


@pytest.mark.parametrize("error", [PersonError("Do this."), TransientError("Do this.")])
def test_what_a_person_can_mend_is_status_1(fail: Fail, error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    assert fail(error) == 1
    assert capsys.readouterr().err == "charrette check: Do this.\n"


def test_an_interruption_is_status_130(fail: Callable[[BaseException], int]) -> None:
    assert fail(KeyboardInterrupt()) == 130


def run(command: str, folder: Path, **env: str) -> tuple[int, str]:
    """The exit status of a shell's first command that is `charrette`, and what went to standard error."""
    given = {**os.environ, "PYTHONPATH": str(Path(bot.__file__).parents[1]), **env}
    line = command.replace("charrette", f"{shlex.quote(sys.executable)} -m bot.cli", 1)
    line += "; exit ${PIPESTATUS[0]}"
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=given, capture_output=True, timeout=60)
    return done.returncode, done.stderr.decode()


@pytest.fixture
def long_plan(tmp_path: Path) -> Path:
    """A folder with a plan of which more is said than a pipe holds."""
    units = (f"### PR {n}: {'A long title ' * 9}\n\n**Depends on:** PR {n + 999}\n" for n in range(1, 500))
    (tmp_path / "plän 1.md").write_text("## PR plan\n\n" + "\n".join(units))
    return tmp_path


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("charrette plan parse 'plän 1.md' | head -1", 141, ""),
        ("charrette check | sleep 0", 141, ""),
        (
            "charrette plan parse 'plän 1.md' > /dev/full",
            1,
            "charrette plan: The output can't be written: No space left on device.\n",
        ),
        ("charrette check >&-", 0, ""),
    ],
)
def test_output_that_nobody_takes_is_no_bug(command: str, status: int, said: str, long_plan: Path) -> None:
    assert run(command, long_plan) == (status, said)


def test_what_a_terminal_can_t_show_is_no_bug(long_plan: Path, tmp_path: Path) -> None:
    assert run("charrette plan parse 'plän 1.md' > said", long_plan, PYTHONIOENCODING="ascii") == (0, "")
    assert "pl\\xe4n 1.md:" in (tmp_path / "said").read_text()


def test_a_broken_pipe_elsewhere_is_a_bug(fail: Fail) -> None:
    with pytest.raises(BrokenPipeError):
        fail(BrokenPipeError())


def test_a_bug_keeps_its_traceback(fail: Fail) -> None:
    with pytest.raises(ZeroDivisionError):
        fail(ZeroDivisionError())


def test_check_says_what_is_wrong_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/workflow.yaml").write_text("version: 1\nsumary: x\n")
    assert main(["check", str(tmp_path)]) == 2
    assert f"{tmp_path}/mine/workflow.yaml:2: " in capsys.readouterr().err


def test_check_of_a_folder_that_has_nothing_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{tmp_path}: There are neither workflows nor a configuration here. Name a folder with")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone"], "gone: There is no such folder. "),
        (["a file"], "a file: This is a file. "),
        (["checkout", "--organisation", "gone"], "gone: There is no such folder. "),
        (["checkout", "--organisation", "a file"], "a file: This is a file. "),
    ],
)
def test_check_of_what_is_no_folder(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checkout/.github").mkdir(parents=True)
    (tmp_path / "checkout/.github/charrette.yml").write_text("labels: {}\n")
    (tmp_path / "a file").write_text("x")
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr().err == f"{said}Name a folder of workflows, or a checkout.\n"


def test_check_reads_a_checkout_as_the_service_would(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    (ours / ".github").mkdir(parents=True)
    theirs.mkdir()
    (ours / ".github/charrette.yml").write_text("labels: {feature-design: rfc}\nsistems: []\n")
    assert main(["check", str(ours)]) == 2
    assert capsys.readouterr().err.startswith(
        f"{ours}/.github/charrette.yml:2: The configuration has no key “sistems”."
    )
    (ours / ".github/charrette.yml").write_text("labels: {feature-design: rfc}\n")
    assert main(["check", str(ours)]) == 0
    assert re.search(r"nothing is wrong with .*feature-design", capsys.readouterr().out)
    (theirs / "charrette.yml").write_text("systems: Ray\n")
    assert main(["check", str(ours), "--organisation", str(theirs)]) == 2
    assert capsys.readouterr().err.startswith(f"{theirs}/charrette.yml:1: Expected a list")


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none")]) == 2
    assert "There is no such folder." in capsys.readouterr().err


def test_settings_that_are_missing_are_status_2(tmp_path: Path) -> None:
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}
    for command in ("serve", "web", "worker"):
        done = subprocess.run([sys.executable, "-m", "bot.cli", command], capture_output=True, text=True, env=environ)
        assert done.returncode == 2
        assert "is missing" in done.stderr
        assert "Traceback" not in done.stderr

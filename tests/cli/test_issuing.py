"""`charrette plan issues`, from the command line to the hub's issues, and its exit status."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from bot.cli import main
from bot.cli.issuing import path_of
from bot.core.errors import PersonError, TransientError
from bot.core.identity import Repository
from bot.engine.plans import by_hand
from bot.hub.server import RunningHub, running_hub
from tests.core.tracking.world import PATH, PLAN, World
from tests.hub.contract import Contract


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    code = tmp_path_factory.mktemp("library")
    (code / "README.md").write_text("# Library\n")
    contract = Contract()
    with running_hub(tmp_path_factory.mktemp("hub"), {"octo/library": code}, middleware=contract) as running:
        yield running
    assert contract.faults == []


def written(hub: RunningHub) -> list[dict[str, Any]]:
    """All writes but those of tokens."""
    return [write for write in hub.writes() if not write["operation"].startswith("apps/")]


def test_a_plan_becomes_issues_from_a_terminal(
    hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHARRETTE_STATE", str(tmp_path / "state"))
    (tmp_path / ".git").mkdir()
    (tmp_path / "docs").mkdir()
    file = tmp_path / "docs/plan.md"
    file.write_text(PLAN)
    command = ["plan", "issues", str(file), "--repository", "octo/library", "--env-file", str(hub.env_file)]
    assert main([*command, "--dry-run"]) == 0
    assert "| PR 2: A worker over its limit ends | open it; blocked by PR 1 |" in capsys.readouterr().out
    assert written(hub) == []
    assert main(command) == 0
    said = capsys.readouterr()
    assert "tracked in #1: opened 4 issues" in said.out
    assert "[14/14] update Plan: Worker limits: macro plan" in said.err
    writes = written(hub)
    assert f"{hub.url}/octo/library/blob/main/docs/plan.md" in str(writes)
    assert main(command) == 0
    assert "nothing had to be changed" in capsys.readouterr().out
    assert written(hub) == writes
    assert not (tmp_path / "state").exists(), "it needs no database"
    # A copy elsewhere: the issues go on naming the file in the repository.
    copy = tmp_path.parent / "copy.md"
    copy.write_text(PLAN)
    assert main([*command[:2], str(copy), *command[3:]]) == 0
    assert "nothing had to be changed" in capsys.readouterr().out
    file.write_text("# Notes\n")
    assert main(command) == 1
    assert "No unit was found" in capsys.readouterr().err


def test_a_file_of_no_repository_is_not_linked_and_twice_changes_nothing(
    hub: RunningHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "draft.md"
    file.write_text(PLAN.replace("<!-- unit: ", "<!-- unit: other-").replace("# Worker limits", "# Queue limits", 1))
    command = ["plan", "issues", str(file), "--repository", "octo/library", "--env-file", str(hub.env_file)]
    assert main(command) == 0
    assert "opened 4 issues" in capsys.readouterr().out
    writes = written(hub)
    assert main(command) == 0
    assert "nothing had to be changed" in capsys.readouterr().out
    assert written(hub) == writes
    assert "blob/main/draft.md" not in str(writes)


@pytest.mark.parametrize(
    ("remotes", "inside"),
    [
        ((), True),
        (("git@github.com:octo/library.git",), True),
        (("https://github.com/ada/library.git", "https://github.com/Octo/Library"), True),
        (("https://github.com/octo/library-docs.git",), False),
        (("https://github.com/ada/library.git",), False),
    ],
)
def test_a_clone_of_another_repository_has_no_page_of_the_plan(
    remotes: tuple[str, ...], inside: bool, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    parts = [f'[remote "{at}"]\n\turl = {url}\n' for at, url in enumerate(remotes)]
    (tmp_path / ".git/config").write_text("".join(parts))
    assert path_of(tmp_path / "docs/plan.md", "octo/library") == ("docs/plan.md" if inside else "plan.md", inside)


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        pytest.param([], 2, "--repository", id="no repository"),
        pytest.param(["--repository", "library"], 2, "write OWNER/NAME, e.g. octo/queue", id="half a name"),
        pytest.param(["--repository", "octo/other"], 1, "The App is not installed on octo/other", id="not installed"),
    ],
)
def test_what_is_wrong_is_said(
    hub: RunningHub, tmp_path: Path, more: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.md"
    file.write_text(PLAN)
    try:
        ended = main(["plan", "issues", str(file), "--env-file", str(hub.env_file), *more])
    except SystemExit as error:
        ended = int(str(error.code))
    assert ended == status
    assert said in capsys.readouterr().err


class Alone(World):
    """The App on one repository, without a hub; `limited` says how often GitHub's limit is met first."""

    limited = 0

    def hook(self) -> "Alone":
        return self

    def github(self, repository: object) -> "Alone":
        return self

    def repository(self, full_name: str) -> Repository:
        return Repository(7, full_name, 5)

    def default_branch(self) -> tuple[str, str]:
        if self.limited:
            self.limited -= 1
            raise TransientError("GitHub's rate limit.", 60.0)
        return "main", "a" * 40


def test_a_limit_is_waited_for_and_what_is_refused_is_status_1() -> None:
    app, slept, steps = Alone(), list[float](), list[str]()
    app.limited = 2

    def refuse(what: str) -> None:
        if what.startswith("open PR 3"):
            raise PersonError("GitHub refused: No.")

    app.before = refuse
    told, well = by_hand.reconcile(
        cast(Any, app),
        "https://github.com",
        "o/r",
        PATH,
        PLAN,
        True,
        False,
        lambda at, of, name: steps.append(name),
        slept.append,
    )
    assert (slept, well, "open PR 3: A limit for each queue: GitHub refused: No." in told) == (
        [60.0, 60.0],
        False,
        True,
    )
    assert steps[3] == "milestone Worker limits: macro plan"


def test_a_limit_that_never_ends_is_told_of() -> None:
    app, slept = Alone(), list[float]()
    app.limited = 1000
    with pytest.raises(TransientError):
        by_hand.reconcile(cast(Any, app), "", "o/r", PATH, PLAN, True, True, lambda at, of, name: None, slept.append)
    assert len(slept) == by_hand.TRIES - 1

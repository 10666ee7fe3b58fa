"""The scenario of a macro plan, played in process from its recording; and that the recording is honest."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.demo.macro_plan import SCENARIO, UNITS
from bot.demo.scenario import Played
from bot.demo.stage import laid_out
from bot.local.person import Person

from .driven import driven

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CHARRETTE_", "ANTHROPIC_"))}


@dataclass(frozen=True)
class Ended:
    """What came of the scenario, what was told of it, and somebody who looks."""

    played: Played
    told: list[str]
    ada: Person


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """The scenario from its beginning to its end, each request of the model held against the recorded one."""
    with driven(SCENARIO, tmp_path_factory.mktemp("macro")) as (played, told, ada):
        yield Ended(played, told, ada)


def test_it_plays_to_its_end_and_every_request_is_the_recorded_one(ended: Ended) -> None:
    assert ended.played.faults == ()
    assert [what for what, _ in ended.played.pages] == [
        "the issue",
        "the plan",
        "the tracking issue",
        "a unit that is ready",
        "the plan's standing pull request",
    ]
    assert "the bot, on #6: This unit is ready, because #4 is done." in ended.told


def test_people_see_what_went_back_and_what_a_validation_showed(ended: Ended) -> None:
    (status,) = [each["body"] for each in ended.ada.comments(1) if "charrette:key=status " in each["body"]]
    assert re.search(r"002 Series\]\(\S+\) \(a draft was sent back for `plan: cycle`, and fixed\)", status)
    answer = next(body for body in said(ended, 3) if "units done" in body)
    assert "Row 2, “The first heartbeat tells who serves”, before PR 1 (#4): **passed**" in answer
    assert "Row 1, “A SIGTERM loses no request”, before PR 5 (#8): no result yet, which they wait for." in answer
    assert not any("UNVERIFIED" in body for body in (status, answer))


def test_a_unit_has_what_somebody_needs_who_takes_it(ended: Ended) -> None:
    body = ended.ada.get("/issues/5")["body"]
    assert "**Depends on:** #4 (PR 1)" in body
    assert "- [ ] **BC-2-1:** the memory of a process that runs is told in bytes" in body
    assert "- **Files:** `gunicorn/memory.py`, new; `gunicorn/roster.py`; `gunicorn/ctl/cli.py`; " in body
    assert "UNVERIFIED" not in body


def test_the_unit_that_is_merged_is_real(tmp_path: Path) -> None:
    code = laid_out(tmp_path / "code", SCENARIO.package, SCENARIO.folder / "repository")
    subprocess.run(["git", "apply", str(SCENARIO.folder / "worker-states.patch")], cwd=code, check=True)
    run = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_roster.py"]
    done = subprocess.run(run, cwd=code, env={**CLEAN, "PYTHONPATH": str(code)}, capture_output=True, text=True)
    assert "8 passed" in done.stdout, done.stdout + done.stderr
    shutil.rmtree(code)


def test_the_recording_has_each_answer_and_a_circle_in_one_of_them() -> None:
    answers = {file.name: json.loads(file.read_text("utf-8")) for file in SCENARIO.recording.glob("*@*.json")}
    assert {data["usage"] for data in answers.values()} == {"estimated"}, "no server metered it"
    first, second = (
        json.loads(answers[f"series@1.writer.{at}.json"]["answer"]["content"][0]["text"]) for at in ("1.2", "2.1")
    )
    assert [len(each["units"]) for each in (first, second)] == [UNITS, UNITS]
    assert first["units"][3]["depends_on"] == ["PR 2", "PR 7"]
    assert second["units"][3]["depends_on"] == ["PR 2"]


def said(ended: Ended, number: int) -> list[str]:
    """What the bot said there."""
    return [each["body"] for each in ended.ada.comments(number) if each["user"]["type"] == "Bot"]

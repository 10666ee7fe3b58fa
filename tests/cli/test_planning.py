"""`charrette plan`, from the command line to its exit status."""

import json
from pathlib import Path

import pytest

from bot.cli import main

TEXT = """\
# A plan

## I) PR Plan

### PR 1: Ground

- **Behavioral Guarantees:**
  - BC-1-1: It holds

### PR 2: Walls — ✅ COMPLETED 2026-02-16

**Depends on:** PR 1

### PR 3: Roof

**Depends on:** good weather
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "plan.md"
    file.write_text(TEXT)
    return file


def test_json(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "parse", str(plan), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sections"] == [{"title": "I) PR Plan", "line": 3, "lines": 7}]
    one, two, _ = told["units"]
    assert (one["id"], one["title"], one["line"], one["depends_on"], one["status"]) == ("PR1", "Ground", 5, [], "")
    assert one["guarantees"] == [{"id": "BC-1-1", "text": "It holds", "line": 8}]
    assert (two["depends_on"], two["sources"], two["status"]) == (["PR1"], {"label": ["PR1"]}, "completed 2026-02-16")
    assert told["edges"] == [["PR1", "PR2"]]
    (finding,) = told["findings"]
    assert (finding["rule"], finding["line"]) == ("unread-dependency", 16)
    assert set(finding) == {"rule", "line", "wrong", "mend"}


def test_for_people(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "parse", str(plan)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "PR1  Ground",
        "PR2  Walls  [completed 2026-02-16]  after PR1",
        "PR3  Roof",
        "1 section, 3 units, 1 dependency",
    ]
    assert lines[4].startswith(f"{plan}:16: unread-dependency: ")


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "parse", str(tmp_path / "gone.md")]) == 2
    assert "There is no such file." in capsys.readouterr().err

"""`charrette concerns`, from the command line to its exit status."""

import json
from pathlib import Path

import pytest

from bot.cli import main

TEXT = """\
## Critical

### C1. Writes are lost
**Source:** Cousot (HIGH), Hejlsberg
**Problem:** Nothing is flushed.
**Decision:** [ ]

### C2. Reads are slow
**Decision:** [x] reject: not measured

## Log

| # | Decision | Date |
| - | - | - |
| C1 | accept: a bug | 2026-11-25 |
| C2 | reject: not measured | 2026-11-25 |
"""
CLEAN = "### I1. Names\n**Decision:** [ ]\n"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "004-expert-concerns.md"
    file.write_text(TEXT)
    return file


def test_json(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["concerns", str(document), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    first, second = told["concerns"]
    assert {key: first[key] for key in ("id", "line", "title", "severity", "decision")} == {
        "id": "C1",
        "line": 3,
        "title": "Writes are lost",
        "severity": "critical",
        "decision": None,
    }
    assert first["sources"] == [{"expert": "Cousot", "severity": "HIGH"}, {"expert": "Hejlsberg", "severity": ""}]
    assert second["decision"] == {"verdict": "reject", "why": "not measured", "line": 9}
    assert [row["ids"] for row in told["log"]] == [["C1"], ["C2"]]
    (finding,) = told["findings"]
    assert set(finding) == {"rule", "line", "wrong", "mend"}
    assert (finding["rule"], finding["line"]) == ("log-decides-open-field", 3)


def test_for_people(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["concerns", str(document)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["open    C1   Writes are lost", "reject  C2   Reads are slow", "2 concerns, 1 open"]
    assert lines[4].startswith(f"{document}:3: log-decides-open-field: The log decides C1 (line 15)")


def test_what_is_ticked_twice_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "twice.md"
    file.write_text("### C1. Writes\n**Decision:**\n- [x] accept\n- [x] reject\n")
    assert main(["concerns", str(file)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("open    C1   Writes\n1 concern, 1 open\n")
    assert "several-ticked: C1 has 2 boxes ticked, so nothing is decided." in said
    main(["concerns", str(file), "--json"])
    assert json.loads(capsys.readouterr().out)["concerns"][0]["decision"] is None


def test_nothing_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "clean.md"
    file.write_text(CLEAN)
    assert main(["concerns", str(file)]) == 0
    assert capsys.readouterr().out == "open    I1   Names\n1 concern, 1 open\n"


def test_no_concern(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "else.md"
    file.write_text("# Else\n")
    assert main(["concerns", str(file)]) == 0
    assert capsys.readouterr().out.startswith("No concern was found. One begins with a heading such as “### C1. Title”")


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["concerns", str(tmp_path / "gone.md")]) == 2
    assert "There is no such file." in capsys.readouterr().err

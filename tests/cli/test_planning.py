"""`charrette plan`, from the command line to its exit status."""

import json
import subprocess
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


def test_the_data_of_a_whole_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "parse", str(Path(__file__).parents[1] / "data/macro-plan.md"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["sections", "units", "edges", "risks", "blocks", "freezes", "findings"]
    assert len(told["blocks"]) == 3
    block = told["blocks"][0]
    assert set(block) == {"name", "line", "responsibility", "aspects"}
    assert {"observes", "controls", "owns", "invariants", "events", "extension friction"} <= set(block["aspects"])
    (freeze,) = told["freezes"]
    assert set(freeze) == {"interface", "unit", "validated", "implementations", "line"}
    assert set(told["risks"][0]) >= {"decision", "assumption", "validation", "cost", "gate", "line"}
    assert told["findings"] == []


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("# A plan\n\n## I) PR Plan\n\nNothing is planned.\n", ["units"]),
        (TEXT.replace("\n", " "), ["units", "line-breaks"]),
        ("", ["units"]),
    ],
    ids=["no units", "lost line breaks", "empty"],
)
def test_what_is_no_plan_is_said(text: str, rules: list[str], plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(text)
    assert main(["plan", "parse", str(plan), "--json"]) == 0
    assert [each["rule"] for each in json.loads(capsys.readouterr().out)["findings"]] == rules


def test_what_is_needed_and_is_no_unit_is_said(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(TEXT.replace("**Depends on:** PR 1\n", "**Depends on:** PR 1, PR 9\n"))
    assert main(["plan", "parse", str(plan)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert f"{plan}:12: dangling: PR9 is no unit of this plan. There are PR1, PR2, PR3." in said
    assert main(["plan", "parse", str(plan), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["rule"], each["line"]) for each in told["findings"]] == [
        ("dangling", 12),
        ("unread-dependency", 16),
    ]
    assert told["edges"] == [["PR1", "PR2"]]


def test_what_could_mean_several_units_is_said(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(TEXT.replace("### PR 1: Ground", "### PR 1a: Ground"))
    assert main(["plan", "parse", str(plan)]) == 0
    assert "ambiguous: PR1 is no unit, and could mean PR1a. Name those that are needed." in capsys.readouterr().out


def test_a_commit_of_no_repository(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "lint", str(plan), "--commit", "v1"]) == 2
    error = capsys.readouterr().err
    assert (
        error == "--commit v1: No repository is named that has it. Name one with --repo PATH, or leave --commit out.\n"
    )


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "parse", str(tmp_path / "gone.md")]) == 2
    assert "There is no such file." in capsys.readouterr().err


def test_lint(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(
        TEXT.replace("**Depends on:** PR 1\n", "**Depends on:** PR 3, PR 9\n").replace("good weather", "PR 2")
    )
    assert main(["plan", "lint", str(plan)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert (
        f"{plan}:10: error: cycle: There is a circle. PR2 → PR3 → PR2: each needs the one before. "
        "Take out the edge that is not needed, or merge them." in lines
    )
    assert f"{plan}:12: error: dangling: PR9 is no unit of this plan. There are PR1, PR2, PR3." in lines
    assert lines[-1].startswith("The plan has a form of its own")


def test_lint_as_json_with_the_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = tmp_path / "code"
    (repository / "src").mkdir(parents=True)
    (repository / "src/pool.py").write_text("class Pool:\n" * 4)
    for command in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(repository), *command], check=True)
    document = Path(__file__).parents[1] / "data/macro-plan.md"
    call = ["plan", "lint", str(document), "--repo", str(repository), "--json"]
    assert main(call) == 1
    told = json.loads(capsys.readouterr().out)
    wrong = [each["wrong"] for each in told["findings"] if each["severity"] == "error"]
    assert "“src/queue.py:1”: there is no file src/queue.py." in wrong
    assert told["errors"] == len(wrong)
    assert set(told["findings"][0]) == {"rule", "severity", "line", "wrong", "mend"}
    assert main([*call, "--rule", "citations=off", "--rule", "regression-paths=off"]) == 0


def test_lint_without_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "lint", str(Path(__file__).parents[1] / "data/macro-plan.md")]) == 0
    assert capsys.readouterr().out == "3 units, 0 errors, 0 warnings\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("cycles=off", "There is no rule `cycles`. Did you mean `cycle`?"),
        ("cycle=loud", "“loud” is no level."),
        ("cycle", "A level is missing."),
    ],
)
def test_lint_with_a_faulty_rule(plan: Path, given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "lint", str(plan), "--rule", given]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Write for example “--rule tier-1-aim=off”" in error


def test_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text(TEXT)
    changed = TEXT.replace("### PR 3: Roof", "### PR 3: Garden").replace("It holds", "It bears")
    new.write_text(
        changed.replace("### PR 2: Walls", "### PR 4: Walls").replace("**Depends on:** PR 1", "**Depends on:** PR 3")
    )
    assert main(["plan", "diff", str(old), str(new)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "added       PR3  Garden",
        "dropped     PR3  Roof",
        "renumbered  PR4  Walls  (was: PR2)",
        "re-wired    PR4  Walls  (no longer needs PR1, now needs PR3)",
        "guarantee   PR1  BC-1-1  was: It holds; now: It bears",
    ]
    assert [line.split(": ")[1] for line in lines[5:7]] == ["revision-missing", "guarantee-changed"]
    assert lines[7] == "2 units in both, 1 came, 1 went"
    assert main(["plan", "diff", str(old), str(new), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["rewired"] == [
        {"id": "PR4", "title": "Walls", "line": 10, "stable": "", "lost": ["PR1"], "gained": ["PR3"]}
    ]
    assert told["guarantees"] == [{"unit": "PR1", "id": "BC-1-1", "old": "It holds", "new": "It bears"}]
    assert [each["rule"] for each in told["findings"]] == ["revision-missing", "guarantee-changed"]


def test_diff_of_renamed_units_and_lost_guarantees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.write_text("## PR plan\n\n### PR 1: Ground <!-- unit: ground -->\n\n**Guarantees:**\n- It holds\n")
    new.write_text("## PR plan\n\n### PR 1: Soil <!-- unit: ground -->\n")
    assert main(["plan", "diff", str(old), str(new)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["renamed     PR1  Soil  (was: Ground)", "guarantee   PR1  –  was: It holds; gone"]
    assert main(["plan", "diff", str(old), str(old)]) == 0

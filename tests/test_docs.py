"""What the documents name is there."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.locks import locked

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"\bmake ([a-z]+)\b")


def project() -> dict[str, Any]:
    """The `[project]` table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"^(`{3,}).*?^\1$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    missing = [link for link in LINK.findall(prose) if ":" not in link and not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text(), re.DOTALL))
    assert set(MAKE.findall(code)) - targets == set()


def test_every_runtime_dependency_has_its_row_and_every_row_its_dependency() -> None:
    table = (ROOT / "docs/dependencies.md").read_text().split("For development only")[0]
    rows = set(re.findall(r"^\| ([\w.-]+) \|", table, re.MULTILINE)) - {"package", "---"}
    assert rows == {Requirement(one).name for one in project()["dependencies"]}


def test_every_development_dependency_has_its_reason() -> None:
    table = (ROOT / "docs/dependencies.md").read_text().split("For development only")[1]
    named = {name for row in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE) for name in row.split(", ")}
    assert {Requirement(one).name for one in project()["optional-dependencies"]["dev"]} <= named


def test_every_direct_dependency_is_pinned() -> None:
    extras = project()["optional-dependencies"]["dev"]
    assert [requirement for requirement in [*project()["dependencies"], *extras] if "==" not in requirement] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_name_versions_and_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = locked(lock).values()
    assert [str(one) for one, hashes in entries if not str(one.specifier).startswith("==") or not hashes] == []


def test_the_locks_hold_what_pyproject_pins() -> None:
    runtime = [Requirement(one) for one in project()["dependencies"]]
    development = [Requirement(one) for one in project()["optional-dependencies"]["dev"]]
    assert missing("requirements.lock", runtime) == []
    assert missing("requirements-dev.lock", [*runtime, *development]) == []


def missing(lock: str, pinned: list[Requirement]) -> list[str]:
    """What is pinned and not in the lock at that version."""
    entries = locked(lock)
    return [str(one) for one in pinned if entries[one.name.lower()][0].specifier != one.specifier]


def test_the_manifest_of_the_app_asks_for_no_more_than_is_used() -> None:
    manifest = json.loads((ROOT / ".github/app-manifest.json").read_text())
    writes = {name for name, level in manifest["default_permissions"].items() if level == "write"}
    assert writes == {"checks", "contents", "issues", "pull_requests"}
    assert manifest["public"] is False


def test_each_rule_of_security_names_a_test_that_there_is() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", text)
    assert len(named) >= 11
    assert [name for path, name in named if f"\ndef {name}(" not in (ROOT / path).read_text()] == []


@pytest.mark.parametrize("part", ["core", "engine"])
def test_each_package_of_the_core_and_the_engine_has_its_row(part: str) -> None:
    packages = {path.parent.name for path in (ROOT / "bot" / part).glob("*/__init__.py")}
    table = (ROOT / "docs/architecture.md").read_text().partition(f"| in `bot/{part}/` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)/` \|", table, re.MULTILINE)) == packages


FILE_NAMED = re.compile(r"`((?:bot|handlers|tests|workflows)/[\w/.-]+\.\w+)[`:]")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_file_of_ours_that_is_named_is_there(page: Path) -> None:
    assert [name for name in FILE_NAMED.findall(page.read_text()) if not (ROOT / name).exists()] == []

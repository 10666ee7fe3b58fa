"""The wheel works in an environment that has the locked runtime dependencies and nothing else."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import bot
from tests.locks import locked

ROOT = Path(__file__).parents[1]

IMPORT_ALL = """
import importlib, json, pkgutil, bot, handlers
names = [m.name for p in (bot, handlers) for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
for name in names:
    importlib.import_module(name)
print(json.dumps({"modules": names, "from": bot.__file__}))
"""


def link(requirement: Requirement, site: Path) -> None:
    """Puts the running environment's copy of a locked distribution into another one."""
    found = distribution(requirement.name)
    assert requirement.specifier.contains(found.version), f"{requirement} is locked, {found.version} is installed"
    for file in found.files or []:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.symlink_to(Path(str(file.locate())).resolve())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and what the lock names."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    (site,) = home.glob("lib/python*/site-packages")
    for requirement, _ in locked("requirements.lock").values():
        if requirement.marker is None or requirement.marker.evaluate():
            link(requirement, site)
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps", "--no-cache"]
    subprocess.run([*command, "--python", str(home / "bin/python"), str(wheel)], check=True)
    return home / "bin"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """One command, outside the checkout and without what the tests' own environment would lend it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CHARRETTE"))}
    return subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)


def test_the_wheel_holds_code_types_and_workflows(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "bot/_github/app-manifest.json" in names
    built_in = {str(path.relative_to(ROOT / "workflows")) for path in (ROOT / "workflows").rglob("*") if path.is_file()}
    assert {name.removeprefix("bot/_workflows/") for name in names if name.startswith("bot/_workflows/")} == built_in
    assert "feature-design/workflow.yaml" in built_in
    assert {"bot/py.typed", "handlers/py.typed"} <= names
    assert {name.split("/")[0] for name in names} == {"bot", "handlers", f"charrette-{bot.__version__}.dist-info"}


def test_the_wheel_can_not_be_uploaded_by_accident(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"charrette-{bot.__version__}.dist-info/METADATA").decode()
    assert "Classifier: Private :: Do Not Upload\n" in metadata


def test_every_module_imports_without_the_development_dependencies(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "python", "-c", IMPORT_ALL, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert Path(answer["from"]).is_relative_to(installed.parent)
    assert "bot.core" in answer["modules"]


def test_the_console_script_says_its_version(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "charrette", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[-1:]) == (0, [bot.__version__]), done.stderr


def test_the_installed_doctor_has_the_manifest_to_compare_with(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "python", "-c", "from bot import app; print(*app.app_manifest())", cwd=tmp_path)
    assert "default_permissions default_events" in done.stdout, done.stderr


def test_the_installed_workflows_pass_the_check(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "charrette", "check", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

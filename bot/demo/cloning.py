"""What somebody does at their own machine: clone, apply a change, push a branch."""

import os
import subprocess
from pathlib import Path

from bot.core.errors import PersonError

from .stage import Stage

_QUIET = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}


def push(stage: Stage, login: str, branch: str, patch: Path, message: str) -> None:
    """A branch at the hub: the default branch with the patch as one commit; `PersonError` with git's words else."""
    person = stage.people[login]
    clone = stage.folder / "clones" / branch
    address = f"{stage.url}/{person.repository}.git".replace("://", f"://{login}:{person.token}@")
    _git(Path.cwd(), "clone", "--quiet", address, str(clone))
    _git(clone, "switch", "--quiet", "--create", branch)
    _git(clone, "apply", "--index", str(patch))
    author = ("-c", f"user.name={login}", "-c", f"user.email={login}@example.com")
    _git(clone, *author, "commit", "--quiet", "--message", message)
    _git(clone, "push", "--quiet", "origin", branch)


def _git(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **_QUIET}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PersonError(f"git {arguments[0]} failed:\n{done.stderr.strip()}")

"""`charrette doctor`: every part is tried, and what is wrong says what to do."""

import re
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bot import app
from bot.core.errors import CharretteError, FaultsError
from bot.settings import Settings, read

# `git cat-file -Z` and the like; the Makefile asks for the same.
GIT_FLOOR = (2, 38)
PATIENCE = 10

Examination = Callable[[Settings], str]


class WrongError(Exception):
    """What is wrong; its text ends with what to do."""


def examine(environ: Mapping[str, str], env_file: Path | None) -> int:
    """Prints a line for each part; returns 1 where one of them is not well."""
    well = _tell("git", _git)
    try:
        settings = read(environ, env_file)
    except FaultsError as error:
        _faults("settings", error)
        print("-      the rest is examined when the settings are complete")
        return 1
    print("ok     settings: complete")
    for name, examination in EXAMINATIONS.items():
        well &= _tell(name, partial(examination, settings))
    return 0 if well else 1


def _tell(name: str, examination: Callable[[], str]) -> bool:
    try:
        said = examination()
    except FaultsError as error:
        _faults(name, error)
        return False
    except (WrongError, CharretteError) as error:
        print(f"WRONG  {name}: {error}")
        return False
    print(f"ok     {name}: {said}")
    return True


def _faults(name: str, error: FaultsError) -> None:
    print(f"WRONG  {name}")
    for fault in error.faults:
        print(f"       {fault}")


def _git() -> str:
    if not shutil.which("git"):
        raise WrongError("there is no git on the path. Install it.")
    said = subprocess.run(["git", "--version"], capture_output=True, text=True).stdout.strip()
    version = re.search(r"(\d+)\.(\d+)", said)
    if not version or (int(version[1]), int(version[2])) < GIT_FLOOR:
        raise WrongError(f"this is {said}. Install {'.'.join(map(str, GIT_FLOOR))} or newer.")
    return said


def _database(settings: Settings) -> str:
    app.prepare(settings)
    kind = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    return f"{kind} answers, and the tables are there"


def _workflows(settings: Settings) -> str:
    return ", ".join(sorted(app.definitions(settings.workflows or app.built_in_workflows()).all()))


def _github(settings: Settings) -> str:
    try:
        login = app.github(settings).login()
    except CharretteError as error:
        raise WrongError(
            f"{settings.github_api_url} doesn't know the App: {error}\n"
            "       Compare CHARRETTE_APP_ID and the private key with the App's page, and CHARRETTE_GITHUB_API_URL."
        ) from error
    return f"the App is {login} on {settings.github_api_url}"


def _model(settings: Settings) -> str:
    options = settings.model
    app.model(options).close()
    if options.replay:
        return f"a recording answers: {options.replay}"
    base = options.base_url or "https://api.anthropic.com"
    headers = {"anthropic-version": "2026-10-21", "authorization": f"Bearer {options.api_key.reveal()}"}
    # Settings allow http and https alone.
    request = urllib.request.Request(f"{base}/v1/models?limit=1", headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE):  # noqa: S310
            return f"{base} answers and knows the key"
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            raise WrongError(f"{base} refuses the key. Write another in ANTHROPIC_API_KEY.") from error
        if error.code >= 500:
            raise WrongError(f"{base} answers {error.code}. Try again later.") from error
        # A compatible server need not list its models.
        return f"{base} answers"
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise WrongError(f"{base} can't be reached: {reason}. See ANTHROPIC_BASE_URL and the network.") from error


EXAMINATIONS: dict[str, Examination] = {
    "database": _database,
    "workflows": _workflows,
    "GitHub": _github,
    "model": _model,
}

"""Checks of this machine: git, the state folder, the database, the workflows."""

import re
import shutil
import subprocess
import tempfile

from bot import app
from bot.adapters.store import Store
from bot.core.errors import CharretteError

from .words import Patient, WrongError

# `git cat-file -Z` and the like; the Makefile asks for the same.
GIT_FLOOR = (2, 38)
# A clone, the databases and what SQLite writes beside them.
ROOM = 1 << 30
GIB = 1 << 30


def git() -> str:
    """git is on the path, and recent enough."""
    if not shutil.which("git"):
        raise WrongError("there is no git on the path.", "Install it.")
    said = subprocess.run(["git", "--version"], capture_output=True, text=True).stdout.strip()
    version = re.search(r"(\d+)\.(\d+)", said)
    if not version or (int(version[1]), int(version[2])) < GIT_FLOOR:
        raise WrongError(f"this is {said}.", f"Install {'.'.join(map(str, GIT_FLOOR))} or newer.")
    return said


def state(patient: Patient) -> str:
    """The state folder exists, is writable and has free space."""
    folder = patient.settings.state
    mend = "Name a folder that this user may write, in CHARRETTE_STATE."
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise WrongError(f"{folder} can't be written: {error.strerror}.", mend) from error
    if free < ROOM:
        raise WrongError(
            f"{folder} has {free / GIB:.2f} GiB left.", "Make room, at least 1 GiB, or name another in CHARRETTE_STATE."
        )
    return f"{folder} can be written, and has {free / GIB:.0f} GiB left"


def database(patient: Patient) -> str:
    """The database answers, has the tables of this version, and accepts a write."""
    settings = patient.settings
    kind = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    try:
        app.prepare(settings)
        store = Store(settings.database_url)
        try:
            store.turns.take("doctor", 0.0)
            pooled = store.pooled()
        finally:
            store.close()
    except CharretteError as error:
        if "unsupported startup parameter" in str(error):
            raise WrongError(f"{kind} is behind a pooler that takes no options: {error}.", _DIRECTLY) from error
        raise WrongError(f"{kind}: {error}".rstrip(".") + ".", "See CHARRETTE_DATABASE_URL.") from error
    if pooled:
        raise WrongError(f"{kind} is behind a pooler that shares connections between transactions.", _DIRECTLY)
    return f"{kind} answers, has the tables, and can be written"


_DIRECTLY = "Name the server itself in CHARRETTE_DATABASE_URL, or a pooler in session mode."


def workflows(patient: Patient) -> str:
    """The workflows are valid."""
    return ", ".join(sorted(app.definitions(patient.settings.workflows or app.built_in_workflows()).all()))

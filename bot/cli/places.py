"""Checks before `charrette serve` starts anything, for problems on this machine that no restart would fix."""

import errno
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.core.errors import Fault
from bot.settings import Settings
from bot.values import Listen

# What the databases take at once when they are opened.
ROOM = 256 * 1024


def faults(settings: Settings) -> Iterator[Fault]:
    """A folder or database that can't be written, or a port that this user may not use.

    A port in use, or an address that doesn't exist, may become available, so that is retried instead.
    """
    yield from _folder(settings.state, "CHARRETTE_STATE")
    if settings.database_url.startswith("sqlite"):
        file = Path(settings.database_url.partition("///")[2].partition("?")[0])
        if file.parent != settings.state:
            yield from _folder(file.parent, "CHARRETTE_DATABASE_URL")
        if file.exists() and not (file.is_file() and os.access(file, os.R_OK | os.W_OK)):
            wrong = f"The database {file} can't be written."
            yield Fault("CHARRETTE_DATABASE_URL", 0, wrong, "Name a file that this user may write.")
    yield from _port(settings.listen)


def _folder(folder: Path, name: str) -> Iterator[Fault]:
    """Checks that the folder exists or can be created, and is writable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(ROOM))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        mend = "Make room there, or name another folder." if full else "Name a folder that this user may write."
        yield Fault(name, 0, f"The folder {folder} can't be used: {error.strerror}.", mend)


def _port(listen: Listen) -> Iterator[Fault]:
    """Ports below 1024 may be reserved for the system."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    try:
        with socket.socket(family) as tried:
            tried.bind((listen.host, listen.port))
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            yield Fault("CHARRETTE_LISTEN", 0, f"This user may not listen on {listen}.", "Name a port of 1024 or more.")

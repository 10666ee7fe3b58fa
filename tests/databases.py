"""Databases that a test has to itself: a file of SQLite, or a database of the server that is there for the tests."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
import sqlalchemy

VARIABLE = "CHARRETTE_TEST_POSTGRES_URL"


def has_postgres() -> bool:
    """There is a PostgreSQL server for the tests."""
    return bool(os.environ.get(VARIABLE))


KINDS = ["sqlite", "postgresql"] if has_postgres() else ["sqlite"]
"""What there is to run stories on."""


@contextmanager
def settings_of(kind: str) -> Iterator[Mapping[str, str]]:
    """The settings of a service on a database of its own: none for SQLite, whose file is in its state folder."""
    if kind == "sqlite":
        yield {}
        return
    with postgres() as url:
        yield {"CHARRETTE_DATABASE_URL": url}


@contextmanager
def postgres(options: str = "") -> Iterator[str]:
    """The URL of an empty database, dropped at the end; the test is skipped where there is no server.

    `options` are those of CREATE DATABASE.
    """
    if not has_postgres():
        pytest.skip(f"{VARIABLE} names no PostgreSQL server")
    url = sqlalchemy.make_url(os.environ[VARIABLE]).set(drivername="postgresql+psycopg")
    name = f"charrette_{uuid.uuid4().hex}"
    server = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sqlalchemy.text(f"create database {name} {options}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sqlalchemy.text(f"drop database {name} with (force)"))
        server.dispose()

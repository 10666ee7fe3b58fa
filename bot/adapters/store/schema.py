"""The tables, and the row with the schema version."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 1

metadata = MetaData()

# SQLite numbers rows by itself only where the key is INTEGER, which there holds 64 bits anyway.
Sequence = BigInteger().with_variant(Integer(), "sqlite")

schema_version = Table("charrette_schema_version", metadata, Column("version", Integer, primary_key=True))

delivery = Table(
    "charrette_delivery",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("event", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("handled_at", Text),
    Column("note", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)
Index(
    "charrette_delivery_pending",
    delivery.c.seq,
    sqlite_where=delivery.c.handled_at.is_(None),
    postgresql_where=delivery.c.handled_at.is_(None),
)

run = Table(
    "charrette_run",
    metadata,
    Column("seq", Sequence, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("repository", BigInteger, nullable=False),
    Column("home", BigInteger, nullable=False),
    Column("workflow", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("pinned", Text, nullable=False),
    Column("entries", Text, nullable=False),
    Column("state", Text),
    Column("trouble", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("charrette_run_subject", "repository", "home"),
    sqlite_autoincrement=True,
)

# Attempt 0 is the answer, of which an address has one; attempts from 1 failed on the way and cost all the same.
spend = Table(
    "charrette_spend",
    metadata,
    Column("address", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("run", Text, nullable=False),
    Column("repository", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("input", BigInteger, nullable=False),
    Column("cache_read", BigInteger, nullable=False),
    Column("cache_write", BigInteger, nullable=False),
    Column("output", BigInteger, nullable=False),
    Column("dollars", Float(precision=53)),
    Column("replayed", BigInteger, nullable=False),
    Index("charrette_spend_run", "run"),
    Index("charrette_spend_day", "repository", "day"),
)

remote = Table(
    "charrette_remote",
    metadata,
    Column("scope", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("remote_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    UniqueConstraint("scope", "key"),
)

# Work that one process does at a time: when its last turn began, in seconds since 1970, and what that left to be known.
turn = Table(
    "charrette_turn",
    metadata,
    Column("name", Text, primary_key=True),
    Column("begun", Float(precision=53), nullable=False),
    Column("note", Text, nullable=False),
)

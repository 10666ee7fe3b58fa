"""The ids of publications on GitHub."""

from sqlalchemy import select

from bot.core.ports import Remote

from .database import Database
from .schema import remote as table


class StoredRemotes:
    """Implements `Remotes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: str, key: str) -> Remote | None:
        """Where a publication is, if known."""
        query = select(table).where(table.c.scope == scope, table.c.key == key)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Remote(row.remote_id, row.digest)

    def put(self, scope: str, key: str, remote: Remote) -> None:
        """Stores it, replacing an earlier one."""
        values = {"remote_id": remote.id, "digest": remote.digest}
        statement = self._database.insert(table).values(scope=scope, key=key, **values)
        with self._database.writing() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["scope", "key"], set_=values))

"""The web process with a commit for each delivery, for comparison: `python -m tests.bench.one_at_a_time`."""

import os
from collections.abc import Sequence

from bot import app, logs, settings
from bot.adapters.store import Store
from bot.core.ports import Delivery
from bot.web import Group, create_app
from bot.web.server import serve


def main() -> None:
    """Serves with the settings of the environment, as `charrette web` does."""
    known = settings.read(os.environ, None, frozenset({"web"}))
    logs.configure(known.log_level, known.log_format, known.secrets)
    app.prepare(known)

    def make() -> object:
        store = Store(known.database_url)

        def accept(deliveries: Sequence[Delivery]) -> None:
            for delivery in deliveries:
                store.deliveries.accept([delivery])

        return create_app(known.webhook_secret.reveal(), Group(accept).store, store.ping, known.webhook_bytes)

    serve(str(known.listen), make)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

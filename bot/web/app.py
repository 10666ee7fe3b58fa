"""The web process's routes: the webhook, liveness (`/healthz`) and readiness (`/readyz`). There are no others."""

import logging
from collections.abc import Callable

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bot.core.errors import TransientError
from bot.core.ports import Delivery

from .webhook import LIMIT, Webhook

log = logging.getLogger("charrette.web")

Answer = tuple[dict[str, object], int]


def create_app(secret: str, store: Callable[[Delivery], None], ready: Callable[[], None], limit: int = LIMIT) -> Flask:
    """The application. `store` returns once a delivery is stored; `store` and `ready` raise `TransientError`."""
    app = Flask("charrette", static_folder=None)

    @app.get("/healthz")
    def healthz() -> Answer:
        return {"alive": True}, 200

    @app.get("/readyz")
    def readyz() -> Answer:
        try:
            ready()
        except TransientError as error:
            log.warning("Not ready: %s", error)
            return {"ready": False}, 503
        return {"ready": True}, 200

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Answer:
        return {"error": error.name}, error.code or 500

    # https://flask.palletsprojects.com/en/stable/patterns/appdispatch/
    mounted = DispatcherMiddleware(app.wsgi_app, {"/webhook": Webhook(secret, store, limit)})
    app.wsgi_app = mounted  # type: ignore[method-assign]
    return app

"""Webhook deliveries: what was sent, what came back, and once more."""

from __future__ import annotations

import json

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Delivery
from bot.hub.operations.deliveries import redeliver as send_again

from .highlight import block
from .visit import Routes, Visit

routes = Routes()
SHOWN = 100


@routes("GET /_hub/deliveries")
def listed(visit: Visit) -> Answer:
    found = visit.hub.store.all(Delivery, newest_first=True, limit=SHOWN)
    return visit.page("deliveries.html", deliveries=found, app=visit.hub.app, shown=SHOWN)


@routes("GET /_hub/deliveries/<int:ident>")
def shown(visit: Visit) -> Answer:
    found = visit.hub.store.get(Delivery, visit.parameters["ident"])
    payload = block(json.dumps(json.loads(found.payload), indent=2, ensure_ascii=False), "json")
    return visit.page("delivery.html", delivery=found, payload=payload)


@routes("POST /_hub/deliveries/<int:ident>/attempts")
def redeliver(visit: Visit) -> Answer:
    made = send_again(visit.hub, visit.hub.store.get(Delivery, visit.parameters["ident"]))
    return visit.go(f"/_hub/deliveries/{made.id}")

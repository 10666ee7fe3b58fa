"""Faults on demand: refused, delayed, dropped, applied but not answered; deliveries late, doubled, reordered, lost."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

RequestKind = Literal["status", "delay", "drop", "applied-status", "applied-drop", "rate-limit", "secondary-rate-limit"]
DeliveryKind = Literal["late", "doubled", "reordered", "lost"]
REQUEST_KINDS: tuple[str, ...] = get_args(RequestKind)
DELIVERY_KINDS: tuple[str, ...] = get_args(DeliveryKind)


@dataclass
class Fault:
    """One fault: whom it meets, what it does, how often (`times` -1: always), with which probability.

    `path` is searched in a request's path, `who` ("app" or "person") is the one who asks; `event` is searched in
    `event.action` of a delivery. `seconds` is the delay, or what `retry-after` says; `message` is what GitHub says.
    """

    kind: str
    method: str = ""
    path: str = ""
    who: str = ""
    event: str = ""
    message: str = "Server Error"
    status: int = 502
    seconds: float = 0.0
    times: int = 1
    probability: float = 1.0
    seed: int = 0
    hits: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in (*REQUEST_KINDS, *DELIVERY_KINDS):
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(REQUEST_KINDS + DELIVERY_KINDS)}")
        if self.who not in ("", "app", "person"):
            raise ValueError(f"nobody is {self.who!r}; there are app and person")
        self.dice = random.Random(self.seed)  # noqa: S311
        re.compile(self.path), re.compile(self.event)

    def strikes(self) -> bool:
        """This time it happens."""
        if self.times == 0 or self.dice.random() >= self.probability:
            return False
        self.times -= 1 if self.times > 0 else 0
        self.hits += 1
        return True


class Faults:
    """The faults that wait to happen; the first that matches does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, wanted: Mapping[str, Any]) -> Fault:
        """One more fault; ValueError or TypeError where it can't be."""
        fault = Fault(**{key: value for key, value in wanted.items() if key not in ("hits", "dice")})
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def all(self) -> list[Fault]:
        """Every fault that was asked for, with how often it happened."""
        with self._lock:
            return list(self._faults)

    def of_request(self, method: str, path: str, who: str = "") -> Fault | None:
        """The fault that meets this request."""
        with self._lock:
            for fault in self._faults:
                fits = fault.kind in REQUEST_KINDS and fault.method in ("", method) and fault.who in ("", who)
                if fits and re.search(fault.path, path) and fault.strikes():
                    return fault
        return None

    def of_delivery(self, event: str, action: str) -> Fault | None:
        """The fault that meets this delivery."""
        with self._lock:
            for fault in self._faults:
                fits = fault.kind in DELIVERY_KINDS and re.search(fault.event, f"{event}.{action}".rstrip("."))
                if fits and fault.strikes():
                    return fault
        return None

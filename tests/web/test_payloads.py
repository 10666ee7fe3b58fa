"""Whatever a signed payload holds, web answers below 500, and intake fails in no way that it does not name."""

import json
import logging
import random
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.store import Store
from bot.app import built_in_workflows, definitions
from bot.core.errors import ConflictError, MissingError, PersonError, TransientError
from bot.core.ports import Comment, Delivery, Installations, Issue, Layer, Pull
from bot.core.run.record import Limits
from bot.engine.inbox.eyes import Eyes
from bot.engine.inbox.houses import Houses
from bot.engine.inbox.intake import Intake
from bot.engine.services import Services
from bot.web import create_app, sign
from handlers import handle
from tests.engine.legs.test_lost import Unheard

from .payloads import OURS, Example, githubs, here, mutated

SECRET = "hush-hush"


def answers(deliveries: Iterable[tuple[str, bytes]]) -> dict[int, list[Delivery]]:
    """What web answers each of them, by status."""
    stored: list[Delivery] = []
    client = create_app(SECRET, stored.append, lambda: None).test_client()
    found: dict[int, list[Delivery]] = {}
    for n, (event, body) in enumerate(deliveries, 1):
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Delivery": f"d{n}",
            "X-GitHub-Event": event,
            "X-Hub-Signature-256": sign(SECRET, body),
        }
        status = client.post("/webhook", data=body, headers=headers).status_code
        found.setdefault(status, []).append(Delivery(f"d{n}", event, body, n))
    assert [one.id for one in stored] == [one.id for one in found.get(202, [])]
    return found


@dataclass
class Inbox:
    """Implements `Deliveries` for what is there once; `notes` says what came of each."""

    waiting: dict[str, Delivery]
    notes: dict[str, str] = field(default_factory=dict)

    def accept(self, deliveries: Sequence[Delivery]) -> None:
        raise AssertionError("nothing comes in here")

    def pending(self, limit: int = 50, after: int = 0) -> Sequence[Delivery]:
        found = [one for one in self.waiting.values() if one.seq > after]
        return found[:limit]

    def handled(self, id: str, note: str = "") -> None:
        del self.waiting[id]
        self.notes[id] = note


TEXTS = (b"labels: {feature-design: bug}\n", b"labels: 3\n", b"\xff", b"[")
LAYERS = [Layer(".github/", {"charrette.yml": text}, digest=text.hex()) for text in TEXTS]


class Moody:
    """A GitHub that knows every issue and person, and refuses or fails now and then."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.wrote = 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **named: self._answer(name, arguments)

    def _answer(self, name: str, arguments: tuple[Any, ...]) -> Any:
        for argument in arguments:
            # What goes into an address or a body has to be text that can be sent.
            str(argument).encode()
        if self.dice.random() < 0.1:
            raise self.dice.choice([MissingError, PersonError, ConflictError, TransientError])("no")
        number = arguments[0] if arguments and isinstance(arguments[0], int) else 1
        match name:
            case "issue":
                labels = ("design",) if self.dice.random() < 0.5 else ()
                return Issue(
                    number, "T", "B", "ann", self.dice.random() < 0.8, labels, "https://github.com/o/r/issues/1"
                )
            case "permission":
                return self.dice.choice(["none", "read", "write", "admin"])
            case "pull":
                return Pull(number, "https://x", "a" * 40, "charrette/3-a-queue", "", "T", True, True)
            case "comments":
                return [Comment(1, "charrette[bot]", "x", "https://x", "2026-11-20T10:00:00Z", True)]
            case "create_comment":
                self.wrote += 1
                return 7
            case "update_comment" | "react" | "ensure_label" | "update_check":
                return None
            case "configuration":
                return self.dice.choice(LAYERS)
            case "touched":
                return [".github/charrette.yml"] if self.dice.random() < 0.5 else ["README.md"]
            case "checks" | "create_check" | "branches":
                return 8 if name == "create_check" else []
        raise AssertionError(f"intake asks for {name}")


def take_in(folder: Path, deliveries: Sequence[Delivery], seed: int) -> dict[str, str]:
    """What the worker's intake makes of them: the note of each. What passes by itself is tried again."""
    store = Store(f"sqlite:///{folder / 'store.sqlite'}")
    store.migrate()
    inbox = Inbox({one.id: one for one in deliveries})
    github = Moody(seed)
    installations = cast("Installations", SimpleNamespace(github=lambda _: github, organisation=lambda _: Layer("o/")))
    known = definitions(built_in_workflows())
    services = SimpleNamespace(
        deliveries=inbox,
        runs=store.runs,
        remotes=store.remotes,
        installations=installations,
        definitions=known,
        houses=Houses(installations, known, store.remotes),
        clock=SystemClock(),
        handle=handle,
        limits=Limits(hour_commands=1_000_000),
    )
    no_eyes = threading.Event()
    no_eyes.set()
    given = cast("Services", services)
    intake = Intake(given, lambda *asked: None, Eyes(given, no_eyes), Unheard())
    while inbox.waiting:
        intake.drain()
        intake.not_before.clear()
    store.close()
    return inbox.notes


def nothing_breaks(folder: Path, examples: tuple[Example, ...], count: int, seed: int) -> None:
    print(f"seed {seed}")
    found = answers(mutated(examples, count, seed))
    assert max(found) < 500
    assert len(found[202]) > count / 2
    notes = take_in(folder, found[202], seed)
    assert [id for id, note in notes.items() if note == "failed"] == []
    assert {"nothing", "malformed", "not for us"} <= set(notes.values())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_githubs_examples_are_taken_and_understood(tmp_path: Path) -> None:
    examples = [(event, here(payload)) for event, payload in githubs()]
    assert len(examples) == 329
    found = answers((event, json.dumps(payload).encode()) for event, payload in examples)
    assert set(found) == {200, 202}
    assert {one.event for one in found[200]} == {"ping"}
    notes = take_in(tmp_path, found[202], 1)
    assert not {"failed", "malformed"} & set(notes.values())


def test_mutated_payloads(tmp_path: Path) -> None:
    nothing_breaks(tmp_path, OURS, 400, 20_261_120)


def test_mutations_of_githubs_examples(tmp_path: Path) -> None:
    nothing_breaks(tmp_path, githubs(), 300, 20_261_121)


@pytest.mark.soak
def test_ten_thousand_mutated_payloads(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    for n in range(10):
        (folder := tmp_path / str(n)).mkdir()
        nothing_breaks(folder, (*OURS, *((event, here(payload)) for event, payload in githubs())), 1_000, seed + n)

"""A worker in this process and in one thread, on a real hub: what takes a service seconds takes a fraction of one here.

The engine's steps are run at once, and what it would keep goes through its own serializer; a delayed leg is kept until
a test lets it come. `moments` lets a test act in the middle of a run: before a turn of the model, or before a write.
"""

import json
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot import app, settings
from bot.adapters.model import ModelSettings, make_model
from bot.adapters.model.stream import take_apart, to_bytes
from bot.app import built_in_workflows
from bot.core.ports import Delivery, RunRow
from bot.core.run.record import Limits
from bot.engine import durable, worker
from bot.engine.inbox.eyes import Eyes
from bot.engine.inbox.intake import Intake
from bot.engine.legs import conversation, leg
from bot.engine.legs.leg import Engine
from bot.engine.services import Services
from bot.hub.facts import Delivery as Sent
from bot.hub.server import RunningHub, running_hub
from tests.hub.contract import Contract

from .stage import Story, environment

Json = dict[str, Any]
MANY = 400
USED = {"input_tokens": 1000, "output_tokens": 200}


class Straight:
    """Stands in for DBOS: workflows of this thread, one after another. What ran under an id never runs again."""

    def __init__(self) -> None:
        self.workflows: dict[str, Callable[[Any], Any]] = {}
        self.queued: dict[str, Any] = {}
        self.delayed: dict[str, Any] = {}
        self.held: dict[str, Any] = {}
        self.ran: set[str] = set()
        self.partitions: dict[str, str] = {}
        self.slept: list[float] = []
        self.steps = 0
        self.workflow_id = ""

    def workflow(self, name: str, max_recovery_attempts: int) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
        """Registers a workflow."""
        assert max_recovery_attempts

        def register(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
            self.workflows[name] = function
            return function

        return register

    def run_step(self, options: Mapping[str, str], work: Callable[[], Any]) -> Any:
        """Runs it now; its result is what the engine's serializer makes of it."""
        assert options["name"]
        self.steps += 1
        assert self.steps < 100 * MANY, "it goes on for ever"
        return self._kept(work())

    def sleep(self, seconds: float) -> None:
        """Time is only counted."""
        self.slept.append(seconds)

    def enqueue_workflow_with_options(self, options: Mapping[str, Any], data: Any) -> "Handle":
        """A leg waits for its turn; a conversation is held at once."""
        if options["workflow_name"] == "converse":
            if (id := options["workflow_id"]) not in self.held:
                self.held[id] = self._kept(self.workflows["converse"](self._kept(data)))
            return Handle(self.held[id])
        kept = self.delayed if options.get("delay_seconds") else self.queued
        if (id := options["workflow_id"]) not in {*self.ran, *self.queued, *self.delayed}:
            kept[id] = self._kept(data)
            self.partitions[id] = options["queue_partition_key"]
        return Handle(None)

    def list_workflows(self, workflow_ids: Sequence[str] = (), **_: object) -> "list[Leg]":
        """The legs of these ids; else those that wait for their turn, and the one that has it."""
        ids = workflow_ids or (*self.queued, *filter(None, [self.workflow_id]))
        return [Leg(self.partitions[id]) for id in ids if id in self.partitions]

    def due(self) -> None:
        """What was delayed comes due: it is older than all that waits by now."""
        self.queued = {**self.delayed, **self.queued}
        self.delayed.clear()

    def legs(self) -> int:
        """Runs what is queued; how many legs that were."""
        count = 0
        while self.queued:
            self.workflow_id = next(iter(self.queued))
            self.ran.add(self.workflow_id)
            self.workflows["leg"](self.queued.pop(self.workflow_id))
            self.workflow_id = ""
            count += 1
            assert count < MANY, "it goes on for ever"
        return count

    def _kept(self, data: Any) -> Any:
        kept = durable.Json()
        return kept.deserialize(kept.serialize(data))


@dataclass(frozen=True)
class Leg:
    """A leg, as far as others look at it."""

    queue_partition_key: str


@dataclass(frozen=True)
class Handle:
    """What a workflow gave."""

    result: Any

    def get_result(self, polling_interval_sec: float) -> Any:
        """It is there already."""
        assert polling_interval_sec
        return self.result


@dataclass
class Mind:
    """The model's server. `says` makes an answer; `requests` are what it was asked."""

    says: Callable[[Json], Json | httpx2.Response]
    before: Callable[[int], None] = lambda turn: None
    requests: list[Json] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        """One request, answered as a stream."""
        asked = json.loads(request.content)
        self.requests.append(asked)
        self.before(len(self.requests))
        answer = self.says(asked)
        if isinstance(answer, httpx2.Response):
            return answer
        headers = {"content-type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, content=to_bytes(take_apart(answer)))

    @property
    def heard(self) -> str:
        """All that it was ever told."""
        return json.dumps(self.requests, ensure_ascii=False)


def message(*blocks: Json, stop: str = "", usage: Json | None = None, **more: Any) -> Json:
    """An answer as the API has it."""
    uses = any(block.get("type") == "tool_use" for block in blocks)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "a-model",
        "content": list(blocks),
        "stop_reason": stop or ("tool_use" if uses else "end_turn"),
        "stop_sequence": None,
        "usage": USED if usage is None else usage,
        **more,
    }


def text(words: str) -> Json:
    """A block of text."""
    return {"type": "text", "text": words}


def tool(name: str, n: int = 1, **arguments: Any) -> Json:
    """A call of a tool."""
    return {"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": arguments}


WORKFLOW = """\
version: 1
summary: Write a {name}.
trigger: {{label: {name}, command: /{name}}}
artifacts: notes/{{slug}}
tools: [repository]
gates: [not-empty]
phases:
  - id: user-request
    from: event
{phases}
"""
DRAFT = """\
  - id: draft
    asks: author
    reads: []
    gates:
      - headings: [Questions, What is noted]
"""
REVIEWED = """\
  - id: verdict
    output: findings
"""
NOTE = """\
  - id: note
    gates:
      - headings: [The note]
"""
OUTLINE = """\
  - id: outline
    gates:
      - plan: {only: [dangling]}
"""
ASKED = """# A draft

## Questions

### Q1. How strict?

Why it matters: it decides what breaks.

- A) As now (recommended)
- B) Stricter

## What is noted

What was asked for.
"""
NOTED = "# A note\n\n## The note\n\nIt is noted that the library is small.\n"


def workflows(folder: Path) -> Path:
    """Small workflows: `note` writes one document, `memo` asks the author first, `verdict` answers with data,
    `outline` writes a plan.

    And the panel, the tracks and architecture planning, as they are.
    """
    for name in ("prompts", "personas", "review-experts", "tracks", "architecture-planning"):
        shutil.copytree(built_in_workflows() / name, folder / name)
    for name, phases in (("note", NOTE), ("memo", DRAFT + NOTE), ("verdict", REVIEWED), ("outline", OUTLINE)):
        (folder / name / "phases").mkdir(parents=True)
        (folder / name / "workflow.yaml").write_text(WORKFLOW.format(name=name, phases=phases.rstrip()))
        for phase in ("draft", "note") if name == "memo" else (name,):
            written = f"# The {phase} of {{{{ title }}}}\n\nWrite `{{{{ path }}}}`.\n"
            (folder / name / "phases" / f"{phase}.md").write_text(written)
    return folder


def diligent(request: Json) -> Json:
    """Writes what is asked for, at once."""
    charge = request["messages"][0]["content"][-1]["text"]
    return message(text(ASKED if "-draft.md" in charge and "came back in round" not in charge else NOTED_ALL))


NOTED_ALL = (
    "# A note\n\n## Questions\n\nNone open.\n\n## What is noted\n\nAll.\n\n## The note\n\nThe library is small.\n"
)


class Later(ThreadPoolExecutor):
    """A pool of nobody: what is submitted is done by whoever asks for it."""

    def __init__(self) -> None:
        super().__init__(1)
        self.calls: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Keeps it."""
        self.calls.append(lambda: fn(*args, **kwargs))
        return Future()

    def work(self) -> None:
        """Does what was kept."""
        while self.calls:
            self.calls.pop(0)()


@dataclass
class House:
    """A hub, a worker and a model, ready to play."""

    hub: RunningHub
    services: Services
    intake: Intake
    engine: Straight
    mind: Mind
    eyes: Later
    seen: int = 0

    def story(self, repository: str = "octo/library") -> Story:
        """People of a repository."""
        return Story(self.hub, repository=repository)

    def deliver(self) -> int:
        """What happened on the hub comes in; how many deliveries that were."""
        fresh = self.hub.hub.store.all(Sent, after=self.seen)
        if fresh:
            self.seen = fresh[-1].id
            found = [Delivery(sent.guid, sent.event, sent.payload.encode()) for sent in fresh]
            self.services.deliveries.accept(found)
        self.intake.not_before.clear()
        handled = self.intake.drain()
        self.eyes.work()
        return len(fresh) + handled + self.intake.drain()

    def play(self) -> "House":
        """What was delivered is handled, legs run, until nothing is left."""
        for _ in range(MANY):
            if not (self.deliver() or self.engine.legs()):
                return self
        raise AssertionError("it goes on for ever")

    def rest(self) -> None:
        """Nothing of a story is left for the next one."""
        self.mind.says, self.mind.before = diligent, lambda turn: None
        self.mind.requests.clear()
        self.engine.delayed.clear()

    def expire(self) -> "House":
        """The delayed legs come due."""
        self.engine.due()
        return self.play()

    def row(self, story: Story) -> RunRow:
        """The story's newest run."""
        repository = self.repository(story)
        return self.services.runs.of_subject(repository, story.number)[-1]

    def repository(self, story: Story) -> int:
        """The id of a story's repository."""
        owner, _, name = story.repository.partition("/")
        return self.hub.hub.store.repository(owner, name).id


def make_house(
    hub: RunningHub, folder: Path, monkeypatch: pytest.MonkeyPatch, own: Mapping[str, str] | None = None, **more: Any
) -> House:
    """A worker on a hub, with an empty database. `own` has files of further workflows, path to text."""
    engine = Straight()
    for module in (durable, leg, conversation, worker):
        monkeypatch.setattr(module, "DBOS", engine)
    house = workflows(folder / "house")
    for path, text in (own or {}).items():
        (house / path).parent.mkdir(parents=True, exist_ok=True)
        (house / path).write_text(text)
    env = environment(hub, folder / "state", "http://model.test", CHARRETTE_WORKFLOWS=str(house))
    known = settings.read(env, None, frozenset({"worker"}))
    app.prepare(known)
    mind = Mind(diligent)
    model = make_model(ModelSettings(base_url="http://model.test", api_key="sk-ant-canary"), httpx2.MockTransport(mind))
    services = replace(app.services(known), **{"model": model, "limits": Limits(turns=12), **more})
    Engine(services, worker.enqueue)
    eyes = Later()
    intake = Intake(services, worker.enqueue, Eyes(services, threading.Event(), pool=eyes), worker.Legs())
    return House(hub, services, intake, engine, mind, eyes)


@contextmanager
def witnessed(folder: Path, *names: str, code: Mapping[str, str] | None = None) -> Iterator[House]:
    """A house on a hub with these repositories of `octo`, all with the same files (path to text).

    All that goes in and out is held against GitHub's own description.
    """
    for path, text in (code or {"README.md": "# Library\n\nIt is small.\n"}).items():
        (folder / "code" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "code" / path).write_text(text)
    contract = Contract()
    repositories = {f"octo/{name}": folder / "code" for name in names}
    with pytest.MonkeyPatch.context() as patch, running_hub(folder / "hub", repositories, middleware=contract) as hub:
        yield make_house(hub, folder, patch).play()
        contract.check_deliveries(hub.deliveries())
    assert contract.faults == []


def once(deed: Callable[[], object]) -> Callable[[int], None]:
    """Does it before the next turn of the model, and then no more."""
    left = [deed]

    def before(turn: int) -> None:
        if left:
            left.pop()()

    return before

"""A plan to issues: seconds and requests the first time, unchanged and with one unit changed; growth to 500 units."""

import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.adapters.github import App
from bot.core.identity import Repository
from bot.core.ports import Tracker
from bot.core.tracking import Work
from bot.engine.plans.tracking import carried_out, compared, known, source_of
from bot.hub.facts import Installation
from bot.hub.facts import Repository as Fact
from bot.hub.server import running_hub
from tests.core.tracking.world import World

from .plan import made
from .rows import Row, Setting

UNITS = 50
SIZES = (125, 250, 500)
PATH = "docs/plan.md"


def measure(setting: Setting) -> Iterator[Row]:
    """On the hub, without pauses; then in memory, where the time is all ours."""
    code = setting.folder / "code"
    code.mkdir()
    (code / "README.md").write_text("# A library\n")
    requests = Requests()
    with running_hub(setting.folder / "hub", {"octo/library": code}, middleware=requests) as hub:
        app = App(hub.app_id, hub.private_key_file.read_text, hub.url, hub.api_url, write_interval=0)
        repository = hub.hub.store.all(Fact)[0]
        here = Repository(repository.id, "octo/library", hub.hub.store.all(Installation)[0].id)
        text = made(UNITS)
        again = text.replace("a worker over its limit ends after its item", "it ends before its item", 1)
        app.github(here).default_branch()
        for what, plan in (("first time", text), ("unchanged", text), ("one unit changed", again)):
            requests.seen.clear()
            seconds, work = _timed(app.github(here), plan)
            yield Row(f"{UNITS} units, {what}", seconds, "s", f"{len(work.steps)} steps; no pause between writes")
            yield Row(f"{UNITS} units, {what}: requests", requests.seen.total(), "", requests.told())
        app.close()
    yield from _growth()


def _growth() -> Iterator[Row]:
    seconds, memory = {}, {}
    for size in SIZES:
        text, world = made(size), World()
        seconds[size], work = _timed(world, text)
        tracemalloc.start()
        left = _reconcile(world, text)
        memory[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert not left.steps, "the second time changed something"
        note = (
            f"{len(work.steps):,} steps, GitHub in memory; {memory[size] / 1e6:.0f} MB at the peak of the second time"
        )
        yield Row(f"{size} units, first time", seconds[size], "s", note)
    first, last = SIZES[0], SIZES[-1]
    times = f"{last // first} times the units"
    yield Row("growth of time", seconds[last] / seconds[first], "times", times)
    yield Row("growth of memory", memory[last] / memory[first], "times", times)


def _reconcile(github: Tracker, text: str) -> Work:
    work = compared(github, source_of(PATH, text))
    refs = work.refs
    for step in work.steps:
        done = carried_out(github, work, step, refs)
        assert not done.refused, done.refused
        refs = known(refs, step, done)
    return work


def _timed(github: Tracker, text: str) -> tuple[float, Work]:
    began = time.perf_counter()
    work = _reconcile(github, text)
    return time.perf_counter() - began, work


class Requests:
    """Counts the requests that come in, by what they are."""

    def __init__(self) -> None:
        self.seen = Counter[str]()

    def __call__(self, app: Any) -> Any:
        def counted(environ: Any, start: Any) -> Any:
            if environ["PATH_INFO"].startswith("/api/"):
                query = environ["PATH_INFO"].endswith("/graphql")
                read = environ["REQUEST_METHOD"] == "GET"
                self.seen["queries" if query else "reads" if read else "writes"] += 1
            return app(environ, start)

        return counted

    def told(self) -> str:
        """`2 reads, 1 queries`."""
        return ", ".join(f"{count} {what}" for what, count in sorted(self.seen.items()))

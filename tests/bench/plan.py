"""Reading and linting a macro plan: 110 kB of it, and how time and memory grow to 500 units."""

import statistics
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

from bot.core.markdown.artifact import Artifact
from bot.gates.plan import Paper, lint

from .rows import Row, Setting

GOOD = (Path(__file__).parents[1] / "data" / "macro-plan.md").read_text("utf-8")
BYTES = 110_000
SIZES = (125, 250, 500)
ROUNDS = 5


def measure(_: Setting) -> Iterator[Row]:
    """The good plan of the tests, with one of its units as often as it takes."""
    count = next(n for n in range(1, 500) if len(made(n)) >= BYTES)
    text = made(count)
    reading, linting = zip(*(_timed(text) for _ in range(ROUNDS)), strict=True)
    note = f"{len(text) / 1000:.0f} kB, {count} units; the median of {ROUNDS} rounds"
    yield Row("reading", 1000 * statistics.median(reading), "ms", note)
    yield Row("linting what was read", 1000 * statistics.median(linting), "ms", "all rules, without a repository")
    seconds = {size: min(sum(_timed(made(size))) for _ in range(3)) for size in SIZES}
    memory = {size: _peak(made(size)) for size in SIZES}
    for size in SIZES:
        note = f"{len(made(size)) / 1000:.0f} kB; the least of 3 rounds; {memory[size] / 1e6:.0f} MB at the peak"
        yield Row(f"both, {size} units", seconds[size], "s", note)
    first, last = SIZES[0], SIZES[-1]
    times = f"{last // first} times the units"
    yield Row("growth of time", seconds[last] / seconds[first], "times", times)
    yield Row("growth of memory", memory[last] / memory[first], "times", times)


def made(count: int) -> str:
    """A plan of so many units, each of which needs the one before and one half way to the first."""
    first, last = GOOD.index("### PR 2: A worker"), GOOD.index("### PR 3: A limit")
    one = GOOD[first:last]
    needs = ["none", *(", ".join(dict.fromkeys((f"PR {n - 1}", f"PR {max(1, n // 2)}"))) for n in range(2, count + 1))]
    units = [
        one.replace(
            "### PR 2: A worker over its limit ends <!-- unit: over-limit -->",
            f"### PR {n}: Unit {n} <!-- unit: u-{n} -->",
        )
        .replace("**Depends on:** PR 1", f"**Depends on:** {needs[n - 1]}")
        .replace("BC-2-", f"BC-{n}-")
        for n in range(1, count + 1)
    ]
    rows = "".join(f"| PR {n} | {needs[n - 1]} | none |\n" for n in range(1, count + 1))
    drawn = "".join(f"  PR{n} --> PR{n + 1}\n" for n in range(1, count))
    tail = GOOD[GOOD.index("## J)") :]
    tail = tail.replace("| PR 1 | none | row 1 |\n| PR 2 | PR 1 | row 2 |\n| PR 3 | PR 2 | none |\n", rows)
    tail = tail.replace("  PR1[PR 1] --> PR2[PR 2] --> PR3[PR 3]\n", drawn)
    return GOOD[: GOOD.index("### PR 1: Memory")].replace("in 3 units", f"in {count} units") + "".join(units) + tail


def _timed(text: str) -> tuple[float, float]:
    began = time.perf_counter()
    paper = Paper.of(Artifact("plan.md", text))
    read = time.perf_counter()
    found = lint(paper)
    done = time.perf_counter()
    assert not found, f"the plan that was made has findings: {found[0]}"
    return read - began, done - read


def _peak(text: str) -> int:
    tracemalloc.start()
    lint(Paper.of(Artifact("plan.md", text)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak

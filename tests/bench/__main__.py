"""Figures of this machine, printed; `--write` keeps them in docs/performance.md."""

import argparse
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.app import built_in_workflows

from . import cache, citations, deliveries, eyes, feature_design, idle, many_runs, panel, plan, reconcile, slow_senders
from .rows import Row, Setting, machine, table, written

PAGE = Path(__file__).parents[2] / "docs/performance.md"
BENCHES: dict[str, Callable[[Setting], Iterable[Row]]] = {
    "deliveries": deliveries.measure,
    "slow-senders": slow_senders.measure,
    "feature-design": feature_design.measure,
    "cache": cache.measure,
    "panel": panel.measure,
    "citations": citations.measure,
    "plan": plan.measure,
    "reconcile": reconcile.measure,
    "many-runs": many_runs.measure,
    "eyes": eyes.measure,
    "idle": idle.measure,
}


def main(arguments: list[str]) -> int:
    """Runs the benches one after another; a bench that fails says so, and the exit status too."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}; all, if left out")
    parser.add_argument("--write", action="store_true", help=f"keep the table in docs/{PAGE.name}")
    parser.add_argument("--workflows", type=Path, default=built_in_workflows(), help="a folder of workflows to run")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    if given.write and given.names:
        parser.error("--write keeps the table of all benches: leave the names out")
    for name in [name for name in os.environ if name.startswith(("CHARRETTE_", "ANTHROPIC_"))]:
        del os.environ[name]
    where, rows, failed = machine(), [], []
    for name in given.names or BENCHES:
        began = time.monotonic()
        print(f"{name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", ignore_cleanup_errors=True) as folder:
            try:
                rows += [(name, row) for row in BENCHES[name](Setting(Path(folder), given.workflows.absolute()))]
            except Exception as error:
                failed.append(name)
                print(f"{name} failed: {error!r}", file=sys.stderr)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    figures = table(rows)
    print(figures)
    if given.write and not failed:
        command = shlex.join(["make", "bench"])
        PAGE.write_text(written(PAGE.read_text("utf-8"), command, where, figures), "utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`charrette demo`: plays a scenario in front of whoever watches, and stays up for browsing."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from . import architecture, feature_design, macro_plan
from .scenario import Played, Scenario
from .stage import Stage, staged, version

INTERRUPTED = 130
SCENARIOS = {each.name: each for each in (feature_design.SCENARIO, macro_plan.SCENARIO, architecture.SCENARIO)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette demo`."""
    parser.epilog = (
        "Each scenario: "
        + "; ".join(f"{name} {each.does} for {each.package}" for name, each in SCENARIOS.items())
        + ". Without a key the model is a recording; with ANTHROPIC_API_KEY one is asked."
    )
    parser.add_argument(
        "scenario",
        nargs="?",
        choices=SCENARIOS,
        default=feature_design.SCENARIO.name,
        help="what is played (default: %(default)s)",
    )
    parser.add_argument("--once", action="store_true", help="end when the scenario has been played (also: no terminal)")
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FOLDER",
        help="where hub and service keep their files (default: a temporary folder)",
    )


def main(arguments: argparse.Namespace) -> int:
    """Status 0 where everything expected is there, else 1; who stays to look may end it at any time."""
    # Who is told to end has hub and service to end first, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    scenario = SCENARIOS[arguments.scenario]
    once = arguments.once or not sys.stdin.isatty()
    with tempfile.TemporaryDirectory(prefix="charrette-demo-", ignore_cleanup_errors=True) as temporary:
        folder = arguments.state or Path(temporary)
        began = time.monotonic()

        def say(text: str) -> None:
            print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True)

        print(f"Charrette {scenario.does} for {scenario.package} {version(scenario.package)}.\n")
        with staged(folder, scenario.package, scenario.folder) as stage:
            say(f"hub and service are up: {stage.url}")
            say(
                "the model is the one that you configured"
                if stage.live
                else "the model is a recording: replayed, no cost"
            )
            try:
                played = scenario.play(stage, say)
                _sum_up(scenario, played, stage.url)
                if not once:
                    _stay(scenario, stage)
            except KeyboardInterrupt:
                print("\nBye.", flush=True)
                return INTERRUPTED if once else 0
        return 1 if played.faults else 0


def _sum_up(scenario: Scenario, played: Played, hub: str) -> None:
    pages = [*played.pages, ("all of the hub", hub)]
    width = max(len(what) for what, _ in pages)
    print("\n" + "\n".join(f"  {what:<{width}}  {url}" for what, url in pages if url))
    for fault in played.faults:
        print(f"  missing: {fault}")
    if not played.faults:
        print(f"\nEverything that was expected is there.\n  That is: {scenario.expected}")


def _stay(scenario: Scenario, stage: Stage) -> None:
    print(
        "\nLook around in a browser; Ctrl-C ends the demo. You act as @ada there; “You act as”, above each page, "
        f"changes that.\nFor an issue of your own: New issue, label `{scenario.label}`."
    )
    if not stage.live:
        print(
            "The recording knows only the issue above and refuses any other. With a key the same demo designs "
            "anything:\n\n    ANTHROPIC_API_KEY=... make demo\n"
        )
    while True:
        time.sleep(1)
        stage.alive()

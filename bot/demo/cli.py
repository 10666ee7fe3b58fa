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
        "Scenarios: "
        + "; ".join(f"{name} {each.does} for {each.package}" for name, each in SCENARIOS.items())
        + ". Without a key the model is a recording; with ANTHROPIC_API_KEY a real one is asked."
    )
    parser.add_argument(
        "scenario",
        nargs="?",
        choices=SCENARIOS,
        default=feature_design.SCENARIO.name,
        help="what is played (default: %(default)s)",
    )
    parser.add_argument("--once", action="store_true", help="end after the scenario (so it does without a terminal)")
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FOLDER",
        help="where hub and service keep their files (default: a temporary folder)",
    )


def main(arguments: argparse.Namespace) -> int:
    """Status 0 where everything expected is there, else 1; who stays to look may end it at any time."""
    # Who is told to end, or whose terminal is closed, has hub and service to end first, as with Ctrl-C.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    scenario = SCENARIOS[arguments.scenario]
    once = arguments.once or not sys.stdin.isatty()
    with tempfile.TemporaryDirectory(prefix="charrette-demo-", ignore_cleanup_errors=True) as temporary:
        folder = arguments.state or Path(temporary)
        began = time.monotonic()

        def say(text: str) -> None:
            print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True)

        print(
            f"Charrette {scenario.does} for {scenario.package} {version(scenario.package)}.\n"
            "The bot below is the real service. It works on a local stand-in for GitHub, the hub, and the demo plays "
            "the people.\n"
        )
        with staged(folder, scenario.package, scenario.folder) as stage:
            say(f"hub and service are up: {stage.url} (open it in a browser and watch)")
            say(
                "the model is the one that you configured: each document takes it minutes"
                if stage.live
                else "the model is a recording: replayed, no cost"
            )
            try:
                played = scenario.play(stage, say)
                _sum_up(scenario, played, stage.url)
                if not once:
                    _stay(scenario, stage)
                elif not arguments.once:
                    print("\nThere is no terminal for Ctrl-C, so hub and service end here.", flush=True)
            except KeyboardInterrupt:
                print("\nBye.", flush=True)
                return INTERRUPTED if once else 0
        return 1 if played.faults else 0


def _sum_up(scenario: Scenario, played: Played, hub: str) -> None:
    pages = [*played.pages, ("the hub's front page", hub)]
    width = max(len(what) for what, _ in pages)
    print("\n" + "\n".join(f"  {what:<{width}}  {url}" for what, url in pages if url))
    for fault in played.faults:
        print(f"  missing: {fault}")
    if not played.faults:
        print("\nEverything that was expected is there:\n" + "\n".join(f"  * {each}" for each in scenario.expected))


def _stay(scenario: Scenario, stage: Stage) -> None:
    print(
        "\nNow look around in a browser; Ctrl-C ends the demo. There you are @ada, until you choose somebody else at "
        "“You act as”.\nCommands work there too: write /help in a comment on the issue."
    )
    if not stage.live:
        print(
            "The recording knows only what you have just seen, and refuses issues of your own. With a key the same "
            "demo takes\nany issue (New issue, tick the label "
            f"`{scenario.label}`):\n\n    ANTHROPIC_API_KEY=... make demo{_chosen(scenario)}\n"
        )
    else:
        print(f"For an issue of your own: New issue, tick the label `{scenario.label}`.\n")
    while True:
        time.sleep(1)
        stage.alive()


def _chosen(scenario: Scenario) -> str:
    """What `make demo` needs besides to play this scenario."""
    return "" if scenario is feature_design.SCENARIO else f" SCENARIO={scenario.name}"

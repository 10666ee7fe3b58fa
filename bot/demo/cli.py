"""`charrette demo`: plays a scenario in front of whoever watches, and stays up for browsing."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from . import feature_design
from .stage import Stage, staged, version

INTERRUPTED = 130
EXPECTED = (
    f"That is: {feature_design.DOCUMENTS} documents, 001 to {feature_design.DOCUMENTS:03d}; a pull request that is "
    "ready for review; trailers and a signature on every\n  commit; four reviews with remarks on lines; one list of "
    "concerns, whose check was red while the critical one was\n  undecided; documents that follow what was accepted; "
    "and checks that are green."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `charrette demo`."""
    parser.add_argument("--once", action="store_true", help="end when the scenario has been played (also: no terminal)")
    parser.add_argument(
        "--state", type=Path, help="where hub and service keep their files (default: a temporary folder)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Status 0 where everything expected is there, else 1; who stays to look may end it at any time."""
    # Who is told to end has hub and service to end first, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    once = arguments.once or not sys.stdin.isatty()
    with tempfile.TemporaryDirectory(prefix="charrette-demo-", ignore_cleanup_errors=True) as temporary:
        folder = arguments.state or Path(temporary)
        began = time.monotonic()

        def say(text: str) -> None:
            print(f"  {time.monotonic() - began:5.1f} s  {text}", flush=True)

        print(f"Charrette designs a feature for {feature_design.PACKAGE} {version(feature_design.PACKAGE)}.\n")
        with staged(folder, feature_design.PACKAGE, feature_design.RECORDING) as stage:
            say(f"hub and service are up: {stage.url}")
            say(
                "the model is the one that you configured"
                if stage.live
                else "the model is a recording: replayed, no cost"
            )
            try:
                played = feature_design.play(stage, say)
                _sum_up(played, say_url=stage.url)
                if not once:
                    _stay(stage)
            except KeyboardInterrupt:
                print("\nBye.", flush=True)
                return INTERRUPTED if once else 0
        return 1 if played.faults else 0


def _sum_up(played: feature_design.Played, say_url: str) -> None:
    print(f"\n  the issue         {played.issue}\n  the pull request  {played.pull or '(none)'}")
    if played.concerns:
        print(f"  the concerns      {played.concerns}")
    print(f"  all of the hub    {say_url}")
    for fault in played.faults:
        print(f"  missing: {fault}")
    if not played.faults:
        print(f"\nEverything that was expected is there.\n  {EXPECTED}")


def _stay(stage: Stage) -> None:
    print(
        "\nLook around in a browser; Ctrl-C ends the demo. You act as @ada there; “You act as”, above each page, "
        "changes that.\nFor an issue of your own: New issue, label `design`."
    )
    if not stage.live:
        print(
            "The recording knows only the issue above and refuses any other. With a key the same demo designs "
            "anything:\n\n    ANTHROPIC_API_KEY=... make demo\n"
        )
    while True:
        time.sleep(1)
        stage.alive()

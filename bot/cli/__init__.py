"""The command line: `charrette COMMAND`. Every way to fail has its exit status here, and nowhere else."""

import io
import os
import sys
from collections.abc import Sequence

from bot.core.errors import CharretteError, FaultsError

from .commands import parser

DONE, FAILED, FAULTS, INTERRUPTED = 0, 1, 2, 130
# As of whoever is ended by SIGPIPE.
UNREAD = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status.

    0: done. 1: it failed, and a person can mend it. 2: wrong arguments, settings or workflows, each fault on a line.
    130: interrupted. 141: whoever was to read the output went away. A bug keeps its traceback.
    """
    # What the terminal has no character for is shown by its number.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        _flush()
    except FaultsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return FAULTS
    except CharretteError as error:
        print(f"charrette {arguments.command}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError:
        lost = _lost()
        if lost is None:
            raise
        if isinstance(lost, BrokenPipeError):
            return UNREAD
        print(f"charrette {arguments.command}: The output can't be written: {lost.strerror}.", file=sys.stderr)
        return FAILED
    return status


def _flush() -> None:
    """What was printed is written now, while it can be said that it can't. (Without an output there is none.)"""
    if sys.stdout is not None:
        sys.stdout.flush()


def _lost() -> OSError | None:
    """Why the output can't be written, None where it can; it is given up then, so that nothing tries at the end."""
    try:
        # An empty line tells: what was printed may be kept nowhere that could be written once more.
        print(flush=True)
    except OSError as error:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
        return error
    return None

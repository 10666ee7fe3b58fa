"""The command line: `charrette COMMAND`. The only place where failures are mapped to exit statuses."""

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

    0: success. 1: failed, for a reason that a person can fix. 2: wrong arguments, settings or workflows, one fault on
    each line. 130: interrupted. 141: the reader of the output went away. A bug keeps its traceback.
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
    """Writes buffered output now, while an error can still be reported. (There may be no output stream.)"""
    if sys.stdout is not None:
        sys.stdout.flush()


def _lost() -> OSError | None:
    """Why the output can't be written, or None. If it can't, it is discarded, so that nothing fails at exit."""
    try:
        # An empty line tells: what was printed may be kept nowhere that could be written once more.
        print(flush=True)
    except OSError as error:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
        return error
    return None

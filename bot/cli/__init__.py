"""The command line: `charrette COMMAND`. Every way to fail has its exit status here, and nowhere else."""

import sys
from collections.abc import Sequence

from bot.core.errors import CharretteError, FaultsError

from .commands import parser

DONE, FAILED, FAULTS, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status.

    0: done. 1: it failed, and a person can mend it. 2: wrong arguments, settings or workflows, each fault on a line.
    130: interrupted. A bug keeps its traceback.
    """
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except FaultsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return FAULTS
    except CharretteError as error:
        print(f"charrette {arguments.command}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return status

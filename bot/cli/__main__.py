"""`python -m bot.cli` is `charrette`."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())

"""What a service takes of the processor while nobody asks anything of it, on SQLite."""

import time
from collections.abc import Iterator

from .play import playing
from .rows import Row, Setting

SETTLED, SECONDS = 25, 60


def measure(setting: Setting) -> Iterator[Row]:
    """A minute of worker and web process, when what they do at their start is done."""
    with playing(setting) as play:
        time.sleep(SETTLED)
        for part in ("worker", "web"):
            before = play.used(part).cpu
            time.sleep(SECONDS)
            share = 100 * (play.used(part).cpu - before) / SECONDS
            yield Row(f"an idle {part}", share, "%", f"of a core, over {SECONDS} s")

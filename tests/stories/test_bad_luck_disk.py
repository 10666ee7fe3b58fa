"""The worker while its databases are locked, or no file may grow: it goes on when that is over, without a restart."""

import resource
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from .stage import Story
from .test_bad_luck import luckless
from .test_kills import once_each, whole_run

pytestmark = pytest.mark.soak
LOCKED = 20.0


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Somebody else writes to both databases, for longer than anybody waits."""
    with ExitStack() as held:
        for file in state.glob("*.sqlite"):
            other = held.enter_context(closing(sqlite3.connect(file, isolation_level=None, timeout=30)))
            other.execute("begin immediate")
            held.callback(other.execute, "rollback")
        yield


@contextmanager
def full(state: Path) -> Iterator[None]:
    """No file of web or worker may grow, as on a full disk."""
    said = subprocess.run(["pgrep", "-f", "bot.cli (web|worker)"], capture_output=True, text=True).stdout.split()
    mine = [pid for pid in map(int, said) if str(state) in Path(f"/proc/{pid}/environ").read_text(errors="replace")]
    assert len(mine) >= 2
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in mine}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            # A worker that could not keep what it did has ended, and is another by now.
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("luck", [locked, full], ids=["locked", "full"])
def test_the_worker_outlives_it(tmp_path: Path, luck: object) -> None:
    with luckless(tmp_path) as (hub, mind):
        mind.delay = 0.2
        story = Story(hub).opens(title="Bad disk").labels().until_status("waits for answers").says("1A 2A")
        story.until_said("Phase 3 of 8")
        assert callable(luck)
        with luck(tmp_path / "state"):
            time.sleep(LOCKED)
        story.until_status("**Done. ", 180)
        once_each(hub, story)
        assert len(whole_run(story)) == 9
        assert {digest: n for digest, n in mind.answered.items() if n > 1} == {}

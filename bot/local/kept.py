"""What `charrette local` keeps of a run between two calls, and which run a call goes on with.

Each run has a folder of its own, `<n>-<slug>`: the hub with the issue, the service's database and clones, logs, and
`run.json`. The number is one that neither another run nor a branch of the clone has.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.core.errors import PersonError
from bot.core.identity import branch_of, home_of, slug_of

from .clone import Base, Clone
from .issue import Issue

FILE = "run.json"


@dataclass(frozen=True)
class Kept:
    """One run: its issue, where it began, and what is left to say of it once it is done (`ended`).

    `slug` is what the run named its branch with, once that is there.
    """

    issue: str
    digest: str
    title: str
    number: int
    workflow: str
    base: str
    base_name: str
    login: str
    port: int = 0
    ended: str = ""
    slug: str = ""

    @property
    def name(self) -> str:
        """The run's folder."""
        return f"{self.number}-{slug_of(self.title)}"

    @property
    def branch(self) -> str:
        """The run's branch."""
        return branch_of(self.number, self.slug or slug_of(self.title, unnamed=f"design-{self.number}"))

    def write(self, folder: Path, **changes: object) -> "Kept":
        """Keeps it, changed, in the run's folder."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        text = json.dumps(asdict(changed), ensure_ascii=False, indent=2)
        (folder / "run.json.new").write_text(f"{text}\n", "utf-8")
        (folder / "run.json.new").rename(folder / FILE)
        return changed


def earlier(root: Path, file: Path, issue: Issue) -> Kept | None:
    """The newest run of this file, or of this very text."""
    mine = [kept for kept in _all(root) if kept.issue == str(file.resolve()) or kept.digest == issue.digest]
    return max(mine, key=lambda kept: kept.number, default=None)


def new(root: Path, file: Path, issue: Issue, clone: Clone, base: Base, workflow: str) -> Kept:
    """A run that nobody has begun, with a number that is free; its folder is there."""
    taken = [kept.number for kept in _all(root)]
    taken += [number for branch in clone.branches() if (number := home_of(branch)) is not None]
    kept = Kept(
        issue=str(file.resolve()),
        digest=issue.digest,
        title=issue.title,
        number=max(taken, default=0) + 1,
        workflow=workflow,
        base=base.commit,
        base_name=base.name,
        login=clone.person,
    )
    try:
        (root / kept.name).mkdir(parents=True, mode=0o700)
        return kept.write(root / kept.name)
    except OSError as error:
        raise PersonError(f"{root}: nothing can be kept there: {error.strerror}. Name a folder with --state.") from None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else works on this run; `PersonError` where somebody does."""
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PersonError(
                "Another `charrette local` is at work on this issue. Wait for it, or end it with Ctrl-C."
            ) from None
        yield


def _all(root: Path) -> Iterator[Kept]:
    for file in sorted(root.glob(f"*/{FILE}")):
        try:
            yield Kept(**json.loads(file.read_text("utf-8")))
        except (TypeError, ValueError):
            raise PersonError(
                f"{file}: this is not what `charrette local` keeps. Take its folder away, or name another with --state."
            ) from None

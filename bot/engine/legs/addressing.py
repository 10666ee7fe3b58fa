"""Which of a subject's runs a message is for."""

from collections.abc import Sequence

from bot.core.incoming.messages import (
    Approve,
    Decide,
    Deed,
    Expired,
    OpenTrack,
    Pushed,
    Reject,
    Retry,
    Revise,
    Say,
    Start,
    Stop,
)
from bot.core.ports import RunRow
from bot.core.views.replies import FAILED, OVER

from .including import WAITING

CLOSED = (*OVER, *FAILED)


def current(rows: Sequence[RunRow], unbegun: bool = False) -> RunRow | None:
    """The run of a subject that messages go to: the one at work or waiting, else the most recent.

    A finished review round gets no further messages if there is another run, and a run that waits for another gets what
    is not meant for that one. A run that could not begin counts only if it is the only one, or with `unbegun`.
    """
    rows = rows if unbegun else [row for row in rows if not is_unbegun(row)] or rows
    open = [row for row in rows if not row.stop and row.status not in CLOSED]
    open = [row for row in open if row.status != WAITING] or open
    # A round that was only found again on its branch hears decisions, in whatever second it was found.
    open = [row for row in open if row.pinned or not _is_round(row)] or open
    others = [row for row in rows if not (row.pinned or {}).get("round")]
    return max(reversed(open or others or rows), key=lambda row: row.updated_at, default=None)


def meant(rows: Sequence[RunRow]) -> tuple[RunRow, ...]:
    """The runs whose status is shown for a subject: what is reviewed, its newest panel, and what is open."""
    begun = [row for row in rows if not is_unbegun(row)] or rows
    reviewed = current([row for row in begun if not _is_round(row)])
    panel = next((row for row in reversed(begun) if _is_round(row) and _has_experts(row)), None)
    found = (reviewed, panel, current(rows))
    return tuple({row.id: row for row in found if row is not None}.values())


def row_for(rows: Sequence[RunRow], deed: Deed) -> RunRow | None:
    """The row that a deed is for: that of the workflow it names, else the current one."""
    match deed:
        case Stop(run=run) | Expired(run=run) if run:
            return next((row for row in rows if row.id == run), None)
        case Start(workflow=workflow) | Stop(workflow=workflow) if workflow:
            return next((row for row in reversed(rows) if row.workflow == workflow), None)
        case Approve() | Reject():
            return _waiting(rows, "approval")
        case Say():
            return _waiting(rows, "answers", "description")
        case Decide() | Pushed(panel=True):
            return newest_round(rows)
        case OpenTrack():
            return newest_round(rows, panel=False)
        case Pushed(workflow=workflow) if workflow:
            return next((row for row in reversed(rows) if row.workflow == workflow), None)
        case Revise():
            return current([row for row in rows if not _is_round(row)] or rows)
        case Retry():
            return current(rows, unbegun=True)
        case Pushed():
            # A run that has not begun, or could not, is begun by no push where there is another.
            return current([row for row in rows if row.pinned] or rows)
        case _:
            return current(rows)


def _waiting(rows: Sequence[RunRow], *reasons: str) -> RunRow | None:
    """The run that waits for one of these, though another was written to since; the current one, where none does."""
    wanted = [f"waits for {reason}" for reason in reasons]
    return current([row for row in rows if row.status in wanted and not row.stop] or rows)


def newest_round(rows: Sequence[RunRow], panel: bool = True) -> RunRow | None:
    """The review round that decisions go to: the newest that was not stopped and didn't fail, else the newest.

    Rounds without experts come last; or first, without `panel`. Other runs don't get decisions.
    """
    rounds = [row for row in rows if _is_round(row)]
    wanted = [row for row in rounds if _has_experts(row) is panel] or rounds
    stands = [row for row in wanted if not row.stop and row.status not in FAILED]
    return next(reversed(stands or wanted), None)


def knows(rows: Sequence[RunRow], deed: Decide | OpenTrack) -> bool:
    """Whether one of these rows is the kind of round that a deed is for."""
    panel = isinstance(deed, Decide)
    return any(_is_round(row) and _has_experts(row) is panel for row in rows)


def is_unbegun(row: RunRow) -> bool:
    """Whether a run could not begin; one that was recovered from its branch did."""
    return not row.pinned and row.status in CLOSED and not (row.state or {}).get("panel")


def _has_experts(row: RunRow) -> bool:
    """Whether a round has a panel; one whose inputs aren't known yet counts as having one."""
    return not row.pinned or bool(row.pinned["definition"]["panel"])


def _is_round(row: RunRow) -> bool:
    """Whether it is a review round; one that was recovered from its branch has no inputs yet."""
    return bool(row.pinned.get("round") if row.pinned else (row.state or {}).get("panel"))

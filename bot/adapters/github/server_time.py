"""GitHub's time: this machine's clock, corrected by the `Date` header of GitHub's responses."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

log = logging.getLogger("charrette.github")

# `Date` is in whole seconds, and an answer takes a while: less than this is no fault of a clock.
TOLERATED = 20.0


def date_of(headers: Mapping[str, str]) -> float | None:
    """When GitHub responded, in seconds since 1970; None if the headers don't say. Header names are in lower case."""
    try:
        return parsedate_to_datetime(headers.get("date") or "").timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class ServerTime:
    """GitHub's clock, which dates the App's tokens and the expiry of installation tokens.

    GitHub rejects App tokens dated more than a minute ahead of its clock, or expiring more than ten minutes from now.
    """

    def __init__(self) -> None:
        self.ahead = 0.0

    def heard(self, headers: Mapping[str, str]) -> None:
        """Evaluates the headers of a response that just came."""
        date = date_of({name.lower(): value for name, value in headers.items()})
        if date is None:
            return
        ahead = time.time() - date
        ahead = ahead if abs(ahead) > TOLERATED else 0.0
        if ahead and abs(ahead - self.ahead) > TOLERATED:
            log.warning("%s. Tokens are dated by GitHub's; set this one right.", told(ahead))
        self.ahead = ahead

    def now(self) -> datetime:
        """The time by GitHub's clock."""
        return datetime.fromtimestamp(time.time() - self.ahead, UTC)


def told(ahead: float) -> str:
    """How far this machine's clock is off, in words."""
    return f"This machine's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} GitHub's"

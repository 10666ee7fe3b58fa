"""GitHub's time: this machine's, set right by the `Date` of what GitHub answers."""

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

log = logging.getLogger("charrette.github")

# `Date` is in whole seconds, and an answer takes a while: less than this is no fault of a clock.
TOLERATED = 20.0


def date_of(headers: Mapping[str, str]) -> float | None:
    """When GitHub answered, in seconds since 1970; None where the answer does not say. Names are in lower case."""
    try:
        return parsedate_to_datetime(headers.get("date") or "").timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class ServerTime:
    """Tokens of the App say when they were made, and installations' tokens when they end: both by GitHub's clock.

    GitHub takes no App token made more than a minute ahead, or that lasts more than ten minutes from its own now.
    """

    def __init__(self) -> None:
        self.ahead = 0.0

    def heard(self, headers: Mapping[str, str]) -> None:
        """The headers of an answer that just came."""
        date = date_of({name.lower(): value for name, value in headers.items()})
        if date is None:
            return
        ahead = time.time() - date
        ahead = ahead if abs(ahead) > TOLERATED else 0.0
        if ahead and abs(ahead - self.ahead) > TOLERATED:
            log.warning("%s. Tokens are dated by GitHub's; set this one right.", told(ahead))
        self.ahead = ahead

    def now(self) -> datetime:
        """What GitHub's clock says."""
        return datetime.fromtimestamp(time.time() - self.ahead, UTC)


def told(ahead: float) -> str:
    """How far this machine's clock is off, in words."""
    return f"This machine's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} GitHub's"

"""The wall clock."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC, to the second."""

    def now(self) -> str:
        """ISO 8601 with `Z`, e.g. `2026-11-20T17:45:00Z`."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

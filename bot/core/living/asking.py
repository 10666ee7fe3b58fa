"""What is written behind `/plan validation`: `1 passed: what was found`."""

import re

from bot.core.incoming.messages import Validate

_VALIDATION = re.compile(
    r"\s*(?P<row>.*?)\s*\b(?P<verdict>passed|failed)\b[ \t]*[:,.–—-]*\s*(?P<found>.*)", re.IGNORECASE | re.DOTALL
)


def validated(argument: str) -> Validate | None:
    """What is said there; None where row, verdict or what was found is missing."""
    match = _VALIDATION.match(argument)
    row = match["row"].strip(" :“”\"'`") if match else ""
    found = " ".join(match["found"].split()) if match else ""
    if match is None or not row or not found:
        return None
    return Validate(row, "passed" if match["verdict"].lower() == "passed" else "failed", found)

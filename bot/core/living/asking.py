"""What is written behind `/plan`: `status`, and `validation 1 passed: what was found`."""

import re
from dataclasses import dataclass

from ..plan.risks import Verdict

_VALIDATION = re.compile(
    r"validation\b\s*(?P<row>.*?)\s*\b(?P<verdict>passed|failed)\b[ \t]*[:,.–—-]*\s*(?P<found>.*)",
    re.IGNORECASE | re.DOTALL,
)
USAGE = (
    "Write `/plan validation 1 passed: what was found`, or `failed:`. The number is the row of the plan's risk "
    "register; words of its decision do too."
)


@dataclass(frozen=True)
class Validated:
    """A person says what a validation showed; `row` is as they named it."""

    row: str
    verdict: Verdict
    found: str


def validated(argument: str) -> Validated | None:
    """What is said there; None where row, verdict or what was found is missing."""
    match = _VALIDATION.match(argument.strip())
    if match is None or not match["row"].strip(" :“”\"'`") or not match["found"].strip():
        return None
    verdict: Verdict = "passed" if match["verdict"].lower() == "passed" else "failed"
    return Validated(match["row"].strip(" :“”\"'`"), verdict, " ".join(match["found"].split()))

"""What GitHub takes at most, and texts that fit: cut at a line, nothing left open, and said.

65,536 characters of a body, 65,535 of a check's summary: https://docs.github.com/rest/checks/runs#create-a-check-run
"""

import re

from .code_places import places

LIMIT = 65_000
"""Less than either, so that a marker fits too."""

MORE = "(The rest is in the files on the branch.)"
_TAG = re.compile(r"</?details(?: open)?>")


def shortened(text: str, limit: int = LIMIT, more: str = MORE) -> str:
    """The text within the limit. What is cut has its code and its folded parts closed, and a word about it."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 500]
    kept = kept.rpartition("\n")[0] or kept
    fence = places(kept, "ours").open_fence
    kept += f"\n{fence}" if fence else ""
    open = sum(-1 if tag.startswith("</") else 1 for tag in _TAG.findall(kept))
    folded = "\n\n</details>" * max(0, min(open, 20))
    return f"{kept}{folded}\n\n{more}\n"

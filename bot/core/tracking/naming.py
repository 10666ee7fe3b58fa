"""What a plan is called: to people, and in the markers of its issues, where it keeps its first name for good."""

import re
from collections.abc import Container

from bot.core.identity import slug_of


def plan_id(title: str, path: str, taken: Container[str]) -> str:
    """`plan-worker-limits`, with a number where another plan has that name."""
    name = f"plan-{slug_of(short_title(title) or path)}"
    return next(each for n in range(1, 10_000) if (each := name if n == 1 else f"{name}-{n}") not in taken)


def short_title(title: str) -> str:
    """`Worker limits` for `Macro plan: Worker limits`: what is called so says in words of its own that it is a plan."""
    return re.sub(r"^(?:(?:macro[ -]?)?plan\s*:\s*)+(?=\S)", "", title, flags=re.IGNORECASE)

"""What a new plan is called in the markers of its issues: it keeps that name for good."""

from collections.abc import Container

from ..identity import slug_of


def plan_id(title: str, path: str, taken: Container[str]) -> str:
    """`plan-worker-limits`, with a number where another plan has that name."""
    name = f"plan-{slug_of(title or path)}"
    return next(each for n in range(1, 10_000) if (each := name if n == 1 else f"{name}-{n}") not in taken)

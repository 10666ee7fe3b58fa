"""Whether a document is a macro plan, among the others that a pull request brings."""

from .sections import letter_of
from .shape import Plan

_SECTIONS = 3


def is_plan(plan: Plan) -> bool:
    """It has units, and either ids of ours in their headings or some of the sections that a plan has."""
    letters = {letter for section in plan.sections if (letter := letter_of(section.title))}
    stable = any(unit.stable for unit in plan.units)
    return bool(plan.units) and (stable or len(letters) >= _SECTIONS or bool(letters & {"I", "J"}))

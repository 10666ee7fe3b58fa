"""What the experts of a panel object to, merged into one list, and what people decided of each."""

from .contradictions import findings_of
from .reading import read
from .shape import Concern, Concerns, Decision, Disposition, LogRow, Source, counted
from .writing import render

__all__ = [
    "Concern",
    "Concerns",
    "Decision",
    "Disposition",
    "LogRow",
    "Source",
    "counted",
    "findings_of",
    "read",
    "render",
]

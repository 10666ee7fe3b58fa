"""A macro plan's issues: pure, from the plan and what is on GitHub to the steps that bring the one into line.

plan document -> units with keys -> issues wished for -> difference from what is there -> steps -> summary
"""

from .difference import difference
from .shape import Done, Ref, Relations, Step, Work, Written
from .unit_text import Source
from .units import problems

__all__ = ["Done", "Ref", "Relations", "Source", "Step", "Work", "Written", "difference", "problems"]

"""A macro plan: what is built, in units that each become one pull request, and in what order."""

from .reading import plan_of, read
from .shape import Block, Freeze, Guarantee, Plan, PlanSection, Risk, Statement, Unit

__all__ = ["Block", "Freeze", "Guarantee", "Plan", "PlanSection", "Risk", "Statement", "Unit", "plan_of", "read"]

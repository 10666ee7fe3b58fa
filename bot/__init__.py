"""Charrette: a GitHub App that runs design processes in git."""

__version__ = "0.1.0"

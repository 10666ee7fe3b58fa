"""Parallel tracks: which component owns a concern, which of them have a track, and what the tracks owe each other."""

from .members import ROADMAP, Member, subsystems, tracks

__all__ = ["ROADMAP", "Member", "subsystems", "tracks"]

OF_ALL = ("contract", "settlement", "resolutions")
"""The outputs of phases that are about all tracks together."""

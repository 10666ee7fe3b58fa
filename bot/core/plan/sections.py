"""The sections of a plan by what their titles say: A to K are our names for them, whatever letter a house gives."""

import re

from bot.core.markdown.artifact import loose

TITLES = {
    "A": "Executive Summary",
    "B": "Repository Recon Summary",
    "C": "High-Level Objectives, Non-Goals, Model Scoping",
    "D": "Concept Model",
    "E": "Architectural Risk Register",
    "F": "Architectural Evolution",
    "G": "Frozen Interface Reference",
    "H": "Cross-Cutting Infrastructure Plan",
    "I": "PR Plan",
    "J": "Dependency DAG",
    "K": "Design Bug Prevention Checklist",
}
"""The titles of seed 003, by letter."""

_WORDS = {
    "A": r"\b(?:executive|management) summary\b",
    "B": r"\brecon(?:naissance)?\b",
    "C": r"\bobjectives\b",
    "D": r"\bconcept(?:ual)? model\b",
    "E": r"\brisk register\b",
    "F": r"\barchitectur\w+ evolution\b",
    "G": r"\bfrozen interfaces?\b|\binterface (?:definitions|reference)\b",
    "H": r"\bcross cutting\b",
    "I": r"\b(?:prs?|pull requests?|work packages?|units?|tasks?) (?:plan|series|breakdown|list)\b",
    "J": r"\bdependency (?:dag|graph)\b|\bdag\b",
    "K": r"\bbug prevention\b",
}


def letter_of(title: str) -> str:
    """The letter of the section that a title means; "" where it means none."""
    text = loose(title)
    return next((letter for letter, words in _WORDS.items() if re.search(words, text)), "")

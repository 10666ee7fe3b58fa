"""The writing side of a plan: sections as data, rendered to the Markdown that the reading side understands.

A form says under which headings a section's fields stand, and how. There are few kinds of them, so that a further
section is a declaration: its data, its form, a line in `bot/core/outputs`.
"""

from .forms import Cards, Derived, Form, Items, Labelled, Lines, Matrix, Rows, Signatures, parse, render, settle

__all__ = [
    "Cards",
    "Derived",
    "Form",
    "Items",
    "Labelled",
    "Lines",
    "Matrix",
    "Rows",
    "Signatures",
    "parse",
    "render",
    "settle",
]

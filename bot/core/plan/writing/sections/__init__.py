"""The sections of seed 003 that have structure: what the model is asked for, and the forms in which it stands.

The words of rows and headings are those that the gate `plan` knows.
"""

from .aims import SCOPE, SUMMARY, Scope, Summary
from .concept import CONCEPT, ConceptModel
from .evolution import EVOLUTION, Evolution
from .prevention import PREVENTION, Prevention
from .risks import RISKS, Risks
from .series import SERIES, Series

__all__ = [
    "CONCEPT",
    "EVOLUTION",
    "PREVENTION",
    "RISKS",
    "SCOPE",
    "SERIES",
    "SUMMARY",
    "ConceptModel",
    "Evolution",
    "Prevention",
    "Risks",
    "Scope",
    "Series",
    "Summary",
]

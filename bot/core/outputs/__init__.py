"""The codecs: structured output of the model as data, as a schema for the server, and as Markdown that parses back."""

from collections.abc import Mapping

from .concept_check import CONCEPT_CHECK
from .concerns import CONCERNS
from .contract import CONTRACT
from .output import Output, Setting
from .owners import OWNERS
from .planned import PLANNED
from .resolutions import RESOLUTIONS
from .review import REVIEW
from .settlement import SETTLEMENT
from .touched import TOUCHED

OUTPUTS: Mapping[str, Output] = {
    output.name: output
    for output in (REVIEW, CONCERNS, OWNERS, CONTRACT, SETTLEMENT, RESOLUTIONS, TOUCHED, CONCEPT_CHECK, *PLANNED)
}

__all__ = [
    "CONCERNS",
    "CONTRACT",
    "OUTPUTS",
    "OWNERS",
    "RESOLUTIONS",
    "REVIEW",
    "SETTLEMENT",
    "TOUCHED",
    "Output",
    "Setting",
]

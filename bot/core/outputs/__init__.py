"""The codecs: structured output of the model as data, as a schema for the server, and as Markdown that parses back."""

from collections.abc import Mapping

from .concerns import CONCERNS
from .output import Output, Setting
from .review import REVIEW
from .touched import TOUCHED

OUTPUTS: Mapping[str, Output] = {output.name: output for output in (REVIEW, CONCERNS, TOUCHED)}

__all__ = ["CONCERNS", "OUTPUTS", "REVIEW", "TOUCHED", "Output", "Setting"]

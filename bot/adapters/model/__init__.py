"""The model: the Messages API through the anthropic SDK, with record and replay beneath it."""

from .client import AnthropicModel, make_model
from .settings import ModelSettings

__all__ = ["AnthropicModel", "ModelSettings", "make_model"]

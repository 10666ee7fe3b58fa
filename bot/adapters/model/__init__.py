"""The model: the Messages API by the anthropic SDK, with record and replay under it."""

from .client import AnthropicModel, make_model
from .settings import ModelSettings

__all__ = ["AnthropicModel", "ModelSettings", "make_model"]

"""GitHub by PyGithub: the App, its tokens, the pace of its writes, and one client for each repository."""

from .app import App
from .client import Client

__all__ = ["App", "Client"]

"""GitHub through PyGithub: the App, its tokens, rate limiting, and one client for each repository."""

from .app import App
from .client import Client
from .inspection import AppFacts, Inspection, Installed, Sent

__all__ = ["App", "AppFacts", "Client", "Inspection", "Installed", "Sent"]

"""GitHub by PyGithub: the App, its tokens, the pace of its writes, and one client for each repository."""

from .app import App
from .client import Client
from .inspection import AppFacts, Inspection, Installed, Sent

__all__ = ["App", "AppFacts", "Client", "Inspection", "Installed", "Sent"]

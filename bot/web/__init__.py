"""The web process: verifies, stores and acknowledges deliveries. It imports neither engine nor handlers."""

from .app import create_app
from .group import Group
from .signature import sign
from .threads import in_a_thread
from .webhook import LIMIT

__all__ = ["LIMIT", "Group", "create_app", "in_a_thread", "sign"]

"""What the inner layers ask of the outer: adapters and fakes name the protocol that they implement."""

from .app import Attempt, Everywhere, Hook, Installations
from .code import Checkout, Files, Tree
from .configuration import LARGEST_FILE, Definitions, Layer
from .github import WRITERS, BranchCommit, Comment, GitHub, Issue, Permission, Pull, Tracker
from .model import WARMING, Model, Reply, Toolbox, Turn
from .storage import Deliveries, Delivery, Ledger, Remote, Remotes, Retention, RunRow, Runs
from .workers import Clock, Living, Presence, Turns

__all__ = [
    "LARGEST_FILE",
    "WARMING",
    "WRITERS",
    "Attempt",
    "BranchCommit",
    "Checkout",
    "Clock",
    "Comment",
    "Definitions",
    "Deliveries",
    "Delivery",
    "Everywhere",
    "Files",
    "GitHub",
    "Hook",
    "Installations",
    "Issue",
    "Layer",
    "Ledger",
    "Living",
    "Model",
    "Permission",
    "Presence",
    "Pull",
    "Remote",
    "Remotes",
    "Reply",
    "Retention",
    "RunRow",
    "Runs",
    "Toolbox",
    "Tracker",
    "Tree",
    "Turn",
    "Turns",
]

"""URLs of a run's files on GitHub."""

from bot.core.run.phase import is_deleted
from bot.core.run.state import State


def link(state: State, path: str, text: str) -> str:
    """A Markdown link to a file on the branch; only its text if there is no branch or the file was deleted."""
    if state.pinned.branchless or is_deleted(path, state.record):
        return text
    return f"[{text}]({web(state)}/blob/{state.pinned.branch}/{path})"


def web(state: State) -> str:
    """The repository's page."""
    return state.pinned.web

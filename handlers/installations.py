"""Where the App is installed, people find its labels.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
"""

from bot.core.incoming.events import InstallationCreated, RepositoriesAdded
from bot.core.incoming.wishes import Welcome, Wish

# Somebody who chose these repositories wants us there; labels in hundreds more would be litter, and hours of writes.
WELCOMED = 20


def added(event: InstallationCreated | RepositoriesAdded) -> tuple[Wish, ...]:
    """Labels for the first selected repositories. Elsewhere they come with the first command."""
    chosen = event.repositories[:WELCOMED] if event.selected else ()
    return (Welcome(chosen),) if chosen else ()

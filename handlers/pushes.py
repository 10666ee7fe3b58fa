"""A person may push to a run's branch at any time; the run reads what is there. The default branch moves under it.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
"""

from bot.core.identity import home_of
from bot.core.incoming.events import Pushed as PushEvent
from bot.core.incoming.messages import Pushed
from bot.core.incoming.wishes import LookAnew, Tell, Wish


def pushed(event: PushEvent) -> tuple[Wish, ...]:
    """A push to one of our branches by a person, or to the default branch, whose new head what was cited may not hold.

    Our own commits come here too, and mean nothing new.
    """
    if event.branch == event.default_branch and not event.deleted:
        return (LookAnew(event.after, event.url),)
    home = home_of(event.branch or "")
    if home is None or event.deleted or event.sender.is_bot:
        return ()
    return (Tell(home, False, Pushed(event.after), "write", event.url),)

"""Closing a run's pull request stops the run; one of other people may change the configuration.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
"""

from bot.core.events import PullRequestClosed, PullRequestOpened, PullRequestSynchronized
from bot.core.identity import home_of
from bot.core.messages import Stop
from bot.core.wishes import Examine, Tell, Wish


def closed(event: PullRequestClosed) -> tuple[Wish, ...]:
    """A run whose pull request was closed or merged stops; nothing more could come of it."""
    home = None if event.fork else home_of(event.pull.head_branch)
    if home is None:
        return ()
    why = f"the pull request was {'merged' if event.pull.merged else 'closed'}"
    return (Tell(home, False, Stop(why), "anyone", event.pull.url),)


def changed(event: PullRequestOpened | PullRequestSynchronized) -> tuple[Wish, ...]:
    """A new head may bring another configuration, whoever made it; our own branches can't."""
    ours = not event.fork and home_of(event.pull.head_branch) is not None
    return () if ours else (Examine(event.pull.number, event.pull.head),)

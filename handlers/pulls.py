"""Closing a pull request stops what runs about it; a plan's that was merged becomes issues, a unit's is done.

One of other people may change the configuration, or be reviewed.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
"""

from bot.core.identity import home_of
from bot.core.incoming.events import PullRequestClosed, PullRequestOpened, PullRequestSynchronized
from bot.core.incoming.messages import Advance, Pushed, Reconcile, Stop
from bot.core.incoming.wishes import Examine, Tell, Wish


def closed(event: PullRequestClosed) -> tuple[Wish, ...]:
    """What runs about a pull request that was closed or merged stops; nothing more could come of it.

    That is the run whose branch it is, and a round of reviews of it.
    """
    stop = Stop(f"the pull request was {'merged' if event.pull.merged else 'closed'}")
    home = None if event.fork else home_of(event.pull.head_branch)
    numbers = [event.pull.number] if home is None else [home, event.pull.number]
    stops = tuple(Tell(number, False, stop, "anyone", event.pull.url) for number in numbers)
    if not event.pull.merged:
        return stops
    # Whether the run made a plan is for intake to look up, and whether a unit of one is done for its leg.
    deeds = (Advance(event.pull.number),) if home is None else (Reconcile(merged=True), Advance(event.pull.number))
    return *stops, *(Tell(event.pull.number, True, deed, "anyone", event.pull.url) for deed in deeds)


def changed(event: PullRequestOpened | PullRequestSynchronized) -> tuple[Wish, ...]:
    """A new head may bring another configuration, whoever made it; our own branches can't.

    Of a push to a fork no other event tells: a round of reviews has its checks on the new head too.
    """
    ours = not event.fork and home_of(event.pull.head_branch) is not None
    wishes: list[Wish] = [] if ours else [Examine(event.pull.number, event.pull.head)]
    if event.fork and isinstance(event, PullRequestSynchronized):
        moved = Pushed(event.pull.head, panel=True)
        wishes.append(Tell(event.pull.number, False, moved, "anyone", event.pull.url))
    return tuple(wishes)

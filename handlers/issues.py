"""Labels on an issue start work, and stop it.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues
"""

from bot.core.incoming.commands import Vocabulary
from bot.core.incoming.events import IssueClosed, IssueGone, IssueLabeled, IssueReopened, IssueUnlabeled, OnIssue
from bot.core.incoming.messages import Advance, Start, Stop
from bot.core.incoming.wishes import Tell, Wish
from bot.core.tracking.shape import UNIT


def labeled(event: IssueLabeled, vocabulary: Vocabulary) -> tuple[Wish, ...]:
    """A workflow's label starts the workflow, unless a bot put it on."""
    workflow = vocabulary.labels.get(event.label)
    if workflow is None or event.sender.is_bot:
        return ()
    return (Tell(event.issue.number, False, Start(workflow), "write", event.issue.url, eyes=0),)


def unlabeled(event: IssueUnlabeled, vocabulary: Vocabulary) -> tuple[Wish, ...]:
    """Taking a workflow's label off stops the run; to be able to is right enough, for a bot too."""
    workflow = vocabulary.labels.get(event.label)
    if workflow is None:
        return ()
    return _stop(event, f"the label `{event.label}` was taken off", workflow)


def closed(event: IssueClosed) -> tuple[Wish, ...]:
    """Closing the issue stops the run; a unit of a plan is done."""
    return _stop(event, "the issue was closed") + _advanced(event)


def reopened(event: IssueReopened) -> tuple[Wish, ...]:
    """A unit of a plan is not done after all."""
    return _advanced(event)


def _advanced(event: OnIssue) -> tuple[Wish, ...]:
    """Whether it is a unit's is for the plans' leg to look up; those of a plan have the label."""
    if UNIT not in event.issue.labels:
        return ()
    return (Tell(event.issue.number, False, Advance(), "anyone", event.issue.url),)


def gone(event: IssueGone) -> tuple[Wish, ...]:
    """An issue that is no longer there stops the run."""
    return _stop(event, f"the issue was {event.how}")


def _stop(event: OnIssue, why: str, workflow: str = "") -> tuple[Wish, ...]:
    return (Tell(event.issue.number, False, Stop(why, workflow), "anyone", event.issue.url),)

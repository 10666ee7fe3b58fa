"""What each kind of event means to a run: one module per kind of event, all of them pure."""

from bot.core.incoming import events
from bot.core.incoming.commands import Vocabulary
from bot.core.incoming.wishes import Wish

from . import comments, installations, issues, pulls, pushes


def handle(event: events.Event, vocabulary: Vocabulary) -> tuple[Wish, ...]:
    """What the event asks of us, in order; empty where it is none of our business.

    This is the table: each kind of event stands here once, with what it means.
    """
    match event:
        case events.IssueLabeled():
            return issues.labeled(event, vocabulary)
        case events.IssueUnlabeled():
            return issues.unlabeled(event, vocabulary)
        case events.IssueClosed():
            return issues.closed(event)
        case events.IssueReopened():
            return issues.reopened(event)
        case events.IssueGone():
            return issues.gone(event)
        case events.CommentCreated():
            return comments.created(event, vocabulary)
        case events.CommentEdited():
            return comments.edited(event, vocabulary)
        case events.PullRequestOpened() | events.PullRequestSynchronized():
            return pulls.changed(event)
        case events.PullRequestClosed():
            return pulls.closed(event)
        case events.Pushed():
            return pushes.pushed(event)
        case events.InstallationCreated() | events.RepositoriesAdded():
            return installations.added(event)
        case _:
            return _nothing(event)


def _nothing(
    event: events.IssueOpened
    | events.IssueEdited
    | events.PullRequestLabeled
    | events.PullRequestUnlabeled
    | events.InstallationDeleted
    | events.Ping,
) -> tuple[Wish, ...]:
    """These ask nothing.

    The labels that an issue was opened with come as events of their own; what an issue asked for is pinned when its run
    starts; labels start work on issues alone.
    """
    del event
    return ()

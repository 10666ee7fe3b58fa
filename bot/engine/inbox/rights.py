"""Whether a wish may be granted: the sender's permission, and whether what the event reported is still true."""

from typing import assert_never

from bot.core.incoming import events
from bot.core.incoming.events import InRepository
from bot.core.incoming.messages import Message, Start
from bot.core.incoming.wishes import Tell
from bot.core.ports import Issue, Permission

RANKS: tuple[Permission, ...] = ("none", "read", "triage", "write", "maintain", "admin")


def rank_of(permission: Permission) -> int:
    """The permission as a number; higher means more rights."""
    return RANKS.index(permission)


def allowed(wish: Tell, message: Message, rank: int) -> bool:
    """Whether the sender has the permission that the wish needs."""
    match wish.needs:
        case "anyone":
            return True
        case "triage":
            return rank >= rank_of("triage")
        case "write":
            return message.writer
        case "author":
            return message.author or message.writer
        case _:
            assert_never(wish.needs)


def still_so(event: InRepository, wish: Tell, issue: Issue) -> bool:
    """Whether what the event reported is still true."""
    match event:
        case events.IssueLabeled(label=label):
            return issue.open and label in issue.labels
        case events.IssueUnlabeled(label=label):
            return label not in issue.labels
        case events.IssueClosed():
            return not issue.open
        case events.PullRequestClosed(pull=pull) if pull.number == issue.number:
            return not issue.open
        case _:
            return issue.open or not isinstance(wish.deed, Start)

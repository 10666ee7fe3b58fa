"""The labels and commands that count where an event happened."""

from ..core import events
from ..core.commands import Vocabulary, parse, vocabulary
from ..core.errors import CharretteError, TransientError
from ..core.events import Event
from ..core.identity import Repository
from .durable import log
from .services import Services


def words(services: Services, event: Event) -> Vocabulary:
    """Those of the event's repository; none for an event that has no use for them, which then asks GitHub nothing."""
    match event:
        case events.IssueLabeled(sender=sender) if sender.is_bot:
            return Vocabulary()
        case events.IssueLabeled() | events.IssueUnlabeled():
            return words_of(services, event.repository)
        case events.CommentCreated() | events.CommentEdited() if parse(event.comment.body):
            return Vocabulary() if event.sender.is_bot else words_of(services, event.repository)
        case _:
            return Vocabulary()


def settled(services: Services, repository: Repository) -> Vocabulary:
    """Those that a repository gets labels for: none as long as its configuration has faults, or can't be read."""
    try:
        house = services.houses.of(repository).house
    except TransientError:
        raise
    except CharretteError as error:
        log.warning("the configuration of %s can't be read: %s", repository.full_name, error)
        return Vocabulary()
    return Vocabulary() if house.faults else vocabulary(house.definitions.values())


def words_of(services: Services, repository: Repository) -> Vocabulary:
    """Those of a repository; those that are built in where its configuration can't be read."""
    try:
        return services.houses.vocabulary(repository)
    except TransientError:
        raise
    except CharretteError as error:
        log.warning("the configuration of %s can't be read: %s", repository.full_name, error)
        return vocabulary(services.definitions.all().values())

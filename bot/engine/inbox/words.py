"""The labels and commands that are valid where an event happened."""

from dataclasses import replace

from bot.core.codec import from_json
from bot.core.errors import CharretteError, TransientError
from bot.core.identity import Repository
from bot.core.incoming import events
from bot.core.incoming.commands import Vocabulary, parse, vocabulary
from bot.core.incoming.events import Event
from bot.core.run.record import Pinned
from bot.engine.durable import log
from bot.engine.services import Services


def words(services: Services, event: Event) -> Vocabulary:
    """Those of the event's repository; none for events that don't need them, which saves asking GitHub."""
    match event:
        case events.IssueLabeled(sender=sender) if sender.is_bot:
            return Vocabulary()
        case events.IssueLabeled():
            return words_of(services, event.repository)
        case events.IssueUnlabeled():
            known = words_of(services, event.repository)
            return replace(
                known, labels={**known.labels, **_begun_with(services, event.repository, event.issue.number)}
            )
        case events.CommentCreated() | events.CommentEdited() if parse(event.comment.body):
            return Vocabulary() if event.sender.is_bot else words_of(services, event.repository)
        case _:
            return Vocabulary()


def _begun_with(services: Services, repository: Repository, number: int) -> dict[str, str]:
    """The labels with which an issue's runs were started, each with its workflow; the configuration may differ now."""
    rows = services.runs.of_subject(repository.id, number)
    pinned = (from_json(Pinned, row.pinned) for row in rows if row.pinned)
    return {label: each.workflow for each in pinned if (label := each.definition.trigger.label)}


def settled(services: Services, repository: Repository) -> Vocabulary:
    """Those for which a repository gets labels: none while its configuration is faulty or can't be read."""
    try:
        house = services.houses.of(repository).house
    except TransientError:
        raise
    except CharretteError as error:
        log.warning("the configuration of %s can't be read: %s", repository.full_name, error)
        return Vocabulary()
    return Vocabulary() if house.faults else vocabulary(house.definitions.values())


def words_of(services: Services, repository: Repository) -> Vocabulary:
    """Those of a repository; the built-in ones if its configuration can't be read."""
    try:
        return services.houses.vocabulary(repository)
    except TransientError:
        raise
    except CharretteError as error:
        log.warning("the configuration of %s can't be read: %s", repository.full_name, error)
        return vocabulary(services.definitions.all().values())

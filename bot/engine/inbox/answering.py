"""Replies that need no leg: help, status, faults in a configuration; and the labels of a new repository."""

from dataclasses import replace
from textwrap import shorten

from bot.core.errors import CharretteError, TransientError
from bot.core.identity import Repository, Subject, home_of
from bot.core.incoming.wishes import Examine
from bot.core.ports import GitHub, RunRow
from bot.core.publications import CommentWish, LabelWish
from bot.core.run.state import State, fold
from bot.core.views.configuration import check, configures
from bot.core.views.replies import NO_RUN, OVER, unknown_run
from bot.core.views.shown import answers
from bot.engine.durable import log
from bot.engine.legs.addressing import CLOSED, meant
from bot.engine.legs.loading import record_of
from bot.engine.legs.lost import find as find_lost
from bot.engine.legs.publish import Publisher
from bot.engine.services import Services

from .words import settled

COLOR = "5319e7"


def publisher_of(services: Services, repository: Repository, scope: str = "") -> Publisher:
    """A publisher for a repository, with its own scope."""
    return Publisher(services, repository, scope or str(repository.id))


def answer(services: Services, repository: Repository, number: int, id: str, text: str) -> None:
    """Posts one comment where somebody asked."""
    publisher = publisher_of(services, repository, f"{repository.id}.{number}")
    publisher.publish(CommentWish(f"reply/{id}", number, text))


def status_at(services: Services, github: GitHub, repository: Repository, number: int, pull: bool) -> str:
    """The status of the runs that belong to an issue or pull request: a design, the panel that reviews it."""
    home = home_of_pull(services, github, repository.id, number) if pull else number
    subject = Subject(repository, home)
    rows = meant(services.runs.of_subject(repository.id, home))
    if not rows:
        found = find_lost(github, subject, pull=pull)
        return unknown_run(found[0].workflow, found[0].branch) if found else NO_RUN
    told = [_stands(services, row, subject) for row in rows]
    words = [each for each in told if isinstance(each, str)]
    return "\n\n".join([*answers(*(each for each in told if isinstance(each, State))), *words])


def _stands(services: Services, row: RunRow, subject: Subject) -> State | str:
    """The state of a run; or a sentence, if there is no state to show."""
    if not row.pinned:
        return f"The `{row.workflow}` run is {standing(row)}. {row.reason}".strip()
    record = record_of(services, row, subject)
    if row.status in OVER and record.head is None:
        return f"The `{row.workflow}` run is done, and its branch `{record.pinned.branch}` is not there any more."
    over = (row.state or {}).get("now", record.now) if row.status in CLOSED else record.now
    return fold(replace(record, now=over))


def home_of_pull(services: Services, github: GitHub, repository: int, number: int) -> int:
    """The home number of a pull request: the issue that its branch names, else the pull request itself.

    A branch of a fork may have any name, and a branch may be named after an issue without a run.
    """
    pull = github.pull(number)
    home = None if pull.fork else home_of(pull.head_branch)
    of = services.runs.of_subject
    return home if home and (of(repository, home) or not of(repository, number)) else number


def examine(services: Services, github: GitHub, repository: Repository, wish: Examine) -> None:
    """Posts a check on a pull request that changes the configuration. Its files are read, but not applied."""
    if any(configures(path) for path in github.touched(wish.number)):
        layer, faults = services.houses.faults_of(repository, wish.head)
        publisher_of(services, repository).publish(check(wish.head, faults, layer))


def try_welcome(services: Services, repository: Repository) -> None:
    """Creates the labels if possible; a failure is no reason to hold up a run."""
    try:
        welcome(services, repository)
    except TransientError:
        raise
    except CharretteError as error:
        log.info("no labels in %s: %s", repository.full_name, error)


def welcome(services: Services, repository: Repository) -> None:
    """Creates the workflows' labels in a repository."""
    publisher, known = publisher_of(services, repository), settled(services, repository)
    for label, workflow in known.labels.items():
        summary = known.summaries[workflow]
        # GitHub takes a hundred characters.
        told = shorten(f"Charrette: {summary}", 100, placeholder=" …")
        publisher.publish(LabelWish(f"label/{label}", label, COLOR, told))


def standing(row: RunRow) -> str:
    """The run's status; one that was told to stop counts as stopped even if its leg hasn't ended yet."""
    return "stopped" if row.stop and row.status not in CLOSED else row.status

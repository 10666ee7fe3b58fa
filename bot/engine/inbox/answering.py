"""Answers that need no run: help, how a run stands, what is wrong with a configuration; and a welcome with labels."""

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
    """What publishes in a repository, under a key of its own."""
    return Publisher(services, repository, scope or str(repository.id))


def answer(services: Services, repository: Repository, number: int, id: str, text: str) -> None:
    """One comment, where somebody asked."""
    publisher = publisher_of(services, repository, f"{repository.id}.{number}")
    publisher.publish(CommentWish(f"reply/{id}", number, text))


def status_at(services: Services, github: GitHub, repository: Repository, number: int, pull: bool) -> str:
    """How the runs stand that an issue or a pull request is of: a design, the panel that reviews it."""
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
    """A run as it stands; or a word, where there is no more to tell."""
    if not row.pinned:
        return f"The `{row.workflow}` run is {standing(row)}. {row.reason}".strip()
    record = record_of(services, row, subject)
    if row.status in OVER and record.head is None:
        return f"The `{row.workflow}` run is done, and its branch `{record.pinned.branch}` is not there any more."
    over = (row.state or {}).get("now", record.now) if row.status in CLOSED else record.now
    return fold(replace(record, now=over))


def home_of_pull(services: Services, github: GitHub, repository: int, number: int) -> int:
    """A branch of a fork may have any name; and one may be named after an issue that has no run, or never was."""
    pull = github.pull(number)
    home = None if pull.fork else home_of(pull.head_branch)
    of = services.runs.of_subject
    return home if home and (of(repository, home) or not of(repository, number)) else number


def examine(services: Services, github: GitHub, repository: Repository, wish: Examine) -> None:
    """A check on a pull request that changes the configuration. Its files are read, and nothing of them is used."""
    if any(configures(path) for path in github.touched(wish.number)):
        layer, faults = services.houses.faults_of(repository, wish.head)
        publisher_of(services, repository).publish(check(wish.head, faults, layer))


def try_welcome(services: Services, repository: Repository) -> None:
    """The labels are there. They are a convenience, and no reason why a run that is on its way should not begin."""
    try:
        welcome(services, repository)
    except TransientError:
        raise
    except CharretteError as error:
        log.info("no labels in %s: %s", repository.full_name, error)


def welcome(services: Services, repository: Repository) -> None:
    """The labels of the workflows are there."""
    publisher, known = publisher_of(services, repository), settled(services, repository)
    for label, workflow in known.labels.items():
        summary = known.summaries[workflow]
        # GitHub takes a hundred characters.
        told = shorten(f"Charrette: {summary}", 100, placeholder=" …")
        publisher.publish(LabelWish(f"label/{label}", label, COLOR, told))


def standing(row: RunRow) -> str:
    """The run's status; one that was told to stop counts as stopped though its leg may not have ended yet."""
    return "stopped" if row.stop and row.status not in CLOSED else row.status

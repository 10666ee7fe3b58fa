"""`charrette resume`, the operator's `/resume`: a message from the command line, on the same queue as others."""

from dbos import DBOS, DBOSClient

from bot.core.codec import to_json
from bot.core.errors import MissingError, PersonError
from bot.core.identity import Repository, Subject, home_of
from bot.core.incoming.messages import Message, Retry
from bot.core.ports import GitHub, Issue
from bot.core.views.replies import OVER
from bot.engine.durable import NAME, Json
from bot.engine.legs.addressing import current
from bot.engine.legs.asked import Asked
from bot.engine.legs.loading import OPERATOR
from bot.engine.legs.lost import find, meant
from bot.engine.queues import LEGS
from bot.engine.services import Services
from bot.engine.sqlite import tell_time

SOON = "A worker takes it up as soon as one runs; the status comment tells how it goes."


def resume(services: Services, full_name: str, number: int) -> str:
    """Queues the resumption of the run of an issue or pull request; returns a sentence on what will happen.

    `PersonError` if there is no such repository, issue or run. Works with or without a running worker.
    """
    repository = _repository(services, full_name)
    github = services.installations.github(repository)
    subject = Subject(repository, _home(github, full_name, number))
    row = current(services.runs.of_subject(repository.id, subject.home), unbegun=True)
    if row is None:
        house, pulls = services.houses.of(repository).house, services.houses.vocabulary(repository).pulls
        lost = meant(find(github, subject, pull=True), Retry(), pulls, house.definitions)
        if lost is None:
            raise PersonError(
                f"There is no run of {full_name}#{number}: the database has none, and no branch "
                f"charrette/{subject.home}-... has commits of this App. A label, or /design, starts one."
            )
        row = lost.row(subject, panel=lost.workflow in pulls)
        services.runs.create(row)
        what = f"The {row.workflow} run is taken up from its branch {lost.branch}, which the database did not know"
        told = f"{what}: nothing that is finished there is written, or paid for, again."
    elif row.status in OVER:
        return f"The {row.workflow} run of {full_name}#{number} is done: there is nothing to resume."
    elif row.status.startswith("waits") and not row.stop:
        return f"The {row.workflow} run of {full_name}#{number} {row.status}: there is nothing to resume."
    else:
        told = f"The {row.workflow} run ({row.status}) goes on where it stands."
    services.runs.set_stop(row.id, False)
    _enqueue(services, subject, github.issue(subject.home))
    return f"{told} {SOON}"


def _repository(services: Services, full_name: str) -> Repository:
    try:
        return services.hook.repository(full_name)
    except MissingError as error:
        wrong = f"The App is not installed on {full_name}, or there is no such repository."
        raise PersonError(f"{wrong} Install it there, or correct the name (OWNER/NAME).") from error


def _home(github: GitHub, full_name: str, number: int) -> int:
    try:
        if not github.issue(number).pull:
            return number
        pull = github.pull(number)
    except MissingError as error:
        raise PersonError(f"There is no issue or pull request {full_name}#{number}.") from error
    return number if pull.fork else home_of(pull.head_branch) or number


def _enqueue(services: Services, subject: Subject, issue: Issue) -> None:
    now = services.clock.now()
    message = Message(f"operator-{subject.key}-{now}", OPERATOR, now, issue.url, Retry(), writer=True)
    asked = Asked(subject, message, issue.title, issue.body, issue.author, issue.url)
    tell_time()
    DBOS.migrate(services.database_url)
    client = DBOSClient(system_database_url=services.database_url, serializer=Json(), application_name=NAME)
    try:
        client.enqueue(
            {
                "queue_name": LEGS,
                "workflow_name": "leg",
                "workflow_id": message.id,
                "queue_partition_key": subject.key,
            },
            to_json(asked),
        )
    finally:
        client.destroy()

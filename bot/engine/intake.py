"""Deliveries become messages. Events are hints: live label, state and permission are read before anything is done."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from ..core import events
from ..core.configuration import check, configures
from ..core.decisions import NONE as NO_CONCERNS
from ..core.errors import CharretteError, MissingError, TransientError
from ..core.events import Event, InRepository
from ..core.identity import Repository, Subject, home_of, run_id
from ..core.messages import (
    Advance,
    Approve,
    Decide,
    Deed,
    Message,
    OfPlans,
    OpenTrack,
    PlanStatus,
    Pushed,
    Reconcile,
    Reject,
    Retry,
    Say,
    Start,
    Stop,
    Validate,
)
from ..core.opening import NONE as NO_OWNERS
from ..core.payload import MalformedEvent, Payload, read
from ..core.ports import Delivery, GitHub, Issue, Permission, RunRow
from ..core.publications import CommentWish, LabelWish
from ..core.replies import (
    NO_RUN,
    OVER,
    begun_often,
    corrected,
    help_text,
    next_round,
    open_run,
    refusal,
    refusal_key,
    stands_still,
    started_often,
    too_many,
    unknown_run,
)
from ..core.shown import status
from ..core.state import fold
from ..core.wishes import Correct, Examine, LookAnew, ShowHelp, ShowStatus, Tell, Welcome, Wish
from .allowance import Answered, spoken
from .asked import Asked
from .durable import log, pause
from .eyes import Eyes
from .including import begun_by
from .leg import Enqueue
from .loading import CLOSED, current, knows, newest_round, record_of, row_for
from .lost import Lost, meant, next_number
from .lost import find as find_lost
from .publish import Publisher, last_told, told_of
from .reconciling import PLANS
from .services import Services
from .words import settled, words, words_of

RANKS: tuple[Permission, ...] = ("none", "read", "triage", "write", "maintain", "admin")
COLOR = "5319e7"
TRIES = 200
PAGE = 500
# GitHub's replicas may not know an issue yet of which they told us: so often it is looked for before it counts as gone.
LOOKS = 3
# The inbox is looked at from its beginning that often, in seconds, though what stands there is held back still.
ANEW = 5.0
MANY_RUNS = 50
FAILED = ("stopped", "failed", "budget")


@dataclass
class Intake:
    """Drains the inbox in order. What fails for a while holds back later deliveries of its repository, no others."""

    services: Services
    enqueue: Enqueue
    eyes: Eyes
    seen: dict[str, str] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)
    not_before: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    held: set[int] = field(default_factory=set)
    last: int = 0
    anew: float = 0.0

    def drain(self, may: Callable[[], bool] = lambda: True) -> int:
        """Handles what can be handled now, as long as it `may`; returns how many deliveries that were."""
        for id in list(self.seen):
            self._over(id)
        if self.clock() >= min(self.anew, min(self.not_before.values(), default=0.0)):
            # What was held back may be handled now. Until then, nothing up to `last` is read again.
            self.held.clear()
            self.last, self.anew = 0, self.clock() + ANEW
        count = 0
        while page := self.services.deliveries.pending(PAGE, self.last):
            for delivery in page:
                if not may():
                    return count
                self.last = delivery.seq
                count += self._handle(delivery)
        if not self.held:
            self.last = 0
        return count

    def _handle(self, delivery: Delivery) -> bool:
        """Whether it was handled; where not, its repository's later ones are held back."""
        if delivery.id in self.seen:
            return False
        repository = _repository_of(delivery)
        if repository in self.held:
            return False
        if self.not_before.get(delivery.id, 0.0) > self.clock() or not self._attempt(delivery):
            self.held.add(repository)
            return False
        return True

    def _attempt(self, delivery: Delivery) -> bool:
        """Handles one delivery; False where it has to be tried again."""
        try:
            note = self._wishes(delivery)
        except TransientError as error:
            tries = self.tries[delivery.id] = self.tries.get(delivery.id, 0) + 1
            if tries < TRIES:
                self.not_before[delivery.id] = self.clock() + pause(tries, error.retry_after)
                log.info("delivery %s will be tried again: %s", delivery.id, error)
                return False
            note = f"gave up after {tries} tries: {error}"
            log.error("delivery %s: %s", delivery.id, note)
        except Exception:
            # The edge: one delivery that we can't handle must not stop the others.
            log.exception("delivery %s can't be handled", delivery.id)
            note = "failed"
        self.tries.pop(delivery.id, None)
        self.not_before.pop(delivery.id, None)
        self.seen[delivery.id] = note
        self._over(delivery.id)
        return True

    def _over(self, delivery: str) -> None:
        """A delivery is handled when its eyes are there too: a kill before that has it handled again."""
        if self.eyes.given(delivery):
            self.services.deliveries.handled(delivery, self.seen[delivery])
            del self.seen[delivery]

    def _wishes(self, delivery: Delivery) -> str:
        try:
            event = events.parse(delivery.event, read(delivery.body), delivery.id)
        except MalformedEvent as error:
            log.warning("delivery %s is malformed: %s", delivery.id, error)
            return "malformed"
        if event is None:
            return "not for us"
        if isinstance(event, events.Pushed) and event.branch == event.default_branch:
            self.services.houses.moved(event.repository, event.after)
        wishes = self.services.handle(event, words(self.services, event))
        self.eyes.give(event, wishes)
        if wishes and not self._answers(event, spoken(wishes)):
            wishes = self._over_the_limit(event, wishes)
        for n, wish in enumerate(wishes):
            try:
                self._grant(event, wish, f"{delivery.id}.{n}")
            except TransientError:
                raise
            except CharretteError as error:
                log.warning("delivery %s: %s", delivery.id, error)
        return ", ".join(type(wish).__name__ for wish in wishes) or "nothing"

    def _grant(self, event: Event, wish: Wish, id: str) -> None:
        if isinstance(wish, Welcome):
            for repository in wish.repositories[:20]:
                self._welcome(repository)
            return
        assert isinstance(event, InRepository)
        repository = event.repository
        github = self.services.installations.github(repository)
        match wish:
            case Tell(deed=Reconcile() | Advance() | PlanStatus() | Validate() as deed):
                self._to_plans(github, event, wish, deed, id)
            case Tell():
                self._tell(github, event, wish, id)
            case ShowHelp(number=number):
                self._answer(repository, number, id, help_text(words_of(self.services, repository)))
            case ShowStatus(number=number, pull=pull):
                self._answer(repository, number, id, self._status(github, repository, number, pull))
            case Correct(number=number):
                text = corrected(wish.written, wish.nearest, words_of(self.services, repository))
                self._answer(repository, number, id, text)
            case LookAnew():
                self._look_anew(event, wish, id)
            case Examine():
                self._examine(github, repository, wish)
            case _:
                assert_never(wish)

    def _answers(self, event: Event, words: bool) -> bool:
        """Whether the event is heeded still, whoever may have sent how many."""
        match self.eyes.allowance.answers(event, words):
            case Answered.YES:
                return True
            case Answered.NO:
                return False
            case Answered.WRITERS:
                assert isinstance(event, InRepository)
                github = self.services.installations.github(event.repository)
                return _rank(github.permission(event.sender.login)) >= _rank("write")

    def _over_the_limit(self, event: Event, wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
        """What is left of the wishes of a comment too many: to stop a run. Whose command it was is told, once."""
        assert isinstance(event, events.OnIssue)
        if not spoken(wishes):
            login, number = event.sender.login, event.issue.number
            publisher = self._publisher(event.repository, f"{event.repository.id}.{number}")
            body = too_many(login, self.services.limits.hour_commands)
            publisher.publish(CommentWish(f"limit/{login}", number, body))
        return tuple(replace(w, eyes=None) for w in wishes if isinstance(w, Tell) and isinstance(w.deed, Stop))

    # --- messages ----------------------------------------------------------------------------------------------------

    def _look_anew(self, event: InRepository, wish: LookAnew, id: str) -> None:
        """A look of each run whose pull request was open when it was last looked at; of others GitHub is not asked."""
        for row in self.services.runs.newest(event.repository.id, MANY_RUNS):
            left = row.state or {}
            if left.get("pull") and not left.get("closed") and not row.stop and row.status not in FAILED:
                at = event.at or self.services.clock.now()
                message = Message(f"gh-{id}.{row.home}", event.sender.login, at, wish.link, Pushed(wish.head))
                self.enqueue(message.id, Asked(Subject(event.repository, row.home), message), 0.0)

    def _tell(self, github: GitHub, event: InRepository, wish: Tell, id: str) -> None:
        repository = event.repository
        subject = Subject(repository, self._home(github, repository.id, wish))
        rows = self.services.runs.of_subject(repository.id, subject.home)
        if not rows and isinstance(wish.deed, Start) and wish.number != subject.home and _gone(github, subject.home):
            subject = Subject(repository, wish.number)
            rows = self.services.runs.of_subject(repository.id, subject.home)
        lost = self._lost(github, event, wish, subject, rows)
        if not rows and lost is None and not isinstance(wish.deed, Start):
            if wish.eyes:
                self._answer(repository, wish.number, id, _unknown(wish.deed))
            return
        issue = self._live(github, event, subject.home, wish.link)
        if not (self._of_a_round(repository, wish) or _still_so(event, wish, issue)):
            return
        rank = _rank(github.permission(event.sender.login))
        message = self._message(event, wish, id, issue, rank)
        if _allowed(wish, message, rank):
            if lost is not None:
                panel = lost.workflow in words_of(self.services, repository).pulls
                self.services.runs.create(lost.row(subject, panel=panel))
                rows = self.services.runs.of_subject(repository.id, subject.home)
            said = self._pass_on(event, wish, subject, rows, issue, message)
            if said:
                self._publisher(repository, subject.key).publish(CommentWish(f"reply/{message.id}", wish.number, said))
        else:
            self._refuse(subject, wish, message.by)

    def _lost(
        self, github: GitHub, event: InRepository, wish: Tell, subject: Subject, rows: Sequence[RunRow]
    ) -> Lost | None:
        """The run that a wish is for, where none of these rows is and a branch has it."""
        rounds = words_of(self.services, subject.repository).pulls
        known = [row.workflow in rounds for row in rows]
        match wish.deed:
            case Start():
                return None
            case Decide() | OpenTrack():
                unknown = not knows(rows, wish.deed)
            case Approve() | Reject():
                unknown = all(row.status != "waits for approval" for row in rows)
            case _ if rows:
                # A round was taken up from the branch of a design, which is not known yet.
                unknown = all(known) and wish.eyes is not None and (not wish.pull or subject.home != wish.number)
            case _:
                unknown = self._may_be_ours(event, wish, subject)
        if not unknown:
            return None
        found = find_lost(github, subject, pull=wish.pull or isinstance(wish.deed, Pushed))
        found = tuple(lost for lost in found if all(row.id != lost.run for row in rows))
        if rows and isinstance(wish.deed, Approve | Reject):
            found = found if any(lost.awaits for lost in found) else ()
        elif rows and not isinstance(wish.deed, Decide | OpenTrack):
            found = tuple(lost for lost in found if lost.workflow not in rounds)
        definitions = self.services.houses.of(subject.repository).house.definitions if found else {}
        return meant(found, wish.deed, rounds, definitions)

    def _to_plans(self, github: GitHub, event: InRepository, wish: Tell, deed: OfPlans, id: str) -> None:
        """A leg of the repository's plans, one after another: it belongs to no run, and outlives the plan's own."""
        sender, repository = event.sender.login, event.repository
        if isinstance(deed, Reconcile) and deed.merged and not self._planned(github, event):
            return
        rank = _rank(github.permission(sender)) if wish.needs != "anyone" else _rank("none")
        at = event.at or self.services.clock.now()
        message = Message(f"gh-{id}", sender, at, wish.link, deed, writer=rank >= _rank("write"))
        if _allowed(wish, message, rank):
            self.enqueue(message.id, Asked(Subject(repository, PLANS), message, number=wish.number), 0.0)
        else:
            self._refuse(Subject(repository, wish.number), wish, sender)

    def _planned(self, github: GitHub, event: InRepository) -> bool:
        """Whether the pull request that was merged is that of a run whose workflow makes a plan.

        Of a run that the database does not know, our comments on its issue tell; the merged branch does no more.
        """
        assert isinstance(event, events.PullRequestClosed)
        subject = Subject(event.repository, home_of(event.pull.head_branch) or 0)
        runs = {row.workflow for row in self.services.runs.of_subject(event.repository.id, subject.home)}
        if not runs - words_of(self.services, event.repository).pulls:
            told = told_of(github.comments(subject.home))
            runs |= {run.split(".")[2] for run in told if re.fullmatch(rf"{re.escape(subject.key)}\.[^.]+\.\d+", run)}
        known = self.services.houses.of(event.repository).house.definitions if runs else {}
        return any(known[name].plans for name in runs if name in known)

    def _of_a_round(self, repository: Repository, wish: Tell) -> bool:
        """Whether reviews are wished for: of what is closed there are none, and whoever asks is told so."""
        return isinstance(wish.deed, Start) and wish.deed.workflow in words_of(self.services, repository).pulls

    def _live(self, github: GitHub, event: InRepository, number: int, link: str) -> Issue:
        """The issue as it is now; a closed one without a text where it is gone, which is not believed at once."""
        try:
            return github.issue(number)
        except MissingError as error:
            if not isinstance(event, events.IssueGone) and self.tries.get(event.delivery, 0) < LOOKS:
                raise TransientError(f"issue {number} is not there: {error}") from error
            return Issue(number, "", "", "", False, (), link)

    def _may_be_ours(self, event: InRepository, wish: Tell, subject: Subject) -> bool:
        """Whether a branch is worth a request where no run is known: not for every comment on every issue."""
        if isinstance(wish.deed, Pushed) and wish.deed.panel:
            return False
        if wish.eyes is not None or isinstance(wish.deed, Pushed) or subject.home != wish.number:
            return True
        on = event.issue.labels if isinstance(event, events.CommentCreated) else ()
        return bool(on) and not words_of(self.services, event.repository).labels.keys().isdisjoint(on)

    def _message(self, event: InRepository, wish: Tell, id: str, issue: Issue, rank: int) -> Message:
        sender, writer = event.sender.login, rank >= _rank("write")
        at = event.at or self.services.clock.now()
        return Message(f"gh-{id}", sender, at, wish.link, wish.deed, sender == issue.author, writer)

    def _pass_on(
        self, event: InRepository, wish: Tell, subject: Subject, rows: Sequence[RunRow], issue: Issue, message: Message
    ) -> str:
        """Queues the leg, unless a run that stands makes it pointless; then a word, where somebody waits for one.

        A run's row and its stop flag are made here.
        """
        where = wish.number
        others: Sequence[RunRow] = ()
        match message.deed:
            case Start(workflow=workflow):
                rounds = workflow in words_of(self.services, subject.repository).pulls
                meets = next_round if rounds else open_run
                said = meets(workflow, [(row.workflow, _status(row), _pull(row)) for row in rows])
                if said is not None:
                    return said
                if over := self._too_often(subject, () if rounds else rows, workflow, event.delivery):
                    self._publisher(subject.repository, subject.key).publish(CommentWish("limit", wish.number, over))
                    return ""
                number = wish.number if wish.pull else next(filter(None, map(_pull, reversed(rows))), 0)
                if rounds and not number:
                    return "That works on a pull request with documents, and this issue has none yet."
                self._begin(subject, workflow, self._next(subject, rows, workflow, number) if rounds else 1)
                where = number if rounds else where
            case Stop() as deed:
                row = row_for(rows, deed)
                if row is None:
                    return ""
                if standing := stands_still(_status(row)):
                    return standing if wish.eyes is not None else ""
                self.services.runs.set_stop(row.id, True)
                others = begun_by(rows, row)
            case Retry():
                if over := self._too_often(subject, rows, "", event.delivery):
                    return over
                row = row_for(rows, message.deed)
                if row is not None:
                    self.services.runs.set_stop(row.id, False)
            case _:
                pass
        text = _text(event, issue)
        asked = Asked(subject, message, text.title, text.body, text.author, text.url, where)
        self.enqueue(message.id, asked, 0.0)
        self._told_panel(asked, rows)
        self._stopped_too(asked, others)
        if isinstance(message.deed, Start):
            self._labelled(subject.repository)
        return ""

    def _stopped_too(self, asked: Asked, others: Sequence[RunRow]) -> None:
        """The runs that a stopped one has begun stop with it."""
        for other in others:
            self.services.runs.set_stop(other.id, True)
            id, deed = f"{asked.message.id}.{other.workflow}", Stop(workflow=other.workflow)
            self.enqueue(id, replace(asked, message=replace(asked.message, id=id, deed=deed)), 0.0)

    def _told_panel(self, asked: Asked, rows: Sequence[RunRow]) -> None:
        """A push to a branch with a run's documents and a panel's is told to the round of reviews too."""
        message, panel = asked.message, newest_round(rows)
        if isinstance(message.deed, Pushed) and panel is not None and panel != row_for(rows, message.deed):
            told = replace(message, id=f"{message.id}.panel", deed=replace(message.deed, panel=True))
            self.enqueue(told.id, replace(asked, message=told), 0.0)

    def _too_often(self, subject: Subject, rows: Sequence[RunRow], workflow: str, delivery: str) -> str:
        """Why no run is started now, in a sentence; "" where one is."""
        limits, repository = self.services.limits, subject.repository.id
        if not self.eyes.allowance.starts_again(subject.key, delivery):
            return started_often(limits.hour_starts)
        if workflow and all(row.workflow != workflow for row in rows):
            day = datetime.fromisoformat(self.services.clock.now()) - timedelta(days=1)
            if self.services.runs.begun(repository, f"{day:%Y-%m-%dT%H:%M:%SZ}") >= limits.day_runs:
                log.warning("repository %d has begun %d runs within a day", repository, limits.day_runs)
                return begun_often(limits.day_runs)
        return ""

    def _next(self, subject: Subject, rows: Sequence[RunRow], workflow: str, number: int) -> int:
        """Which round it is that begins on a pull request; the one that a lost database left unfinished goes on."""
        if known := [int(row.id.rpartition(".")[2]) for row in rows if row.workflow == workflow]:
            return max(known) + 1
        github = self.services.installations.github(subject.repository)
        told = last_told(github.comments(number), f"{subject.key}.{workflow}.")
        found = find_lost(github, subject, pull=True) if told else ()
        definition = self.services.houses.of(subject.repository).house.definitions[workflow] if found else None
        return next_number(told, [lost for lost in found if lost.workflow == workflow], definition)

    def _begin(self, subject: Subject, workflow: str, n: int) -> None:
        """The run has a row from now on, so that a second label, or a stop, meets it."""
        id = run_id(subject, workflow, n)
        row = RunRow(id, subject.repository.id, subject.home, workflow, "starting", False, {}, [])
        self.services.runs.create(row)
        self.services.runs.set_stop(id, False)

    def _home(self, github: GitHub, repository: int, wish: Tell) -> int:
        """The subject's number: for a pull request of ours, the issue that its branch names."""
        return self._of_pull(github, repository, wish.number) if wish.pull else wish.number

    def _of_pull(self, github: GitHub, repository: int, number: int) -> int:
        """A branch of a fork may have any name; and one may be named after an issue that has no run, or never was."""
        pull = github.pull(number)
        home = None if pull.fork else home_of(pull.head_branch)
        of = self.services.runs.of_subject
        return home if home and (of(repository, home) or not of(repository, number)) else number

    def _refuse(self, subject: Subject, wish: Tell, login: str) -> None:
        """A polite refusal, once for each person and subject; plain words of a bystander get none."""
        if isinstance(wish.deed, Say) and not wish.deed.direct:
            return
        body = refusal(login, wish.needs)
        self._publisher(subject.repository, subject.key).publish(CommentWish(refusal_key(login), wish.number, body))

    # --- answers that need no run ------------------------------------------------------------------------------------

    def _publisher(self, repository: Repository, scope: str = "") -> Publisher:
        return Publisher(self.services, repository, scope or str(repository.id))

    def _answer(self, repository: Repository, number: int, id: str, text: str) -> None:
        publisher = self._publisher(repository, f"{repository.id}.{number}")
        publisher.publish(CommentWish(f"reply/{id}", number, text))

    def _status(self, github: GitHub, repository: Repository, number: int, pull: bool) -> str:
        home = self._of_pull(github, repository.id, number) if pull else number
        row = current(self.services.runs.of_subject(repository.id, home))
        if row is None:
            found = find_lost(github, Subject(repository, home), pull=pull)
            return unknown_run(found[0].workflow, found[0].branch) if found else NO_RUN
        if not row.pinned:
            return f"The `{row.workflow}` run is {_status(row)}. {row.reason}".strip()
        record = record_of(self.services, row, Subject(repository, home))
        if row.status in OVER and record.head is None:
            return f"The `{row.workflow}` run is done, and its branch `{record.pinned.branch}` is not there any more."
        over = (row.state or {}).get("now", record.now) if row.status in CLOSED else record.now
        return status(fold(replace(record, now=over)))

    def _examine(self, github: GitHub, repository: Repository, wish: Examine) -> None:
        """A check on a pull request that changes the configuration. Its files are read, and nothing of them is used."""
        if any(configures(path) for path in github.touched(wish.number)):
            layer, faults = self.services.houses.faults_of(repository, wish.head)
            self._publisher(repository).publish(check(wish.head, faults, layer))

    def _labelled(self, repository: Repository) -> None:
        """The labels are there. They are a convenience, and no reason why a run that is on its way should not begin."""
        try:
            self._welcome(repository)
        except TransientError:
            raise
        except CharretteError as error:
            log.info("no labels in %s: %s", repository.full_name, error)

    def _welcome(self, repository: Repository) -> None:
        publisher, known = self._publisher(repository), settled(self.services, repository)
        for label, workflow in known.labels.items():
            summary = known.summaries[workflow]
            publisher.publish(LabelWish(f"label/{label}", label, COLOR, f"Charrette: {summary}"[:100]))


def _rank(permission: Permission) -> int:
    return RANKS.index(permission)


def _still_so(event: InRepository, wish: Tell, issue: Issue) -> bool:
    """Whether what the event told is still the case."""
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


def _allowed(wish: Tell, message: Message, rank: int) -> bool:
    """Whether the sender has the right that the wish needs."""
    match wish.needs:
        case "anyone":
            return True
        case "triage":
            return rank >= _rank("triage")
        case "write":
            return message.writer
        case "author":
            return message.author or message.writer
        case _:
            assert_never(wish.needs)


def _text(event: InRepository, live: Issue) -> Issue:
    """The issue's text: as the event had it, which nobody edited since; as it is now where the event has none."""
    if isinstance(event, events.OnIssue) and event.issue.number == live.number:
        return event.issue
    return live


def _unknown(deed: Deed) -> str:
    """What is said to a deed that meets no run."""
    match deed:
        case Decide():
            return NO_CONCERNS
        case OpenTrack():
            return NO_OWNERS
        case _:
            return NO_RUN


def _status(row: RunRow) -> str:
    """The run's status; one that was told to stop counts as stopped though its leg may not have ended yet."""
    return "stopped" if row.stop and row.status in ("starting", "running") else row.status


def _gone(github: GitHub, number: int) -> bool:
    """Whether there is no such issue: anybody who may push can name a branch after one."""
    try:
        github.issue(number)
    except MissingError:
        return True
    return False


def _pull(row: RunRow) -> int | None:
    return (row.state or {}).get("pull")


def _repository_of(delivery: Delivery) -> int:
    """The repository's id, 0 where the delivery has none."""
    try:
        return Payload(read(delivery.body)).child("repository").number("id")
    except MalformedEvent:
        return 0

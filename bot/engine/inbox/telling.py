"""Passes wishes on to runs: finds or creates the run, queues a leg with the message, or explains why not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.concerns.decisions import NONE as NO_CONCERNS
from bot.core.errors import MissingError, TransientError
from bot.core.identity import Repository, Subject, home_of, run_id
from bot.core.incoming import events
from bot.core.incoming.events import InRepository
from bot.core.incoming.messages import (
    Approve,
    Decide,
    Deed,
    Message,
    OfPlans,
    OpenTrack,
    Pushed,
    Reconcile,
    Reject,
    Retry,
    Say,
    Start,
    Stop,
)
from bot.core.incoming.wishes import LookAnew, Tell
from bot.core.ports import GitHub, Issue, RunRow
from bot.core.publications import CommentWish
from bot.core.tracks.opening import NONE as NO_OWNERS
from bot.core.views.replies import (
    CLOSED,
    FAILED,
    NO_RUN,
    begun_often,
    next_round,
    open_run,
    refusal,
    refusal_key,
    stands_still,
    started_often,
)
from bot.engine.durable import log
from bot.engine.legs.addressing import is_unbegun, knows, newest_round, row_for
from bot.engine.legs.asked import Asked
from bot.engine.legs.including import begun_by
from bot.engine.legs.leaving import Enqueue
from bot.engine.legs.lost import Lost, meant, next_number
from bot.engine.legs.lost import find as find_lost
from bot.engine.legs.publish import last_told, told_of
from bot.engine.plans.reconciling import PLANS
from bot.engine.services import Services

from .allowance import Allowance
from .answering import answer, home_of_pull, publisher_of, standing, try_welcome
from .rights import allowed, rank_of, still_so
from .words import words_of

# GitHub's replicas may not know an issue yet of which they told us: so often it is looked for before it counts as gone.
LOOKS = 3
MANY_RUNS = 50


class Legs(Protocol):
    """What the engine knows of legs."""

    def at_work(self, subject: str) -> bool:
        """Whether a leg of the subject with this key runs, or waits for its turn."""
        ...

    def queued(self, id: str) -> bool:
        """Whether a leg was queued under this id, whatever came of it since."""
        ...


@dataclass(frozen=True)
class Teller:
    """Passes on the wishes of one delivery. `tries` is how often that was attempted before.

    `at_work` says for a subject's key whether one of its legs runs, or waits for its turn.
    """

    services: Services
    enqueue: Enqueue
    legs: Legs
    allowance: Allowance
    tries: int = 0

    def look_anew(self, event: InRepository, wish: LookAnew, id: str) -> None:
        """Has each run with an open pull request look again at the default branch. GitHub is not asked about others."""
        for row in self.services.runs.newest(event.repository.id, MANY_RUNS):
            left = row.state or {}
            if left.get("pull") and not left.get("closed") and not row.stop and row.status not in FAILED:
                at = event.at or self.services.clock.now()
                message = Message(f"gh-{id}.{row.home}", event.sender.login, at, wish.link, Pushed(wish.head))
                self.enqueue(message.id, Asked(Subject(event.repository, row.home), message), 0.0)

    def tell(self, github: GitHub, event: InRepository, wish: Tell, id: str) -> None:
        """Queues a leg of the run if the sender has the permission; otherwise refuses, once."""
        repository = event.repository
        subject = Subject(repository, self._home(github, repository.id, wish))
        rows = self.services.runs.of_subject(repository.id, subject.home)
        if not rows and isinstance(wish.deed, Start) and wish.number != subject.home and _gone(github, subject.home):
            subject = Subject(repository, wish.number)
            rows = self.services.runs.of_subject(repository.id, subject.home)
        lost = self._lost(github, event, wish, subject, rows)
        if not rows and lost is None and not isinstance(wish.deed, Start):
            if wish.eyes:
                answer(self.services, repository, wish.number, id, _unknown(wish.deed))
            return
        issue = self._live(github, event, subject.home, wish.link)
        if not (self._of_a_round(repository, wish) or still_so(event, wish, issue)):
            if wish.eyes and isinstance(wish.deed, Start) and issue.author:
                answer(self.services, repository, wish.number, id, CLOSED)
            return
        rank = rank_of(github.permission(event.sender.login))
        message = self._message(event, wish, id, issue, rank)
        if allowed(wish, message, rank):
            if lost is not None:
                panel = lost.workflow in words_of(self.services, repository).pulls
                self.services.runs.create(lost.row(subject, panel=panel))
                rows = self.services.runs.of_subject(repository.id, subject.home)
            if self.legs.queued(message.id):
                # The delivery is handled again, for something else in it or after a kill: this would meet its own run.
                said = self._welcomed(message, subject)
            else:
                said = self._pass_on(event, wish, subject, rows, issue, message)
            if said:
                publisher_of(self.services, repository, subject.key).publish(
                    CommentWish(f"reply/{message.id}", wish.number, said)
                )
        else:
            self._refuse(subject, wish, message.by)

    def _lost(
        self, github: GitHub, event: InRepository, wish: Tell, subject: Subject, rows: Sequence[RunRow]
    ) -> Lost | None:
        """The run that a wish is for, if only a branch knows it and none of these rows."""
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

    def to_plans(self, github: GitHub, event: InRepository, wish: Tell, deed: OfPlans, id: str) -> None:
        """Queues a leg for the repository's plans, which run one after another and belong to no run."""
        sender, repository = event.sender.login, event.repository
        if isinstance(deed, Reconcile) and deed.merged and not self._planned(github, event):
            return
        rank = rank_of(github.permission(sender)) if wish.needs != "anyone" else rank_of("none")
        at = event.at or self.services.clock.now()
        message = Message(f"gh-{id}", sender, at, wish.link, deed, writer=rank >= rank_of("write"))
        if allowed(wish, message, rank):
            self.enqueue(message.id, Asked(Subject(repository, PLANS), message, number=wish.number), 0.0)
        else:
            self._refuse(Subject(repository, wish.number), wish, sender)

    def _planned(self, github: GitHub, event: InRepository) -> bool:
        """Whether the merged pull request belongs to a run whose workflow makes a plan.

        For a run that the database doesn't know, our comments on its issue tell; the merged branch no longer does.
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
        """Whether reviews are requested; for closed pull requests these are refused with a reply."""
        return isinstance(wish.deed, Start) and wish.deed.workflow in words_of(self.services, repository).pulls

    def _live(self, github: GitHub, event: InRepository, number: int, link: str) -> Issue:
        """The issue as it is now; closed and empty if GitHub still can't find it after several tries."""
        try:
            return github.issue(number)
        except MissingError as error:
            if not isinstance(event, events.IssueGone) and self.tries < LOOKS:
                raise TransientError(f"issue {number} is not there: {error}") from error
            return Issue(number, "", "", "", False, (), link)

    def _may_be_ours(self, event: InRepository, wish: Tell, subject: Subject) -> bool:
        """Whether to spend a request on looking for a branch if no run is known: not for every comment."""
        if isinstance(wish.deed, Pushed) and wish.deed.panel:
            return False
        if wish.eyes is not None or isinstance(wish.deed, Pushed) or subject.home != wish.number:
            return True
        on = event.issue.labels if isinstance(event, events.CommentCreated) else ()
        return bool(on) and not words_of(self.services, event.repository).labels.keys().isdisjoint(on)

    def _message(self, event: InRepository, wish: Tell, id: str, issue: Issue, rank: int) -> Message:
        sender, writer = event.sender.login, rank >= rank_of("write")
        at = event.at or self.services.clock.now()
        return Message(f"gh-{id}", sender, at, wish.link, wish.deed, sender == issue.author, writer)

    def _pass_on(
        self, event: InRepository, wish: Tell, subject: Subject, rows: Sequence[RunRow], issue: Issue, message: Message
    ) -> str:
        """Creates or marks the run's row, and queues the leg; or returns a reply if the request is pointless.

        A row is written before its leg is queued, because the leg looks for it. If a kill comes before that leg is
        queued, the delivery is handled again, all of it: so other legs are queued before it, and a stop flag, which
        would say that it was done already, is set after it.
        """
        where = wish.number
        stops: Sequence[RunRow] = ()
        match message.deed:
            case Start(workflow=workflow):
                rounds = workflow in words_of(self.services, subject.repository).pulls
                meets = next_round if rounds else open_run
                said = meets(workflow, [(row.workflow, standing(row), _pull(row)) for row in rows])
                if said is not None and (said or self.legs.at_work(subject.key)):
                    return said
                if over := self._too_often(subject, () if rounds else rows, workflow, event.delivery):
                    publisher_of(self.services, subject.repository, subject.key).publish(
                        CommentWish("limit", wish.number, over)
                    )
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
                still = stands_still(standing(row))
                # One that was stopped, and has no flag any more, was taken up: that leg waits for its turn.
                taken_up = row.status == "stopped" and not row.stop and self.legs.at_work(subject.key)
                if still and not taken_up:
                    return still if wish.eyes is not None else ""
                stops = (row, *begun_by(rows, row))
                message = _named(message, deed, row)
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
        self._told_panel(asked, rows)
        self._stopped_too(asked, stops[1:])
        self.enqueue(message.id, asked, 0.0)
        for stopped in reversed(stops):
            self.services.runs.set_stop(stopped.id, True)
        return self._welcomed(message, subject)

    def _welcomed(self, message: Message, subject: Subject) -> str:
        if isinstance(message.deed, Start):
            try_welcome(self.services, subject.repository)
        return ""

    def _stopped_too(self, asked: Asked, others: Sequence[RunRow]) -> None:
        """Queues a leg for each of the runs that a stopped one has started: they stop with it."""
        for other in others:
            id, deed = f"{asked.message.id}.{other.workflow}", Stop(workflow=other.workflow, run=other.id)
            self.enqueue(id, replace(asked, message=replace(asked.message, id=id, deed=deed)), 0.0)

    def _told_panel(self, asked: Asked, rows: Sequence[RunRow]) -> None:
        """Passes a push on to the review round too, if the branch has both a run's documents and a panel's."""
        message, panel = asked.message, newest_round(rows)
        if isinstance(message.deed, Pushed) and panel is not None and panel != row_for(rows, message.deed):
            told = replace(message, id=f"{message.id}.panel", deed=replace(message.deed, panel=True))
            self.enqueue(told.id, replace(asked, message=told), 0.0)

    def _too_often(self, subject: Subject, rows: Sequence[RunRow], workflow: str, delivery: str) -> str:
        """Why no run may be started now, as a sentence; "" if one may."""
        limits, repository = self.services.limits, subject.repository.id
        if not self.allowance.starts_again(subject.key, delivery):
            return started_often(limits.hour_starts)
        if workflow and all(row.workflow != workflow for row in rows):
            day = datetime.fromisoformat(self.services.clock.now()) - timedelta(days=1)
            if self.services.runs.begun(repository, f"{day:%Y-%m-%dT%H:%M:%SZ}") >= limits.day_runs:
                log.warning("repository %d has begun %d runs within a day", repository, limits.day_runs)
                return begun_often(limits.day_runs)
        return ""

    def _next(self, subject: Subject, rows: Sequence[RunRow], workflow: str, number: int) -> int:
        """The number of the round that begins on a pull request; one that a lost database left unfinished continues."""
        if known := [row for row in rows if row.workflow == workflow]:
            # One that was stopped, or lost its leg, before it could begin is begun now.
            return max(int(row.id.rpartition(".")[2]) + (row.status != "starting") for row in known)
        github = self.services.installations.github(subject.repository)
        told = last_told(github.comments(number), f"{subject.key}.{workflow}.")
        found = find_lost(github, subject, pull=True) if told else ()
        definition = self.services.houses.of(subject.repository).house.definitions[workflow] if found else None
        return next_number(told, [lost for lost in found if lost.workflow == workflow], definition)

    def _begin(self, subject: Subject, workflow: str, n: int) -> None:
        """Creates the run's row, so that a second label, or a stop, finds it."""
        id = run_id(subject, workflow, n)
        row = RunRow(id, subject.repository.id, subject.home, workflow, "starting", False, {}, [])
        self.services.runs.create(row)
        self.services.runs.set_stop(id, False)

    def _home(self, github: GitHub, repository: int, wish: Tell) -> int:
        """The subject's number: for a pull request of ours, the issue that its branch names."""
        return home_of_pull(self.services, github, repository, wish.number) if wish.pull else wish.number

    def _refuse(self, subject: Subject, wish: Tell, login: str) -> None:
        """A polite refusal, once for each person and subject; none for plain comments of bystanders."""
        if isinstance(wish.deed, Say) and not wish.deed.direct:
            return
        body = refusal(login, wish.needs)
        publisher_of(self.services, subject.repository, subject.key).publish(
            CommentWish(refusal_key(login), wish.number, body)
        )


def _text(event: InRepository, live: Issue) -> Issue:
    """The issue's text: as in the event, so that later edits don't count; the current text if the event has none."""
    if isinstance(event, events.OnIssue) and event.issue.number == live.number:
        return event.issue
    return live


def _unknown(deed: Deed) -> str:
    """The reply to a deed for which there is no run."""
    match deed:
        case Decide():
            return NO_CONCERNS
        case OpenTrack():
            return NO_OWNERS
        case _:
            return NO_RUN


def _gone(github: GitHub, number: int) -> bool:
    """Whether there is no such issue: anybody with push access can name a branch after one."""
    try:
        github.issue(number)
    except MissingError:
        return True
    return False


def _pull(row: RunRow) -> int | None:
    return (row.state or {}).get("pull")


def _named(message: Message, stop: Stop, row: RunRow) -> Message:
    """A stop that names its run, which is no longer the current one; the leg would otherwise pick another."""
    return message if is_unbegun(row) else replace(message, deed=replace(stop, workflow=row.workflow, run=row.id))

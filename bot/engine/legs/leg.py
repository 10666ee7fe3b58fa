"""The leg: one stretch of a run's work, from a message to the next wait or the end."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, assert_never

from dbos import DBOS, EnqueueOptions, WorkflowHandle
from sqlalchemy.exc import DBAPIError

from bot.core.codec import from_json, to_json
from bot.core.errors import CharretteError, TransientError, UnconfiguredError
from bot.core.incoming.messages import (
    Advance,
    Approve,
    Entry,
    Expired,
    Message,
    PlanStatus,
    Pushed,
    Reconcile,
    Reject,
    Start,
    Validate,
)
from bot.core.markdown.safe import published
from bot.core.publications import CommentWish
from bot.core.run.acts import Began, Brief, Commit, Committed, Convene, Converse, End, Outcome, Show, Shown, Wait
from bot.core.run.advance import after, next_act
from bot.core.run.record import Record, Spent
from bot.core.run.state import State, fold
from bot.core.views.concerns import LISTED
from bot.core.views.configuration import MENDED
from bot.core.views.shown import publications
from bot.engine.durable import gave_up, guarded, kept_or_over, log, patiently, step
from bot.engine.plans.living import live
from bot.engine.plans.reconciling import reconcile
from bot.engine.queues import CONVERSATIONS, ring, ringing
from bot.engine.rounds.earlier import moved
from bot.engine.rounds.lost_panel import panel_of
from bot.engine.services import Services

from .asked import Asked
from .commits import commit
from .conversation import Talk, hold
from .including import convene
from .leaving import Enqueue, come_due, leave, tell_waiting
from .loading import CONFIGURATION, give_up, load, reload
from .publish import Publisher
from .warming import Warmed, common, warm

LONG_PATIENCE = 200
BUG = "Something went wrong in Charrette itself. Its log has the details under"
# A commit that loses this often in a row is not in a race: something is in its way for good.
CONFLICTS = 8
IN_THE_WAY = (
    "The branch `{branch}` can't be written: at each attempt it had moved on, or could not be created. A branch named "
    "`charrette` would be in its way, and so would a program that pushes to it all the time."
)
# Seconds between two looks at whether a conversation has ended, and what each leg that waits adds to them.
ASK_AGAIN, ASK_AGAIN_EACH = 0.05, 0.02


class Engine:
    """The two workflows (leg and conversation), bound to their services. Create it once, before DBOS is launched."""

    def __init__(self, services: Services, enqueue: Enqueue) -> None:
        self.services = services
        self.enqueue = enqueue
        self._held, self._counting = 0, threading.Lock()
        self._cold = False

        @DBOS.workflow(name="leg", max_recovery_attempts=1_000_000)
        def leg(data: dict[str, Any]) -> str:
            with ringing(), kept_or_over():
                return self._leg(data)

        @DBOS.workflow(name="converse", max_recovery_attempts=1_000_000)
        def converse(data: dict[str, Any]) -> dict[str, Any]:
            with ringing(), kept_or_over():
                return self._converse(data)

    # --- the leg -----------------------------------------------------------------------------------------------------

    def _leg(self, data: dict[str, Any]) -> str:
        asked = from_json(Asked, data)
        if isinstance(asked.message.deed, Reconcile):
            return reconcile(self.services, asked)
        if isinstance(asked.message.deed, Advance | PlanStatus | Validate):
            return live(self.services, asked, self._one)
        if isinstance(asked.message.deed, Expired) and not asked.message.deed.due:
            return come_due(self.services, self.enqueue, asked, asked.message.deed)
        loaded = patiently("load", lambda: self._load(asked), LONG_PATIENCE)
        if (why := gave_up(loaded)) is not None:
            log.error("leg for %s gave up loading: %s", asked.subject.key, why)
            step("give up", lambda: give_up(self.services, asked, why))
            tell_waiting(self.services, self.enqueue, asked)
            return f"gave up: {why}"
        if loaded["reply"]:
            word = loaded["reply"], loaded.get("once", ""), _reviewed(asked, loaded["record"])
            said = patiently("reply", lambda: guarded(lambda: self._reply(asked, *word)))
            if isinstance(said, dict):
                log.info("no reply in %s: %s", asked.subject.key, gave_up(said) or said.get("person"))
        if loaded.get("mended"):
            patiently("mended", lambda: guarded(lambda: self._reply(asked, MENDED, CONFIGURATION)))
        if loaded["record"] is None:
            if isinstance(asked.message.deed, Start):
                tell_waiting(self.services, self.enqueue, asked)
            return "nothing to do"
        state = fold(from_json(Record, loaded["record"]))
        self._tell_lost_panel(state, asked)
        try:
            return self._advance(state, asked)
        except DBAPIError:
            raise
        except Exception:
            # The edge: a bug ends this leg with a word to the person, and the run can be taken up again.
            log.exception("run %s: a bug", state.pinned.run)
            return self._broken(state, asked)

    def _tell_lost_panel(self, state: State, asked: Asked) -> None:
        """Passes a push on to the review round that wrote concerns on the branch, even if the database lost it."""
        message = asked.message
        if isinstance(message.deed, Pushed) and not message.deed.panel:
            unknown = patiently("panel", lambda: guarded(lambda: {"is": panel_of(self.services, state, asked.subject)}))
            if unknown.get("is"):
                told = replace(message, id=f"{message.id}.panel", deed=replace(message.deed, panel=True))
                self.enqueue(told.id, replace(asked, message=told), 0.0)

    def _broken(self, state: State, asked: Asked) -> str:
        """Reports a bug, as far as possible, and closes the leg."""
        state = _failed(state, f"{BUG} `{state.pinned.run}`.")
        shown = patiently("show a bug", lambda: guarded(lambda: self._show(state)), 3)
        if gave_up(shown) is not None:
            log.error("run %s: the bug can't be shown", state.pinned.run)
        leave(self.services, self.enqueue, state, End("failed"), asked)
        return "bug"

    def _advance(self, state: State, asked: Asked) -> str:
        n = conflicts = 0
        while True:
            n += 1
            act = next_act(state)
            match act:
                case Wait() | End():
                    leave(self.services, self.enqueue, state, act, asked)
                    return act.kind
                case Converse():
                    before = state.record.entries
                    state = after(state, act, self._hold(state, act))
                    self._kept(n, state, state.record.entries[len(before) :])
                case Commit():
                    state = self._committed(n, state, act)
                case Show():
                    state = self._shown(n, state, act)
                case Convene():
                    before = state.record.entries
                    state = self._convened(n, state, act, asked)
                    self._kept(n, state, state.record.entries[len(before) :])
                case _:
                    assert_never(act)
            conflicts = conflicts + 1 if state.stale else 0 if isinstance(act, Commit) else conflicts
            if conflicts > CONFLICTS:
                state = _failed(state, IN_THE_WAY.format(branch=state.pinned.branch))
            elif state.stale:
                state = self._reloaded(n, state.pinned.run, state, asked)

    def _reloaded(self, n: int, run: str, state: State, asked: Asked) -> State:
        """The state loaded again, after somebody else moved the branch."""
        anew = patiently(f"{n} reload", lambda: guarded(lambda: reload(self.services, run, asked.subject)))
        if (why := gave_up(anew)) is not None or (why := anew.get("person")) is not None:
            return _failed(state, why)
        return fold(from_json(Record, anew))

    def _kept(self, n: int, state: State, entries: Sequence[Entry]) -> None:
        """Stores entries that a conversation produced."""

        def keep() -> None:
            for entry in entries:
                self.services.runs.append(state.pinned.run, to_json(entry))

        if entries:
            patiently(f"{n} keep", keep)

    def _convened(self, n: int, state: State, act: Convene, asked: Asked) -> State:
        """The state after starting another run on the pull request, on behalf of the person who started this one."""
        made = patiently(f"{n} convene", lambda: guarded(lambda: convene(self.services, state, act)))
        if isinstance(made, dict):
            return _failed(state, gave_up(made) or made["person"])
        at, pinned = step(f"{n} clock", self.services.clock.now), state.pinned
        start = Start(act.workflow)
        id = f"{made}/begins/{len(state.record.entries)}"
        message = Message(id, pinned.started_by, at, pinned.url, start, writer=True)
        self.enqueue(id, replace(asked, message=message, number=state.record.pull or 0), 0.0)
        if act.run and isinstance(asked.message.deed, Approve | Reject):
            # It took up this run, and was meant for the one that this run had begun before the database was lost.
            verdict = replace(asked.message, id=f"{asked.message.id}/passed-on")
            self.enqueue(verdict.id, replace(asked, message=verdict), 0.0)
        return after(state, act, Began(made, at))

    def _committed(self, n: int, state: State, act: Commit) -> State:
        made = patiently(
            f"{n} commit {act.phase}@{act.revision}", lambda: guarded(lambda: commit(self.services, state, act))
        )
        if (why := gave_up(made)) is not None or (why := made.get("person")) is not None:
            return _failed(state, why)
        return after(state, act, from_json(Committed, made))

    def _shown(self, n: int, state: State, act: Show) -> State:
        shown = patiently(f"{n} show", lambda: guarded(lambda: self._show(state)))
        if (why := gave_up(shown)) is not None or (why := shown.get("person")) is not None:
            log.error("run %s can't be shown: %s", state.pinned.run, why)
            return self._told(n, _failed(state, why))
        return after(state, act, from_json(Shown, shown))

    def _told(self, n: int, state: State) -> State:
        """At least updates the status to say that the run failed, if something else could not be published."""
        run = state.pinned.run
        publisher = Publisher(self.services, state.pinned.subject.repository, run)

        def work() -> list[str]:
            return [publisher.publish(wish) for wish in publications(state) if wish.key == "status"]

        told = patiently(f"{n} tell", lambda: guarded(work))
        if isinstance(told, dict):
            log.error("run %s can't even say that it failed: %s", run, gave_up(told) or told["person"])
        return replace(state, shown=True)

    # --- performing --------------------------------------------------------------------------------------------------

    def _load(self, asked: Asked) -> dict[str, Any]:
        try:
            loaded = load(self.services, asked)
        except TransientError:
            raise
        except CharretteError as error:
            give_up(self.services, asked, str(error))
            if isinstance(error, UnconfiguredError):
                return {"record": None, "reply": str(error), "once": CONFIGURATION}
            return {"record": None, "reply": f"I can't go on here. {error}"}
        record = to_json(loaded.record) if loaded.record else None
        return {"record": record, "reply": loaded.reply, "once": loaded.once, "mended": loaded.mended}

    def _reply(self, asked: Asked, words: str, once: str, pull: int = 0) -> str:
        """Replies to the person where they wrote; to a push, on the pull request. `once` limits it to one reply."""
        publisher = Publisher(self.services, asked.subject.repository, asked.subject.key)
        body = f"@{asked.message.by} {published(words)}" if asked.message.by else published(words)
        key = f"reply/{once or asked.message.id}"
        return publisher.publish(CommentWish(key, pull or asked.number or asked.subject.home, body))

    def _hold(self, state: State, act: Converse) -> tuple[Outcome, ...]:
        """Runs the conversations of one act as child workflows on a limited queue: starts all, then awaits them.

        A child's id includes the leg's, so the next leg repeats one that was stopped or failed. It is tied to this
        version, because another may interpret its input differently.
        """
        pinned = state.pinned
        talks = [
            Talk(brief, pinned.subject.repository, _given(state), pinned.web, pinned.policy.budgets)
            for brief in act.briefs
        ]
        warmth = self._warmed(talks)
        handles = [self._begun(talk) for talk in talks]
        with self._holding() as legs:
            # Each asks the database again and again: many at once ask less often, or they would keep it busy.
            every = max(ASK_AGAIN, ASK_AGAIN_EACH * legs)
            first, *others = [from_json(Outcome, handle.get_result(polling_interval_sec=every)) for handle in handles]
        return replace(first, spent=first.spent + warmth), *others

    def _begun(self, talk: Talk) -> WorkflowHandle[Any]:
        options: EnqueueOptions = {
            "queue_name": CONVERSATIONS,
            "workflow_name": "converse",
            "workflow_id": f"{talk.brief.address.conversation}~{DBOS.workflow_id}{_goes_on(talk.brief)}",
            "app_version": self.services.version,
        }
        begun = DBOS.enqueue_workflow_with_options(options, to_json(talk))
        ring()
        return begun

    def _one(self, talk: Talk) -> Outcome:
        """Runs one conversation that belongs to no run."""
        handle = self._begun(talk)
        with self._holding() as legs:
            every = max(ASK_AGAIN, ASK_AGAIN_EACH * legs)
            return from_json(Outcome, handle.get_result(polling_interval_sec=every))

    def _warmed(self, talks: Sequence[Talk]) -> Spent:
        """Fills the model's cache for several conversations that begin alike; returns the cost."""
        brief = common([talk.brief for talk in talks])
        # A server or a recording that once would not have it is not asked again.
        if brief is None or self._cold or self.services.model.replayed:
            return Spent()
        talk = replace(talks[0], brief=brief)
        found = from_json(Warmed, step("warm", lambda: to_json(warm(self.services, talk))))
        self._cold = found.refused
        return found.spent

    @contextmanager
    def _holding(self) -> Iterator[int]:
        """Counts the legs of this process that wait for conversations, including this one."""
        with self._counting:
            self._held += 1
        try:
            yield self._held
        finally:
            with self._counting:
                self._held -= 1

    def _converse(self, data: dict[str, Any]) -> dict[str, Any]:
        talk = from_json(Talk, data)
        try:
            outcome = hold(self.services, talk)
        except DBAPIError:
            raise
        except Exception:
            # The edge: the other conversations of the act, and the leg, go on.
            log.exception("conversation %s: a bug", talk.brief.address.conversation)
            outcome = Outcome(talk.brief.address, "failed", reason=f"{BUG} `{talk.brief.address.conversation}`.")
        told: dict[str, Any] = to_json(outcome)
        return told

    def _show(self, state: State) -> Shown:
        if state.pinned.round is not None:
            state = replace(state, record=replace(state.record, moved=moved(self.services, state.record)))
        if not state.stopped and self.services.runs.stopped(state.pinned.run):
            return Shown(refused="stopped")
        pinned = state.pinned
        publisher = Publisher(self.services, pinned.subject.repository, pinned.run)
        # The rounds on a pull request have one list of concerns.
        listing = Publisher(self.services, pinned.subject.repository, pinned.subject.key)
        pull = state.record.pull
        for wish in publications(state):
            id = (listing if wish.key == LISTED else publisher).publish(wish)
            if wish.key == "pull":
                pull = int(id)
        return Shown(pull, at=self.services.clock.now())


def _reviewed(asked: Asked, record: dict[str, Any] | None) -> int:
    """The pull request that a push changed, if the run is about one, else 0."""
    round = record["pinned"].get("round") if record and isinstance(asked.message.deed, Pushed) else None
    return int(round["pull"]) if round else 0


def _goes_on(brief: Brief) -> str:
    """A suffix that distinguishes conversations at one address: the commit of the document their data go into.

    If somebody changed that document meanwhile, the same recorded answers produce another document.
    """
    into = next((ref.commit for ref in brief.documents if brief.output and ref.path == brief.path), "")
    return f"~{into}" if into else ""


def _failed(state: State, why: str) -> State:
    return replace(state, stale=False, trouble="failed", reason=why, shown=False, drafts={})


def _given(state: State) -> str:
    """The text that people gave, which may contain sources: the request with its answers, and configured values."""
    return "\n".join([state.request, *map(str, state.definition.parameters.values())])

"""Keeps a plan up to date: a merge shows in its issues, is announced, and is proposed for its document.

A leg of the subject that stands for all plans of a repository, so that simultaneous merges are handled one after
another. Everything is computed from what is there: a delivery that comes twice, late or not at all changes only when it
happens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.core.codec import from_json
from bot.core.identity import Repository
from bot.core.incoming.messages import Advance, PlanStatus, Validate
from bot.core.living import concept
from bot.core.living.announcing import Announcement
from bot.core.living.edits import Edit, Recorded
from bot.core.markdown.safe import line
from bot.core.plan import Plan, read
from bot.core.plan.risks import named_risk
from bot.core.run.acts import Outcome
from bot.core.views.run import cost
from bot.engine.durable import log
from bot.engine.legs.asked import Asked
from bot.engine.legs.conversation import Talk
from bot.engine.services import Services

from .deeds import close, labelled, said_once
from .meant import Done, Seen, look
from .reconciling import Found, files_of, kept, one, said_there, web_of
from .stand import Stand, stand_of, where
from .standing_pull import Kept, scope_of, standing_text
from .standing_pull import kept as kept_standing


@dataclass(frozen=True)
class Question:
    """A conversation to run, or none."""

    talk: Talk | None


Hold = Callable[[Talk], Outcome]


def live(services: Services, asked: Asked, hold: Hold) -> str:
    """Does what the message asks; a command gets a reply where it was written."""
    data = kept("look", lambda: look(services, asked))
    seen = Seen(word=data) if isinstance(data, str) else from_json(Seen, data)
    command = not isinstance(asked.message.deed, Advance)
    if seen.word:
        log.info("plans of %s: %s", asked.subject.repository.full_name, seen.word)
        return said_there(services, asked, [seen.word]) if command else "nothing to do"
    told = [_plan(services, asked, plan, seen.done, hold) for plan in seen.plans]
    return said_there(services, asked, told) if command else "advanced" if told else "nothing to do"


def _plan(services: Services, asked: Asked, plan: str, done: Sequence[Done], hold: Hold) -> str:
    """Handles one plan; returns the reply for the person who asked."""
    repository, deed = asked.subject.repository, asked.message.deed
    if isinstance(deed, PlanStatus):
        return _stand(services, asked, plan, "status").status
    if isinstance(deed, Validate):
        return _validated(services, asked, plan, deed)
    for each in done:
        _does(f"{plan} close {each.issue}", partial(close, services, repository, plan, each))
    data = kept(f"{plan} where", lambda: where(services, asked, plan))
    if not isinstance(data, str) and (found := from_json(Found, data)).paths:
        log.info("%s: %s", plan, one(services, asked, found, found.paths[0]))
    stand = _stand(services, asked, plan, "stand")
    _shown(services, repository, plan, stand)
    if stand.path:
        noted = _noted(services, repository, plan, stand, stand.finished)
        for pull in dict.fromkeys(each.pull for each in done):
            _checked(services, asked, plan, stand, pull, noted.pull, hold)
    return stand.word


def _validated(services: Services, asked: Asked, plan: str, deed: Validate) -> str:
    """Records a validation result, and updates labels and comments accordingly."""
    repository, message = asked.subject.repository, asked.message
    stand = _stand(services, asked, plan, "stand")
    if stand.word:
        return stand.word
    rows = named_risk(_register(stand.decisions), deed.row)
    if len(rows) != 1:
        listed = "\n".join(f"- row {n}: {line(text, 120)}" for n, text in enumerate(stand.decisions, 1))
        several = "more than one" if rows else "no"
        return f"“{line(deed.row, 80)}” names {several} row of the risk register:\n\n{listed}"
    decision = stand.decisions[rows[0] - 1]
    edit = Recorded(decision, deed.verdict, message.at[:10], message.by, deed.found, message.id)
    noted = _noted(services, repository, plan, stand, (*stand.finished, edit))
    if noted.word or noted.unplaced:
        return "\n\n".join(filter(None, (noted.word, *noted.unplaced)))
    after = _stand(services, asked, plan, "stand after")
    _shown(services, repository, plan, after)
    follows = (
        "Its abort plan is proposed there; the units that it concerns are held until it is revised or the row passes."
        if deed.verdict == "failed"
        else "What waited only for this is ready now."
    )
    return f"Recorded: row {rows[0]} of the risk register {deed.verdict}, in #{noted.pull}. {follows}"


def _checked(services: Services, asked: Asked, plan: str, stand: Stand, pull: int, at: int, hold: Hold) -> None:
    """Asks the model, once, whether the concept model still holds after a merge; `at` is the standing pull request."""
    repository = asked.subject.repository
    data = kept(f"{plan} concept {pull}", lambda: Question(concept_talk(services, asked, plan, stand, pull)))
    talk = None if isinstance(data, str) else from_json(Question, data).talk
    if talk is None:
        return
    outcome = hold(talk)
    if outcome.ended != "done" or outcome.data is None:
        log.info(
            "%s: whether the concept model holds after #%d was not told: %s",
            plan,
            pull,
            outcome.reason or outcome.ended,
        )
        return
    noted = _noted(services, repository, plan, stand, concept.reworded(outcome.data, pull))
    text = concept.told(outcome.data, pull, noted.unplaced, cost(outcome.spent))
    said = Announcement(f"concept/{pull}", noted.pull or at or stand.tracking, text)
    _does(f"{plan} concept said {pull}", partial(said_once, services, repository, plan, said))


def concept_talk(services: Services, asked: Asked, plan: str, stand: Stand, pull: int) -> Talk | None:
    """The conversation about a merged pull request; None if it took place, or if the plan has no concept model."""
    repository = asked.subject.repository
    github = services.installations.github(repository)
    if services.remotes.get(scope_of(repository, plan), f"concept/{pull}") is not None:
        return None
    definitions = services.houses.of(repository).house.definitions.values()
    definition = min(definitions, key=lambda each: not each.plans, default=None)
    if definition is None:
        return None
    _, head = github.default_branch()
    text = standing_text(services, github, plan, stand.path)
    text = text or files_of(services, repository, head).text(stand.path, head) or ""
    merged = github.pull(pull)
    brief = concept.brief(definition, repository, text, head, pull, merged.title, github.patch(pull))
    return Talk(brief, repository, web=web_of(merged.url), alone=True) if brief else None


def _register(decisions: Sequence[str]) -> Plan:
    rows = "\n".join(f"| {text} | | | | |" for text in decisions)
    return read(f"| Decision | Assumption | Validation | Cost | Gate |\n|---|---|---|---|---|\n{rows}\n")


def _stand(services: Services, asked: Asked, plan: str, name: str) -> Stand:
    data = kept(f"{plan} {name}", lambda: stand_of(services, asked, plan))
    return Stand(word=data, status=data) if isinstance(data, str) else from_json(Stand, data)


def _shown(services: Services, repository: Repository, plan: str, stand: Stand) -> None:
    """Labels and comments, each in a step of its own."""
    for tag in stand.tags:
        _does(f"{plan} label {tag.number}", partial(labelled, services, repository, plan, tag))
    for each in stand.announcements:
        _does(f"{plan} say {each.key}", partial(said_once, services, repository, plan, each))


def _does(name: str, work: Callable[[], None]) -> None:
    """A step without a result; if GitHub refuses it, the others still go on."""

    def done() -> dict[str, bool]:
        work()
        return {"done": True}

    why = kept(name, done)
    if isinstance(why, str):
        log.info("%s: %s", name, why)


def _noted(services: Services, repository: Repository, plan: str, stand: Stand, edits: Sequence[Edit]) -> Kept:
    data = kept(
        f"{plan} pull request", lambda: kept_standing(services, repository, plan, stand.path, stand.title, edits)
    )
    made = Kept(word=data) if isinstance(data, str) else from_json(Kept, data)
    for word in filter(None, (made.word, *made.unplaced)):
        log.info("%s: %s", plan, word)
    return made

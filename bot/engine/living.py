"""A plan stays true: a merge shows at its issues, is said where it matters, and is proposed for its document.

A leg of the subject that stands for all plans of a repository, so that merges at once come one after another. All of it
is made from what is there: a delivery that comes twice, late or not at all changes nothing but the time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote, unquote

from ..core.acts import Outcome
from ..core.artifact import normal
from ..core.codec import from_json
from ..core.drift import Drift
from ..core.errors import CharretteError, MissingError
from ..core.identity import Repository
from ..core.living import Known, Merged, Overview, concept, overview
from ..core.living.announcing import READY, Announcement, Tag, announcements, tags
from ..core.living.closing import How, Merge, closed_by
from ..core.living.edits import Edit, Finished, Recorded
from ..core.living.known import Hands
from ..core.living.status_text import status
from ..core.messages import Advance, PlanStatus, Validate
from ..core.permalinks import commit_cited
from ..core.plan import Plan, read
from ..core.plan.risks import named_risk
from ..core.ports import WRITERS, GitHub, Issue, Remote
from ..core.publications import marked, marker
from ..core.safe import line
from ..core.tracking import Written
from ..core.tracking.matching import Item, items_of, match
from ..core.tracking.shape import PLAN
from ..core.tracking.units import pieces
from .asked import Asked
from .conversation import Talk
from .drifting import drift_between
from .durable import log
from .reconciling import NO_LONGER, NO_PLAN, Found, files_of, find, kept, one, said_there, tracked, web_of
from .services import Services
from .standing_pull import Kept, plan_of_branch, scope_of, standing_text
from .standing_pull import kept as kept_standing

MOST = 3
"""So many plans `/plan status` tells of, where it is asked on none of them."""
WHICH = "There are several plans here: {plans}. Write it on the tracking issue of the one that is meant."


@dataclass(frozen=True)
class Done:
    """A unit's issue that a merged pull request was for."""

    issue: int
    how: How
    pull: int
    on: str


@dataclass(frozen=True)
class Seen:
    """The plans that the message is about, by name, and the issues that are done; or a word to the person."""

    plans: tuple[str, ...] = ()
    done: tuple[Done, ...] = ()
    word: str = ""


@dataclass(frozen=True)
class Stand:
    """A plan as it stands: where its document is, what is to be said and labelled, and what the document lacks."""

    path: str = ""
    title: str = ""
    tracking: int = 0
    status: str = ""
    announcements: tuple[Announcement, ...] = ()
    tags: tuple[Tag, ...] = ()
    finished: tuple[Finished, ...] = ()
    decisions: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True)
class Question:
    """A conversation to be held, or none."""

    talk: Talk | None


Hold = Callable[[Talk], Outcome]


def live(services: Services, asked: Asked, hold: Hold) -> str:
    """Does what the message asks; a command is answered where it was written."""
    data = kept("look", lambda: look(services, asked))
    seen = Seen(word=data) if isinstance(data, str) else from_json(Seen, data)
    command = not isinstance(asked.message.deed, Advance)
    if seen.word:
        log.info("plans of %s: %s", asked.subject.repository.full_name, seen.word)
        return said_there(services, asked, [seen.word]) if command else "nothing to do"
    told = [_plan(services, asked, plan, seen.done, hold) for plan in seen.plans]
    return said_there(services, asked, told) if command else "advanced" if told else "nothing to do"


def _plan(services: Services, asked: Asked, plan: str, done: Sequence[Done], hold: Hold) -> str:
    """One plan; what is to be said of it to who asked."""
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
    """A result is recorded, and what follows from it is said and labelled."""
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
        else "What waited for it alone is ready now."
    )
    return f"Recorded: row {rows[0]} of the risk register {deed.verdict}, in #{noted.pull}. {follows}"


def _checked(services: Services, asked: Asked, plan: str, stand: Stand, pull: int, at: int, hold: Hold) -> None:
    """The concept model is held against what was merged, once; the answer stands at the standing pull request `at`."""
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
    text = concept.told(outcome.data, pull, noted.unplaced)
    said = Announcement(f"concept/{pull}", noted.pull or at or stand.tracking, text)
    _does(f"{plan} concept said {pull}", partial(said_once, services, repository, plan, said))


def concept_talk(services: Services, asked: Asked, plan: str, stand: Stand, pull: int) -> Talk | None:
    """The conversation about a merged pull request; None where it was held, and where the plan has no such model."""
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
    """Labels and comments, each a step of its own."""
    for tag in stand.tags:
        _does(f"{plan} label {tag.number}", partial(labelled, services, repository, plan, tag))
    for each in stand.announcements:
        _does(f"{plan} say {each.key}", partial(said_once, services, repository, plan, each))


def _does(name: str, work: Callable[[], None]) -> None:
    """A step that gives nothing; what GitHub won't have holds up nothing else."""

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


# --- what is asked for -----------------------------------------------------------------------------------------------


def look(services: Services, asked: Asked) -> Seen:
    """Which plans the message is about."""
    github, deed = services.installations.github(asked.subject.repository), asked.message.deed
    plans = items_of(github.written())
    if isinstance(deed, Validate) and github.permission(asked.message.by) not in WRITERS:
        return Seen(word=NO_LONGER)
    if isinstance(deed, Advance):
        return _advanced(github, plans, deed.pull, asked.number) if plans else Seen()
    found = _meant(github, plans, asked.number)
    open_ = [plan for plan in plans if any(each.key == PLAN and each.written.open for each in plans[plan])]
    if found or (isinstance(deed, PlanStatus) and open_):
        return Seen(found or tuple(open_[-MOST:]))
    if len(open_) > 1:
        named = [f"#{each.written.number}" for plan in open_ for each in plans[plan] if each.key == PLAN]
        return Seen(word=WHICH.format(plans=", ".join(named)))
    if open_:
        return Seen(tuple(open_))
    # A pull request may bring a plan that has no issues yet.
    there = find(services, replace(asked, message=replace(asked.message, deed=Advance())))
    if isinstance(deed, PlanStatus) and there.paths:
        return Seen(word="\n\n---\n\n".join(_without_issues(services, asked.subject.repository, there)))
    return Seen(word="This plan has no issues yet. `/plan issues` makes them." if there.paths else NO_PLAN)


def _without_issues(services: Services, repository: Repository, found: Found) -> Sequence[str]:
    files = files_of(services, repository, found.commit)
    plans = {path: read(files.text(path, found.commit) or "") for path in found.paths}
    return [status(overview(plan, {}), f"`{path.replace('`', '')}`", 0) for path, plan in plans.items()]


def _advanced(github: GitHub, plans: Mapping[str, Sequence[Item]], pull: int, number: int) -> Seen:
    """The plans of a merged pull request with what it closed, of an issue, or all that are open."""
    if not pull:
        if number:
            return Seen(_of_issue(plans, number))
        return Seen(
            tuple(name for name, items in plans.items() if any(i.key == PLAN and i.written.open for i in items))
        )
    merge = github.merge(pull)
    if merge is None:
        return Seen()
    units = {item.written.number: plan for plan, items in plans.items() for item in items if _is_unit(item)}
    done = closed_by(merge, github.repository.full_name, units)
    named = _of_branch(plans, merge.branch)
    found = tuple(dict.fromkeys([units[number] for number in done] + ([named] if named else [])))
    return Seen(found, tuple(Done(number, how, pull, merge.on) for number, how in done.items()))


def _is_unit(item: Item) -> bool:
    return item.key.startswith("unit/") and not item.gone


def _of_issue(plans: Mapping[str, Sequence[Item]], number: int) -> tuple[str, ...]:
    return tuple(plan for plan, items in plans.items() if any(item.written.number == number for item in items))


def _of_branch(plans: Mapping[str, Sequence[Item]], branch: str) -> str:
    """The plan of a standing branch, whichever number it has."""
    name = plan_of_branch(branch) or ""
    return next(
        (plan for plan in sorted(plans, key=len, reverse=True) if name == plan or name.startswith(f"{plan}-")), ""
    )


def _meant(github: GitHub, plans: Mapping[str, Sequence[Item]], number: int) -> tuple[str, ...]:
    """The plan that an issue is of, or that a pull request is for."""
    if found := _of_issue(plans, number):
        return found
    issue: Issue = github.issue(number)
    if not issue.pull:
        return ()
    pull = github.pull(number)
    units = {item.written.number: plan for plan, items in plans.items() for item in items if _is_unit(item)}
    about = closed_by(Merge(number, issue.title, issue.body, pull.head_branch), github.repository.full_name, units)
    named = _of_branch(plans, pull.head_branch)
    return tuple(dict.fromkeys([*(units[each] for each in about), *([named] if named else [])]))


# --- how it stands ---------------------------------------------------------------------------------------------------


def where(services: Services, asked: Asked, plan: str) -> Found:
    """Where the plan's document is on the default branch."""
    repository = asked.subject.repository
    github = services.installations.github(repository)
    written = github.written()
    home = next((item for item in items_of(written).get(plan, ()) if item.key == PLAN), None)
    if home is None:
        raise MissingError("The plan has no tracking issue any more. `/plan issues` makes one.")
    web = web_of(asked.message.link) or web_of(github.issue(home.written.number).url)
    page = f"{web}/blob/{quote(github.default_branch()[0])}"
    return tracked(services, repository, plan, written, page)


def stand_of(services: Services, asked: Asked, plan: str) -> Stand:
    """How a plan stands by its document on the default branch, by what validations showed, and by its issues."""
    repository = asked.subject.repository
    github = services.installations.github(repository)
    found = where(services, asked, plan)
    if not found.paths:
        return Stand(status=found.word, word=found.word)
    path, written = found.paths[0], github.written()
    text = files_of(services, repository, found.commit).text(path, found.commit) or ""
    document = read(text, path)
    document = _with_results(document, standing_text(services, github, plan, path))
    items = items_of(written)[plan]
    issues = {key: item.written for key, item in match(pieces(document), items).items.items()}
    view, closed = _view(services, github, plan, document, issues)
    tracking = issues[PLAN].number
    link = f"[`{path.replace('`', '')}`]({found.page}/{quote(path)})"
    return Stand(
        path,
        document.title or path,
        tracking,
        status(view, link, tracking, _drift(services, repository, found, text)),
        announcements(view, tracking),
        tags(view),
        tuple(_finished(view, closed)),
        tuple(risk.decision for risk in document.risks),
    )


def _drift(services: Services, repository: Repository, found: Found, text: str) -> Drift | None:
    """What became of the lines that a plan cites, since the commit that its links name."""
    web, _, branch = found.page.rpartition("/blob/")
    base = commit_cited(text, web)
    if not base:
        return None
    try:
        to = Drift(found.commit, unquote(branch))
        return drift_between(services.installations.checkout(repository), base, to, {found.paths[0]: text}, web)
    except CharretteError as error:
        # As after a rewritten history: that commit is nowhere any more.
        log.info("%s: drift can't be told: %s", found.paths[0], error)
        return None


def _view(
    services: Services, github: GitHub, plan: str, document: Plan, issues: Mapping[str, Written]
) -> tuple[Overview, Mapping[str, str]]:
    """The overview, and the days on which issues were closed."""
    units = {piece.unit.id: (piece.key, issues[piece.key]) for piece in pieces(document) if piece.key in issues}
    hands = github.hands([issue for _, issue in units.values()])
    scope, known = scope_of(github.repository, plan), dict[str, Known]()
    for id, (key, issue) in units.items():
        at = hands.get(issue.number, Hands())
        said = services.remotes.get(scope, f"merged/{issue.number}")
        merged = at.merged or (Merged(int(said.id), said.digest) if said else None)
        known[id] = Known(
            key,
            issue.number,
            issue.open,
            issue.reason == "not_planned",
            at.assignees,
            at.pulls,
            merged if not issue.open else None,
            issue.labels,
        )
    days = {key: hands[issue.number].closed for key, issue in units.values() if issue.number in hands}
    return overview(document, known), days


def _finished(view: Overview, closed: Mapping[str, str]) -> Sequence[Finished]:
    found = []
    for each in view.of("done"):
        if each.known and each.known.merged:
            found.append(Finished(each.known.key, each.known.merged.number, each.known.merged.on))
        elif each.known:
            found.append(Finished(each.known.key, each.known.number, closed.get(each.known.key, ""), pull=False))
    return found


def _with_results(document: Plan, newer: str | None) -> Plan:
    """What validations showed, as the standing pull request has it: it counts before somebody merges that."""
    if newer is None:
        return document
    results = {normal(risk.decision): risk.result for risk in read(newer).risks}
    risks = [replace(risk, result=results.get(normal(risk.decision), risk.result)) for risk in document.risks]
    return replace(document, risks=tuple(risks))


# --- what is done ----------------------------------------------------------------------------------------------------


def close(services: Services, repository: Repository, plan: str, done: Done) -> None:
    """The issue of a unit is closed where GitHub did not do so; one that a person opened again stays open."""
    github = services.installations.github(repository)
    scope = scope_of(repository, plan)
    handled = services.remotes.get(scope, f"merged/{done.issue}")
    services.remotes.put(scope, f"merged/{done.issue}", Remote(str(done.pull), done.on))
    issue = github.issue(done.issue)
    if not issue.open or (handled and handled.id == str(done.pull)):
        return
    github.edit_issue(done.issue, "", issue.body, "closed", "completed")
    named = ", whose branch is named after it" if done.how == "branch" else ""
    text = f"Done by #{done.pull}{named}, so this is closed. Open it again if something of it is missing."
    said_once(services, repository, plan, Announcement(f"closed/{done.issue}/{done.pull}", done.issue, text))


def labelled(services: Services, repository: Repository, plan: str, tag: Tag) -> None:
    """The label is put on or taken off once; what people do with it afterwards is theirs."""
    scope, now = scope_of(repository, plan), "on" if tag.on else "off"
    known = services.remotes.get(scope, tag.key)
    if known is None or known.digest != now:
        services.installations.github(repository).label(tag.number, READY, tag.on)
        services.remotes.put(scope, tag.key, Remote(str(tag.number), now))


def said_once(services: Services, repository: Repository, plan: str, said: Announcement) -> None:
    """A comment that is made once, ever; looked for by its marker before it is made."""
    scope = scope_of(repository, plan)
    if services.remotes.get(scope, said.key) is not None:
        return
    github = services.installations.github(repository)
    there = [each.id for each in github.comments(said.number) if each.ours and marked(each.body) == (plan, said.key)]
    id = there[0] if there else github.create_comment(said.number, f"{said.text}\n\n{marker(plan, said.key)}\n")
    services.remotes.put(scope, said.key, Remote(str(id), ""))

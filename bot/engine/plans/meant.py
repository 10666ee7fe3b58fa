"""Which plans of a repository a message is about, and which units a merged pull request completed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.identity import Repository
from bot.core.incoming.messages import Advance, PlanStatus, Validate
from bot.core.living import overview
from bot.core.living.closing import How, Merge, closed_by
from bot.core.living.status_text import status
from bot.core.plan import read
from bot.core.ports import WRITERS, GitHub, Issue
from bot.core.tracking.matching import Item, items_of
from bot.core.tracking.shape import PLAN
from bot.engine.legs.asked import Asked
from bot.engine.services import Services

from .reconciling import NO_LONGER, NO_PLAN, Found, files_of, find
from .standing_pull import plan_of_branch

MOST = 3
"""So many plans `/plan status` tells of, where it is asked on none of them."""

WHICH = "There are several plans here: {plans}. Write it on the tracking issue of the one that is meant."


@dataclass(frozen=True)
class Done:
    """A unit's issue that a merged pull request completed."""

    issue: int
    how: How
    pull: int
    on: str


@dataclass(frozen=True)
class Seen:
    """The plans that the message is about, by name, and the issues that are done; or a reply to the person."""

    plans: tuple[str, ...] = ()
    done: tuple[Done, ...] = ()
    word: str = ""


def look(services: Services, asked: Asked) -> Seen:
    """The plans that the message is about."""
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
    """The plans of a merged pull request, with the issues it closed; or of an issue; or all open plans."""
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
    """The plan that a standing branch belongs to, whatever its number."""
    name = plan_of_branch(branch) or ""
    return next(
        (plan for plan in sorted(plans, key=len, reverse=True) if name == plan or name.startswith(f"{plan}-")), ""
    )


def _meant(github: GitHub, plans: Mapping[str, Sequence[Item]], number: int) -> tuple[str, ...]:
    """The plan that an issue belongs to, or that a pull request is for."""
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

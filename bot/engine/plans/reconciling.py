"""Turns a plan into issues, durably: finding and comparing it is one step, and so is each change.

It is a leg on the usual queue, of a subject that stands for all plans of a repository, so that two simultaneous merges,
and a command, are handled one after another. It is not a leg of the plan's own run: that run ends with the merge, often
together with its branch, and a plan written by a person has none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from bot.core.codec import from_json
from bot.core.identity import Repository, branch_of
from bot.core.incoming.messages import Reconcile
from bot.core.plan import read
from bot.core.plan.recognising import is_plan
from bot.core.ports import WRITERS, Files
from bot.core.publications import CommentWish
from bot.core.tracking import Done, Step, Work
from bot.core.tracking.marks import parts
from bot.core.tracking.shape import PLAN, Written
from bot.core.tracking.words import preview, step_name, summary
from bot.engine.durable import gave_up, guarded, log, patiently
from bot.engine.legs.asked import Asked
from bot.engine.legs.publish import Publisher
from bot.engine.services import Services

from .tracking import carried_out, compared, known, source_of

PLANS = 0
"""The home number of a repository's plans: no issue has it."""
NO_PLAN = (
    "There is no plan here. Write `/plan issues` on the pull request that brings one, or on a plan's tracking issue; a "
    "plan has a heading for each planned pull request, such as `### PR 1: Title <!-- unit: queue-depth -->`."
)
NO_LONGER = "You no longer have write access, so nothing was changed."
TOO_LARGE = 2_000_000


@dataclass(frozen=True)
class Found:
    """Where the plans are: paths at a commit, and the page that shows files of the default branch; or a reply."""

    commit: str = ""
    paths: tuple[str, ...] = ()
    page: str = ""
    word: str = ""


def reconcile(services: Services, asked: Asked) -> str:
    """Does what the message asks, and replies with the result where it was written."""
    found = kept("find the plan", lambda: find(services, asked))
    if isinstance(found, str):
        return said_there(services, asked, [found])
    plans = from_json(Found, found)
    if plans.word or not plans.paths:
        return said_there(services, asked, [plans.word]) if plans.word else "nothing to do"
    return said_there(services, asked, [one(services, asked, plans, path) for path in plans.paths])


def one(services: Services, asked: Asked, plans: Found, path: str) -> str:
    """Reconciles one plan; returns its part of the reply."""
    repository = asked.subject.repository

    def compare() -> Work:
        text = files_of(services, repository, plans.commit).text(path, plans.commit) or ""
        return compared(services.installations.github(repository), source_of(path, text, f"{plans.page}/{quote(path)}"))

    data = kept(f"compare {path}", compare)
    if isinstance(data, str):
        return data
    work, deed = from_json(Work, data), asked.message.deed
    if getattr(deed, "dry", False):
        return preview(work)
    refs, done = work.refs, list[Done]()
    for n, step in enumerate(work.steps):
        done.append(_carry_out(services, repository, work, n, step, refs))
        refs = known(refs, step, done[-1])
    return summary(work, done, refs)


def _carry_out(
    services: Services, repository: Repository, work: Work, n: int, step: Step, refs: Mapping[str, Any]
) -> Done:
    name = f"{work.plan} {n}: {step_name(step, work)}"
    made = kept(name, lambda: carried_out(services.installations.github(repository), work, step, refs))
    return Done(changed=False, refused=made) if isinstance(made, str) else from_json(Done, made)


def kept(name: str, work: Callable[[], Any]) -> Any:
    """The JSON result of a step; or text for a person, if it can't be done."""
    made = patiently(name, lambda: guarded(work))
    if (why := gave_up(made)) is not None:
        log.error("%s gave up: %s", name, why)
        return f"GitHub could not be reached for a long time: {why} `/plan issues` goes on where it stopped."
    person: str | None = made.get("person")
    return made if person is None else person


def said_there(services: Services, asked: Asked, told: Sequence[str]) -> str:
    """Replies once where somebody asked."""
    publisher = Publisher(services, asked.subject.repository, asked.subject.key)
    wish = CommentWish(f"reply/{asked.message.id}", asked.number, "\n\n---\n\n".join(told))
    said = kept("say", lambda: {"id": publisher.publish(wish)})
    if isinstance(said, str):
        log.info("no word on #%d: %s", asked.number, said)
    return "reconciled"


# --- where the plan is -----------------------------------------------------------------------------------------------


def find(services: Services, asked: Asked) -> Found:
    """The plans that a pull request brings, or the one that an issue tracks."""
    repository, message = asked.subject.repository, asked.message
    github = services.installations.github(repository)
    merged = getattr(message.deed, "merged", False)
    if isinstance(message.deed, Reconcile) and not merged and github.permission(message.by) not in WRITERS:
        return Found(word=NO_LONGER)
    branch, head = github.default_branch()
    page = f"{web_of(message.link)}/blob/{quote(branch)}"
    issue = github.issue(asked.number)
    number = asked.number if issue.pull else _pull_of(services, repository, asked.number)
    plan = parts(issue.body).plan if issue.author == github.login() else ""
    if plan:
        return tracked(services, repository, plan, github.written(), page)
    if not number:
        return Found(word=NO_PLAN)
    pull = github.pull(number)
    commit = pull.head if pull.open else head
    files = files_of(services, repository, commit)
    touched = [path for path in github.touched(number) if path.lower().endswith((".md", ".markdown"))]
    plans = tuple(path for path in dict.fromkeys(touched) if _is_plan(files.text(path, commit)))
    return Found(commit, plans, page, "" if plans or merged else NO_PLAN)


def tracked(services: Services, repository: Repository, plan: str, written: Sequence[Written], page: str) -> Found:
    """The plan of these issues, as it is on the default branch."""
    branch, head = services.installations.github(repository).default_branch()
    path, paths = _of_issues(files_of(services, repository, head), head, written, plan)
    gone = f"`{path}` is not on `{branch}` any more, and no other plan there has its units."
    return Found(head, paths, page, "" if paths else gone if path else NO_PLAN)


def files_of(services: Services, repository: Repository, commit: str) -> Files:
    checkout = services.installations.checkout(repository)
    checkout.fetch(commit)
    return checkout.files()


def web_of(link: str) -> str:
    """The repository's page, derived from the URL of one of its issues or pull requests."""
    for kind in ("/issues/", "/pull/"):
        if kind in link:
            return link.rpartition(kind)[0]
    return link


def _pull_of(services: Services, repository: Repository, home: int) -> int:
    """The pull request of an issue's newest run, from its row or, if that is lost, its branch; 0 if there is none."""
    rows = services.runs.of_subject(repository.id, home)
    known = next((pull for row in reversed(rows) if (pull := (row.state or {}).get("pull"))), 0)
    if known:
        return known
    github = services.installations.github(repository)
    found = (github.pull_for(branch) for branch in github.branches(branch_of(home, "")))
    return max((pull.number for pull in found if pull is not None), default=0)


def _of_issues(files: Files, commit: str, written: Sequence[Written], plan: str) -> tuple[str, tuple[str, ...]]:
    """Where the plan of these issues was, according to its tracking issue, and where it is now."""
    own = [found for issue in written if (found := parts(issue.body)).plan == plan]
    path = next((each.notes.path for each in own if each.key == PLAN), "")
    if path and files.text(path, commit):
        return path, (path,)
    return path, tuple(islice(_moved(files, commit, {each.key for each in own}), 1))


def _moved(files: Files, commit: str, keys: AbstractSet[str]) -> Iterator[str]:
    """The documents that contain most of these units: the plan was moved or renamed."""
    ids = [f"unit: {key.removeprefix('unit/')} " for key in keys if key.startswith("unit/")]
    for path in files.tree(commit).files():
        text = files.text(path, commit) if path.lower().endswith((".md", ".markdown")) else None
        if text and sum(id in text for id in ids) * 2 > len(ids):
            yield path


def _is_plan(text: str | None) -> bool:
    return text is not None and len(text) < TOO_LARGE and is_plan(read(text))

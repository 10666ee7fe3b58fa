"""The lists of issues and of pull requests, with GitHub's own search words."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import CheckRun, Comment, Issue, Label, Milestone, PullRequest, SubIssue
from bot.hub.operations import relations
from bot.hub.resources.issues import labels_of

from .history import state_of
from .visit import NOT_FOUND, Routes, Visit

routes = Routes()


@dataclass(frozen=True)
class Search:
    """What is looked for; `state` is open, closed or all."""

    state: str = "open"
    labels: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One issue or pull request of a list."""

    issue: Issue
    author: str
    labels: Sequence[Label]
    comments: int
    pull: PullRequest | None
    checks: str
    children: int
    done: int
    blocked: bool
    milestone: Milestone | None


def search_of(text: str) -> Search:
    """`is:open label:"help wanted" author:ada words`; what isn't understood is a word."""
    try:
        parts = shlex.split(text)
    except ValueError:
        parts = text.split()
    state = next((part[3:] for part in reversed(parts) if part in ("is:open", "is:closed")), "all")

    def values(key: str) -> tuple[str, ...]:
        return tuple(part.removeprefix(key).lower() for part in parts if part.startswith(key))

    rest = [part.lower() for part in parts if not part.startswith(("is:", "label:", "author:", "state:"))]
    return Search(state, values("label:"), values("author:"), tuple(rest))


def _matches(line: Line, search: Search) -> bool:
    names = {label.name.lower() for label in line.labels}
    text = f"{line.issue.title} {line.issue.body or ''}".lower()
    return (
        names.issuperset(search.labels)
        and (not search.authors or line.author.lower() in search.authors)
        and all(word in text for word in search.words)
    )


def is_blocked(visit: Visit, issue: Issue) -> bool:
    """It is open, and so is something that blocks it."""
    return issue.state == "open" and any(each.state == "open" for each in relations.blockers(visit.hub, issue))


def _line(visit: Visit, issue: Issue) -> Line:
    store = visit.hub.store
    pull = store.find(PullRequest, issue_id=issue.id) if issue.is_pull_request else None
    checks = store.all(CheckRun, repository_id=issue.repository_id, head_sha=pull.head_sha) if pull else []
    children = store.all(Issue, id=[each.child_id for each in store.all(SubIssue, parent_id=issue.id)])
    return Line(
        issue,
        visit.account(issue.author_id).login,
        labels_of(visit.view, issue),
        len(store.all(Comment, issue_id=issue.id)),
        pull,
        state_of(checks),
        len(children),
        sum(child.state == "closed" for child in children),
        is_blocked(visit, issue),
        store.find(Milestone, id=issue.milestone_id) if issue.milestone_id else None,
    )


def _listed(visit: Visit, *, pulls: bool, milestone: Milestone | None = None) -> Answer:
    where = {"milestone_id": milestone.id} if milestone else {"is_pull_request": pulls}
    text = visit.asked("q", f"is:{'pr' if pulls else 'issue'} is:open")
    search = search_of(text)
    facts = visit.hub.store.all(Issue, newest_first=True, repository_id=visit.repository.id, **where)
    lines = [line for line in (_line(visit, issue) for issue in facts) if _matches(line, search)]
    return visit.page(
        "issues.html",
        lines=[line for line in lines if search.state in (line.issue.state, "all")],
        open=sum(line.issue.state == "open" for line in lines),
        closed=sum(line.issue.state == "closed" for line in lines),
        search=search,
        text=text,
        rest=" ".join(part for part in text.split() if part not in ("is:open", "is:closed")),
        pulls=pulls,
        milestone=milestone,
    )


@routes("GET /<owner>/<repo>/issues")
def issues(visit: Visit) -> Answer:
    return _listed(visit, pulls=False)


@routes("GET /<owner>/<repo>/pulls")
def pulls(visit: Visit) -> Answer:
    return _listed(visit, pulls=True)


@routes("GET /<owner>/<repo>/milestones")
def milestones(visit: Visit) -> Answer:
    """All of them, with how many of their issues are closed."""
    store = visit.hub.store
    found = store.all(Milestone, repository_id=visit.repository.id)
    states = {each.id: Counter(issue.state for issue in store.all(Issue, milestone_id=each.id)) for each in found}
    return visit.page("milestones.html", milestones=found, states=states)


@routes("GET /<owner>/<repo>/milestone/<int:number>")
def milestone(visit: Visit) -> Answer:
    found = visit.hub.store.find(Milestone, repository_id=visit.repository.id, number=visit.parameters["number"])
    if found is None:
        raise NOT_FOUND
    return _listed(visit, pulls=False, milestone=found)

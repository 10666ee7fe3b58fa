"""Checks of a commit: title, summary and annotations."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Annotation, CheckRun, CommitStatus, PullRequest
from bot.hub.operations import checks

from .visit import NOT_FOUND, Routes, Visit

routes = Routes()


@dataclass(frozen=True)
class Shown:
    """A check with its texts as HTML; `word` is its conclusion, or its status while it has none."""

    fact: CheckRun
    word: str
    summary: Markup
    text: Markup
    annotations: list[Annotation]


def shown(visit: Visit, fact: CheckRun) -> Shown:
    """The check, ready to be shown."""
    return Shown(
        fact,
        fact.conclusion if fact.status == "completed" else "pending",
        visit.markdown(fact.summary),
        visit.markdown(fact.text),
        visit.hub.store.all(Annotation, check_run_id=fact.id),
    )


def latest(visit: Visit, sha: str) -> list[CheckRun]:
    """The checks of a commit; of those with one name, the last."""
    found = visit.hub.store.all(CheckRun, repository_id=visit.repository.id, head_sha=sha)
    return list({each.name: each for each in found}.values())


def statuses(visit: Visit, sha: str) -> list[CommitStatus]:
    """The statuses of a commit; of those with one context, the last."""
    found = visit.hub.store.all(CommitStatus, repository_id=visit.repository.id, sha=sha)
    return list({each.context: each for each in found}.values())


def _run(visit: Visit) -> CheckRun:
    found = visit.hub.store.get(CheckRun, visit.parameters["ident"])
    if found.repository_id != visit.repository.id:
        raise NOT_FOUND
    return found


@routes("GET /<owner>/<repo>/runs/<int:ident>")
def run(visit: Visit) -> Answer:
    found = _run(visit)
    pulls = visit.hub.store.all(PullRequest, repository_id=visit.repository.id, head_sha=found.head_sha)
    return visit.page("run.html", check=shown(visit, found), pulls=pulls)


@routes("POST /<owner>/<repo>/runs/<int:ident>/rerequest")
def rerequest(visit: Visit) -> Answer:
    found = _run(visit)
    checks.rerequest(visit.hub, visit.actor, visit.repository, found)
    return visit.go(f"{visit.root}/runs/{found.id}")

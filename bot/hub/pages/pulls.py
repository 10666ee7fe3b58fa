"""One pull request: conversation, commits, files changed, checks; ready, merge, review."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Issue, PullRequest, ReviewComment
from bot.hub.history import diff_text
from bot.hub.hub import RefusedError
from bot.hub.operations import pulls, reviews
from bot.hub.resources.pulls import base_tip, files_of, mergeable

from .checks import latest, shown, statuses
from .conversation import pushed, remark_thread
from .diffs import FileDiff, file_diffs, threads_of
from .history import state_of
from .issues import side, talk_of
from .visit import NOT_FOUND, Routes, Visit

routes = Routes()
ONE = "/<owner>/<repo>/pull/<int:number>"
METHODS: dict[str, pulls.MergeMethod] = {"merge": "merge", "squash": "squash"}


def _common(visit: Visit, tab: str) -> dict[str, Any]:
    """What every tab of a pull request shows above itself."""
    pull = visit.pull
    issue = visit.hub.store.get(Issue, pull.issue_id)
    files = files_of(visit.view, pull)
    checks = latest(visit, pull.head_sha)
    code = visit.hub.code(visit.repository)
    return {
        **side(visit, issue),
        "pull": pull,
        "tab": tab,
        "commits": pushed(visit, pull),
        "files": files,
        "added": sum(each.additions for each in files),
        "removed": sum(each.deletions for each in files),
        "checks": [shown(visit, each) for each in checks],
        "checks_state": state_of(checks),
        "statuses": statuses(visit, pull.head_sha),
        "word": _word(issue, pull),
        "branch_there": code.resolve(f"refs/heads/{pull.head_ref}") is not None,
    }


def _word(issue: Issue, pull: PullRequest) -> str:
    if pull.merged_at:
        return "merged"
    if issue.state == "closed":
        return "closed"
    return "draft" if pull.draft else "open"


@routes(f"GET {ONE}")
def show(visit: Visit) -> Answer:
    if not visit.issue.is_pull_request:
        return visit.go(visit.issue_path(visit.issue))
    common = _common(visit, "conversation")
    talk = talk_of(visit, common["issue"], visit.pull)
    return visit.page("pull.html", **common, **talk, clean=mergeable(visit.view, visit.pull))


@routes(f"GET {ONE}/commits")
def commits(visit: Visit) -> Answer:
    return visit.page("pull_commits.html", **_common(visit, "commits"))


@routes(f"GET {ONE}/checks")
def checks(visit: Visit) -> Answer:
    return visit.page("pull_checks.html", **_common(visit, "checks"))


@routes(f"GET {ONE}/files")
def files(visit: Visit) -> Answer:
    common = _common(visit, "files")
    pull = visit.pull
    remarks = visit.hub.store.all(ReviewComment, pull_request_id=pull.id)
    all_ = [remark_thread(visit, each, pull.head_sha) for each in threads_of(remarks)]
    here = [each for each in all_ if not each.outdated]
    diffs: list[FileDiff] = file_diffs(common["files"], [each.thread for each in here])
    said = {each.thread.first.id: each for each in here}
    return visit.page("pull_files.html", **common, diffs=diffs, said=said)


@routes("GET /<owner>/<repo>/pull/<int:number>.diff")
def diff(visit: Visit) -> Answer:
    pull, code = visit.pull, visit.hub.code(visit.repository)
    base = base_tip(visit.view, pull)
    text = diff_text(code, code.merge_base(base, pull.head_sha) or base, pull.head_sha)
    return Answer(f"{text}\n", content_type="text/plain; charset=utf-8")


@routes(f"POST {ONE}/draft")
def set_draft(visit: Visit) -> Answer:
    pulls.set_draft(visit.hub, visit.actor, visit.repository, visit.pull, visit.sent("draft") == "1")
    return visit.go(f"{visit.root}/pull/{visit.pull.number}")


@routes(f"POST {ONE}/merge")
def merge(visit: Visit) -> Answer:
    """Merged as the page showed it: another head since then is refused."""
    method = METHODS.get(visit.sent("method"))
    if method is None:
        raise RefusedError(405, "Pull Request is not mergeable")
    pulls.merge(visit.hub, visit.actor, visit.repository, visit.pull, method, sha=visit.sent("sha") or None)
    return visit.go(f"{visit.root}/pull/{visit.pull.number}")


@routes(f"POST {ONE}/reviews")
def review(visit: Visit) -> Answer:
    reviews.create(visit.hub, visit.actor, visit.repository, visit.pull, visit.sent("event"), visit.sent("body"))
    return visit.go(f"{visit.root}/pull/{visit.pull.number}")


@routes(f"POST {ONE}/remarks")
def remark(visit: Visit) -> Answer:
    """A comment on a line of the diff."""
    wish = reviews.Remark(visit.sent("path"), visit.sent("body"), visit.sent_number("line"), visit.sent("side"))
    made = reviews.comment(visit.hub, visit.actor, visit.repository, visit.pull, wish)
    return visit.go(f"{visit.root}/pull/{visit.pull.number}/files#discussion_r{made.id}")


@routes(f"POST {ONE}/remarks/<int:ident>/replies")
def reply(visit: Visit) -> Answer:
    above = visit.hub.store.get(ReviewComment, visit.parameters["ident"])
    if above.pull_request_id != visit.pull.id:
        raise NOT_FOUND
    made = reviews.reply(visit.hub, visit.actor, visit.repository, visit.pull, above, visit.sent("body"))
    return visit.go(f"{visit.root}/pull/{visit.pull.number}#discussion_r{made.id}")

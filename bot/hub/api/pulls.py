"""Pull requests, reviews and review comments."""

from __future__ import annotations

from bot.hub.facts import Issue, PullRequest, Review, ReviewComment
from bot.hub.history import diff_text, log
from bot.hub.hub import RefusedError
from bot.hub.operations import issues, pulls, reviews
from bot.hub.resources.commits import changed_file
from bot.hub.resources.commits import commit as commit_json
from bot.hub.resources.pulls import base_tip, files_of, full_pull_request, pull_request, review, review_comment
from bot.hub.resources.view import Json

from .routing import NOTHING, Call, Reply, Routes

routes = Routes()
PULLS = "/repos/{owner}/{repo}/pulls"
ONE = f"{PULLS}/{{pull_number}}"
READS = ("pull_requests",)


def _pull(call: Call) -> PullRequest:
    return call.hub.store.pull_request(call.repository, call.parameters["pull_number"])


def _full(call: Call, fact: PullRequest, status: int = 200) -> Reply:
    return Reply(full_pull_request(call.view, fact), status)


@routes(f"GET {PULLS}", "pulls/list", reads=READS)
def list_pulls(call: Call) -> Reply:
    store, query = call.hub.store, call.query
    state = query.get("state", "open")
    found = store.all(PullRequest, repository_id=call.repository.id, newest_first=query.get("direction") != "asc")
    if query.get("head"):
        owner, _, branch = query["head"].rpartition(":")
        ours = call.view.account(call.repository.owner_id).login.lower()
        found = [each for each in found if each.head_ref == branch and owner.lower() in ("", ours) and not each.fork_id]
    if query.get("base"):
        found = [each for each in found if each.base_ref == query["base"]]
    if state != "all":
        found = [each for each in found if store.get(Issue, each.issue_id).state == state]
    return call.page(found, lambda each: pull_request(call.view, each))


@routes(f"POST {PULLS}", "pulls/create", reads=READS)
def create(call: Call) -> Reply:
    made = pulls.create(
        call.hub,
        call.actor,
        call.repository,
        call.text("title") or "",
        call.required("head"),
        call.required("base"),
        call.text("body"),
        draft=call.flag("draft") or False,
    )
    return _full(call, made, 201)


@routes(f"GET {ONE}", "pulls/get", reads=READS)
def get(call: Call) -> Reply:
    fact = _pull(call)
    if "diff" in call.accept:
        code = call.hub.code(call.repository)
        start = code.merge_base(base_tip(call.view, fact), fact.head_sha) or fact.base_sha
        text = diff_text(code, start, fact.head_sha)
        return Reply(text.encode(), headers={"Content-Type": "application/vnd.github.diff; charset=utf-8"})
    return _full(call, fact)


@routes(f"PATCH {ONE}", "pulls/update", reads=READS)
def update(call: Call) -> Reply:
    fact = _pull(call)
    issue = call.hub.store.get(Issue, fact.issue_id)
    edit = issues.Edit(title=call.text("title"), body=call.text("body"), state=call.text("state"))
    issues.update(call.hub, call.actor, call.repository, issue, edit)
    base = call.text("base")
    if base is not None and base != fact.base_ref:
        pulls.set_base(call.hub, call.actor, call.repository, fact, base)
    return _full(call, _pull(call))


@routes(f"GET {ONE}/files", "pulls/list-files", reads=READS)
def list_files(call: Call) -> Reply:
    fact = _pull(call)
    found = files_of(call.view, fact)
    return call.page(found, lambda each: changed_file(call.view, call.repository, fact.head_sha, each))


@routes(f"GET {ONE}/commits", "pulls/list-commits", reads=READS)
def list_commits(call: Call) -> Reply:
    fact = _pull(call)
    found = log(call.hub.code(call.repository), f"{base_tip(call.view, fact)}..{fact.head_sha}")
    found.reverse()
    return call.page(found, lambda each: commit_json(call.view, call.repository, each))


@routes(f"GET {ONE}/merge", "pulls/check-if-merged", reads=READS)
def check_merged(call: Call) -> Reply:
    if not _pull(call).merged_at:
        raise RefusedError(404, "Not Found")
    return NOTHING


@routes(f"PUT {ONE}/merge", "pulls/merge", reads=READS)
def merge(call: Call) -> Reply:
    method = call.text("merge_method") or "merge"
    if method not in ("merge", "squash", "rebase"):
        raise RefusedError(422, "Invalid request.\n\nmerge_method must be one of merge, rebase, squash")
    sha = pulls.merge(
        call.hub,
        call.actor,
        call.repository,
        _pull(call),
        "squash" if method == "squash" else "merge" if method == "merge" else "rebase",
        title=call.text("commit_title"),
        message=call.text("commit_message"),
        sha=call.text("sha"),
    )
    return Reply({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@routes(f"GET {ONE}/reviews", "pulls/list-reviews", reads=READS)
def list_reviews(call: Call) -> Reply:
    found = call.hub.store.all(Review, pull_request_id=_pull(call).id)
    return call.page(found, lambda each: review(call.view, each))


def _remark(call: Call, sent: Json) -> reviews.Remark:
    return reviews.Remark(
        path=call.required("path", sent),
        body=call.required("body", sent),
        line=call.number("line", sent) or 0,
        side=call.text("side", sent) or "RIGHT",
        start_line=call.number("start_line", sent) or 0,
        start_side=call.text("start_side", sent) or "",
        position=call.number("position", sent) or 0,
    )


@routes(f"POST {ONE}/reviews", "pulls/create-review", reads=READS)
def create_review(call: Call) -> Reply:
    fact = _pull(call)
    commit_id = call.text("commit_id") or fact.head_sha
    known = log(call.hub.code(call.repository), f"{base_tip(call.view, fact)}..{fact.head_sha}")
    if commit_id not in {fact.head_sha, *(each.sha for each in known)}:
        raise RefusedError(422, "Unprocessable Entity", ("The commit_id is not part of the pull request",))
    remarks = [_remark(call, each) for each in call.objects("comments")]
    event, body = call.text("event") or "", call.text("body") or ""
    made = reviews.create(call.hub, call.actor, call.repository, fact, event, body, remarks, commit_id)
    return Reply(review(call.view, made))


def _review(call: Call) -> Review:
    found = call.hub.store.get(Review, call.parameters["review_id"])
    if found.pull_request_id != _pull(call).id:
        raise RefusedError(404, "Not Found")
    return found


@routes(f"GET {ONE}/reviews/{{review_id}}", "pulls/get-review", reads=READS)
def get_review(call: Call) -> Reply:
    return Reply(review(call.view, _review(call)))


@routes(f"GET {ONE}/reviews/{{review_id}}/comments", "pulls/list-comments-for-review", reads=READS)
def list_review_comments(call: Call) -> Reply:
    found = call.hub.store.all(ReviewComment, review_id=_review(call).id)
    return call.page(found, lambda each: _legacy(review_comment(call.view, each)))


def _legacy(shown: Json) -> Json:
    """In this one list GitHub leaves out what came with multi-line comments."""
    return {key: value for key, value in shown.items() if key != "subject_type"}


@routes(f"GET {ONE}/comments", "pulls/list-review-comments", reads=READS)
def list_comments(call: Call) -> Reply:
    found = call.hub.store.all(ReviewComment, pull_request_id=_pull(call).id)
    return call.page(found, lambda each: review_comment(call.view, each))


@routes(f"POST {ONE}/comments", "pulls/create-review-comment", reads=READS)
def create_comment(call: Call) -> Reply:
    above = call.number("in_reply_to")
    if above is not None:
        return _replied(call, above)
    made = reviews.comment(call.hub, call.actor, call.repository, _pull(call), _remark(call, call.body))
    return Reply(review_comment(call.view, made), 201)


@routes(f"POST {ONE}/comments/{{comment_id}}/replies", "pulls/create-reply-for-review-comment", reads=READS)
def create_reply(call: Call) -> Reply:
    return _replied(call, call.parameters["comment_id"])


def _replied(call: Call, ident: int) -> Reply:
    above = call.hub.store.get(ReviewComment, ident)
    made = reviews.reply(call.hub, call.actor, call.repository, _pull(call), above, call.required("body"))
    return Reply(review_comment(call.view, made), 201)


@routes(f"GET {PULLS}/comments/{{comment_id}}", "pulls/get-review-comment", reads=READS)
def get_comment(call: Call) -> Reply:
    return Reply(review_comment(call.view, call.hub.store.get(ReviewComment, call.parameters["comment_id"])))

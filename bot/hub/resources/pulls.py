"""Pull requests, reviews and their comments."""

from __future__ import annotations

from bot.hub.facts import Comment, Issue, Milestone, PullRequest, Repository, Review, ReviewComment
from bot.hub.history import ChangedFile, changed_files, count, is_as_it_was, merged_tree

from .issues import author_association, label, labels_of, milestone, reactions
from .repositories import repository as repository_json
from .users import user
from .view import Json, View, node_id


def base_tip(view: View, fact: PullRequest) -> str:
    """Where the base branch stands; for what is merged or lost, where it stood."""
    if fact.merged_at:
        return fact.base_sha
    code = view.hub.code(view.hub.store.get(Repository, fact.repository_id))
    return code.resolve(f"refs/heads/{fact.base_ref}") or fact.base_sha


def files_of(view: View, fact: PullRequest) -> list[ChangedFile]:
    """The files that the pull request changes, since it left its base."""
    code = view.hub.code(view.hub.store.get(Repository, fact.repository_id))
    start = code.merge_base(base_tip(view, fact), fact.head_sha) or base_tip(view, fact)
    return changed_files(code, start, fact.head_sha)


def _side(view: View, repository: Repository, ref: str, sha: str) -> Json:
    owner = view.account(repository.owner_id)
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(view, owner),
        "repo": repository_json(view, repository),
    }


def pull_request(view: View, fact: PullRequest) -> Json:
    """A pull request as it shows in lists."""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    issue = store.get(Issue, fact.issue_id)
    api = view.repo_api(repository, f"/pulls/{fact.number}")
    issue_api = view.repo_api(repository, f"/issues/{fact.number}")
    page = view.repo_html(repository, f"/pull/{fact.number}")
    author = view.account(issue.author_id)
    assignees = [user(view, view.account(ident)) for ident in issue.assignee_ids]
    addresses = {
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": view.repo_api(repository, "/pulls/comments{/number}"),
        "comments_url": f"{issue_api}/comments",
        "statuses_url": view.repo_api(repository, f"/statuses/{fact.head_sha}"),
        "html_url": page,
        "issue_url": issue_api,
    }
    return {
        "url": api,
        "id": fact.id,
        "node_id": node_id("PullRequest", fact.id),
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        **addresses,
        "number": fact.number,
        "state": issue.state,
        "locked": False,
        "active_lock_reason": None,
        "title": issue.title,
        "user": user(view, author),
        "body": issue.body,
        "labels": [label(view, each) for each in labels_of(view, issue)],
        "milestone": milestone(view, store.get(Milestone, issue.milestone_id)) if issue.milestone_id else None,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at or None,
        "merged_at": fact.merged_at or None,
        "merge_commit_sha": fact.merge_commit_sha or None,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": fact.draft,
        "head": _side(view, store.get(Repository, fact.fork_id or repository.id), fact.head_ref, fact.head_sha),
        "base": _side(view, repository, fact.base_ref, fact.base_sha),
        "_links": {"self": {"href": api}, **{k.removesuffix("_url"): {"href": v} for k, v in addresses.items()}},
        "author_association": author_association(view, author, repository),
        "auto_merge": None,
    }


def mergeable(view: View, fact: PullRequest) -> bool | None:
    """Git can merge it without a conflict; None once it is closed."""
    store = view.hub.store
    if store.get(Issue, fact.issue_id).state == "closed":
        return None
    code = view.hub.code(store.get(Repository, fact.repository_id))
    return merged_tree(code, base_tip(view, fact), fact.head_sha) is not None


def full_pull_request(view: View, fact: PullRequest) -> Json:
    """https://docs.github.com/rest/pulls/pulls#get-a-pull-request"""
    store = view.hub.store
    code = view.hub.code(store.get(Repository, fact.repository_id))
    files = files_of(view, fact)
    clean = mergeable(view, fact)
    if clean is None:
        state = "unknown"
    elif not clean:
        state = "dirty"
    else:
        state = "draft" if fact.draft else "clean"
    return {
        **pull_request(view, fact),
        "merged": bool(fact.merged_at),
        "mergeable": clean,
        "rebaseable": clean,
        "mergeable_state": state,
        "merged_by": user(view, view.account(fact.merged_by_id)) if fact.merged_by_id else None,
        "comments": len(store.all(Comment, issue_id=fact.issue_id)),
        "review_comments": len(store.all(ReviewComment, pull_request_id=fact.id)),
        "maintainer_can_modify": False,
        "commits": count(code, f"{base_tip(view, fact)}..{fact.head_sha}"),
        "additions": sum(each.additions for each in files),
        "deletions": sum(each.deletions for each in files),
        "changed_files": len(files),
    }


def review(view: View, fact: Review) -> Json:
    """https://docs.github.com/rest/pulls/reviews#get-a-review-for-a-pull-request"""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    pull = store.get(PullRequest, fact.pull_request_id)
    author = view.account(fact.author_id)
    page = view.repo_html(repository, f"/pull/{pull.number}#pullrequestreview-{fact.id}")
    api = view.repo_api(repository, f"/pulls/{pull.number}")
    return {
        "id": fact.id,
        "node_id": node_id("Review", fact.id),
        "user": user(view, author),
        "body": fact.body,
        "state": fact.state,
        "html_url": page,
        "pull_request_url": api,
        "_links": {"html": {"href": page}, "pull_request": {"href": api}},
        "submitted_at": fact.submitted_at,
        "commit_id": fact.commit_sha,
        "author_association": author_association(view, author, repository),
    }


def review_comment(view: View, fact: ReviewComment) -> Json:
    """https://docs.github.com/rest/pulls/comments#get-a-review-comment-for-a-pull-request"""
    store = view.hub.store
    repository = store.get(Repository, fact.repository_id)
    pull = store.get(PullRequest, fact.pull_request_id)
    author = view.account(fact.author_id)
    api = view.repo_api(repository, f"/pulls/comments/{fact.id}")
    page = view.repo_html(repository, f"/pull/{pull.number}#discussion_r{fact.id}")
    pull_api = view.repo_api(repository, f"/pulls/{pull.number}")
    current = is_as_it_was(view.hub.code(repository), fact.path, fact.commit_sha, pull.head_sha)
    found: Json = {
        "url": api,
        "pull_request_review_id": fact.review_id or None,
        "id": fact.id,
        "node_id": node_id("ReviewComment", fact.id),
        "diff_hunk": fact.diff_hunk,
        "path": fact.path,
        "commit_id": pull.head_sha if current else fact.commit_sha,
        "original_commit_id": fact.commit_sha,
        "user": user(view, author),
        "body": fact.body,
        "created_at": fact.created_at,
        "updated_at": fact.updated_at,
        "html_url": page,
        "pull_request_url": pull_api,
        "author_association": author_association(view, author, repository),
        "_links": {"self": {"href": api}, "html": {"href": page}, "pull_request": {"href": pull_api}},
        "position": fact.position if current else None,
        "original_position": fact.position,
        "line": fact.line if current else None,
        "original_line": fact.line,
        "side": fact.side,
        "start_line": (fact.start_line or None) if current else None,
        "original_start_line": fact.start_line or None,
        "start_side": fact.start_side or None,
        "subject_type": "line",
        "reactions": reactions(view, "review_comment", fact.id, api),
    }
    if fact.in_reply_to_id:
        found["in_reply_to_id"] = fact.in_reply_to_id
    return found

"""Reviews of pull requests, with comments on lines of the diff.

https://docs.github.com/en/rest/pulls/reviews
"""

import re
from collections.abc import Sequence
from typing import Any

from github.PullRequest import PullRequest, ReviewComment
from github.PullRequestReview import PullRequestReview

from bot.core.ports import Comment
from bot.core.publications import Remark

from .shapes import instant, login_of

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def review(found: PullRequestReview, ours: str) -> Comment:
    """The review as the core's value. `ours` is the login of our App's user."""
    author = login_of(found.user)
    return Comment(found.id, author, found.body or "", found.html_url, instant(found.submitted_at), author == ours)


def submit(pull: PullRequest, commit: str, body: str, remarks: Sequence[Remark]) -> int:
    """Submits a review as COMMENT, because GitHub lets no author approve their own pull request."""
    comments: list[ReviewComment] = [_comment(remark) for remark in remarks]
    sent: dict[str, Any] = {"commit_id": commit, "body": body, "event": "COMMENT", "comments": comments}
    _, made = pull.requester.requestJsonAndCheck("POST", f"{pull.url}/reviews", input=sent)
    return int(made["id"])


def commentable(patch: str) -> frozenset[int]:
    """The lines of the new file that a file's patch shows: added ones, and those around them."""
    shown: set[int] = set()
    at = 0
    for line in patch.split("\n"):
        if hunk := _HUNK.match(line):
            at = int(hunk[1])
        elif line[:1] in ("+", " "):
            shown.add(at)
            at += 1
    return frozenset(shown)


def _comment(remark: Remark) -> ReviewComment:
    said: ReviewComment = {"path": remark.path, "body": remark.body, "line": remark.end, "side": "RIGHT"}
    if remark.start < remark.end:
        said |= {"start_line": remark.start, "start_side": "RIGHT"}
    return said

"""Reviews of a pull request, with comments on the lines of its diff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.hub.access import allow
from bot.hub.events import emit, view_of
from bot.hub.facts import Issue, PullRequest, Repository, Review, ReviewComment, ReviewState
from bot.hub.history import DiffLine, diff_lines
from bot.hub.hub import Actor, Hub, RefusedError
from bot.hub.resources.pulls import files_of, pull_request, review, review_comment

from .issues import checked_body, happened

STATES: dict[str, ReviewState] = {
    "COMMENT": "COMMENTED",
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
}


@dataclass(frozen=True)
class Remark:
    """A wish for a comment on a line of the diff: by line and side, or by GitHub's older `position`."""

    path: str
    body: str
    line: int = 0
    side: str = "RIGHT"
    start_line: int = 0
    start_side: str = ""
    position: int = 0


def _refuse(message: str) -> RefusedError:
    return RefusedError(422, "Unprocessable Entity", (message,))


def create(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    pull: PullRequest,
    event: str,
    body: str = "",
    remarks: Sequence[Remark] = (),
    commit: str = "",
) -> Review:
    """A submitted review, of the head or an earlier `commit`; no author approves or rejects their own pull request."""
    allow(hub, actor, repository, ("pull_requests",), "write", "read")
    if event not in STATES:
        raise _refuse("event must be one of APPROVE, COMMENT and REQUEST_CHANGES")
    store = hub.store
    own = store.get(Issue, pull.issue_id).author_id == actor.account.id
    if own and event == "APPROVE":
        raise _refuse("Can not approve your own pull request")
    if own and event == "REQUEST_CHANGES":
        raise _refuse("Can not request changes on your own pull request")
    if not body.strip() and event != "APPROVE" and not remarks:
        raise _refuse("Body can't be blank")
    checked_body("PullRequestReview", body)
    with store.transaction():
        pull = store.get(PullRequest, pull.id)
        seen = replace(pull, head_sha=commit or pull.head_sha)
        now = store.now()
        fact = store.add(Review(repository.id, pull.id, actor.account.id, STATES[event], seen.head_sha, body, now))
        comments = [_placed(hub, actor, repository, seen, remark, fact.id) for remark in remarks]
        happened(hub, actor, store.get(Issue, pull.issue_id), "reviewed")
        view = view_of(hub)
        shown = review(view, fact)
        # Webhooks write a review's state in lower case, REST in upper case.
        shown["state"] = shown["state"].lower()
        emit(
            hub,
            actor,
            repository,
            "pull_request_review",
            "submitted",
            review=shown,
            pull_request=pull_request(view, pull),
        )
        for comment in comments:
            _tell_comment(hub, actor, repository, pull, comment, "created")
    return fact


def _tell_comment(
    hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, comment: ReviewComment, action: str
) -> None:
    view = view_of(hub)
    emit(
        hub,
        actor,
        repository,
        "pull_request_review_comment",
        action,
        comment=review_comment(view, comment),
        pull_request=pull_request(view, pull),
    )


def _found(lines: Sequence[DiffLine], remark: Remark) -> DiffLine:
    for line in lines:
        if line.mark == "@":
            continue
        if remark.position and line.position == remark.position:
            return line
        number = line.old if remark.side == "LEFT" else line.new
        if not remark.position and remark.line and number == remark.line:
            return line
    raise _refuse("Line could not be resolved" if not remark.position else "Position could not be resolved")


def _placed(
    hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, remark: Remark, review_id: int
) -> ReviewComment:
    """The comment, stored at its place in the diff; 422 where the diff has no such line."""
    file = next((each for each in _diffs(hub, pull) if each[0] == remark.path), None)
    if file is None:
        raise _refuse("Path could not be resolved")
    checked_body("PullRequestReviewComment", remark.body)
    if not remark.body.strip():
        raise _refuse("Body can't be blank")
    lines = file[1]
    end = _found(lines, remark)
    if remark.start_line:
        side = remark.start_side or remark.side
        start = _found(lines, Remark(remark.path, "", remark.start_line, side))
        if start.position >= end.position or start.hunk != end.hunk:
            raise _refuse("Start line must precede the end line, in one hunk")
    side = ("LEFT" if end.mark == "-" else "RIGHT") if remark.position else remark.side
    hunk = [line for line in lines if line.hunk == end.hunk and line.position <= end.position]
    now = hub.store.now()
    return hub.store.add(
        ReviewComment(
            repository.id,
            pull.id,
            review_id,
            actor.account.id,
            remark.body,
            remark.path,
            pull.head_sha,
            "\n".join(line.text if line.mark == "@" else f"{line.mark}{line.text}" for line in hunk),
            end.position,
            end.old if side == "LEFT" else end.new,
            side,
            remark.start_line,
            (remark.start_side or side) if remark.start_line else "",
            created_at=now,
            updated_at=now,
        )
    )


def _diffs(hub: Hub, pull: PullRequest) -> list[tuple[str, list[DiffLine]]]:
    """Path and lines of every file with a text diff."""
    return [(file.path, list(diff_lines(file.patch or ""))) for file in files_of(view_of(hub), pull)]


def comment(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, remark: Remark) -> ReviewComment:
    """A comment on a line of the diff, in a review of its own."""
    allow(hub, actor, repository, ("pull_requests",), "write", "read")
    with hub.store.transaction():
        now = hub.store.now()
        fact = hub.store.add(Review(repository.id, pull.id, actor.account.id, "COMMENTED", pull.head_sha, "", now))
        made = _placed(hub, actor, repository, pull, remark, fact.id)
        _tell_comment(hub, actor, repository, pull, made, "created")
    return made


def reply(
    hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, above: ReviewComment, body: str
) -> ReviewComment:
    """An answer below a comment on a line; answers to answers stand below the first."""
    allow(hub, actor, repository, ("pull_requests",), "write", "read")
    checked_body("PullRequestReviewComment", body)
    if not body.strip():
        raise _refuse("Body can't be blank")
    with hub.store.transaction():
        now = hub.store.now()
        made = hub.store.add(
            ReviewComment(
                repository.id,
                pull.id,
                above.review_id,
                actor.account.id,
                body,
                above.path,
                above.commit_sha,
                above.diff_hunk,
                above.position,
                above.line,
                above.side,
                above.start_line,
                above.start_side,
                in_reply_to_id=above.in_reply_to_id or above.id,
                created_at=now,
                updated_at=now,
            )
        )
        _tell_comment(hub, actor, repository, pull, made, "created")
    return made

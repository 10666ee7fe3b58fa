"""What the hub knows, as frozen facts: one dataclass is one table.

Times are GitHub's own text (`2026-01-31T12:00:00Z`, UTC, whole seconds). An `id` of 0 means "not stored yet".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["none", "read", "triage", "write", "maintain", "admin"]
AccountKind = Literal["User", "Bot", "Organization"]
IssueState = Literal["open", "closed"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
Subject = Literal["issue", "comment", "review_comment"]


@dataclass(frozen=True)
class Account:
    """A user, a bot or an organization; people sign in with `token`."""

    login: str
    kind: AccountKind = "User"
    name: str = ""
    email: str = ""
    token: str = ""
    created_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class App:
    """The one GitHub App that is registered here; `bot_id` is the account it acts as."""

    slug: str
    name: str
    owner_id: int
    bot_id: int
    client_id: str
    webhook_url: str
    permissions: dict[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    created_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class Installation:
    """The App's installation on one account, for the repositories named."""

    app_id: int
    account_id: int
    repository_ids: tuple[int, ...]
    created_at: str = ""
    suspended_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class InstallationToken:
    """A token that acts as the App; empty `repository_ids` means all of the installation's."""

    token: str
    installation_id: int
    repository_ids: tuple[int, ...]
    permissions: dict[str, str]
    expires_at: str
    revoked: bool = False
    id: int = 0


@dataclass(frozen=True)
class Repository:
    """A repository; its code is the bare git repository `<id>.git`. `former` are names that lead to it still.

    `parent_id` is the repository that it is a fork of.
    """

    owner_id: int
    name: str
    default_branch: str = "main"
    description: str = ""
    private: bool = False
    archived: bool = False
    former: tuple[str, ...] = ()
    created_at: str = ""
    updated_at: str = ""
    pushed_at: str = ""
    last_number: int = 0
    parent_id: int = 0
    id: int = 0


@dataclass(frozen=True)
class Collaborator:
    """The role that one account has in one repository."""

    repository_id: int
    account_id: int
    role: Role
    id: int = 0


@dataclass(frozen=True)
class Label:
    """A label of a repository; `color` is six hexadecimal digits."""

    repository_id: int
    name: str
    color: str = "ededed"
    description: str = ""
    default: bool = False
    id: int = 0


@dataclass(frozen=True)
class Milestone:
    """A milestone of a repository, with its own number."""

    repository_id: int
    number: int
    title: str
    description: str = ""
    state: IssueState = "open"
    creator_id: int = 0
    due_on: str = ""
    created_at: str = ""
    updated_at: str = ""
    closed_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class Issue:
    """An issue, or the issue side of a pull request: title, body, labels, state and conversation."""

    repository_id: int
    number: int
    title: str
    author_id: int
    body: str | None = None
    state: IssueState = "open"
    state_reason: str = ""
    label_ids: tuple[int, ...] = ()
    assignee_ids: tuple[int, ...] = ()
    milestone_id: int = 0
    is_pull_request: bool = False
    locked: bool = False
    via_app: bool = False
    created_at: str = ""
    updated_at: str = ""
    closed_at: str = ""
    closed_by_id: int = 0
    id: int = 0


@dataclass(frozen=True)
class PullRequest:
    """The code side of a pull request; its title, body, labels and state are those of `issue_id`.

    `fork_id` is the repository of its branch, where that is another.
    """

    repository_id: int
    issue_id: int
    number: int
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    merged_at: str = ""
    merged_by_id: int = 0
    merge_commit_sha: str = ""
    fork_id: int = 0
    id: int = 0


@dataclass(frozen=True)
class Comment:
    """A comment in the conversation of an issue or a pull request."""

    repository_id: int
    issue_id: int
    author_id: int
    body: str
    via_app: bool = False
    minimized: str = ""
    created_at: str = ""
    updated_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class Reaction:
    """One account's reaction to an issue, a comment or a review comment."""

    subject: Subject
    subject_id: int
    account_id: int
    content: str
    created_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class IssueEvent:
    """What happened to an issue: labeled, unlabeled, closed, reopened, renamed, merged and so on."""

    repository_id: int
    issue_id: int
    actor_id: int
    event: str
    label_name: str = ""
    label_color: str = ""
    rename_from: str = ""
    rename_to: str = ""
    assignee_id: int = 0
    milestone_title: str = ""
    commit_sha: str = ""
    via_app: bool = False
    created_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class SubIssue:
    """`child_id` is a sub-issue of `parent_id`."""

    parent_id: int
    child_id: int
    id: int = 0


@dataclass(frozen=True)
class Dependency:
    """`issue_id` is blocked by `blocker_id`."""

    issue_id: int
    blocker_id: int
    id: int = 0


@dataclass(frozen=True)
class Review:
    """A submitted review of a pull request."""

    repository_id: int
    pull_request_id: int
    author_id: int
    state: ReviewState
    commit_sha: str
    body: str = ""
    submitted_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class ReviewComment:
    """A comment on a line of the diff; `line` counts in the file of `side` at `commit_sha`."""

    repository_id: int
    pull_request_id: int
    review_id: int
    author_id: int
    body: str
    path: str
    commit_sha: str
    diff_hunk: str
    position: int
    line: int
    side: str = "RIGHT"
    start_line: int = 0
    start_side: str = ""
    in_reply_to_id: int = 0
    created_at: str = ""
    updated_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class CheckRun:
    """A check of one commit, made by the App."""

    repository_id: int
    name: str
    head_sha: str
    status: str = "queued"
    conclusion: str = ""
    external_id: str = ""
    details_url: str = ""
    title: str = ""
    summary: str = ""
    text: str = ""
    started_at: str = ""
    completed_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class Annotation:
    """A finding of a check on lines of a file."""

    check_run_id: int
    path: str
    start_line: int
    end_line: int
    annotation_level: str
    message: str
    title: str = ""
    raw_details: str = ""
    start_column: int = 0
    end_column: int = 0
    id: int = 0


@dataclass(frozen=True)
class CommitStatus:
    """A status that someone set on a commit."""

    repository_id: int
    sha: str
    state: str
    creator_id: int
    context: str = "default"
    description: str = ""
    target_url: str = ""
    created_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class SignedCommit:
    """A commit that was made through the API by the App, so GitHub signed it."""

    repository_id: int
    sha: str
    verified_at: str = ""
    id: int = 0


@dataclass(frozen=True)
class Delivery:
    """A webhook delivery, with what was sent and what came back; `state` is waiting, sent or lost."""

    guid: str
    event: str
    action: str
    payload: str
    state: str = "waiting"
    redelivery: bool = False
    repository_id: int = 0
    installation_id: int = 0
    created_at: str = ""
    delivered_at: str = ""
    duration: float = 0.0
    status_code: int = 0
    status: str = ""
    url: str = ""
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    id: int = 0


@dataclass(frozen=True)
class Write:
    """An accepted write over the API; the body is kept where it holds a charrette marker."""

    at: str
    method: str
    path: str
    operation: str
    actor: str
    status: int
    key: str = ""
    body: str = ""
    id: int = 0


KINDS: tuple[type, ...] = (
    Account, App, Installation, InstallationToken, Repository, Collaborator, Label, Milestone, Issue, PullRequest,
    Comment, Reaction, IssueEvent, SubIssue, Dependency, Review, ReviewComment, CheckRun, Annotation, CommitStatus,
    SignedCommit, Delivery, Write,
)  # fmt: skip

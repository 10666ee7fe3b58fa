"""A delivery as a typed event: what GitHub says happened, and nothing about what it means.

The shapes are those of https://docs.github.com/en/webhooks/webhook-events-and-payloads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from bot.core.identity import Repository
from bot.core.ports import Issue, Pull

from .payload import Payload


@dataclass(frozen=True)
class Sender:
    """A user, an organization or a bot. Only `is_bot` says that it is a bot: a login's suffix does not."""

    login: str
    id: int
    is_bot: bool


@dataclass(frozen=True)
class Happening:
    """What every event has: its delivery, who made it happen, and when: ISO 8601, UTC, "" where GitHub does not say."""

    delivery: str
    sender: Sender
    at: str


@dataclass(frozen=True)
class InRepository(Happening):
    """An event in one repository."""

    repository: Repository


@dataclass(frozen=True)
class OnIssue(InRepository):
    """An event of an issue. `issue` is as it was when it happened: a hint, not the live state."""

    issue: Issue


@dataclass(frozen=True)
class IssueOpened(OnIssue): ...


@dataclass(frozen=True)
class IssueEdited(OnIssue): ...


@dataclass(frozen=True)
class IssueClosed(OnIssue): ...


@dataclass(frozen=True)
class IssueReopened(OnIssue): ...


@dataclass(frozen=True)
class IssueGone(OnIssue):
    """The issue was deleted, or transferred to another repository."""

    how: Literal["deleted", "transferred"]


@dataclass(frozen=True)
class IssueLabeled(OnIssue):
    label: str


@dataclass(frozen=True)
class IssueUnlabeled(OnIssue):
    label: str


@dataclass(frozen=True)
class Written:
    """A comment as the payload has it; `author` may be another than the event's sender, who may have edited it."""

    id: int
    author: Sender
    body: str
    url: str


@dataclass(frozen=True)
class CommentCreated(OnIssue):
    """A comment on an issue or, where `issue.pull` says so, on a pull request, whose branch GitHub does not tell."""

    comment: Written


@dataclass(frozen=True)
class CommentEdited(OnIssue):
    """`before` is the body before the edit."""

    comment: Written
    before: str


@dataclass(frozen=True)
class OnPull(InRepository):
    """An event of a pull request. `fork` says that its head branch is in another repository."""

    pull: Pull
    fork: bool


@dataclass(frozen=True)
class PullRequestOpened(OnPull):
    """Opened, or opened again."""


@dataclass(frozen=True)
class PullRequestClosed(OnPull):
    """Closed; `pull.merged` says whether by merging."""


@dataclass(frozen=True)
class PullRequestSynchronized(OnPull):
    """The head branch has a new head, `pull.head`."""


@dataclass(frozen=True)
class PullRequestLabeled(OnPull):
    label: str


@dataclass(frozen=True)
class PullRequestUnlabeled(OnPull):
    label: str


@dataclass(frozen=True)
class Pushed(InRepository):
    """A ref was moved, made (`before` is zeros) or deleted (`after` is zeros). `ref` is whole: `refs/heads/main`."""

    ref: str
    before: str
    after: str
    default_branch: str
    url: str

    @property
    def branch(self) -> str | None:
        """The branch's name; None where the ref is no branch."""
        return self.ref.removeprefix("refs/heads/") if self.ref.startswith("refs/heads/") else None

    @property
    def deleted(self) -> bool:
        """Whether the ref is no more."""
        return not self.after.strip("0")


@dataclass(frozen=True)
class InstallationCreated(Happening):
    """Somebody installed the App. `selected` says that they chose the repositories, instead of all of an account."""

    installation: int
    repositories: tuple[Repository, ...]
    selected: bool


@dataclass(frozen=True)
class RepositoriesAdded(Happening):
    """The installation has further repositories."""

    installation: int
    repositories: tuple[Repository, ...]
    selected: bool


@dataclass(frozen=True)
class InstallationDeleted(Happening):
    installation: int


@dataclass(frozen=True)
class Ping(Happening):
    """GitHub's first delivery after a webhook was set up."""


Event = (
    IssueOpened
    | IssueEdited
    | IssueClosed
    | IssueReopened
    | IssueGone
    | IssueLabeled
    | IssueUnlabeled
    | CommentCreated
    | CommentEdited
    | PullRequestOpened
    | PullRequestClosed
    | PullRequestSynchronized
    | PullRequestLabeled
    | PullRequestUnlabeled
    | Pushed
    | InstallationCreated
    | RepositoriesAdded
    | InstallationDeleted
    | Ping
)


def parse(event: str, payload: Mapping[str, Any], delivery: str) -> Event | None:
    """The event of a delivery, or None where its kind is not ours to handle.

    Raises `MalformedEvent` where the payload of a kind that is ours is not as GitHub describes it.
    """
    whole = Payload(payload)
    read = READERS.get((event, whole.words("action")))
    return read(whole, delivery) if read else None


class _Happening(TypedDict):
    delivery: str
    sender: Sender


class _InRepository(_Happening):
    repository: Repository


def _happening(payload: Payload, delivery: str) -> _Happening:
    return {"delivery": delivery, "sender": _sender(payload.child("sender"))}


def _in_repository(payload: Payload, delivery: str) -> _InRepository:
    repository = _repository(payload.child("repository"), payload.child("installation").number("id"))
    return {**_happening(payload, delivery), "repository": repository}


def _sender(user: Payload) -> Sender:
    return Sender(user.text("login"), user.number("id"), user.text("type") == "Bot")


def _repository(repository: Payload, installation: int) -> Repository:
    return Repository(repository.number("id"), repository.full_name("full_name"), installation)


def _login(subject: Payload) -> str:
    """The login of who opened it; GitHub has null there once the account was deleted, and shows `ghost`."""
    return subject.child("user").text("login") if subject.has("user") else "ghost"


def _issue(issue: Payload) -> Issue:
    return Issue(
        number=issue.number("number"),
        title=issue.text("title"),
        body=issue.words("body"),
        author=_login(issue),
        open=issue.text("state") == "open",
        labels=tuple(label.text("name") for label in issue.children("labels")),
        url=issue.text("html_url"),
        pull=issue.has("pull_request"),
    )


class _OnIssue(_InRepository):
    at: str
    issue: Issue


def _on_issue(payload: Payload, delivery: str) -> _OnIssue:
    issue = payload.child("issue")
    at = issue.instant("updated_at", "created_at")
    return {**_in_repository(payload, delivery), "at": at, "issue": _issue(issue)}


class _OnPull(_InRepository):
    at: str
    pull: Pull
    fork: bool


def _on_pull(payload: Payload, delivery: str) -> _OnPull:
    common = _in_repository(payload, delivery)
    facts = payload.child("pull_request")
    head = facts.child("head")
    pull = Pull(
        number=facts.number("number"),
        url=facts.text("html_url"),
        head=head.text("sha"),
        head_branch=head.text("ref"),
        body=facts.words("body"),
        title=facts.text("title"),
        draft=facts.flag("draft"),
        open=facts.text("state") == "open",
        merged=facts.flag("merged"),
    )
    # GitHub has null there once the fork was deleted.
    fork = not head.has("repo") or head.child("repo").number("id") != common["repository"].id
    return {**common, "at": facts.instant("updated_at", "created_at"), "pull": pull, "fork": fork}


def _label(payload: Payload) -> str:
    return payload.child("label").text("name")


class _Commented(_OnIssue):
    comment: Written


def _commented(payload: Payload, delivery: str) -> _Commented:
    facts = payload.child("comment")
    author = _sender(facts.child("user")) if facts.has("user") else Sender("ghost", 0, is_bot=False)
    comment = Written(facts.number("id"), author, facts.words("body"), facts.text("html_url"))
    common = _on_issue(payload, delivery)
    common["at"] = facts.instant("updated_at", "created_at")
    return {**common, "comment": comment}


def _edited(payload: Payload, delivery: str) -> CommentEdited:
    common = _commented(payload, delivery)
    changes = payload.child("changes")
    before = changes.child("body").words("from") if changes.has("body") else common["comment"].body
    return CommentEdited(**common, before=before)


def _pushed(payload: Payload, delivery: str) -> Pushed:
    repository = payload.child("repository")
    return Pushed(
        **_in_repository(payload, delivery),
        at=repository.instant("pushed_at"),
        ref=payload.text("ref"),
        before=payload.text("before"),
        after=payload.text("after"),
        default_branch=repository.text("default_branch"),
        url=payload.words("compare"),
    )


class _Installed(_Happening):
    at: str
    installation: int
    repositories: tuple[Repository, ...]
    selected: bool


def _installed(payload: Payload, delivery: str, key: str) -> _Installed:
    installation = payload.child("installation")
    number = installation.number("id")
    return {
        **_happening(payload, delivery),
        "at": installation.instant("updated_at", "created_at"),
        "installation": number,
        "repositories": tuple(_repository(each, number) for each in payload.children(key)),
        "selected": installation.words("repository_selection") == "selected",
    }


def _uninstalled(payload: Payload, delivery: str) -> InstallationDeleted:
    installation = payload.child("installation")
    at = installation.instant("updated_at", "created_at")
    return InstallationDeleted(**_happening(payload, delivery), at=at, installation=installation.number("id"))


def _ping(payload: Payload, delivery: str) -> Ping:
    # The ping of an App's webhook has no sender.
    sender = _sender(payload.child("sender")) if payload.has("sender") else Sender("", 0, is_bot=False)
    return Ping(delivery, sender, payload.child("hook").instant("updated_at", "created_at"))


READERS: Mapping[tuple[str, str], Callable[[Payload, str], Event]] = {
    ("issues", "opened"): lambda p, d: IssueOpened(**_on_issue(p, d)),
    ("issues", "edited"): lambda p, d: IssueEdited(**_on_issue(p, d)),
    ("issues", "closed"): lambda p, d: IssueClosed(**_on_issue(p, d)),
    ("issues", "reopened"): lambda p, d: IssueReopened(**_on_issue(p, d)),
    ("issues", "deleted"): lambda p, d: IssueGone(**_on_issue(p, d), how="deleted"),
    ("issues", "transferred"): lambda p, d: IssueGone(**_on_issue(p, d), how="transferred"),
    ("issues", "labeled"): lambda p, d: IssueLabeled(**_on_issue(p, d), label=_label(p)),
    ("issues", "unlabeled"): lambda p, d: IssueUnlabeled(**_on_issue(p, d), label=_label(p)),
    ("issue_comment", "created"): lambda p, d: CommentCreated(**_commented(p, d)),
    ("issue_comment", "edited"): _edited,
    ("pull_request", "opened"): lambda p, d: PullRequestOpened(**_on_pull(p, d)),
    ("pull_request", "reopened"): lambda p, d: PullRequestOpened(**_on_pull(p, d)),
    ("pull_request", "closed"): lambda p, d: PullRequestClosed(**_on_pull(p, d)),
    ("pull_request", "synchronize"): lambda p, d: PullRequestSynchronized(**_on_pull(p, d)),
    ("pull_request", "labeled"): lambda p, d: PullRequestLabeled(**_on_pull(p, d), label=_label(p)),
    ("pull_request", "unlabeled"): lambda p, d: PullRequestUnlabeled(**_on_pull(p, d), label=_label(p)),
    ("push", ""): _pushed,
    ("installation", "created"): lambda p, d: InstallationCreated(**_installed(p, d, "repositories")),
    ("installation", "deleted"): _uninstalled,
    ("installation_repositories", "added"): lambda p, d: RepositoriesAdded(**_installed(p, d, "repositories_added")),
    ("ping", ""): _ping,
}

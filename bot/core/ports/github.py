"""What is asked of one repository on GitHub."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.core.identity import Repository
from bot.core.living.closing import Merge
from bot.core.living.known import Hands
from bot.core.publications import CheckWish, LabelWish, Remark
from bot.core.tracking.shape import Relations, Written

from .configuration import Layer

Permission = Literal["none", "read", "triage", "write", "maintain", "admin"]
WRITERS: frozenset[Permission] = frozenset({"write", "maintain", "admin"})


@dataclass(frozen=True)
class Issue:
    """An issue or pull request as it is now."""

    number: int
    title: str
    body: str
    author: str
    open: bool
    labels: tuple[str, ...]
    url: str
    pull: bool = False


@dataclass(frozen=True)
class Comment:
    """A comment as it is now. `ours` says that our own App wrote it."""

    id: int
    author: str
    body: str
    url: str
    created_at: str
    ours: bool = False


@dataclass(frozen=True)
class BranchCommit:
    """A commit on a branch. `ours` says that GitHub attributes it to our App, and signed it."""

    sha: str
    message: str
    at: str
    author: str
    ours: bool


@dataclass(frozen=True)
class Pull:
    """A pull request as it is now. `fork` says that its branch is in another repository."""

    number: int
    url: str
    head: str
    head_branch: str
    body: str
    title: str
    draft: bool
    open: bool
    merged: bool = False
    fork: bool = False
    author: str = ""


class Tracker(Protocol):
    """The issues that our App opens in one repository. `PersonError` where GitHub refuses, `MissingError` of a 404."""

    def issue(self, number: int) -> Issue:
        """`MissingError` where it was deleted or transferred."""

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments, by id."""

    def create_comment(self, number: int, body: str) -> int:
        """Returns the comment's id. 422 and 403 raise `PersonError`."""

    def ensure_label(self, wish: LabelWish) -> None:
        """The repository has this label."""

    def written(self, newest: int = 0) -> Sequence[Written]:
        """The issues that our App opened, closed ones too: all, a request for each hundred; or the newest so many."""

    def relations(self, issues: Sequence[Written]) -> Relations:
        """How these stand to each other, and which kinds of relation there are; a request for each hundred."""

    def open_issue(self, title: str, body: str, labels: Sequence[str], milestone: int) -> Written:
        """Opens an issue; without a milestone where that is 0."""

    def edit_issue(self, number: int, title: str, body: str, state: str, reason: str) -> None:
        """One edit; "" leaves a title, a state or its reason as it is."""

    def milestone(self, title: str, description: str) -> int:
        """The number of the milestone of this title, open or closed, made where there is none."""

    def nest(self, parent: int, child: int, instead: bool) -> None:
        """The issue with the database id `child` is a sub-issue; `instead` of being one of another."""

    def unnest(self, parent: int, child: int) -> None:
        """It is one no longer."""

    def block(self, number: int, blocker: int) -> None:
        """The issue is blocked by the one with the database id `blocker`."""

    def unblock(self, number: int, blocker: int) -> None:
        """It is blocked by it no longer."""


class GitHub(Tracker, Protocol):
    """One repository of one installation. Every method may raise `TransientError`; `MissingError` where named."""

    repository: Repository

    def hands(self, issues: Sequence[Written]) -> Mapping[int, Hands]:
        """Who is at these issues, and what closed them, by number; a request for each hundred."""

    def merge(self, number: int) -> Merge | None:
        """What a pull request closed that was merged into the default branch; None of any other."""

    def patch(self, number: int) -> str:
        """What a pull request changes, as a diff; without the files of which GitHub shows none."""

    def label(self, number: int, name: str, on: bool) -> None:
        """The issue has a label, or has it no longer; twice is once."""

    def login(self) -> str:
        """Our App's own user, e.g. `charrette[bot]`."""

    def default_branch(self) -> tuple[str, str]:
        """The default branch's name and head. `MissingError` in an empty repository."""

    def permission(self, login: str) -> Permission:
        """What this user may do now."""

    def head(self, branch: str) -> str | None:
        """A branch's head, or None."""

    def branches(self, prefix: str) -> Sequence[str]:
        """The names of the branches that begin so."""

    def branch_commits(self, branch: str, base: str) -> Sequence[BranchCommit]:
        """The commits of a branch that its base has not, oldest first."""

    def commit(
        self, branch: str, parent: str, files: Mapping[str, str], message: str, create: bool, also: str = ""
    ) -> tuple[str, Mapping[str, str]]:
        """One commit by the Git Data API, and the ref moved (never forced); returns its id and path to blob id.

        `create` makes the branch. With a commit `also`, it merges that, and has its files beside these.
        `ConflictError` where the ref has moved on or is there already.
        """

    def update_comment(self, id: int, body: str) -> None:
        """`MissingError` where somebody deleted it."""

    def pull_for(self, branch: str) -> Pull | None:
        """The newest pull request whose head is this branch, open or not."""

    def pull(self, number: int) -> Pull:
        """`MissingError` where there is none."""

    def create_pull(self, branch: str, base: str, title: str, body: str, draft: bool) -> Pull:
        """Opens a pull request."""

    def update_pull(self, number: int, title: str, body: str) -> None:
        """Edits title and body."""

    def set_draft(self, number: int, draft: bool) -> None:
        """Draft or ready for review."""

    def checks(self, head: str, name: str) -> Sequence[int]:
        """The ids of our App's check runs of this name on a commit."""

    def create_check(self, wish: CheckWish) -> int:
        """Returns the check run's id; more than 50 annotations go in further requests."""

    def update_check(self, id: int, wish: CheckWish) -> None:
        """Brings a check run into line."""

    def reviews(self, number: int) -> Sequence[Comment]:
        """The reviews that a pull request got, by id, each with its body."""

    def diff_lines(self, number: int) -> Mapping[str, frozenset[int]]:
        """The lines of a pull request's diff that a remark can stand on, by path, as the new files count them."""

    def create_review(self, number: int, commit: str, body: str, remarks: Sequence[Remark]) -> int:
        """A review that only comments; returns its id. `PersonError` where GitHub rejects it, with nothing written."""

    def react(self, number: int, comment: int, content: str) -> None:
        """A reaction on an issue (`comment` 0) or a comment; twice is once."""

    def touched(self, number: int) -> Iterator[str]:
        """The paths that a pull request changes; one request for a hundred of them, made as they are read."""

    def configuration(self, commit: str = "") -> Layer:
        """The repository's own configuration, at a commit or at its default branch's head.

        One request where there is none, or where it was read before.
        """

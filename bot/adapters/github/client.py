"""One repository of one installation, through PyGithub."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args
from urllib.parse import quote

from github import GithubException
from github.IssueComment import IssueComment
from github.Repository import Repository as TheirRepository

from bot.core.errors import ConflictError, MissingError, PersonError, TransientError
from bot.core.identity import Repository
from bot.core.living.closing import Merge
from bot.core.living.known import Hands
from bot.core.ports import BranchCommit, Comment, GitHub, Issue, Layer, Permission, Pull
from bot.core.publications import Annotation, CheckWish, LabelWish, Remark
from bot.core.tracking.shape import Relations, Written

from . import checks, commits, issues, living, reviews, shapes
from .layers import Contents
from .requester import Requester
from .tokens import NAMED, Tokens
from .translate import translated

T = TypeVar("T")
AGAIN = 2
PERMISSIONS = frozenset(get_args(Permission))


class Client(GitHub):
    """The repository as it is on GitHub now. Not for sharing between threads: PyGithub mixes up their responses."""

    def __init__(
        self, repository: Repository, app_id: int, tokens: Tokens, requester: Requester, contents: Contents
    ) -> None:
        self.repository, self._contents = repository, contents
        self._app_id, self._tokens, self._requester = app_id, tokens, requester
        self._limiter = requester.limiter
        # By its id: a former name redirects, and PyGithub takes the redirection of a write for its answer.
        # By its name where no id is known.
        path = f"/repos/{repository.full_name}" if repository.id == NAMED else f"/repositories/{repository.id}"
        self._repo = TheirRepository(requester, url=path)

    # --- the repository ---

    def login(self) -> str:
        return self._tokens.login()

    def default_branch(self) -> tuple[str, str]:
        name = self._ask(lambda: self._repo.default_branch)
        head = self.head(name)
        if head is None:
            raise MissingError(f"The branch `{name}` has no commit yet. Push a first one, then put the label on again.")
        return name, head

    def permission(self, login: str) -> Permission:
        path = f"{self._repo.url}/collaborators/{quote(login, safe='')}/permission"
        try:
            found = self._ask(lambda: self._requester.requestJsonAndCheck("GET", path)[1])
        except MissingError:
            return "none"
        # A role of the organization's own making has the permission that it was made from.
        role: Permission = found["role_name"] if found.get("role_name") in PERMISSIONS else found["permission"]
        return role

    def configuration(self, commit: str = "") -> Layer:
        return self.layer(".github", ".github/", commit)

    def layer(self, folder: str, where: str, commit: str = "") -> Layer:
        """The configuration in a folder of the repository, at a commit or at the default branch's head."""

        def read(path: str, **parameters: str) -> Any:
            url = f"{self._repo.url}/{path}"
            return self._ask(lambda: self._requester.requestJsonAndCheck("GET", url, parameters or None)[1])

        return self._contents.layer(read, folder, where, commit)

    def ensure_label(self, wish: LabelWish) -> None:
        try:
            self._ask(lambda: self._repo.get_label(wish.name).color)
        except MissingError:
            try:
                self._ask(lambda: self._repo.create_label(wish.name, wish.color, wish.description))
            except ConflictError:
                return

    # --- issues and their comments ---

    def issue(self, number: int) -> Issue:
        found, there = self._ask(lambda: self._issue(number))
        if not there:
            raise MissingError(f"Issue {number} was transferred to another repository.")
        return found

    def _issue(self, number: int) -> tuple[Issue, bool]:
        """The issue, and whether it is still in this repository: GitHub redirects from a transferred issue."""
        found = self._repo.get_issue(number)
        issue = shapes.issue(found)
        named = f"/{self.repository.full_name}/".lower() in issue.url.lower()
        return issue, issue.number == number and (named or found.repository.id == self.repository.id)

    def comments(self, number: int) -> Sequence[Comment]:
        ours = self.login()
        found = self._ask(lambda: [shapes.comment(each, ours) for each in self._repo.get_issue(number).get_comments()])
        return sorted(found, key=lambda comment: comment.id)

    def create_comment(self, number: int, body: str) -> int:
        return self._ask(lambda: self._repo.get_issue(number).create_comment(body).id)

    def update_comment(self, id: int, body: str) -> None:
        self._ask(lambda: self._comment(id).edit(body))

    def react(self, number: int, comment: int, content: str) -> None:
        on = self._comment(comment) if comment else self._repo.get_issue(number)
        self._ask(lambda: on.create_reaction(content))

    def _comment(self, id: int) -> IssueComment:
        return self._repo.get_issue(0).get_comment(id)

    # --- the issues of a plan ---

    def written(self, newest: int = 0) -> Sequence[Written]:
        return self._ask(lambda: issues.written(self._requester, self._repo.url, self.login(), newest))

    def relations(self, issues_: Sequence[Written]) -> Relations:
        return self._ask_together(lambda: issues.relations(self._requester, self.repository.id, issues_))

    def _ask_together(self, ask: Callable[[], T]) -> T:
        """Runs a query about several issues, one of which may be deleted meanwhile: then it is transient."""

        def guarded() -> T:
            try:
                return ask()
            except GithubException as error:
                if issues.passing(error):
                    raise TransientError("An issue went while it was read, or a limit is reached.", 5.0) from error
                raise

        return self._ask(guarded)

    def open_issue(self, title: str, body: str, labels: Sequence[str], milestone: int) -> Written:
        sent = {"title": title, "body": body, "labels": list(labels), **({"milestone": milestone} if milestone else {})}
        return issues.shape(self._send("POST", "issues", sent))

    def edit_issue(self, number: int, title: str, body: str, state: str, reason: str) -> None:
        values = {"title": title, "state": state, "state_reason": reason if state else ""}
        self._send("PATCH", f"issues/{number}", {"body": body, **{name: each for name, each in values.items() if each}})

    def milestone(self, title: str, description: str) -> int:
        def find() -> int:
            return next((each.number for each in self._repo.get_milestones(state="all") if each.title == title), 0)

        try:
            return self._ask(find) or self._ask(lambda: self._repo.create_milestone(title, "open", description).number)
        except ConflictError:
            return self._ask(find)

    def nest(self, parent: int, child: int, instead: bool) -> None:
        self._send("POST", f"issues/{parent}/sub_issues", {"sub_issue_id": child, "replace_parent": instead})

    def unnest(self, parent: int, child: int) -> None:
        self._send("DELETE", f"issues/{parent}/sub_issue", {"sub_issue_id": child})

    def block(self, number: int, blocker: int) -> None:
        self._send("POST", f"issues/{number}/dependencies/blocked_by", {"issue_id": blocker})

    def unblock(self, number: int, blocker: int) -> None:
        self._send("DELETE", f"issues/{number}/dependencies/blocked_by/{blocker}", None)

    def hands(self, issues_: Sequence[Written]) -> Mapping[int, Hands]:
        return self._ask_together(lambda: living.hands(self._requester, self.repository.id, issues_))

    def merge(self, number: int) -> Merge | None:
        return self._ask_together(lambda: living.merge(self._requester, self._repo, number))

    def patch(self, number: int) -> str:
        files = self._ask(lambda: list(self._repo.get_pull(number).get_files()))
        return "\n".join(f"--- {file.filename} ({file.status})\n{file.patch}" for file in files if file.patch)

    def label(self, number: int, name: str, on: bool) -> None:
        try:
            if on:
                self._send("POST", f"issues/{number}/labels", {"labels": [name]})
            else:
                self._send("DELETE", f"issues/{number}/labels/{quote(name, safe='')}", None)
        except MissingError:
            if on:
                raise

    def _send(self, verb: str, path: str, sent: dict[str, Any] | None) -> Any:
        url = f"{self._repo.url}/{path}"
        return self._ask(lambda: self._requester.requestJsonAndCheck(verb, url, input=sent)[1])

    # --- branches ---

    def head(self, branch: str) -> str | None:
        try:
            return self._ask(lambda: self._repo.get_git_ref(f"heads/{branch}").object.sha)
        except MissingError:
            return None

    def branches(self, prefix: str) -> Sequence[str]:
        return self._ask(
            lambda: [
                each.ref.removeprefix("refs/heads/") for each in self._repo.get_git_matching_refs(f"heads/{prefix}")
            ]
        )

    def branch_commits(self, branch: str, base: str) -> Sequence[BranchCommit]:
        ours = self.login()
        return self._ask(
            lambda: [shapes.branch_commit(each, ours) for each in self._repo.compare(base, branch).commits]
        )

    def commit(
        self, branch: str, parent: str, files: Mapping[str, str], message: str, create: bool, also: str = ""
    ) -> tuple[str, Mapping[str, str]]:
        commits.guard(branch, files)
        below = self._ask(lambda: self._repo.get_git_commit(parent))
        parents = [below, *([self._ask(lambda: self._repo.get_git_commit(also))] if also else [])]
        tree = self._ask_again(lambda: commits.write_tree(self._repo, parents[-1], files))
        # It names no author, so that GitHub attributes it to the App and signs it.
        sha = self._ask_again(lambda: self._repo.create_git_commit(message, tree, parents).sha)
        try:
            self._ask(lambda: commits.move(self._repo, branch, sha, create))
        except TransientError:
            # It may have been done, and only the answer lost.
            if self.head(branch) != sha:
                raise
        return sha, {path: commits.blob_id(text) for path, text in files.items()}

    def _ask_again(self, ask: Callable[[], T]) -> T:
        """Repeats a write of a git object. If the first response was lost, a second object does no harm."""
        for _ in range(AGAIN):
            try:
                return self._ask(ask)
            except TransientError as error:
                if error.retry_after:
                    raise
        return self._ask(ask)

    # --- pull requests ---

    def pull_for(self, branch: str) -> Pull | None:
        owner = self.repository.full_name.split("/")[0]
        found = self._ask(
            lambda: [
                shapes.pull(each)
                for each in self._repo.get_pulls(
                    state="all", sort="created", direction="desc", head=f"{owner}:{branch}"
                )
                if each.head.ref == branch
            ]
        )
        return max(found, key=lambda pull: pull.number, default=None)

    def pull(self, number: int) -> Pull:
        return self._ask(lambda: shapes.pull(self._repo.get_pull(number)))

    def touched(self, number: int) -> Iterator[str]:
        files = iter(self._repo.get_pull(number).get_files())
        while (file := self._ask(lambda: next(files, None))) is not None:
            yield file.filename
            if file.previous_filename:
                yield file.previous_filename

    def create_pull(self, branch: str, base: str, title: str, body: str, draft: bool) -> Pull:
        try:
            return self._create_pull(branch, base, title, body, draft)
        except PersonError as error:
            # Private repositories of some plans have no drafts.
            if not draft or "draft" not in str(error).lower():
                raise
            return self._create_pull(branch, base, title, body, draft=False)

    def _create_pull(self, branch: str, base: str, title: str, body: str, draft: bool) -> Pull:
        return self._ask(lambda: shapes.pull(self._repo.create_pull(base, branch, title=title, body=body, draft=draft)))

    def update_pull(self, number: int, title: str, body: str) -> None:
        self._ask(lambda: self._repo.get_pull(number).edit(title=title, body=body))

    def set_draft(self, number: int, draft: bool) -> None:
        found = self._repo.get_pull(number)
        if self._ask(lambda: found.draft) != draft:
            self._ask(found.convert_to_draft if draft else found.mark_ready_for_review)

    # --- reviews ---

    def reviews(self, number: int) -> Sequence[Comment]:
        ours = self.login()
        found = self._ask(lambda: [reviews.review(each, ours) for each in self._repo.get_pull(number).get_reviews()])
        return sorted(found, key=lambda review: review.id)

    def diff_lines(self, number: int) -> Mapping[str, frozenset[int]]:
        # A large or binary file has no patch.
        files = self._ask(lambda: list(self._repo.get_pull(number).get_files()))
        return {file.filename: reviews.commentable(file.patch or "") for file in files}

    def create_review(self, number: int, commit: str, body: str, remarks: Sequence[Remark]) -> int:
        return self._ask(lambda: reviews.submit(self._repo.get_pull(number), commit, body, remarks))

    # --- checks ---

    def checks(self, head: str, name: str) -> Sequence[int]:
        runs = self._repo.get_commit(head).get_check_runs(check_name=name, filter="all")
        return sorted(self._ask(lambda: [run.id for run in runs if run.app.id == self._app_id]))

    def create_check(self, wish: CheckWish) -> int:
        first, *rest = checks.batches(wish.annotations)
        check = self._ask(
            lambda: self._repo.create_check_run(
                wish.name, wish.head, output=checks.output(wish, first), **checks.state(wish)
            )
        )
        for batch in rest:
            self._extend(check.id, wish, batch)
        return check.id

    def update_check(self, id: int, wish: CheckWish) -> None:
        missing = self._ask(lambda: checks.missing(self._repo.get_check_run(id), wish.annotations))
        for batch in checks.batches(missing):
            self._extend(id, wish, batch)

    def _extend(self, id: int, wish: CheckWish, annotations: Sequence[Annotation]) -> None:
        check = self._repo.get_check_run(id)
        self._ask(lambda: check.edit(output=checks.output(wish, annotations), **checks.state(wish)))

    # --- requests ---

    def _ask(self, ask: Callable[[], T]) -> T:
        with translated(self._limiter):
            return ask()

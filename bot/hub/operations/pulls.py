"""Pull requests: open, draft and ready, merge."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from bot.hub.access import allow
from bot.hub.code import Signature
from bot.hub.events import emit, view_of
from bot.hub.facts import Issue, PullRequest, Repository
from bot.hub.history import count, log, merged_tree
from bot.hub.hub import Actor, Hub, RefusedError, invalid
from bot.hub.resources.pulls import full_pull_request
from bot.hub.store import AbsentError

from . import references
from .issues import checked_body, checked_title, happened, set_state
from .objects import signature

MergeMethod = Literal["merge", "squash", "rebase"]
CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+/[\w.-]+))?#(\d+)\b", re.IGNORECASE)


def _refuse(message: str) -> RefusedError:
    return RefusedError(422, "Validation Failed", ({"resource": "PullRequest", "code": "custom", "message": message},))


def create(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    title: str,
    head: str,
    base: str,
    body: str | None = None,
    *,
    draft: bool = False,
) -> PullRequest:
    """An open pull request of branch `head`, or of a fork's `owner:head`, into branch `base`; one branch has one."""
    owner = hub.store.full_name(repository).split("/")[0]
    fork = _fork(hub, repository, head.rpartition(":")[0], owner)
    allow(hub, actor, repository, ("pull_requests",), "write", "read" if fork else "write")
    checked_title("PullRequest", title)
    checked_body("PullRequest", body)
    head = head.rpartition(":")[2]
    code, store = hub.code(repository), hub.store
    base_sha = code.resolve(f"refs/heads/{base}")
    head_sha = hub.code(fork or repository).resolve(f"refs/heads/{head}")
    if base_sha is None:
        raise invalid("PullRequest", "base")
    if head_sha is None:
        raise invalid("PullRequest", "head")
    if fork:
        references.bring(hub, fork, repository, head_sha)
    with store.transaction():
        _none_yet(hub, repository, owner, head, base)
        if count(code, f"{base_sha}..{head_sha}") == 0:
            raise _refuse(f"No commits between {base} and {head}")
        now = store.now()
        number = store.next_number(repository)
        issue = store.add(
            Issue(
                repository.id,
                number,
                title,
                actor.account.id,
                body,
                is_pull_request=True,
                via_app=actor.via_app,
                created_at=now,
                updated_at=now,
            )
        )
        made = PullRequest(repository.id, issue.id, number, head, head_sha, base, base_sha, draft)
        pull = store.add(replace(made, fork_id=fork.id if fork else 0))
        code.update_ref(f"refs/pull/{number}/head", head_sha)
        _tell(hub, actor, repository, pull, "opened")
    return pull


def _fork(hub: Hub, repository: Repository, owner: str, own: str) -> Repository | None:
    """The fork of another owner that a head names."""
    if owner in ("", own):
        return None
    try:
        return hub.store.find(Repository, owner_id=hub.store.account(owner).id, parent_id=repository.id)
    except AbsentError:
        return None


def _none_yet(hub: Hub, repository: Repository, owner: str, head: str, base: str) -> None:
    for other in hub.store.all(PullRequest, repository_id=repository.id, head_ref=head, base_ref=base, fork_id=0):
        if hub.store.get(Issue, other.issue_id).state == "open":
            raise _refuse(f"A pull request already exists for {owner}:{head}.")


def _tell(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, action: str, **parts: object) -> None:
    shown = full_pull_request(view_of(hub), pull)
    emit(hub, actor, repository, "pull_request", action, number=pull.number, pull_request=shown, **parts)


def set_draft(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, draft: bool) -> PullRequest:
    """The pull request is a draft, or ready for review."""
    issue = hub.store.get(Issue, pull.issue_id)
    own = issue.author_id == actor.account.id
    allow(hub, actor, repository, ("pull_requests",), "write", "read" if own else "write")
    if pull.draft == draft:
        return pull
    with hub.store.transaction():
        pull = hub.store.change(pull, draft=draft)
        hub.store.change(issue, updated_at=hub.store.now())
        happened(hub, actor, issue, "convert_to_draft" if draft else "ready_for_review")
        _tell(hub, actor, repository, pull, "converted_to_draft" if draft else "ready_for_review")
    return pull


def set_base(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, base: str) -> PullRequest:
    """The pull request goes into another branch."""
    allow(hub, actor, repository, ("pull_requests",), "write", "write")
    tip = hub.code(repository).resolve(f"refs/heads/{base}")
    if tip is None:
        raise invalid("PullRequest", "base")
    with hub.store.transaction():
        before = pull
        pull = hub.store.change(pull, base_ref=base, base_sha=tip)
        changes = {"base": {"ref": {"from": before.base_ref}, "sha": {"from": before.base_sha}}}
        _tell(hub, actor, repository, pull, "edited", changes=changes)
    return pull


def merge(
    hub: Hub,
    actor: Actor,
    repository: Repository,
    pull: PullRequest,
    method: MergeMethod = "merge",
    *,
    title: str | None = None,
    message: str | None = None,
    sha: str | None = None,
) -> str:
    """The SHA of the merging commit; 405 for a draft, a conflict, or what is closed; 409 for another head."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    with hub.store.transaction():
        pull = hub.store.get(PullRequest, pull.id)
        issue = hub.store.get(Issue, pull.issue_id)
        if pull.merged_at or issue.state == "closed" or method not in ("merge", "squash"):
            raise RefusedError(405, "Pull Request is not mergeable")
        if pull.draft:
            raise RefusedError(405, "Pull Request is still a draft")
        if sha is not None and sha != pull.head_sha:
            raise RefusedError(409, "Head branch was modified. Review and try the merge again.")
        code = hub.code(repository)
        base = code.resolve(f"refs/heads/{pull.base_ref}")
        tree = merged_tree(code, base, pull.head_sha) if base else None
        if base is None or tree is None:
            raise RefusedError(405, "Pull Request is not mergeable")
        head, text = _words(hub, repository, pull, issue, base, method)
        full = f"{title or head}\n\n{text if message is None else message}".rstrip() + "\n"
        parents = [base, pull.head_sha] if method == "merge" else [base]
        committer = Signature("GitHub", "noreply@github.com", hub.store.now())
        made = code.write_commit(tree, parents, full, signature(hub, actor), committer)
        pull = hub.store.change(pull, base_sha=base)
        code.update_ref(f"refs/heads/{pull.base_ref}", made, base)
        pull = references.mark_merged(hub, actor, repository, pull, made)
        references.moved(hub, actor, repository, {f"refs/heads/{pull.base_ref}": (base, made)})
        _close_issues(hub, actor, repository, pull, f"{issue.body or ''}\n{full}", made)
    return made


def _words(
    hub: Hub, repository: Repository, pull: PullRequest, issue: Issue, base: str, method: MergeMethod
) -> tuple[str, str]:
    """Title and text of the merging commit, as GitHub writes them by default."""
    if method == "merge":
        owner = hub.store.full_name(repository).split("/")[0]
        return f"Merge pull request #{pull.number} from {owner}/{pull.head_ref}", issue.title
    commits = log(hub.code(repository), f"{base}..{pull.head_sha}")
    return f"{issue.title} (#{pull.number})", "\n\n".join(f"* {each.message}" for each in reversed(commits))


def _close_issues(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, text: str, sha: str) -> None:
    """A merge into the default branch closes the issues that the pull request says it closes."""
    if pull.base_ref != repository.default_branch:
        return
    for closed in _named(hub, repository, text):
        if closed.state == "open":
            happened(hub, actor, closed, "referenced", commit_sha=sha)
            set_state(hub, actor, repository, closed, "closed", "completed")


def _named(hub: Hub, repository: Repository, text: str) -> list[Issue]:
    """The issues of the repository behind closing keywords."""
    full_name, found = hub.store.full_name(repository).lower(), []
    for named, number in dict.fromkeys(CLOSES.findall(text)):
        if named and named.lower() != full_name:
            continue
        try:
            issue = hub.store.issue(repository, int(number))
        except AbsentError:
            continue
        if not issue.is_pull_request:
            found.append(issue)
    return found


def closes(hub: Hub, pull: PullRequest) -> list[Issue]:
    """The issues that a pull request into the default branch says it closes."""
    repository = hub.store.get(Repository, pull.repository_id)
    body = hub.store.get(Issue, pull.issue_id).body or ""
    return _named(hub, repository, body) if pull.base_ref == repository.default_branch else []


def closing(hub: Hub, repository: Repository, issue: Issue, **which: bool | None) -> list[PullRequest]:
    """The pull requests that say that they close an issue; closed and merged ones too where that is asked for."""
    found = []
    for pull in hub.store.all(PullRequest, repository_id=repository.id):
        is_open = hub.store.get(Issue, pull.issue_id).state == "open"
        if (is_open or which.get("includeClosedPrs")) and issue.id in [each.id for each in closes(hub, pull)]:
            found.append(pull)
    return found

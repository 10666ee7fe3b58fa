"""Branches move: by push, by the Git Data API, by a merge; pull requests and webhooks follow."""

from __future__ import annotations

from bot.hub.access import allow
from bot.hub.code import ZERO, Code
from bot.hub.events import emit, view_of
from bot.hub.facts import Issue, PullRequest, Repository
from bot.hub.history import CommitData, changed_files, commit, log
from bot.hub.hub import Actor, Hub, RefusedError
from bot.hub.resources.commits import account_of
from bot.hub.resources.pulls import full_pull_request
from bot.hub.resources.repositories import repository as repository_json
from bot.hub.resources.view import Json, View

from .issues import happened, set_state

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
COMMITS_IN_PUSH = 20


def create(hub: Hub, actor: Actor, repository: Repository, ref: str, sha: str) -> None:
    """The reference exists and points at the commit."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    code = hub.code(repository)
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise RefusedError(422, "Reference name must start with 'refs/' and have at least two slashes")
    if code.kind(sha) != "commit":
        raise RefusedError(422, "Object does not exist")
    if ref.startswith("refs/pull/") or code.text("check-ref-format", ref, accept=(0, 1, 128)):
        raise RefusedError(422, "Reference name is invalid")
    with hub.store.transaction():
        if code.ref(ref):
            raise RefusedError(422, "Reference already exists")
        code.update_ref(ref, sha, ZERO)
        moved(hub, actor, repository, {ref: (ZERO, sha)})


def update(hub: Hub, actor: Actor, repository: Repository, ref: str, sha: str, *, force: bool = False) -> None:
    """The reference points at the commit; without force only forward."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    code = hub.code(repository)
    if code.kind(sha) != "commit":
        raise RefusedError(422, "Object does not exist")
    with hub.store.transaction():
        before = code.ref(ref)
        if before is None or ref.startswith("refs/pull/"):
            raise RefusedError(422, "Reference does not exist")
        if not force and not code.is_ancestor(before, sha):
            raise RefusedError(422, "Update is not a fast forward")
        code.update_ref(ref, sha, before)
        moved(hub, actor, repository, {ref: (before, sha)})


def delete(hub: Hub, actor: Actor, repository: Repository, ref: str) -> None:
    """The reference is gone; the default branch stays."""
    allow(hub, actor, repository, ("contents",), "write", "write")
    if ref == f"refs/heads/{repository.default_branch}":
        raise RefusedError(422, "Cannot delete the default branch")
    code = hub.code(repository)
    with hub.store.transaction():
        before = code.ref(ref)
        if before is None or ref.startswith("refs/pull/"):
            raise RefusedError(422, "Reference does not exist")
        code.delete_ref(ref)
        moved(hub, actor, repository, {ref: (before, ZERO)})


def moved(hub: Hub, actor: Actor, repository: Repository, moves: dict[str, tuple[str, str]]) -> None:
    """Everyone hears that references moved: pull requests are synchronized or closed, the App gets `push`."""
    with hub.store.transaction():
        hub.store.change(repository, pushed_at=hub.store.now(), updated_at=hub.store.now())
        for ref, (before, after) in moves.items():
            _tell_push(hub, actor, repository, ref, before, after)
            if ref.startswith("refs/heads/"):
                _follow(hub, actor, repository, ref.removeprefix("refs/heads/"), before, after)


def _follow(hub: Hub, actor: Actor, repository: Repository, branch: str, before: str, after: str) -> None:
    store = hub.store
    for pull in store.all(PullRequest, fork_id=repository.id, head_ref=branch):
        base = store.get(Repository, pull.repository_id)
        if after != ZERO and store.get(Issue, pull.issue_id).state == "open":
            bring(hub, repository, base, after)
            _synchronize(hub, actor, base, pull, before, after)
    for pull in store.all(PullRequest, repository_id=repository.id, head_ref=branch, fork_id=0):
        issue = store.get(Issue, pull.issue_id)
        if issue.state == "open" and after == ZERO:
            set_state(hub, actor, repository, issue, "closed")
        elif issue.state == "open":
            _synchronize(hub, actor, repository, pull, before, after)
    if after != ZERO:
        _merged_by_push(hub, actor, repository, branch, after)


def bring(hub: Hub, fork: Repository, repository: Repository, sha: str) -> None:
    """A fork's commit is in the repository too, as GitHub's network of forks has it."""
    hub.code(repository).run("fetch", "--quiet", "--no-write-fetch-head", str(hub.code(fork).path.resolve()), sha)


def _synchronize(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, before: str, after: str) -> None:
    store, code = hub.store, hub.code(repository)
    base = code.resolve(f"refs/heads/{pull.base_ref}") or pull.base_sha
    pull = store.change(pull, head_sha=after, base_sha=base)
    store.change(store.get(Issue, pull.issue_id), updated_at=store.now())
    code.update_ref(f"refs/pull/{pull.number}/head", after)
    shown = full_pull_request(view_of(hub), pull)
    parts: Json = {"number": pull.number, "pull_request": shown, "before": before, "after": after}
    emit(hub, actor, repository, "pull_request", "synchronize", **parts)


def _merged_by_push(hub: Hub, actor: Actor, repository: Repository, branch: str, after: str) -> None:
    """A pull request whose head is in its base now was merged, however that came about."""
    store, code = hub.store, hub.code(repository)
    for pull in store.all(PullRequest, repository_id=repository.id, base_ref=branch, merged_at=""):
        issue = store.get(Issue, pull.issue_id)
        if issue.state == "open" and code.is_ancestor(pull.head_sha, after):
            mark_merged(hub, actor, repository, pull, after)


def mark_merged(hub: Hub, actor: Actor, repository: Repository, pull: PullRequest, sha: str) -> PullRequest:
    """The pull request is merged as this commit, and closed."""
    store = hub.store
    now = store.now()
    pull = store.change(pull, merged_at=now, merged_by_id=actor.account.id, merge_commit_sha=sha)
    issue = store.get(Issue, pull.issue_id)
    happened(hub, actor, issue, "merged", commit_sha=sha)
    set_state(hub, actor, repository, issue, "closed")
    return pull


def _pushed_commit(view: View, repository: Repository, code: Code, data: CommitData) -> Json:
    author, committer = account_of(view, data.author), account_of(view, data.committer)
    files = changed_files(code, data.parents[0] if data.parents else EMPTY_TREE, data.sha)
    return {
        "id": data.sha,
        "tree_id": data.tree,
        "distinct": True,
        "message": data.message,
        "timestamp": data.committer.date,
        "url": view.repo_html(repository, f"/commit/{data.sha}"),
        "author": {
            "name": data.author.name,
            "email": data.author.email,
            **({"username": author.login} if author else {}),
        },
        "committer": {
            "name": data.committer.name,
            "email": data.committer.email,
            **({"username": committer.login} if committer else {}),
        },
        "added": [file.path for file in files if file.status == "added"],
        "removed": [file.path for file in files if file.status == "removed"],
        "modified": [file.path for file in files if file.status not in ("added", "removed")],
    }


def _tell_push(hub: Hub, actor: Actor, repository: Repository, ref: str, before: str, after: str) -> None:
    if "push" not in hub.app.events or hub.installation(repository) is None:
        return
    view, code = view_of(hub), hub.code(repository)
    created, deleted = before == ZERO, after == ZERO
    commits: list[CommitData] = []
    if not deleted:
        base = f"refs/heads/{repository.default_branch}"
        # A new branch shows what it adds to the default branch, an old one what it gained.
        since = before if not created else code.resolve(base) or ""
        range_ = f"{since}..{after}" if since and since != after else after
        commits = [] if created and since == after else log(code, range_, limit=COMMITS_IN_PUSH)
    shown = [_pushed_commit(view, repository, code, each) for each in reversed(commits)]
    head = None if deleted else _pushed_commit(view, repository, code, commit(code, after))
    forced = not created and not deleted and not code.is_ancestor(before, after)
    fresh = repository_json(view, hub.store.get(Repository, repository.id))
    parts: Json = {
        "ref": ref,
        "before": before,
        "after": after,
        "created": created,
        "deleted": deleted,
        "forced": forced,
        "base_ref": None,
        "compare": view.repo_html(repository, f"/compare/{before[:12]}...{after[:12]}"),
        "commits": shown,
        "head_commit": head,
        "pusher": {"name": actor.account.login, "email": actor.account.email},
        "repository": fresh,
    }
    emit(hub, actor, repository, "push", "", **parts)

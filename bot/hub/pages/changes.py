"""Commits, branches, comparisons, and the edit of a file."""

from __future__ import annotations

from urllib.parse import quote

from werkzeug.wrappers import Response as Answer

from bot.hub.facts import Issue, PullRequest
from bot.hub.history import EMPTY_TREE, changed_files, commit, count, log
from bot.hub.hub import RefusedError
from bot.hub.operations import objects, pulls, references

from .browsing import Spot, spot
from .diffs import file_diffs
from .history import told
from .visit import NOT_FOUND, Routes, Visit

routes = Routes()
PAGE = 30


@routes("GET /<owner>/<repo>/commits/<path:rest>")
def commits(visit: Visit) -> Answer:
    at = spot(visit, visit.parameters["rest"])
    number = int(visit.asked("page")) if visit.asked("page").isdigit() else 1
    skip = (max(number, 1) - 1) * PAGE
    found = log(visit.hub.code(visit.repository), at.sha, path=at.path, limit=PAGE + 1, skip=skip)
    return visit.page("commits.html", at=at, commits=told(visit, found[:PAGE]), number=number, more=len(found) > PAGE)


@routes("GET /<owner>/<repo>/commits")
def commits_of_default(visit: Visit) -> Answer:
    return visit.go(f"{visit.root}/commits/{quote(visit.repository.default_branch)}")


@routes("GET /<owner>/<repo>/commit/<sha>")
def one_commit(visit: Visit) -> Answer:
    code = visit.hub.code(visit.repository)
    sha = code.resolve(visit.parameters["sha"])
    if sha is None:
        raise NOT_FOUND
    found = commit(code, sha)
    files = changed_files(code, found.parents[0] if found.parents else EMPTY_TREE, sha)
    return visit.page("commit.html", commit=told(visit, [found])[0], diffs=file_diffs(files))


@routes("GET /<owner>/<repo>/branches")
def branches(visit: Visit) -> Answer:
    code, base = visit.hub.code(visit.repository), visit.repository.default_branch
    rows = []
    for name, sha in code.branches().items():
        ahead = count(code, f"refs/heads/{base}..{sha}")
        behind = count(code, f"{sha}..refs/heads/{base}")
        rows.append((name, told(visit, [commit(code, sha)])[0], ahead, behind, _pull_of(visit, name)))
    rows.sort(key=lambda row: (row[0] != base, row[0]))
    return visit.page("branches.html", rows=rows)


def _pull_of(visit: Visit, branch: str) -> PullRequest | None:
    found = visit.hub.store.all(PullRequest, repository_id=visit.repository.id, head_ref=branch)
    return found[-1] if found else None


@routes("POST /<owner>/<repo>/branches/delete")
def delete_branch(visit: Visit) -> Answer:
    references.delete(visit.hub, visit.actor, visit.repository, f"refs/heads/{visit.sent('branch')}")
    return visit.go(visit.request.referrer or f"{visit.root}/branches")


def _both(visit: Visit) -> tuple[str, str]:
    base, dots, head = visit.parameters["rest"].partition("...")
    return (base, head) if dots else (visit.repository.default_branch, base)


@routes("GET /<owner>/<repo>/compare/<path:rest>")
def compare(visit: Visit) -> Answer:
    """What `base...head` adds, and the form that makes a pull request of it."""
    code = visit.hub.code(visit.repository)
    base, head = _both(visit)
    base_sha, head_sha = code.resolve(base), code.resolve(head)
    if base_sha is None or head_sha is None:
        raise NOT_FOUND
    start = code.merge_base(base_sha, head_sha) or base_sha
    found = log(code, f"{base_sha}..{head_sha}")
    existing = _pull_of(visit, head)
    is_open = existing is not None and visit.hub.store.get(Issue, existing.issue_id).state == "open"
    return visit.page(
        "compare.html",
        base=base,
        head=head,
        commits=told(visit, found),
        diffs=file_diffs(changed_files(code, start, head_sha)),
        existing=existing if is_open else None,
        can_open=visit.may("write") and bool(found) and {base, head} <= set(code.branches()),
    )


@routes("POST /<owner>/<repo>/pulls")
def open_pull(visit: Visit) -> Answer:
    made = pulls.create(
        visit.hub,
        visit.actor,
        visit.repository,
        visit.sent("title"),
        visit.sent("head"),
        visit.sent("base"),
        visit.sent("body"),
        draft=visit.sent("draft") == "1",
    )
    return visit.go(f"{visit.root}/pull/{made.number}")


def _editable(visit: Visit) -> tuple[Spot, str, str]:
    """Where the file stands, its text and its blob; 404 where it is no text on a branch."""
    code = visit.hub.code(visit.repository)
    at = spot(visit, visit.parameters["rest"])
    entry = code.entry(at.sha, at.path)
    if code.ref(f"refs/heads/{at.ref}") is None or entry is None or entry.kind != "blob":
        raise NOT_FOUND
    content = code.blob(entry.sha)
    if b"\0" in content:
        raise RefusedError(422, "A binary file can't be edited here.")
    return at, content.decode(errors="replace"), entry.sha


@routes("GET /<owner>/<repo>/edit/<path:rest>")
def edit(visit: Visit) -> Answer:
    at, text, sha = _editable(visit)
    return visit.page("edit.html", at=at, text=text, sha=sha)


@routes("POST /<owner>/<repo>/edit/<path:rest>")
def save(visit: Visit) -> Answer:
    """The branch has a commit of the viewer's, in which the file says this."""
    at, before, _ = _editable(visit)
    text = visit.sent("text")
    # The browser sends two characters for each line's end, whatever the file has.
    text = text if "\r\n" in before else text.replace("\r\n", "\n")
    message = visit.sent("message").strip() or f"Update {at.path.rpartition('/')[2]}"
    objects.write_file(
        visit.hub, visit.actor, visit.repository, at.ref, at.path, text.encode(), message, visit.sent("sha")
    )
    return visit.go(f"{visit.root}/blob/{quote(at.ref)}/{quote(at.path)}")

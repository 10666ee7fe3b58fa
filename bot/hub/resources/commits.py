"""Commits, trees, files and references, read from the bare repository."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import quote

from bot.hub.code import Entry, Signature
from bot.hub.facts import Account, Repository, SignedCommit
from bot.hub.history import ChangedFile, CommitData

from .users import user
from .view import Json, View, node_id


def noreply(view: View, account: Account) -> str:
    """The address by which GitHub attributes a commit to an account."""
    host = view.hub.url.split("://", 1)[-1].split(":")[0]
    return f"{account.id}+{account.login}@users.noreply.{host}"


def account_of(view: View, who: Signature) -> Account | None:
    """The account that a commit's e-mail address belongs to."""
    if not who.email:
        return None
    number = who.email.split("+", 1)[0]
    store = view.hub.store
    if number.isdigit() and "@users.noreply." in who.email:
        return store.find(Account, id=int(number))
    return store.find(Account, email=who.email)


def _person(who: Signature) -> Json:
    moment = datetime.fromisoformat(who.date).astimezone(UTC)
    return {"name": who.name, "email": who.email, "date": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def verification(view: View, repository: Repository, sha: str) -> Json:
    """A commit that the App made through the API is signed by GitHub."""
    signed = view.hub.store.find(SignedCommit, repository_id=repository.id, sha=sha)
    if signed is None:
        return {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    signature = "-----BEGIN PGP SIGNATURE-----\n\nby the hub\n-----END PGP SIGNATURE-----"
    return {
        "verified": True,
        "reason": "valid",
        "signature": signature,
        "payload": f"tree of {sha}",
        "verified_at": signed.verified_at,
    }


def git_commit(view: View, repository: Repository, data: CommitData) -> Json:
    """https://docs.github.com/rest/git/commits#get-a-commit-object"""
    return {
        "sha": data.sha,
        "node_id": node_id("Commit", data.sha),
        "url": view.repo_api(repository, f"/git/commits/{data.sha}"),
        "html_url": view.repo_html(repository, f"/commit/{data.sha}"),
        "author": _person(data.author),
        "committer": _person(data.committer),
        "message": data.message,
        "tree": {"sha": data.tree, "url": view.repo_api(repository, f"/git/trees/{data.tree}")},
        "parents": [
            {
                "sha": parent,
                "url": view.repo_api(repository, f"/git/commits/{parent}"),
                "html_url": view.repo_html(repository, f"/commit/{parent}"),
            }
            for parent in data.parents
        ],
        "verification": verification(view, repository, data.sha),
    }


def commit(view: View, repository: Repository, data: CommitData, files: list[ChangedFile] | None = None) -> Json:
    """https://docs.github.com/rest/commits/commits#get-a-commit; with `files`, its size too."""
    author, committer = account_of(view, data.author), account_of(view, data.committer)
    api = view.repo_api(repository, f"/commits/{data.sha}")
    found: Json = {
        "sha": data.sha,
        "node_id": node_id("Commit", data.sha),
        "url": api,
        "html_url": view.repo_html(repository, f"/commit/{data.sha}"),
        "comments_url": f"{api}/comments",
        "commit": {
            "url": view.repo_api(repository, f"/git/commits/{data.sha}"),
            "author": _person(data.author),
            "committer": _person(data.committer),
            "message": data.message,
            "comment_count": 0,
            "tree": {"sha": data.tree, "url": view.repo_api(repository, f"/git/trees/{data.tree}")},
            "verification": verification(view, repository, data.sha),
        },
        "author": user(view, author) if author else None,
        "committer": user(view, committer) if committer else None,
        "parents": [
            {
                "sha": parent,
                "url": view.repo_api(repository, f"/commits/{parent}"),
                "html_url": view.repo_html(repository, f"/commit/{parent}"),
            }
            for parent in data.parents
        ],
    }
    if files is not None:
        added, removed = sum(each.additions for each in files), sum(each.deletions for each in files)
        found["stats"] = {"total": added + removed, "additions": added, "deletions": removed}
        found["files"] = [changed_file(view, repository, data.sha, each) for each in files]
    return found


def changed_file(view: View, repository: Repository, sha: str, fact: ChangedFile) -> Json:
    """https://docs.github.com/rest/pulls/pulls#list-pull-requests-files"""
    path = quote(fact.path)
    found: Json = {
        "sha": fact.sha,
        "filename": fact.path,
        "status": fact.status,
        "additions": fact.additions,
        "deletions": fact.deletions,
        "changes": fact.additions + fact.deletions,
        "blob_url": view.repo_html(repository, f"/blob/{sha}/{path}"),
        "raw_url": view.repo_html(repository, f"/raw/{sha}/{path}"),
        "contents_url": view.repo_api(repository, f"/contents/{path}?ref={sha}"),
    }
    if fact.patch is not None:
        found["patch"] = fact.patch
    if fact.previous:
        found["previous_filename"] = fact.previous
    return found


def tree(view: View, repository: Repository, sha: str, entries: list[Entry]) -> Json:
    """https://docs.github.com/rest/git/trees#get-a-tree"""
    shown = []
    for entry in entries:
        row: Json = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
        if entry.kind != "commit":
            row["url"] = view.repo_api(repository, f"/git/{entry.kind}s/{entry.sha}")
        if entry.size is not None:
            row["size"] = entry.size
        shown.append(row)
    return {
        "sha": sha,
        "url": view.repo_api(repository, f"/git/trees/{sha}"),
        "tree": shown,
        "truncated": False,
    }


def blob(view: View, repository: Repository, sha: str, content: bytes) -> Json:
    """https://docs.github.com/rest/git/blobs#get-a-blob"""
    return {
        "sha": sha,
        "node_id": node_id("Commit", sha),
        "size": len(content),
        "url": view.repo_api(repository, f"/git/blobs/{sha}"),
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }


def reference(view: View, repository: Repository, name: str, sha: str) -> Json:
    """https://docs.github.com/rest/git/refs#get-a-reference"""
    return {
        "ref": name,
        "node_id": node_id("Commit", name),
        "url": view.repo_api(repository, f"/git/{quote(name)}"),
        "object": {"sha": sha, "type": "commit", "url": view.repo_api(repository, f"/git/commits/{sha}")},
    }


def content(view: View, repository: Repository, ref: str, entry: Entry, path: str, data: bytes | None) -> Json:
    """https://docs.github.com/rest/repos/contents#get-repository-content; `data` only for a file by itself."""
    kind = {"tree": "dir", "commit": "submodule"}.get(entry.kind, "file")
    quoted = quote(path)
    url = view.repo_api(repository, f"/contents/{quoted}?ref={quote(ref)}")
    page = view.repo_html(repository, f"/{'tree' if kind == 'dir' else 'blob'}/{quote(ref)}/{quoted}")
    git_url = view.repo_api(repository, f"/git/{'trees' if kind == 'dir' else 'blobs'}/{entry.sha}")
    found: Json = {
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "sha": entry.sha,
        "size": entry.size or 0,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": view.repo_html(repository, f"/raw/{quote(ref)}/{quoted}") if kind == "file" else None,
        "type": kind,
        "_links": {"self": url, "git": git_url, "html": page},
    }
    if data is not None:
        found |= {"content": base64.encodebytes(data).decode(), "encoding": "base64"}
    return found

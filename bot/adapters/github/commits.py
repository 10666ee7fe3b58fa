"""Commits through the Git Data API: a tree with the files, a commit, and the branch moved, never forced.

https://docs.github.com/en/rest/git
"""

import hashlib
from collections.abc import Mapping
from urllib.parse import quote

from github.GitCommit import GitCommit
from github.GitTree import GitTree
from github.InputGitTreeElement import InputGitTreeElement
from github.Repository import Repository

from bot.core.identity import BRANCH_PREFIX


def blob_id(text: str) -> str:
    """The id that git gives to a file with this text."""
    content = text.encode()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def guard(branch: str, files: Mapping[str, str]) -> None:
    """Raises ValueError for a branch that isn't ours, or a path where files could take effect (`.git`, `.github`)."""
    if not branch.startswith(BRANCH_PREFIX):
        raise ValueError(f"{branch!r} is not a branch of ours")
    for path in files:
        parts = path.lower().split("/")
        if {"", ".", "..", ".git"} & set(parts) or parts[0] == ".github":
            raise ValueError(f"{path!r} is not for us to write")


def write_tree(repository: Repository, parent: GitCommit, files: Mapping[str, str]) -> GitTree:
    """The parent's tree with these files."""
    elements = [InputGitTreeElement(path, "100644", "blob", content=text) for path, text in files.items()]
    return repository.create_git_tree(elements, parent.tree)


def move(repository: Repository, branch: str, sha: str, create: bool) -> None:
    """Moves the branch to the commit, or creates it there."""
    if create:
        repository.create_git_ref(f"refs/heads/{branch}", sha)
    else:
        # PyGithub's lazy `GitRef.edit` asks at the address for reading, which has no PATCH.
        path = f"{repository.url}/git/refs/heads/{quote(branch)}"
        repository.requester.requestJsonAndCheck("PATCH", path, input={"sha": sha, "force": False})

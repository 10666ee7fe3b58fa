"""Reads a tree from any repository on this machine: a clone with its files, a worktree or a bare repository."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot.core.errors import Fault, FaultsError

from .git_commands import GitCommands, GitFailedError, GitTimeoutError
from .tree import GitTree, Objects

WHOLE = "Clone it whole, as with “git clone --bare URL”, and name that folder."


def local_tree(path: Path, rev: str) -> GitTree:
    """The files at what git calls `rev`, in the repository that contains `path`.

    `FaultsError` if there is no repository or no such commit, or if some of its files are not on this machine.
    """
    folder = git_folder(path)
    code = GitCommands(folder)
    try:
        commit = code.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}", accept=(0, 1))
    except GitFailedError:
        commit = ""
    if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
        mend = "Write a commit, a branch or a tag that is there; one of a server has to be fetched first."
        raise FaultsError([Fault(str(path), 0, f"There is no commit “{rev}” in this repository.", mend)])
    try:
        return GitTree(code, code, Objects(folder), commit)
    except (GitFailedError, GitTimeoutError) as error:
        raise FaultsError([Fault(str(path), 0, f"Git can't list its files: {error}.", WHOLE)]) from None


def git_folder(path: Path) -> Path:
    """The git folder of the repository that contains `path`; `FaultsError` if there is none."""
    for folder in _candidates(path.absolute()):
        commands = GitCommands(folder)
        try:
            commands.run("rev-parse", "--git-dir")
        except (GitFailedError, GitTimeoutError):
            continue
        return folder
    wrong = "This is no git repository." if path.exists() else "There is no such folder."
    mend = "Name the folder of a clone, or a bare repository, with --repo PATH."
    raise FaultsError([Fault(str(path), 0, wrong, mend)])


def _candidates(path: Path) -> Iterator[Path]:
    """Where the git folder may be, by git's rules but ignoring GIT_DIR, which hooks set."""
    if not path.is_dir():
        return
    for folder in (path, *path.parents):
        inside = folder / ".git"
        if inside.is_dir():
            yield inside
        elif inside.is_file():
            pointed = inside.read_text(errors="replace").partition("gitdir:")[2].strip()
            yield folder / pointed
        elif (folder / "HEAD").is_file() and (folder / "objects").is_dir():
            yield folder

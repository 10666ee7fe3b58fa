"""A clone, a bare repository or a plain folder becomes a repository of the hub."""

from __future__ import annotations

import os
from pathlib import Path

from .code import ZERO, Change, Code, GitError, Signature

IMPORTER = Signature("Hub Importer", "importer@users.noreply.localhost", "2026-01-01T00:00:00Z")
SKIPPED_FOLDERS = {"__pycache__", ".git"}
SKIPPED_SUFFIXES = {".pyc", ".pyo"}


def import_code(code: Code, source: Path) -> str:
    """The name of the default branch, once the repository holds what the source holds."""
    code.create()
    if (source / ".git").exists() or ((source / "HEAD").is_file() and (source / "objects").is_dir()):
        return _from_git(code, source)
    return _from_folder(code, source)


def _from_git(code: Code, source: Path) -> str:
    origin = Code(_git_folder(source))
    location = str(source.resolve())
    specs = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    code.run("fetch", "--quiet", "--update-shallow", "--no-write-fetch-head", location, *specs)
    branch = origin.text("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))
    if not branch:
        branch = "main"
        head = origin.text("rev-parse", "HEAD")
        code.run(
            "fetch", "--quiet", "--update-shallow", "--no-write-fetch-head", location, f"+HEAD:refs/heads/{branch}"
        )
        if code.resolve(branch) != head:
            raise GitError(f"{location} has no commit to import")
    if code.resolve(f"refs/heads/{branch}") is None:
        raise GitError(f"{location} has no commit on {branch}")
    code.run("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    return branch


def _git_folder(source: Path) -> Path:
    """Git's own folder of a clone, a bare repository, or a linked work tree, whose `.git` is a file that names it."""
    own = source / ".git"
    if own.is_file():
        return source / own.read_text("utf-8").partition("gitdir:")[2].strip()
    return own if own.is_dir() else source


def _files(source: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        here = Path(folder)
        links = [here / name for name in folders if (here / name).is_symlink()]
        found += links + [here / name for name in names if Path(name).suffix not in SKIPPED_SUFFIXES]
    return sorted(found)


def _from_folder(code: Code, source: Path) -> str:
    """One commit, whose SHA depends on the content alone."""
    files = [file for file in _files(source) if file.is_symlink() or file.is_file()]
    regular = [file for file in files if not file.is_symlink()]
    paths = "".join(f"{file.resolve()}\n" for file in regular).encode()
    shas = code.run("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=paths).decode().split()
    blobs = dict(zip(regular, shas, strict=True))
    changes = []
    for file in files:
        if file.is_symlink():
            mode, sha = "120000", code.write_blob(str(file.readlink()).encode())
        else:
            mode, sha = "100755" if os.access(file, os.X_OK) else "100644", blobs[file]
        changes.append(Change(file.relative_to(source).as_posix(), mode, sha))
    tree = code.write_tree(None, changes)
    commit = code.write_commit(tree, [], "Import\n", IMPORTER, IMPORTER)
    code.update_ref("refs/heads/main", commit, ZERO)
    return "main"

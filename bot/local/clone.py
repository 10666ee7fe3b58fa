"""A person's clone: what a run starts from, and how the run's branch gets there. Nothing else of it is touched."""

import os
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.adapters.git_commands import GitCommands, GitFailedError
from bot.adapters.local import git_folder
from bot.core.errors import FaultsError, PersonError
from bot.core.identity import slug_of

# Never by force, never a tag, and nothing that git does by the way.
QUIETLY = (
    *("--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head"),
    *("--no-recurse-submodules", "--no-auto-maintenance"),
)
ON_THIS_MACHINE = {"GIT_ALLOW_PROTOCOL": "file"}


@dataclass(frozen=True)
class Base:
    """The commit that a run starts from, and the name under which people know it."""

    commit: str
    name: str


@dataclass(frozen=True)
class Clone:
    """A repository of a person: the folder that they named, and git's own folder of it."""

    path: Path
    git: GitCommands

    @cached_property
    def common(self) -> Path:
        """Git's own folder, the one that linked work trees share."""
        return Path(self.git.text("rev-parse", "--path-format=absolute", "--git-common-dir"))

    @property
    def bare(self) -> bool:
        """There are no files beside it."""
        return self.git.text("rev-parse", "--is-bare-repository") == "true"

    @property
    def name(self) -> str:
        """The repository's name, as a page shows it."""
        folder = self.common.parent if self.common.name == ".git" else self.common
        return slug_of(folder.name.removesuffix(".git")) if re.search("[a-zA-Z0-9]", folder.name) else "repository"

    @property
    def person(self) -> str:
        """A login for whoever works here: their name as git has it, or `you`."""
        environment = {name: os.environ[name] for name in ("GIT_CONFIG_GLOBAL",) if name in os.environ}
        own = environment or {"GIT_CONFIG_GLOBAL": str(Path.home() / ".gitconfig")}
        name = self.git.run("config", "user.name", env=own, accept=(0, 1, 128)).decode(errors="replace")
        return slug_of(name, 30) if re.search("[a-zA-Z0-9]", name) else "you"

    def base(self, rev: str) -> Base:
        """The commit of a name; `PersonError` where there is none. Empty is what is checked out."""
        commit = self.git.text(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev or 'HEAD'}^{{commit}}", accept=(0, 1, 128)
        )
        if not re.fullmatch("[0-9a-f]{40}", commit):
            if not rev:
                raise PersonError(
                    f"{self.path}: nothing is committed on what is checked out there, so there is no code to design "
                    "for. Commit something first, or name a commit with --base."
                )
            raise PersonError(
                f"{self.path}: there is no commit “{rev}”. Give --base a commit, a branch or a tag of it."
            )
        named = rev or self.git.text("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))
        known = self.git.text("rev-parse", "--verify", "--quiet", f"refs/heads/{named}", accept=(0, 1, 128))
        return Base(commit, named if named and known == commit else "")

    def unseen(self) -> int:
        """How many files of the work tree differ from what is checked out."""
        if self.bare:
            return 0
        top = self.git.folder.parent
        if self.git.folder.parent.name == "worktrees":
            top = Path((self.git.folder / "gitdir").read_text().strip()).parent
        status = ("status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=all")
        try:
            said = self.git.run(f"--work-tree={top}", "--no-optional-locks", *status)
        except GitFailedError:
            return 0
        return said.count(b"\0")

    def branches(self) -> tuple[str, ...]:
        """Every branch that a run left here."""
        listed = self.git.text("for-each-ref", "--format=%(refname)", "refs/heads/charrette/")
        return tuple(name.removeprefix("refs/heads/") for name in listed.splitlines())

    def head(self, branch: str) -> str | None:
        """The commit of a branch, or None."""
        return self.git.commit(f"refs/heads/{branch}")

    def lend(self, base: Base, folder: Path) -> Path:
        """A bare repository with the base's history as its only branch, made of this one's objects, not of copies."""
        shutil.rmtree(folder, ignore_errors=True)
        lent = GitCommands(folder)
        lent.run("init", "--quiet", "--bare", "--template=", str(folder))
        objects = self.git.text("rev-parse", "--path-format=absolute", "--git-path", "objects")
        (folder / "objects/info").mkdir(exist_ok=True)
        (folder / "objects/info/alternates").write_text(f"{objects}\n")
        if (self.common / "shallow").exists():
            shutil.copy(self.common / "shallow", folder / "shallow")
        branch = f"refs/heads/{base.name or 'base'}"
        lent.run("update-ref", branch, base.commit)
        lent.run("symbolic-ref", "HEAD", branch)
        return folder

    def take(self, source: Path, branch: str) -> str:
        """The branch stands here as it stands in the source: empty, or why it doesn't. Never by force."""
        ref = f"refs/heads/{branch}"
        try:
            self.git.run("fetch", *QUIETLY, str(source), f"{ref}:{ref}", env=ON_THIS_MACHINE, timeout=600)
        except GitFailedError as error:
            return self._take_objects(source, branch, str(error))
        return ""

    def _take_objects(self, source: Path, branch: str, said: str) -> str:
        """The commits are here, though the branch can't be moved: git says why."""
        commit = GitCommands(source).commit(f"refs/heads/{branch}")
        try:
            self.git.run("fetch", *QUIETLY, str(source), f"refs/heads/{branch}", env=ON_THIS_MACHINE, timeout=600)
        except GitFailedError as error:
            return f"git can't bring the run's commits here: {error}"
        if "checked out" in said:
            return f"{branch} is checked out here, so it is not moved; “git merge --ff-only {commit}” there does that."
        mine = self.head(branch)
        if mine and commit and self.git.run("rev-list", "--max-count=1", mine, f"^{commit}"):
            return (
                f"{branch} has commits here that the run doesn't have; it is not moved. “git merge {commit}” brings "
                "both together."
            )
        return f"git can't move {branch}: {said}"


def find(path: Path) -> Clone:
    """The clone that a person named; `PersonError` where there is none that a run can work with."""
    try:
        folder = git_folder(path)
    except FaultsError as error:
        (fault,) = error.faults
        raise PersonError(f"{fault.where}: {fault.wrong} Give --repo the folder of a clone.") from None
    clone = Clone(path, GitCommands(folder))
    if clone.git.text("rev-parse", "--show-object-format") != "sha1":
        raise PersonError(
            f"{path}: its objects are named by SHA-256, as GitHub has none, and Charrette can't read them. Give --repo "
            "a clone of a repository with SHA-1 names (“git init --object-format=sha1”)."
        )
    return clone

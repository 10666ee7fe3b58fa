"""Code is kept in real bare repositories, and git itself answers for diffs, merges, conflicts and file lists."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .reader import Reader

ZERO = "0" * 40
SHA = re.compile(r"[0-9a-f]{40}")
SAFE = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "core.quotePath=false")
# What these print of whole ids is the same for ever.
LASTING = frozenset({"diff", "log", "ls-tree", "merge-base", "merge-tree", "rev-list", "show"})
WHOLE = re.compile(r"-.*|\^?[0-9a-f]{40}(\.\.[0-9a-f]{40}|:.*)?", re.DOTALL)
KEPT = 512
# No reference has these, and to git some of them would mean more than a name.
ODD = re.compile(r"[ ~^:?*\[\\]|\.\.|@\{")


CONFIG = """[core]
\thooksPath = /dev/null
[http]
\treceivepack = true
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\thideRefs = refs/pull
"""


class GitError(RuntimeError):
    """Git refused; the message is its own."""


@dataclass(frozen=True)
class Signature:
    """Author or committer of a commit; `date` is ISO 8601 with a zone."""

    name: str
    email: str
    date: str


@dataclass(frozen=True)
class Entry:
    """One entry of a tree; `size` is set for blobs alone."""

    mode: str
    kind: str
    sha: str
    path: str
    size: int | None


@dataclass(frozen=True)
class Change:
    """A wish for one path of a new tree: `sha` None deletes it."""

    path: str
    mode: str
    sha: str | None


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Git runs without the person's own configuration, prompts or signing."""
    base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8"}
    return {
        **base,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **(extra or {}),
    }


class Code:
    """One bare repository."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reader = Reader(self._command(), environment())
        self._known: dict[tuple[str, ...], subprocess.CompletedProcess[bytes]] = {}

    def close(self) -> None:
        """No process of it runs."""
        self._reader.close()

    def _command(self, *arguments: str) -> list[str]:
        return ["git", *SAFE, f"--git-dir={self.path}", *arguments]

    def run(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, accept: Sequence[int] = (0,)
    ) -> bytes:
        """What `git ARGUMENTS` prints; raises GitError on a status that isn't accepted."""
        lasting = arguments[0] in LASTING and not stdin and not env and _whole(arguments[1:])
        done = self._known.get(arguments) if lasting else None
        if done is None:
            done = subprocess.run(
                self._command(*arguments), input=stdin, capture_output=True, env=environment(env), check=False
            )
        # What is not there may come.
        if lasting and done.returncode < 128:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[arguments] = done
        if done.returncode not in accept:
            raise GitError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]}: {done.returncode}")
        return done.stdout

    def text(self, *arguments: str, accept: Sequence[int] = (0,)) -> str:
        """What `git ARGUMENTS` prints, as text without the last newline."""
        return self.run(*arguments, accept=accept).decode(errors="replace").rstrip("\n")

    def create(self) -> None:
        """An empty bare repository exists."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.run("init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(self.path))
        with (self.path / "config").open("a") as config:
            config.write(CONFIG)

    # References

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Name to SHA of every reference that starts with the prefix, by name."""
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        pairs = (line.split(" ", 1) for line in lines)
        return {name: sha for name, sha in pairs if name.startswith(prefix)}

    def ref(self, name: str) -> str | None:
        """What a full reference points at, or None."""
        found = self._reader.find(name) if name.startswith("refs/") and not ODD.search(name) else None
        return found.sha if found else None

    def branches(self) -> dict[str, str]:
        """Branch name to SHA, by name."""
        return {name.removeprefix("refs/heads/"): sha for name, sha in self.refs("refs/heads/").items()}

    def resolve(self, name: str) -> str | None:
        """The commit that a branch, tag, full reference or SHA (a unique beginning will do) names, or None."""
        if not name or name.startswith("-") or ODD.search(name):
            return None
        whole = name.startswith("refs/") or SHA.fullmatch(name)
        for candidate in (name,) if whole else (f"refs/heads/{name}", f"refs/tags/{name}", name):
            found = self._reader.find(f"{candidate}^{{commit}}")
            if found:
                return found.sha
        return None

    def tree(self, name: str) -> str | None:
        """The tree of what a whole id or reference names, or None."""
        found = self._reader.find(f"{name}^{{tree}}")
        return found.sha if found else None

    def update_ref(self, ref: str, sha: str, before: str | None = None) -> None:
        """The reference points at the SHA; with `before`, only if it pointed there until now."""
        self.run("update-ref", ref, sha, *([before] if before is not None else []))

    def delete_ref(self, ref: str) -> None:
        """The reference is gone."""
        self.run("update-ref", "-d", ref)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """The newer commit contains the older one."""
        done = self.run("rev-list", "--max-count=1", older, f"^{newer}")
        return not done.strip()

    def merge_base(self, one: str, other: str) -> str | None:
        """The commit from which both came, or None."""
        return self.text("merge-base", one, other, accept=(0, 1)) or None

    # Objects

    def kind(self, sha: str) -> str | None:
        """blob, tree, commit or tag; None where there is no such object."""
        if not SHA.fullmatch(sha):
            return None
        found = self._reader.find(sha)
        return found.kind if found else None

    def blob(self, sha: str) -> bytes:
        """The bytes of a blob."""
        found = self._reader.read(sha)
        if found is None or found.kind != "blob":
            raise GitError(f"There is no blob {sha}.")
        return found.content

    def write_blob(self, content: bytes) -> str:
        """The SHA of the blob that now holds the bytes."""
        return self.run("hash-object", "-w", "--stdin", stdin=content).decode().strip()

    def write_tree(self, base: str | None, changes: Sequence[Change]) -> str:
        """The SHA of the tree that is `base` with the changes made."""
        index = self.path / f"index-{os.urandom(8).hex()}"
        env = {"GIT_INDEX_FILE": str(index)}
        lines = []
        for change in changes:
            mode, sha = ("0", ZERO) if change.sha is None else (change.mode, change.sha)
            lines.append(f"{mode} {sha}\t{change.path}\0")
        try:
            self.run("read-tree", *([base] if base else ["--empty"]), env=env)
            self.run(
                "update-index",
                "-z",
                "--add",
                "--index-info",
                stdin="".join(lines).encode(errors="surrogateescape"),
                env=env,
            )
            return self.run("write-tree", env=env).decode().strip()
        finally:
            index.unlink(missing_ok=True)

    def write_commit(
        self, tree: str, parents: Sequence[str], message: str, author: Signature, committer: Signature
    ) -> str:
        """The SHA of a new commit."""
        env = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.email,
            "GIT_AUTHOR_DATE": author.date,
            "GIT_COMMITTER_NAME": committer.name,
            "GIT_COMMITTER_EMAIL": committer.email,
            "GIT_COMMITTER_DATE": committer.date,
        }
        arguments = [part for parent in parents for part in ("-p", parent)]
        done = self.run("commit-tree", tree, *arguments, stdin=message.encode(), env=env)
        return done.decode().strip()

    def entries(self, tree: str, path: str = "", *, recursive: bool = False) -> list[Entry]:
        """The entries of a tree (or of the folder at `path` in it), sorted as git sorts them."""
        where = f"{tree}:{path.strip('/')}" if path.strip("/") else tree
        flags = ["-r", "-t"] if recursive else []
        listed = self.run("ls-tree", "-z", "-l", "--full-tree", *flags, where).decode(errors="replace")
        found = []
        for line in listed.split("\0"):
            if line:
                facts, name = line.split("\t", 1)
                mode, kind, sha, size = facts.split()
                found.append(Entry(mode, kind, sha, name, int(size) if size.isdigit() else None))
        return found

    def entry(self, tree: str, path: str) -> Entry | None:
        """What stands at the path, or None; the root is a tree with an empty path."""
        path = path.strip("/")
        if not path:
            root = self.tree(tree)
            return Entry("040000", "tree", root, "", None) if root else None
        listed = self.run("ls-tree", "-z", "-l", "--full-tree", tree, "--", path, accept=(0, 128)).decode(
            errors="replace"
        )
        for line in listed.split("\0"):
            if line:
                facts, name = line.split("\t", 1)
                mode, kind, sha, size = facts.split()
                return Entry(mode, kind, sha, name, int(size) if size.isdigit() else None)
        return None


def _whole(arguments: Sequence[str]) -> bool:
    """Objects are named by their whole ids alone, so that the answer can't change; paths may follow."""
    named = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return all(WHOLE.fullmatch(each) for each in named)

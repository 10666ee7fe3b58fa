"""Local clones: for each repository the code at the requested commits and, separately, the history.

The code is a shallow but complete clone, so that a conversation needs no network. The history has only commits and
trees.
"""

import base64
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.errors import MissingError, PersonError, TransientError
from bot.core.identity import Repository

from .git_commands import GitCommands, GitFailedError, GitTimeoutError
from .tree import Entry, GitTree, Objects, entries

Credentials = Callable[[Repository], tuple[str, str | None]]
Refused = Callable[[Repository, str], None]

COMMIT = re.compile(r"[0-9a-f]{40}")
BRANCH = re.compile(r"(?!-)(?!.*\.\.)[^\x00-\x20\x7f~^:?*\[\\]+")
PROTOCOLS = frozenset({"https", "http", "file"})
DEPTH = 1000
FETCH_SECONDS = 900.0
TREES, FOLDERS = 4, 256
# As with other reading, a failure that passes by itself is not worth losing all that was read before it.
TRIES, BREATH = 3, 0.2

ABSENT = ("not our ref", "couldn't find remote ref", "no such remote ref", "unadvertised object")
DENIED = ("Authentication failed", "could not read Username", "terminal prompts disabled", "error: 401", "error: 403")
GONE = ("not found", "does not appear to be a git repository", "error: 404")


class _DeniedError(PersonError):
    """The server denies read access."""


class Clones:
    """The clones below one folder, by repository id, because names change.

    `credentials` returns the URL to clone from and, if needed, a token. It is called before every fetch, because tokens
    expire. `refused` is called with a token that the server rejected, before another is requested.
    """

    def __init__(self, folder: Path, credentials: Credentials, refused: Refused = lambda *_: None) -> None:
        self._folder = folder
        self._credentials = credentials
        self._refused = refused
        self._checkouts: dict[int, GitCheckout] = {}

    def checkout(self, repository: Repository) -> "GitCheckout":
        """The clone of a repository; nothing is fetched yet."""
        known = self._checkouts.get(repository.id)
        if known is None:
            made = GitCheckout(self._folder / str(repository.id))
            known = self._checkouts.setdefault(repository.id, made)
        return known.of(lambda: self._credentials(repository), lambda token: self._refused(repository, token))


class GitFiles:
    """Implements `bot.core.ports.Files`: reads a clone, and never fetches."""

    def __init__(self, code: GitCommands, history: GitCommands, objects: Objects) -> None:
        self._code, self._history, self._objects = code, history, objects
        self._tree = lru_cache(maxsize=TREES)(self._read_tree)
        self._below = lru_cache(maxsize=FOLDERS)(self._read_folder)

    def tree(self, commit: str) -> GitTree:
        """The files at a commit or branch that was fetched; `MissingError` if it wasn't."""
        return self._tree(self._found(commit))

    def text(self, path: str, commit: str) -> str | None:
        """A file's text at a commit; None if it is missing, binary, a link, a submodule or too large."""
        return self._objects.text(self._below(self._found(commit), path.rpartition("/")[0]).get(path))

    def blobs(self, commit: str, folder: str) -> Mapping[str, str]:
        """The files below a folder: path to blob id."""
        below = self._below(self._found(commit), folder.strip("/"))
        return {path: entry.sha for path, entry in below.items() if entry.kind != "submodule"}

    def _found(self, commit: str) -> str:
        if not self._code.folder.exists():
            raise MissingError(f"Nothing was fetched yet, and so not `{commit}`.")
        found = self._objects.commit(commit if COMMIT.fullmatch(commit) else f"refs/heads/{commit}")
        if found is None:
            raise MissingError(f"`{commit}` was not fetched.")
        return found

    def _read_tree(self, commit: str) -> GitTree:
        return GitTree(self._code, self._history, self._objects, commit)

    def _read_folder(self, commit: str, folder: str) -> Mapping[str, Entry]:
        return entries(self._code, commit, folder)


class GitCheckout:
    """Implements `bot.core.ports.Checkout`. Safe for threads, and for processes that share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._code = GitCommands(folder / "code.git")
        self._history = GitCommands(folder / "history.git")
        self._objects = {commands: Objects(commands.folder) for commands in (self._code, self._history)}
        self._source: Callable[[], tuple[str, str | None]] | None = None
        self._refused: Callable[[str], None] = lambda _: None
        self._files = GitFiles(self._code, self._history, self._objects[self._code])

    def of(self, source: Callable[[], tuple[str, str | None]], refused: Callable[[str], None]) -> "GitCheckout":
        """This clone, with the source that it fetches from from now on."""
        self._source, self._refused = source, refused
        return self

    def fetch(self, *refs: str) -> None:
        """Fetches commits (40 hexadecimal digits) or branches completely; commits that are here cost nothing.

        `MissingError` if one does not exist, `PersonError` if we may not read it, else `TransientError`.
        """
        for ref in refs:
            if not BRANCH.fullmatch(ref):
                raise MissingError(f"`{ref}` is no commit and no branch.")
        with self._alone():
            self._fetch(self._code, refs, "--depth=1")
            self._fetch(self._history, refs, f"--depth={DEPTH}", "--filter=blob:none")

    def files(self) -> "GitFiles":
        """Read access to what was fetched; it can't fetch, and holds no credential."""
        return self._files

    def tree(self, commit: str) -> GitTree:
        """The files at a commit or branch that was fetched; `MissingError` if it wasn't."""
        return self._files.tree(commit)

    def text(self, path: str, commit: str) -> str | None:
        """A file's text at a commit; None if it is missing, binary, a link, a submodule or too large."""
        return self._files.text(path, commit)

    def blobs(self, commit: str, folder: str) -> Mapping[str, str]:
        """The files below a folder: path to blob id."""
        return self._files.blobs(commit, folder)

    def merged(self, common: str, ours: str, theirs: str, both: bool = False) -> str | None:
        """A three-way merge of texts, as git merges a file; None if there is a conflict.

        With `both`, both sides of a conflict are kept.
        """
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / name for name in ("ours", "common", "theirs")]
            for path, text in zip(paths, (ours, common, theirs), strict=True):
                path.write_bytes(text.encode())
            union = ("--union",) if both else ()
            try:
                return self._code.run("merge-file", "-p", *union, *map(str, paths)).decode()
            except GitFailedError:
                return None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Allows one fetch at a time, and first removes what a killed fetch left, which would block later ones."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for left in (*self._folder.glob("new-*"), *self._folder.glob("*.git/objects/pack/tmp_*")):
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
            for left in (*self._folder.glob("*.git/*.lock"), *self._folder.glob("*.git/refs/**/*.lock")):
                left.unlink(missing_ok=True)
            yield

    def _fetch(self, commands: GitCommands, refs: tuple[str, ...], *options: str) -> None:
        if not commands.folder.exists():
            self._create(commands.folder)
        # The reference, and not the object, says that a fetch was whole: a killed one may leave the object alone.
        known = self._objects[commands]
        wanted = [_refspec(ref) for ref in refs if not (COMMIT.fullmatch(ref) and known.commit(_kept(ref)))]
        if not wanted:
            return
        denied, last = 0, TransientError("")
        for attempt in range(1, TRIES + 1):
            try:
                self._ask(commands, wanted, refs, options)
                return
            except GitTimeoutError as error:
                raise TransientError(str(error)) from None
            except _DeniedError as error:
                denied, last = denied + 1, TransientError(str(error))
                if denied == TRIES:
                    raise
            except TransientError as error:
                last = error
            time.sleep(BREATH * attempt)
        raise last

    def _ask(self, commands: GitCommands, wanted: list[str], refs: tuple[str, ...], options: tuple[str, ...]) -> None:
        """One fetch; `_DeniedError` if another token might be accepted."""
        assert self._source is not None
        url, token = self._source()
        quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
        try:
            commands.run("fetch", *quiet, *options, "origin", *wanted, env=_access(url, token), timeout=FETCH_SECONDS)
        except GitFailedError as error:
            told = _told(str(error).replace(token or "\0", "***"), refs)
            if isinstance(told, _DeniedError) and token is not None:
                # It may have expired, or been revoked, in the middle.
                self._refused(token)
            raise told from None

    def _create(self, folder: Path) -> None:
        """Creates a bare repository, completely or not at all."""
        made = Path(tempfile.mkdtemp(prefix="new-", dir=self._folder))
        GitCommands(made).run("init", "--quiet", "--bare", "--template=", str(made))
        made.rename(folder)


def _kept(commit: str) -> str:
    return f"refs/kept/{commit}"


def _refspec(ref: str) -> str:
    return f"+{ref}:{_kept(ref)}" if COMMIT.fullmatch(ref) else f"+refs/heads/{ref}:refs/heads/{ref}"


def _access(url: str, token: str | None) -> dict[str, str]:
    """The environment for a fetch: the remote and, only for its own host, the token. Neither is written to disk."""
    parts = urlsplit(url)
    scheme = parts.scheme or "file"
    if scheme not in PROTOCOLS:
        raise PersonError(f"A repository can't be cloned by `{scheme}`: use one of {', '.join(sorted(PROTOCOLS))}.")
    options = {"remote.origin.url": url}
    if token is not None:
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        options[f"http.{scheme}://{parts.netloc.rpartition('@')[2]}/.extraHeader"] = f"Authorization: Basic {basic}"
    numbered = list(enumerate(options.items()))
    return {
        "GIT_ALLOW_PROTOCOL": scheme,
        "GIT_CONFIG_COUNT": str(len(numbered)),
        **{f"GIT_CONFIG_KEY_{n}": key for n, (key, _) in numbered},
        **{f"GIT_CONFIG_VALUE_{n}": value for n, (_, value) in numbered},
        **{name: os.devnull for name in ("GIT_TRACE_CURL", "GIT_TRACE") if name in os.environ},
    }


def _told(said: str, refs: tuple[str, ...]) -> Exception:
    if any(words in said for words in ABSENT):
        return MissingError(f"The repository has not all of {', '.join(refs)}: {said}")
    if any(words in said for words in DENIED):
        return _DeniedError(f"The repository can't be read with the App's permissions: {said}")
    if any(words in said for words in GONE):
        return MissingError(f"The repository is not there, or is not shown to the App: {said}")
    return TransientError(f"The repository could not be fetched: {said}")

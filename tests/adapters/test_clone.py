"""Clones: whole at the commits that were asked for, safe from what a repository and its server may try."""

import base64
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import clone, git_commands
from bot.adapters.clone import Clones, GitCheckout
from bot.adapters.git_commands import GitCommands, GitFailedError, GitTimeoutError
from bot.core.errors import CharretteError, MissingError, PersonError, TransientError
from bot.core.identity import Repository
from bot.core.ports import Checkout
from tests.adapters.repositories import Upstream

ACME = Repository(7, "acme/web", 1)
TOKEN = "ghs_" + "a1b2c3d4" * 5


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "upstream")


@pytest.fixture
def checkout(tmp_path: Path, upstream: Upstream) -> GitCheckout:
    return Clones(tmp_path / "clones", lambda _: (upstream.url, None)).checkout(ACME)


def test_a_commit_is_fetched_whole(upstream: Upstream, checkout: Checkout) -> None:
    first = upstream.commit("one", {"a.py": "x = 1\ny = 2\n", "src/b.py": "z = 3"})
    second = upstream.commit("two", {"a.py": "x = 9\n"})
    checkout.fetch(first)
    tree = checkout.tree(first)
    assert tree.commit == first
    assert tree.files() == ("a.py", "src/b.py")
    assert tree.lines("a.py") == ["x = 1", "y = 2"]
    assert checkout.text("src/b.py", first) == "z = 3"
    with pytest.raises(MissingError):
        checkout.tree(second)


def test_a_branch_is_fetched_again_when_it_moves(upstream: Upstream, checkout: GitCheckout) -> None:
    upstream.commit("one", {"a.py": "1"})
    checkout.fetch("main")
    assert checkout.text("a.py", "main") == "1"
    second = upstream.commit("two", {"a.py": "2"})
    checkout.fetch("main")
    assert checkout.text("a.py", "main") == "2"
    assert checkout.tree("main").commit == second


def test_a_branch_may_be_moved_back(upstream: Upstream, checkout: GitCheckout) -> None:
    first = upstream.commit("one", {"a.py": "1"})
    upstream.commit("two", {"a.py": "2"})
    checkout.fetch("main")
    upstream.git("reset", "--hard", first)
    checkout.fetch("main")
    assert checkout.tree("main").commit == first


def test_a_commit_that_is_here_asks_nobody(upstream: Upstream, tmp_path: Path) -> None:
    commit = upstream.commit("one", {"a.py": "1"})
    asked: list[Repository] = []

    def credentials(repository: Repository) -> tuple[str, None]:
        asked.append(repository)
        return upstream.url, None

    clones = Clones(tmp_path / "clones", credentials)
    clones.checkout(ACME).fetch(commit)
    before = len(asked)
    clones.checkout(ACME).fetch(commit)
    assert len(asked) == before > 0


def test_the_code_is_shallow_and_nothing_is_left_to_fetch(upstream: Upstream, checkout: GitCheckout) -> None:
    upstream.commit("one", {"a.py": "1"})
    commit = upstream.commit("two", {"a.py": "2", "b.py": "3"})
    checkout.fetch(commit)
    upstream.folder.rename(upstream.folder.with_name("gone"))
    assert checkout.text("b.py", commit) == "3"
    assert [entry.subject for entry in checkout.tree(commit).log("a.py", 10).entries] == ["two", "one"]


def test_a_renamed_repository_keeps_its_clone(upstream: Upstream, tmp_path: Path) -> None:
    commit = upstream.commit("one", {"a.py": "1"})
    clones = Clones(tmp_path / "clones", lambda _: (upstream.url, None))
    clones.checkout(ACME).fetch(commit)
    assert clones.checkout(Repository(7, "acme/site", 1)).text("a.py", commit) == "1"


def test_blobs_of_a_folder_are_gits(upstream: Upstream, checkout: GitCheckout) -> None:
    commit = upstream.commit("one", {"docs/a.md": "a", "docs/b/c.md": "c", "docsy.md": "d"})
    checkout.fetch(commit)
    assert checkout.blobs(commit, "docs") == {
        "docs/a.md": upstream.git("rev-parse", "HEAD:docs/a.md"),
        "docs/b/c.md": upstream.git("rev-parse", "HEAD:docs/b/c.md"),
    }


# --- what has no lines -----------------------------------------------------------------------------------------------


def test_what_is_no_text_has_no_lines(upstream: Upstream, checkout: GitCheckout) -> None:
    upstream.write({"a.txt": "a\n"})
    (upstream.folder / "link").symlink_to("/etc/passwd")
    inner = Upstream(upstream.folder / "sub")
    inner.commit("inner", {"x": "y"})
    upstream.git("-c", "advice.addEmbeddedRepo=false", "add", "sub")
    commit = upstream.commit("one", {"image.png": b"\x89PNG\0\1", "large.txt": "a" * 2_000_001})
    checkout.fetch(commit)
    tree = checkout.tree(commit)
    assert tree.files() == ("a.txt", "image.png", "large.txt", "link", "sub")
    assert [path for path in tree.files() if tree.lines(path) is not None] == ["a.txt"]
    assert tree.lines("no/such") is None
    assert tree.lines("../a.txt") is None
    assert checkout.text("link", commit) is None


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a", ["a"], id="no end"),
        pytest.param(b"a\n\n", ["a", ""], id="an empty line"),
        pytest.param(b"a\r\nb\r\n", ["a", "b"], id="windows"),
        pytest.param(b"a\x0cb\xe2\x80\xa8c\n", ["a\x0cb\u2028c"], id="other separators are no ends"),
        pytest.param(b"caf\xe9\n", ["caf�"], id="latin-1"),
    ],
)
def test_lines_are_counted_as_git_counts_them(
    upstream: Upstream, checkout: GitCheckout, content: bytes, lines: list[str]
) -> None:
    commit = upstream.commit("one", {"f": content})
    checkout.fetch(commit)
    assert checkout.tree(commit).lines("f") == lines


def test_names_may_be_odd(upstream: Upstream, checkout: GitCheckout) -> None:
    names = ["-n", "a b\tc", 'q"uote', "ünï.py", "*.py", ":(top)x"]
    commit = upstream.commit("one", dict.fromkeys(names, "here\n"))
    checkout.fetch(commit)
    tree = checkout.tree(commit)
    assert sorted(tree.files()) == sorted(names)
    assert all(tree.lines(name) == ["here"] for name in names)
    assert sorted(hit.path for hit in tree.search("here", "", False, 80, 10).hits) == sorted(names)
    assert [hit.path for hit in tree.search("here", "*.py", False, 80, 10).hits] == ["*.py"]


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["f" * 40, "no-such-branch", "--upload-pack=touch /tmp/x", "a..b", "", "a b"])
def test_what_is_not_there_is_missing(upstream: Upstream, checkout: GitCheckout, ref: str) -> None:
    upstream.commit("one", {"a.py": "1"})
    with pytest.raises(MissingError):
        checkout.fetch(ref)


def test_an_empty_repository_has_no_branch(upstream: Upstream, checkout: GitCheckout) -> None:
    with pytest.raises(MissingError):
        checkout.fetch("main")


def test_nothing_is_read_before_a_fetch(checkout: GitCheckout) -> None:
    with pytest.raises(MissingError):
        checkout.tree("main")


def test_a_missing_server_passes(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        Clones(tmp_path / "clones", lambda _: ("http://127.0.0.1:1/a/b.git", None)).checkout(ACME).fetch("main")


@pytest.mark.parametrize("url", ["ext::sh -c 'touch pwned'", "ssh://git@host/a", "git://host/a"])
def test_other_protocols_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises((PersonError, TransientError)):
        Clones(tmp_path / "clones", lambda _: (url, None)).checkout(ACME).fetch("main")
    assert not Path("pwned").exists()


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/acme/web.git"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, PersonError), (403, PersonError), (404, MissingError), (500, TransientError)],
    ids=["401", "403", "404", "500"],
)
def test_the_token_goes_in_a_header_and_nowhere_else(tmp_path: Path, status: int, error: type[CharretteError]) -> None:
    seen: list[str | None] = []

    def deny(asked: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        seen.append(asked.headers["authorization"])
        return status, {"www-authenticate": "Basic"}, b""

    with serving(deny) as url, pytest.raises(error) as caught:
        Clones(tmp_path / "clones", lambda _: (url, TOKEN)).checkout(ACME).fetch("main")
    basic = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    assert seen[0] == f"Basic {basic}"
    assert TOKEN not in str(caught.value)
    assert basic not in str(caught.value)
    written = b"".join(path.read_bytes() for path in (tmp_path / "clones").rglob("*") if path.is_file())
    assert TOKEN.encode() not in written
    assert basic.encode() not in written


def test_a_private_repository_is_fetched_by_smart_http(upstream: Upstream, tmp_path: Path) -> None:
    upstream.commit("one", {"a.py": "1"})
    commit = upstream.commit("two", {"a.py": "2"})
    basic = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()

    def backend(asked: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        if asked.headers["authorization"] != f"Basic {basic}":
            return 401, {"www-authenticate": "Basic"}, b""
        path, _, query = asked.path.partition("?")
        body = asked.rfile.read(int(asked.headers["content-length"] or 0))
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(upstream.folder / ".git"),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path.removeprefix("/acme/web.git"),
            "QUERY_STRING": query,
            "REQUEST_METHOD": asked.command,
            "CONTENT_TYPE": asked.headers["content-type"] or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": asked.headers["content-encoding"] or "",
            "GIT_PROTOCOL": asked.headers["git-protocol"] or "",
        }
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        return 200, dict(line.split(": ", 1) for line in head.decode().split("\r\n")), content

    with serving(backend) as url:
        checkout = Clones(tmp_path / "clones", lambda _: (url, TOKEN)).checkout(ACME)
        checkout.fetch(commit, "main")
    assert checkout.text("a.py", commit) == "2"
    assert len(checkout.tree("main").log("", 10).entries) == 2


@pytest.mark.parametrize(("answers", "error"), [([401, 500, 401], TransientError), ([401, 401, 401], PersonError)])
def test_a_token_that_is_not_taken_is_replaced_before_anybody_is_told(
    tmp_path: Path, answers: list[int], error: type[CharretteError]
) -> None:
    left, refused, tokens = list(answers), [], (f"ghs_{n}" for n in range(9))

    def deny(asked: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return left.pop(0), {"www-authenticate": "Basic"}, b""

    with serving(deny) as url:
        clones = Clones(tmp_path, lambda _: (url, next(tokens)), lambda _, token: refused.append(token))
        with pytest.raises(error):
            clones.checkout(ACME).fetch("main")
    assert left == []
    assert refused == [f"ghs_{n}" for n, status in enumerate(answers) if status == 401]


def test_the_token_is_in_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    run = GitCommands.run

    def spy(self: GitCommands, *arguments: str, **more: object) -> bytes:
        seen.extend(arguments)
        return run(self, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(GitCommands, "run", spy)
    with pytest.raises(TransientError):
        Clones(tmp_path, lambda _: ("http://127.0.0.1:1/a.git", TOKEN)).checkout(ACME).fetch("main")
    assert "fetch" in seen
    assert TOKEN not in " ".join(seen)


def test_what_a_killed_fetch_left_does_not_stop_the_next(
    upstream: Upstream, checkout: GitCheckout, tmp_path: Path
) -> None:
    first = upstream.commit("one", {"a.py": "1"})
    checkout.fetch("main")
    folder = tmp_path / "clones" / "7"
    left = [folder / "code.git" / "shallow.lock", folder / "code.git" / "refs" / "heads" / "main.lock"]
    left += [folder / "code.git" / "objects" / "pack" / "tmp_pack_x", folder / "new-x"]
    for path in left:
        path.touch()
    upstream.commit("two", {"a.py": "2"})
    checkout.fetch("main", first)
    assert checkout.text("a.py", "main") == "2"
    assert not any(path.exists() for path in left)


def test_many_threads_fetch_and_read_one_repository(upstream: Upstream, tmp_path: Path) -> None:
    commits = [upstream.commit(f"c{n}", {"a.py": f"{n}", **{f"f{k}.py": f"{k}" for k in range(20)}}) for n in range(6)]
    clones = Clones(tmp_path / "clones", lambda _: (upstream.url, None))

    def read(n: int) -> list[str | None]:
        one = clones.checkout(ACME)
        one.fetch(commits[n])
        return [one.text("a.py", commits[n]), *(one.text(f"f{k}.py", commits[n]) for k in range(20))]

    with ThreadPoolExecutor(6) as pool:
        for n, texts in enumerate(pool.map(read, range(6))):
            assert texts == [str(n), *(str(k) for k in range(20))]


def test_reading_goes_on_when_its_process_was_killed(upstream: Upstream, checkout: GitCheckout) -> None:
    commit = upstream.commit("one", {"a.py": "1", "b.py": "2"})
    checkout.fetch(commit)
    assert checkout.text("a.py", commit) == "1"
    process = checkout.files()._objects._git.cat_file_all
    assert process is not None
    process.proc.kill()
    process.proc.wait()
    assert checkout.text("b.py", commit) == "2"


def test_a_persons_configuration_and_hooks_are_not_read(
    upstream: Upstream, checkout: GitCheckout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = upstream.commit("one", {"a.py": "1"})
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f'[url "file:///nowhere"]\n\tinsteadOf = {upstream.url}\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "url.file:///nowhere.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", upstream.url)
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    checkout.fetch(commit)
    assert checkout.text("a.py", commit) == "1"


def test_no_hook_and_no_monitor_of_the_clone_itself_is_run(upstream: Upstream) -> None:
    upstream.git("config", "core.hooksPath", "hooks-of-theirs")
    upstream.git("config", "core.fsmonitor", "monitor-of-theirs")
    commands = GitCommands(upstream.folder / ".git")
    assert [commands.text("config", name) for name in ("core.hooksPath", "core.fsmonitor")] == ["/dev/null", "false"]


# --- git in time -----------------------------------------------------------------------------------------------------


def test_git_that_takes_too_long_is_killed(tmp_path: Path, upstream: Upstream) -> None:
    commands = GitCommands(upstream.folder / ".git")
    with pytest.raises(GitTimeoutError):
        commands.run("-c", "alias.late=!sleep 30", "late", timeout=0.2)


def test_output_is_cut_at_its_limit(upstream: Upstream) -> None:
    upstream.commit("one", {"a": "x" * 100_000})
    commands = GitCommands(upstream.folder / ".git")
    assert len(commands.run("show", "HEAD:a", limit=1000)) == 1000
    assert len(commands.run("show", "HEAD:a", limit=200_000)) == 100_000
    with pytest.raises(GitFailedError, match="no-such"):
        commands.run("show", "no-such", limit=1000)


@given(st.text("ab-+./:^~*? \n\0é", max_size=12))
def test_no_name_becomes_an_option_or_a_refspec(name: str) -> None:
    if clone.BRANCH.fullmatch(name):
        assert not name.startswith("-")
        assert ".." not in name
        assert not set(name) & set(" :^~*?[\\\n\0")


def test_no_protocol_is_allowed_but_in_a_fetch() -> None:
    assert git_commands.ENVIRONMENT["GIT_ALLOW_PROTOCOL"] == ""

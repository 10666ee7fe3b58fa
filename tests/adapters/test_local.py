"""Any repository on this machine is a tree: a clone, a folder of it, a worktree, a bare repository."""

import subprocess
from pathlib import Path

import pytest

from bot.adapters.local import local_tree
from bot.core.errors import FaultsError

from .repositories import Upstream


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    made = Upstream(tmp_path / "code")
    made.commit("first", {"src/a.py": "one\ntwo\n"})
    made.git("tag", "v1")
    made.commit("second", {"src/a.py": "one\ntwo\nthree\n", "b.py": "x"})
    return made


@pytest.mark.parametrize(("rev", "lines"), [("HEAD", 3), ("main", 3), ("v1", 2), ("HEAD~1", 2)])
def test_every_way_to_name_a_commit(upstream: Upstream, rev: str, lines: int) -> None:
    tree = local_tree(upstream.folder, rev)
    assert tree.commit == upstream.git("rev-parse", f"{rev}^{{commit}}")
    assert len(tree.lines("src/a.py") or ()) == lines
    short = tree.commit[:8]
    assert local_tree(upstream.folder, short).commit == tree.commit


def test_every_form_of_a_repository(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare, work = tmp_path / "bare.git", tmp_path / "work"
    upstream.git("clone", "--quiet", "--bare", str(upstream.folder), str(bare))
    upstream.git("worktree", "add", "--quiet", "--detach", str(work), "v1")
    for folder in (upstream.folder, upstream.folder / "src", upstream.folder / ".git", bare, work):
        assert local_tree(folder, "main").files() == ("b.py", "src/a.py")
    assert len(local_tree(work, "HEAD").lines("src/a.py") or ()) == 2
    monkeypatch.chdir(upstream.folder)
    assert local_tree(Path(), "HEAD").files() == ("b.py", "src/a.py")


def test_the_environment_of_a_hook_changes_nothing(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Upstream(tmp_path / "other")
    other.commit("first", {"c.py": ""})
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    assert local_tree(upstream.folder, "HEAD").files() == ("b.py", "src/a.py")


@pytest.mark.parametrize("rev", ["nowhere", "-x", "--all", "", "0" * 40, "HEAD:src/a.py", "HEAD^{tree}", "v1..main"])
def test_an_unknown_revision(upstream: Upstream, rev: str) -> None:
    with pytest.raises(FaultsError) as raised:
        local_tree(upstream.folder, rev)
    (fault,) = raised.value.faults
    assert fault.wrong == f"There is no commit “{rev}” in this repository."
    assert "a branch or a tag" in fault.mend


def test_an_empty_repository_has_no_commit(tmp_path: Path) -> None:
    empty = Upstream(tmp_path / "empty")
    with pytest.raises(FaultsError, match="no commit “HEAD”"):
        local_tree(empty.folder, "HEAD")


@pytest.mark.parametrize(
    ("name", "wrong"), [("plain", "no git repository"), ("none", "no such folder"), ("file", "no git")]
)
def test_what_is_no_repository(tmp_path: Path, name: str, wrong: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(FaultsError, match=wrong):
        local_tree(tmp_path / name, "HEAD")


def test_a_clone_without_its_files_says_so(upstream: Upstream, tmp_path: Path) -> None:
    partial = tmp_path / "partial.git"
    command = ["git", "clone", "--quiet", "--bare", "--filter=blob:none", upstream.url, str(partial)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(FaultsError, match="Clone it whole"):
        local_tree(partial, "HEAD")


def test_nothing_is_written(upstream: Upstream) -> None:
    def state() -> dict[str, tuple[int, int]]:
        files = (path for path in upstream.folder.rglob("*") if path.is_file())
        return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}

    before = state()
    tree = local_tree(upstream.folder, "HEAD")
    assert tree.lines("b.py") == ["x"]
    assert state() == before

"""Names are looked up by a process that stays, and what can't change is asked once."""

from pathlib import Path

import pytest

from bot.hub.code import ZERO, Change, Code, GitError, Signature

ADA = Signature("Ada", "ada@example.org", "2026-01-01T00:00:00+00:00")


@pytest.fixture
def code(tmp_path: Path) -> Code:
    made = Code(tmp_path / "code.git")
    made.create()
    return made


def commit(code: Code, text: str, *parents: str) -> str:
    tree = code.write_tree(None, [Change("a.txt", "100644", code.write_blob(text.encode()))])
    return code.write_commit(tree, parents, "Write", ADA, ADA)


def test_what_comes_moves_and_goes_is_seen(code: Code) -> None:
    assert code.resolve("main") is None
    first = commit(code, "one\n")
    code.update_ref("refs/heads/main", first)
    assert (code.resolve("main"), code.ref("refs/heads/main"), code.kind(first)) == (first, first, "commit")
    second = commit(code, "two\n", first)
    code.update_ref("refs/heads/main", second)
    assert code.resolve("main") == code.resolve(second[:9]) == second
    code.delete_ref("refs/heads/main")
    assert (code.resolve("main"), code.ref("refs/heads/main"), code.resolve(second)) == (None, None, second)
    code.close()


def test_the_next_question_starts_another_process(code: Code) -> None:
    sha = code.write_blob(b"a\n\0b")
    assert code.blob(sha) == b"a\n\0b"
    process = code._reader._process
    assert process is not None
    process.kill()
    process.wait()
    assert (code.blob(sha), code.kind(sha)) == (b"a\n\0b", "blob")
    code.close()
    assert code.kind(sha) == "blob"
    code.close()


@pytest.mark.parametrize(
    "name", ["main~0", "main^", "main^{tree}", "-main", "", "main\nmain", "ma..in", "main@{0}", "é\ud800"]
)
def test_a_name_is_a_name_and_no_expression(code: Code, name: str) -> None:
    code.update_ref("refs/heads/main", commit(code, "one\n"))
    assert code.resolve("main")
    assert code.resolve(name) is None
    assert code.ref(f"refs/heads/{name}") is None
    code.close()


def test_no_blob_is_an_error(code: Code) -> None:
    for sha in (ZERO, commit(code, "one\n")):
        with pytest.raises(GitError):
            code.blob(sha)
    code.close()


def test_an_answer_about_names_is_not_kept(code: Code) -> None:
    first = commit(code, "one\n")
    code.update_ref("refs/heads/main", first)
    assert code.text("rev-list", "--count", "main") == code.text("rev-list", "--count", first) == "1"
    second = commit(code, "two\n", first)
    code.update_ref("refs/heads/main", second)
    assert code.text("rev-list", "--count", "main") == "2"
    assert code.text("rev-list", "--count", f"{first}..main") == "1"
    assert {len(key) for key in code._known} == {3}
    with pytest.raises(GitError):
        code.text("show", "f" * 40)
    assert len(code._known) == 1

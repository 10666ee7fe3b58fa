"""How a repository's configuration is read of GitHub: in which requests, and what is not read of it."""

import base64
from typing import Any

import pytest

from bot.adapters.github.layers import BYTES, FILES, Contents
from bot.core.errors import MissingError
from bot.core.ports import LARGEST_FILE, Layer

PAGE = "https://github.com/o/r"
YML = {
    "name": "charrette.yml",
    "type": "file",
    "sha": "y1",
    "size": 9,
    "html_url": f"{PAGE}/blob/main/.github/charrette.yml",
}
DIR = {"name": "charrette", "type": "dir", "sha": "t1", "size": 0, "html_url": f"{PAGE}/tree/main/.github/charrette"}
OTHER = {"name": "workflows", "type": "dir", "sha": "t9", "size": 0, "html_url": f"{PAGE}/tree/main/.github/workflows"}


def below(path: str, sha: str = "b1", size: int = 5, mode: str = "100644", type: str = "blob") -> dict[str, Any]:
    return {"path": path, "sha": sha, "size": size, "mode": mode, "type": type}


class Asked:
    """A repository with this in its `.github`, and this below its `charrette/`."""

    def __init__(self, listed: Any, *tree: dict[str, Any]) -> None:
        self.listed, self.tree = listed, list(tree)
        self.paths: list[str] = []

    def __call__(self, path: str, **parameters: str) -> Any:
        self.paths.append("&".join([path, *(f"{name}={value}" for name, value in parameters.items())]))
        match path.split("/")[0:2]:
            case ["git", "blobs"]:
                return {"content": base64.encodebytes(path.rpartition("/")[2].encode()).decode()}
            case ["git", "trees"]:
                return {"tree": self.tree}
            case _ if self.listed is None:
                raise MissingError("GitHub: Not Found.")
            case _:
                return self.listed


def layer(asked: Asked, contents: Contents | None = None, commit: str = "") -> Layer:
    return (contents or Contents()).layer(asked, ".github", ".github/", commit)


def test_a_repository_without_one_costs_one_request() -> None:
    for listed in (None, [OTHER], []):
        asked = Asked(listed)
        assert layer(asked) == Layer(".github/")
        assert asked.paths == ["contents/.github"]


def test_its_files_are_read_once_and_then_known_by_their_ids() -> None:
    contents, asked = Contents(), Asked([YML, DIR, OTHER], below("note/workflow.yaml"), below("note", type="tree"))
    read = layer(asked, contents, "c1")
    assert read == Layer(
        ".github/",
        {"charrette.yml": b"y1", "charrette/note/workflow.yaml": b"b1"},
        url=f"{PAGE}/blob/main/.github/",
        digest="y1.t1",
    )
    assert asked.paths == ["contents/.github&ref=c1", "git/trees/t1&recursive=1", "git/blobs/y1", "git/blobs/b1"]
    asked.listed = [{**YML, "sha": "y2"}, DIR]
    assert layer(asked, contents).files["charrette.yml"] == b"y2"
    assert asked.paths[4:] == ["contents/.github", "git/blobs/y2"]


UNREAD = {
    "the file is a link": (Asked([{**YML, "type": "symlink"}]), ".github/charrette.yml", "This is a link, not a file."),
    "the file is a folder": (Asked([{**YML, "type": "dir"}]), ".github/charrette.yml", "This is a folder, not a file."),
    "the folder is a link": (Asked([{**DIR, "type": "symlink"}]), ".github/charrette", "This is a link, not a folder."),
    "the folder is a file": (Asked([{**DIR, "type": "file"}]), ".github/charrette", "This is a file, not a folder."),
    "the folder is a submodule": (
        Asked([{**DIR, "type": "submodule"}]),
        ".github/charrette",
        "This is a repository in it, not a folder.",
    ),
    "a link below": (
        Asked([DIR], below("a/b.md", mode="120000")),
        ".github/charrette/a/b.md",
        "This is a link, not a file.",
    ),
    "a submodule below": (
        Asked([DIR], {"path": "a", "sha": "s", "mode": "160000", "type": "commit"}),
        ".github/charrette/a",
        "This is a link, not a file.",
    ),
    "a large file": (
        Asked([DIR], below("a/b.md", size=LARGEST_FILE + 1)),
        ".github/charrette/a/b.md",
        "The file has more than 200,000 bytes.",
    ),
    "a large configuration": (
        Asked([{**YML, "size": LARGEST_FILE + 1}]),
        ".github/charrette.yml",
        "The file has more than 200,000 bytes.",
    ),
    "many files": (
        Asked([DIR], *[below(f"{n}.md") for n in range(FILES + 1)]),
        ".github/charrette",
        "more than 200 files",
    ),
    "many bytes": (
        Asked([DIR], *[below(f"{n}.md", size=LARGEST_FILE) for n in range(BYTES // LARGEST_FILE + 1)]),
        ".github/charrette",
        "more than 2,000,000 bytes",
    ),
}


@pytest.mark.parametrize(("asked", "where", "words"), UNREAD.values(), ids=UNREAD)
def test_what_is_not_read_is_a_fault_and_is_not_asked_for(asked: Asked, where: str, words: str) -> None:
    read = layer(asked)
    assert read.files == {}
    ((place, said),) = [(fault.where, fault.wrong) for fault in read.faults]
    assert place == where
    assert words in said
    assert not [path for path in asked.paths if "blobs" in path]


def test_a_file_that_is_called_as_the_folder_is_no_configuration() -> None:
    assert layer(Asked({"type": "file", "name": ".github"})) == Layer(".github/")

"""Documents are written where there is room for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot.core.run.room import obstacle

PATHS = ("notes/rotate/001-user-request.md", "notes/rotate/002-note.md")


@dataclass
class Files:
    """A tree of these paths; those with None are no text."""

    held: dict[str, list[str] | None]
    commit: str = "c"

    def files(self) -> Sequence[str]:
        return sorted(self.held)

    def lines(self, path: str) -> Sequence[str] | None:
        return self.held.get(path)


@pytest.mark.parametrize(
    ("held", "wrong"),
    [
        pytest.param({}, None, id="nothing"),
        pytest.param({"README.md": ["a"], "notes/other/001-user-request.md": None}, None, id="other things"),
        pytest.param({PATHS[1]: ["an older one"]}, None, id="a document"),
        pytest.param({PATHS[1]: None}, f"`{PATHS[1]}` is no text file: it is a link", id="no text"),
        pytest.param({"notes": ["a"]}, "`notes` is a file, a link or a submodule", id="a file in a folder's place"),
        pytest.param({"Notes/Rotate": None}, "`Notes/Rotate` is a file", id="a submodule of another case"),
        pytest.param({"notes/rotate/002-NOTE.md": ["a"]}, "differ in upper and lower case", id="another case"),
    ],
)
def test_what_is_in_the_way_is_named(held: dict[str, list[str] | None], wrong: str | None) -> None:
    found = obstacle(Files(held), PATHS)
    assert found is None if wrong is None else wrong in str(found)

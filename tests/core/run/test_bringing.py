"""What a request brings: the design that it names, and the issues that it links."""

import pytest

from bot.core.run.bringing import linked, named, numbered

FILES = [
    "README.md",
    "docs/limits-design.md",
    "docs/limits.md",
    "_tasks/limits/001-user-request.md",
    "_tasks/limits/002-understanding.md",
    "_tasks/limits/003-tarjan-review.md",
    "_tasks/limits/010-design-summary.md",
    "_tasks/other/002-understanding.md",
]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("The design is docs/limits.md.", ["docs/limits.md"]),
        ("See `docs/limits-design.md`", ["docs/limits-design.md"]),
        ("Design: [here](./docs/limits.md)", ["docs/limits.md"]),
        ("Write docs/limits.md anew.", []),
        ("The design is docs/gone.md.", []),
        ("The design is https://x.org/docs/limits.md", []),
        ("Design: _tasks/limits/", ["_tasks/limits/002-understanding.md", "_tasks/limits/010-design-summary.md"]),
        ("Design: docs/", []),
        ("Architecture:\ndocs/limits.md", []),
        ("", []),
    ],
)
def test_a_design_that_is_named(text: str, paths: list[str]) -> None:
    assert list(named(text, FILES)) == paths


def test_issues_that_are_linked() -> None:
    assert linked("After #12 and #12, not `#13`, but #7; a&#39; path/#3") == (12, 7)


def test_numbered_documents_of_one_folder() -> None:
    assert numbered(FILES, "_tasks/other/") == ("_tasks/other/002-understanding.md",)

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.core.findings import Finding
from bot.gates import Context
from bot.gates.links import anchors
from bot.gates.sources import address

Judge = Callable[..., list[Finding]]


class Files:
    """A tree of a few files."""

    commit = "c0ffee"

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def files(self) -> Sequence[str]:
        return sorted(self._files)

    def lines(self, path: str) -> Sequence[str] | None:
        return self._files[path].split("\n")


TREE = Files({"src/a.py": "class Queue:\n    pass", "src/b/x.py": "1", "src/c/x.py": "1", "docs/guide.md": "# Guide"})
CODE = Context(tree=TREE)

COVERED = """\
## Systems compared

| System | How it solves this | Trade-offs |
|---|---|---|
| **Kubernetes** (k8s.io) | Pods | many |
| Ray | Actors | few |
"""
TURNED = """\
## Systems compared

| | Kubernetes | Ray |
|---|---|---|
| How it solves this | Pods | Actors |
| Trade-offs | many | few |
"""
LISTED = """\
## Systems compared

### Kubernetes

- **How it solves this:** Pods
- **Trade-offs:**
  - many

### Ray

#### How it solves this

Actors

#### Trade-offs and more

few
"""
ALL = {"section": "Systems compared", "rows": ["Kubernetes", "Ray"], "columns": ["How it solves this", "Trade-offs"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (COVERED, ALL),
        (TURNED, ALL),
        (LISTED, ALL),
        (COVERED, {"section": "Systems compared", "at-least": 2}),
        (COVERED, "Systems compared"),
        (
            TURNED.replace("| Trade-offs | many | few |", "| Trade-offs | many | few |\n| Else | - | |"),
            ALL | {"rows": ["Ray"], "columns": ["How it solves this"]},
        ),
        (
            COVERED.replace("| Ray |", "\n\n| System | How it solves this | Trade-offs |\n|---|---|---|\n| Ray |")
            + "\n| Other |\n|---|\n| x |\n",
            ALL,
        ),
    ],
)
def test_covers_good(found: Judge, text: str, value: Any) -> None:
    assert found("covers", text, value) == []


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("# T", "Options", [(1, "There is no heading “Options”.")]),
        ("# Options\n\ntext", "Options", [(1, "“Options” has no table.")]),
        (COVERED, ALL | {"rows": ["Kubernetes", "Slurm"]}, [(1, "“Systems compared” has no row for “Slurm”.")]),
        (COVERED, ALL | {"columns": ["Trade-offs", "Lessons"]}, [(1, "“Systems compared” has no column “Lessons”.")]),
        (COVERED, ALL | {"at-least": 3}, [(1, "“Systems compared” has 2 rows.")]),
        (COVERED.replace("few", "<br>&nbsp;"), ALL, [(6, "The cell “Trade-offs” of “Ray” is empty.")]),
        (COVERED.replace("few", "—"), ALL, [(6, "The cell “Trade-offs” of “Ray” is empty.")]),
        (COVERED.replace("| few |", "|"), ALL, [(6, "The cell “Trade-offs” of “Ray” is empty.")]),
        (LISTED.replace("few", ""), ALL, [(9, "The cell “Trade-offs” of “Ray” is empty.")]),
        (LISTED.replace("  - many", ""), ALL, [(3, "The cell “Trade-offs” of “Kubernetes” is empty.")]),
        (
            LISTED.replace("  - many", "- **Lessons:** none"),
            ALL,
            [(3, "The cell “Trade-offs” of “Kubernetes” is empty.")],
        ),
        (
            "## Systems compared\n\n### Ray\n\n**How it solves this**: Actors\n\nTrade-offs:\n",
            ALL | {"rows": []},
            [(3, "The cell “Trade-offs” of “Ray” is empty.")],
        ),
    ],
)
def test_covers_bad(found: Judge, text: str, value: Any, expected: list[tuple[int, str]]) -> None:
    assert [(finding.line, finding.wrong) for finding in found("covers", text, value)] == expected


GIVEN = Context(
    given="We compare with Ray (https://docs.ray.io/en/latest/), see https://K8s.io/docs#pods.",
    fetched=frozenset({"https://slurm.schedmd.com/a_(b)?q=1"}),
)
SOURCED = """\
# Prior art

Only what was given is cited.

## Systems

| Ray | Actors, see [its docs](https://docs.ray.io/en/latest) |
|---|---|
| Kubernetes | Pods, see [there][k] |

### Slurm

Jobs (https://slurm.schedmd.com/a_(b)?q=1).

[k]: http://k8s.io/docs/
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (SOURCED, {"at-least": 3, "each": ["Ray", "Kubernetes", "Slurm"]}),
        ("No links.", {}),
        ("# P\n\n## X\n\nThe queue is made\nin `src/a.py:1` [UNVERIFIED].", {}),
        ("# P\n\n## B\n\n> What is remembered is UNVERIFIED.\n\nBorg has cells. [UNVERIFIED]", {}),
        (f"It is in [a.py:1](https://github.example/o/r/blob/{'0' * 40}/a.py#L1).", {}),
        ("`https://example.org` is a name, [this](#x) a place.\n\n```\nhttps://example.org\n```", 0),
        (
            "# P\n\nThe part on Borg is UNVERIFIED.\n\n## B\n\nBorg has cells (https://x.org). [UNVERIFIED]",
            {"each": ["Borg"]},
        ),
    ],
)
def test_sources_good(found: Judge, text: str, value: Any) -> None:
    assert found("sources", text, value, GIVEN) == []


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("# P\n\nSee https://x.org/a.", {}, [(3, "https://x.org/a was neither given nor fetched.", "error")]),
        ("See [a](https://x.org/a).", {}, [(1, "https://x.org/a was neither given nor fetched.", "error")]),
        ("See (https://x.org/a).", {}, [(1, "https://x.org/a was neither given nor fetched.", "error")]),
        (SOURCED, {"at-least": 4}, [(1, "3 sources of at least 4 are cited.", "error")]),
        ("https://k8s.io/docs", {"at-least": 2}, [(1, "1 source of at least 2 is cited.", "error")]),
        (
            "# P\n\n## X\n\nIt is in `a.py:1` [UNVERIFIED].\n\nBorg has cells. [UNVERIFIED]",
            {},
            [(1, "Line 7 is UNVERIFIED, and the top of the document does not say so.", "error")],
        ),
        ("All of it is UNVERIFIED.", {"at-least": 1}, [(1, "0 sources of at least 1 are cited.", "warning")]),
        (SOURCED, {"each": ["Nomad"]}, [(1, "“Nomad” has no source.", "error")]),
        ("# P\n\nRay has actors.", {"each": ["Ray"]}, [(3, "“Ray” has no source.", "error")]),
        (
            "# P\n\n## B\n\nBorg has cells. [UNVERIFIED]",
            {},
            [(1, "Line 5 is UNVERIFIED, and the top of the document does not say so.", "error")],
        ),
    ],
)
def test_sources_bad(found: Judge, text: str, value: Any, expected: list[tuple[int, str, str]]) -> None:
    findings = found("sources", text, value, GIVEN)
    assert [(finding.line, finding.wrong, finding.severity) for finding in findings] == expected


@pytest.mark.parametrize(
    "url", ["https://www.Ray.io/a", "http://ray.io/a/", "https://ray.io/a#b", "https://ray.io/a).", "https://ray.io/a,"]
)
def test_addresses_are_compared_by_what_counts(url: str) -> None:
    assert address(url) == "ray.io/a"


@pytest.mark.parametrize(
    ("text", "value", "context"),
    [
        ("`Queue` is in src/a.py:1.", {"at-least": 1}, CODE),
        ("The queue is in `src/a.py` (lines 1-2).", 1, CODE),
        ("It is in src/gone.py:1 [UNVERIFIED].", {}, CODE),
        ("In ray-project/ray@1f2e3d4c:python/a.py:9 and github.com/o/r/a.py:1", {}, CODE),
        ("It is in src/gone.py:1.", 1, Context()),
        ("```\nsrc/gone.py:1\n```", None, CODE),
    ],
)
def test_citations_good(found: Judge, text: str, value: Any, context: Context) -> None:
    assert found("citations", text, value, context) == []


@pytest.mark.parametrize(
    ("text", "value", "wrong", "mend", "severity"),
    [
        (
            "It is in src/gone.py:1.",
            {},
            "“src/gone.py:1”: there is no file src/gone.py.",
            "Cite a path that is there, or mark it [UNVERIFIED].",
            "error",
        ),
        (
            "It is in lib/a.py:1.",
            {},
            "“lib/a.py:1”: there is no file lib/a.py.",
            "Cite a path that is there, or mark it [UNVERIFIED]. Did you mean “src/a.py”?",
            "error",
        ),
        (
            "It is in x.py:1.",
            {},
            "“x.py:1”: several files are called x.py.",
            "Write the whole path: src/b/x.py, src/c/x.py.",
            "error",
        ),
        (
            "It is in src/a.py:1-99.",
            {},
            "“src/a.py:1-99”: src/a.py has 2 lines.",
            "Cite lines that are there, or mark it [UNVERIFIED].",
            "error",
        ),
        (
            "`Stack` is in src/a.py:1.",
            {},
            "“src/a.py:1”: nothing that the sentence names stands there.",
            "Cite the lines that hold it, or mark it [UNVERIFIED].",
            "warning",
        ),
        (
            "`Stack` is in src/a.py:1.",
            {"strict": True},
            "“src/a.py:1”: nothing that the sentence names stands there.",
            "Cite the lines that hold it, or mark it [UNVERIFIED].",
            "error",
        ),
        (
            "It is in src/a.py:1 and src/a.py:1.",
            2,
            "1 place of at least 2 in the code is cited.",
            "Cite where it stands, as “path:line” of what you have read.",
            "error",
        ),
        (
            "It is somewhere.",
            1,
            "0 places of at least 1 in the code are cited.",
            "Cite where it stands, as “path:line” of what you have read.",
            "error",
        ),
    ],
)
def test_citations_bad(found: Judge, text: str, value: Any, wrong: str, mend: str, severity: str) -> None:
    (finding,) = found("citations", text, value, CODE)
    assert (finding.wrong, finding.mend, finding.severity) == (wrong, mend, severity)


MARKED = Context(
    tree=TREE,
    documents={
        "_tasks/x/001-user-request.md": "Nothing is marked.",
        "_tasks/x/002-understanding.md": "It has workers and queues. [UNVERIFIED]",
        "_tasks/x/003-prior-art.md": "# P\n\nBorg has cells and jobs. [UNVERIFIED]\n\nIt: src/a.py:1 [UNVERIFIED].",
    },
)


@pytest.mark.parametrize(
    ("text", "found_there"),
    [
        ("Borg has cells and jobs [UNVERIFIED].", []),
        ("It has workers and queues.", []),  # its own earlier draft
        ("`Queue` is in src/a.py:1.", []),
        ("It is in src/a.py:2.", []),
        ("It is in src/a.py:1 [UNVERIFIED].", []),
        (
            "# D\n\n**Borg** has cells and jobs.",
            ["3: “**Borg** has cells and jobs.” is marked [UNVERIFIED] in 003-prior-art.md, line 3, and stands here"],
        ),
        (
            "It stands in src/a.py:1,2.",
            ["1: “src/a.py:1,2” is marked [UNVERIFIED] in 003-prior-art.md, and nothing here shows that it holds."],
        ),
    ],
)
def test_what_another_document_marks_is_not_repeated_without_the_mark(
    found: Judge, text: str, found_there: list[str]
) -> None:
    findings = found("citations", text, None, MARKED)
    assert [f"{one.line}: {one.wrong}".removesuffix(" without the mark.") for one in findings] == found_there


DOCUMENTS = Context(tree=TREE, documents={"_tasks/x/003-prior-art.md": "# Prior art\n\n## A `b` & [c](d)\n"})


@pytest.mark.parametrize(
    "text",
    [
        "[a](003-prior-art.md) and [b](003-prior-art.md#a-b--c)",
        "# Here\n\n[a](#here) [self](002-understanding.md#here)",
        "[a](../../src/a.py#L1) [b](/docs/guide.md) [c](../../src/) [d](../..) [e](guide%20x.md)".replace(
            " [e](guide%20x.md)", ""
        ),
        "[a](https://example.org) [b](mailto:a@b.org) [c](//x.org/a) [d]()",
        "`[a](gone.md)`",
        '<a id="x"></a>\n\n[a](#x)',
        "[a](../../src/a.py?plain=1)",
    ],
)
def test_links_good(found: Judge, text: str) -> None:
    assert found("links-resolve", text, None, DOCUMENTS) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[a](gone.md)", "“gone.md” leads to nothing."),
        ("[a](../../src/gone.py)", "“../../src/gone.py” leads to nothing."),
        ("[a](../../../x.md)", "“../../../x.md” leads out of the repository."),
        ("[a](../../..)", "“../../..” leads out of the repository."),
        ("[a](#gone)", "“#gone” is no heading of this document."),
        ("[a](003-prior-art.md#gone)", "“#gone” is no heading of _tasks/x/003-prior-art.md."),
    ],
)
def test_links_bad(found: Judge, text: str, wrong: str) -> None:
    (finding,) = found("links-resolve", text, None, DOCUMENTS)
    assert (finding.line, finding.wrong) == (1, wrong)


def test_without_a_tree_only_the_folder_is_known(found: Judge) -> None:
    assert found("links-resolve", "[a](../../src/gone.py)") == []
    assert [finding.wrong for finding in found("links-resolve", "[a](gone.md)")] == ["“gone.md” leads to nothing."]


def test_anchors_are_githubs() -> None:
    assert anchors("# A & B\n# A & B\n## `queue_depth`: how?\n") == {"a--b", "a--b-1", "queue_depth-how"}

"""What a request brings: the design that it names, and the issues that it links."""

from dataclasses import replace

import pytest

from bot.core.run.briefs import briefs
from bot.core.run.bringing import linked, named, numbered
from bot.core.run.record import Record
from bot.core.run.state import fold
from tests.core.a_run import PRIOR, UNDERSTAND, definition, pinned

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


def test_without_what_the_request_brings_the_rest_is_numbered_anew() -> None:
    of = definition(replace(UNDERSTAND, unless="design"), PRIOR).without("design")
    assert [(phase.id, phase.number, phase.reads) for phase in of.phases] == [
        ("user-request", 1, ()),
        ("prior-art", 2, ()),
    ]


def test_a_document_of_the_workflow_is_given_as_it_is_in_its_place_or_not_where_it_is_empty() -> None:
    documents = {"house-rules": "Ours.", "units": "Of {{ project }}.", "plans": "{% if plans %}Plans.{% endif %}"}
    of = definition(
        documents=documents, parameters={"systems": [], "project": "A queue", "house_rules": "docs/rules.md"}
    )
    state = fold(Record(pinned(of), now="2026-11-20T10:00:01Z"))
    assert state.current is not None
    (brief,) = briefs(state, state.current)
    given = {document.path: document.text for document in brief.documents}
    assert given["docs/rules.md"] is None
    assert given["units"] == "Of A queue.\n"
    assert "plans" not in given

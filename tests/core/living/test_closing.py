import pytest

from bot.core.incoming.messages import Validate
from bot.core.living.asking import validated
from bot.core.living.closing import Merge, by_branch, by_keyword, closed_by


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Closes #12", (12,)),
        ("fixes: #12 and resolves #13, FIXED #12", (12, 13)),
        ("Fixes acme/pool#12 and closes Acme/Pool#14", (12, 14)),
        ("Fixes other/pool#12", ()),
        ("resolve https://github.com/acme/pool/issues/12", (12,)),
        ("resolved https://github.com/other/pool/issues/12", ()),
        ("Close GH-12", (12,)),
        ("`fixes #12` and <!-- fixes #13 -->", ()),
        ("```\nfixes #12\n```", ()),
        ("prefixes #12, see #13, closing #14, fixes #15a", ()),
        ("fixes #12, #13", (12,)),
        ("", ()),
    ],
)
def test_keywords(text: str, numbers: tuple[int, ...]) -> None:
    assert by_keyword(text, "acme/pool") == numbers


@pytest.mark.parametrize(
    ("branch", "numbers"),
    [
        ("12-limits", (12,)),
        ("fix/12", (12,)),
        ("ada/issue-12-limits", (12,)),
        ("charrette/12-worker-limits", (12,)),
        ("gh-12_x", (12,)),
        ("v2-limits", ()),
        ("limits-12", ()),
        ("limits", ()),
    ],
)
def test_branches(branch: str, numbers: tuple[int, ...]) -> None:
    assert by_branch(branch) == numbers


@pytest.mark.parametrize(
    ("merge", "found"),
    [
        pytest.param(
            Merge(45, "", "fixes #12", "13-x", (11,)), {11: "linked", 12: "keyword", 13: "branch"}, id="all-ways"
        ),
        pytest.param(Merge(45, "fixes #11", "", "x"), {}, id="a-title-closes-nothing"),
        pytest.param(Merge(45, "", "", "x", messages=("one\n\nfixes #12",)), {12: "keyword"}, id="a-commit-message"),
        pytest.param(Merge(45, "", "fixes #99", "98-x", (97,)), {}, id="no-unit"),
        pytest.param(Merge(45, "", "fixes #20", "x", parents={20: 12}), {}, id="one-of-its-sub-issues"),
        pytest.param(
            Merge(45, "", "fixes #20", "x", parents={20: 12}, whole=(12,)),
            {12: "keyword"},
            id="the-last-of-them",
        ),
    ],
)
def test_what_a_merge_was_for(merge: Merge, found: dict[int, str]) -> None:
    assert closed_by(merge, "acme/pool", (11, 12, 13)) == found


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("1 passed: p99 is 8 ms", Validate("1", "passed", "p99 is 8 ms")),
        ("row 2 FAILED: it swaps\nin 3 of 10", Validate("row 2", "failed", "it swaps in 3 of 10")),
        ("“Memory decides” failed it swaps", Validate("Memory decides", "failed", "it swaps")),
        ("1 passed", None),
        ("passed: fine", None),
        ("1: fine", None),
        ("status", None),
    ],
)
def test_what_was_validated(argument: str, said: Validate | None) -> None:
    assert validated(argument) == said

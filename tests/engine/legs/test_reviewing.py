"""A review is submitted once; what GitHub does not take as a remark, or as a review, is not lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bot.core.errors import PersonError
from bot.core.ports import Comment, GitHub
from bot.core.publications import Remark, ReviewWish, marker
from bot.engine.legs.reviewing import INLINE, submit

MARKER = marker("1.2.review-experts.1", "review/tarjan")
IN, OUT = Remark("a.md", 3, 4, "Here."), Remark("b.py", 7, 9, "There.")
PAGE = "https://github.com/octo/library/blob/abc"
WISH = ReviewWish("review/tarjan", 5, "abc", PAGE, "**Verdict:** no.", (IN, OUT))


@dataclass
class Reviews:
    """The part of a GitHub that takes reviews; `takes` says of each attempt whether it does."""

    takes: list[bool] = field(default_factory=lambda: [True])
    known: list[Comment] = field(default_factory=list)
    said: list[Comment] = field(default_factory=list)
    made: list[tuple[str, tuple[Remark, ...]]] = field(default_factory=list)

    def reviews(self, number: int) -> Sequence[Comment]:
        return self.known

    def comments(self, number: int) -> Sequence[Comment]:
        return self.said

    def diff_lines(self, number: int) -> Mapping[str, frozenset[int]]:
        return {"a.md": frozenset(range(1, 200))}

    def create_review(self, number: int, commit: str, body: str, remarks: Sequence[Remark]) -> int:
        if not self.takes.pop(0):
            raise PersonError("GitHub refused: Line could not be resolved.")
        self.made.append((body, tuple(remarks)))
        return 70

    def create_comment(self, number: int, body: str) -> int:
        self.made.append((body, ()))
        return 90


def sent(reviews: Reviews, wish: ReviewWish = WISH) -> str:
    return submit(cast(GitHub, reviews), wish, MARKER)


def test_a_path_that_is_not_ascii_is_found_in_the_diff_and_linked_by_its_address() -> None:
    reviews = Reviews()
    assert sent(reviews, replace(WISH, remarks=(Remark("é](x).md", 1, 1, "There."),))) == "70"
    assert f"[`é](x).md:1`]({PAGE}/%C3%A9%5D%28x%29.md#L1)" in reviews.made[0][0]


def test_what_is_outside_the_diff_goes_into_the_body_with_a_link() -> None:
    reviews = Reviews()
    assert sent(reviews) == "70"
    ((body, remarks),) = reviews.made
    assert remarks == (IN,)
    assert body == (
        f"**Verdict:** no.\n\n### Outside the diff\n\n[`b.py:7`]({PAGE}/b.py#L7-L9)\n\nThere.\n\n{MARKER}\n"
    )


def test_all_inside() -> None:
    reviews = Reviews()
    sent(reviews, ReviewWish("k", 5, "abc", PAGE, "Fine.", (IN,)))
    assert reviews.made == [(f"Fine.\n\n{MARKER}\n", (IN,))]


@pytest.mark.parametrize(("takes", "id"), [([False, True], "70"), ([False, False], "90")])
def test_what_github_rejects_is_said_in_the_body_or_in_a_comment(takes: list[bool], id: str) -> None:
    reviews = Reviews(takes)
    assert sent(reviews) == id
    ((body, remarks),) = reviews.made
    assert remarks == ()
    assert f"[`a.md:3`]({PAGE}/a.md#L3-L4)\n\nHere." in body
    assert body.endswith(f"{MARKER}\n")


@pytest.mark.parametrize("where", ["known", "said"])
def test_it_is_there_already(where: str) -> None:
    there = Comment(11, "charrette[bot]", f"text\n\n{MARKER}\n", "", "", ours=True)
    forged = Comment(10, "eve", f"text\n\n{MARKER}\n", "", "")
    known: Any = {where: [forged, there]}
    assert sent(Reviews(**known)) == "11"


def test_a_forged_marker_stops_nothing() -> None:
    forged = Comment(10, "eve", MARKER, "", "")
    assert sent(Reviews(known=[forged])) == "70"


def test_two_hundred_remarks_of_sixty_thousand_characters() -> None:
    many = tuple(Remark("a.md", n, n, "x" * 1000) for n in range(1, 201))
    reviews = Reviews()
    sent(reviews, ReviewWish("k", 5, "abc", PAGE, "Fine.", many))
    ((body, remarks),) = reviews.made
    assert remarks == many[:INLINE]
    assert len(body) < 65_536
    assert "(The rest is in the files on the branch.)" in body
    assert body.endswith(f"{MARKER}\n")

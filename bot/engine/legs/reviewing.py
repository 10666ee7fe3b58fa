"""Submits a review once: with remarks on lines that are in the diff, and the others in its body."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from bot.core.errors import PersonError
from bot.core.markdown.fitting import shortened
from bot.core.markdown.safe import marker_free
from bot.core.ports import GitHub
from bot.core.publications import Remark, ReviewWish, marked

log = logging.getLogger("charrette.engine")

# More remarks than a person reads on a diff; the others stand in the body, and all of them in the review's document.
INLINE = 50


def submit(github: GitHub, wish: ReviewWish, marker: str) -> str:
    """The id of the review on GitHub, new or existing; or a comment's id if GitHub rejects the review."""
    ours = marked(marker)
    for known in (*github.reviews(wish.number), *github.comments(wish.number)):
        if known.ours and marked(known.body) == ours:
            return str(known.id)
    lines = github.diff_lines(wish.number)
    inside = tuple(remark for remark in wish.remarks if _in_diff(remark, lines))[:INLINE]
    try:
        return str(github.create_review(wish.number, wish.commit, body_of(wish, inside, marker), inside))
    except PersonError as error:
        log.info("review %s: GitHub takes no remark: %s", wish.key, error)
    try:
        return str(github.create_review(wish.number, wish.commit, body_of(wish, (), marker), ()))
    except PersonError as error:
        log.info("review %s: GitHub takes it as no review: %s", wish.key, error)
    return str(github.create_comment(wish.number, body_of(wish, (), marker)))


def body_of(wish: ReviewWish, inside: Sequence[Remark], marker: str) -> str:
    """The body: the review's text, the remarks that have no line in the diff, and the marker."""
    outside = [remark for remark in wish.remarks if remark not in inside]
    text = "\n\n".join([marker_free(wish.body).rstrip(), *_listed(wish, outside)])
    return f"{shortened(text, more=wish.rest)}\n\n{marker}\n"


def _listed(wish: ReviewWish, outside: Sequence[Remark]) -> Iterator[str]:
    if not outside:
        return
    yield "### Outside the diff"
    for remark in outside:
        lines = f"#L{remark.start}-L{remark.end}" if remark.start < remark.end else f"#L{remark.start}"
        yield f"[`{remark.path}:{remark.start}`]({wish.page}/{quote(remark.path)}{lines})\n\n{marker_free(remark.body)}"


def _in_diff(remark: Remark, lines: Mapping[str, frozenset[int]]) -> bool:
    return lines.get(remark.path, frozenset()).issuperset(range(remark.start, remark.end + 1))

"""Wishes to change GitHub, as data. Each has a key; carrying one out twice changes nothing more."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Literal

from bot.core.markdown.fitting import MORE

from .codec import to_json

Conclusion = Literal["success", "neutral", "failure", "action_required"]
CheckStatus = Literal["in_progress", "completed"]


@dataclass(frozen=True)
class Annotation:
    """A note on a line of a file in a check."""

    path: str
    line: int
    level: Literal["notice", "warning", "failure"]
    title: str
    message: str


@dataclass(frozen=True)
class CommentWish:
    """One comment on an issue or pull request, edited in place by later wishes of the same key."""

    key: str
    number: int
    body: str


@dataclass(frozen=True)
class PullRequestWish:
    """The run's pull request: opened as a draft once the branch has a commit, its body kept current, then ready.

    `reopens` says that a new one is opened where the last was closed without a merge.
    """

    branch: str
    base: str
    title: str
    body: str
    draft: bool
    reopens: bool = True
    key: str = "pull"


@dataclass(frozen=True)
class DraftWish:
    """The branch's open pull request is a draft again; once for each key, so that nobody is overruled later."""

    key: str
    branch: str


@dataclass(frozen=True)
class CheckWish:
    """The run's check on one head commit."""

    key: str
    name: str
    head: str
    status: CheckStatus
    conclusion: Conclusion | None
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True)
class Remark:
    """A comment on lines of a file in a pull request's diff, `start` to `end`."""

    path: str
    start: int
    end: int
    body: str


@dataclass(frozen=True)
class ReviewWish:
    """A review of a pull request at one commit, submitted once, as a comment: it neither approves nor requests changes.

    `page` is where files of that commit are shown (`https://github.com/o/r/blob/<sha>`): a remark on a line that is not
    in the diff goes into the body, with a link. `rest` is what stands there in the place of what does not fit.
    """

    key: str
    number: int
    commit: str
    page: str
    body: str
    remarks: tuple[Remark, ...] = ()
    rest: str = MORE


@dataclass(frozen=True)
class ReactionWish:
    """A reaction on an issue (`comment` 0) or on one of its comments."""

    key: str
    number: int
    comment: int = 0
    content: Literal["eyes", "+1", "confused"] = "eyes"


@dataclass(frozen=True)
class LabelWish:
    """A label that the repository has. `color` is six hexadecimal digits."""

    key: str
    name: str
    color: str
    description: str


Publication = CommentWish | PullRequestWish | DraftWish | CheckWish | ReactionWish | LabelWish | ReviewWish


def digest(publication: Publication) -> str:
    """Sixteen hexadecimal digits over all of a wish: the same digest makes no request."""
    text = json.dumps([type(publication).__name__, to_json(publication)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def marker(run: str, key: str) -> str:
    """The hidden line by which our own text is found again. It counts only in text by our own App's user."""
    return f"<!-- charrette:key={key} run={run} -->"


BEGIN = "<!-- charrette:begin -->"
"""Where our part of a pull request's body begins; it ends with the marker."""


def beside(live: str, mark: str) -> tuple[str, str]:
    """What people wrote above and below our part of a body, which ends with `mark`; all of it where ours is gone."""
    ours, ends, below = live.partition(mark)
    above, begins, _ = ours.partition(BEGIN)
    return (above.strip() if begins or not ends else "", below.strip())


def marked(text: str) -> tuple[str, str] | None:
    """The (run, key) of the marker in `text`, or None."""
    match = re.search(r"<!-- charrette:key=(\S+) run=(\S*) -->", text)
    return (match[2], match[1]) if match else None

"""Which issues a merged pull request is about: by closing keywords, by GitHub's own list, and by its branch.

https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.core.markdown.artifact import Artifact

How = Literal["linked", "keyword", "branch"]

_KEYWORD = re.compile(
    r"(?<![\w-])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b\s*:?\s+(?:"
    r"(?:(?P<repository>[\w.-]+/[\w.-]+))?#(?P<number>\d{1,9})"
    r"|GH-(?P<gh>\d{1,9})|https?://[^\s/]+/(?P<at>[\w.-]+/[\w.-]+)/issues/(?P<page>\d{1,9}))(?!\w)",
    re.IGNORECASE,
)
_BRANCH = re.compile(r"(?:^|/)(?:issue[-_]?|gh-|#)?(?P<number>\d{1,9})(?=[-_/]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Merge:
    """A merged pull request: its texts, its branch, the day, and what GitHub itself says that it closes.

    `closing` are numbers of this repository; `parents` has the issue above one that it closes. `whole` says that all
    issues below that parent are closed.
    """

    number: int
    title: str
    body: str
    branch: str
    closing: tuple[int, ...] = ()
    messages: tuple[str, ...] = ()
    parents: Mapping[int, int] = field(default_factory=dict)
    whole: tuple[int, ...] = ()
    on: str = ""


def by_keyword(text: str, repository: str) -> tuple[int, ...]:
    """The issues of this repository (`owner/name`) that a text closes; what stands in code or comments closes none."""
    shown = "\n".join(each.text for each in Artifact("", text).prose())
    return tuple(dict.fromkeys(_named(shown, repository.lower())))


def _named(text: str, repository: str) -> Iterator[int]:
    for match in _KEYWORD.finditer(text):
        other = (match["repository"] or match["at"] or repository).lower()
        if other == repository:
            yield int(match["number"] or match["gh"] or match["page"])


def by_branch(branch: str) -> tuple[int, ...]:
    """The issue that a branch is named after: `12-limits`, `fix/12`, `ada/issue-12-limits`, `charrette/12-limits`."""
    return tuple(int(match["number"]) for match in _BRANCH.finditer(branch))[:1]


def closed_by(merge: Merge, repository: str, issues: Iterable[int]) -> Mapping[int, How]:
    """Which of these issues a merged pull request was for, and how that is known, the surest first.

    An issue all of whose sub-issues are closed is done with the last of them.
    """
    known = set(issues)
    said = by_keyword(merge.body, repository)
    for text in merge.messages:
        said += by_keyword(text, repository)
    ways: tuple[tuple[How, Sequence[int]], ...] = (
        ("linked", merge.closing),
        ("keyword", said),
        ("branch", by_branch(merge.branch)),
    )
    found: dict[int, How] = {}
    for how, numbers in ways:
        for number in numbers:
            above = merge.parents.get(number, 0)
            for each in (number, above if above in merge.whole else 0):
                if each in known:
                    found.setdefault(each, how)
    return found

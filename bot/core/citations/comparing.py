"""Cited lines held against a later commit: a comparison of two trees."""

from collections.abc import Iterator, Mapping, Sequence

from bot.core.markdown.artifact import Artifact
from bot.core.ports import Tree

from .drift import Drifted
from .reading import each_range, find
from .verdicts import Verified, verify


def drifted(documents: Mapping[str, str], base: Tree, head: Tree, web: str = "") -> tuple[Drifted, ...]:
    """What the documents (path to text) cite at the base, and what is not the same at the head; each place once."""
    files = frozenset(head.files())
    seen: set[tuple[str, int, int]] = set()
    found: list[Drifted] = []
    for document, text in documents.items():
        claims = [one for one in each_range(find(Artifact(document, text))) if not one.unverified]
        for verified in verify(claims, base, web):
            ((first, last),) = verified.citation.ranges
            if verified.verdict in ("ok", "unnamed") and (verified.resolved, first, last) not in seen:
                seen.add((verified.resolved, first, last))
                found += _drifted(document, verified, base, head if verified.resolved in files else None)
    return tuple(found)


def _drifted(document: str, verified: Verified, base: Tree, head: Tree | None) -> Iterator[Drifted]:
    ((first, last),) = verified.citation.ranges
    place = (document, verified.citation.line, verified.resolved, first, last)
    then = list((base.lines(verified.resolved) or ())[first - 1 : last])
    if head is None:
        yield Drifted(*place, "gone")
        return
    now = list(head.lines(verified.resolved) or ())
    if now[first - 1 : last] != then:
        at = _only(now, then)
        yield Drifted(*place, "moved", at) if at else Drifted(*place, "changed")


def _only(lines: Sequence[str], wanted: Sequence[str]) -> int:
    """The line from which on the wanted ones stand, if that is so once; else 0."""
    starts = [at for at, line in enumerate(lines) if line == wanted[0] and lines[at : at + len(wanted)] == wanted]
    return starts[0] + 1 if len(starts) == 1 else 0

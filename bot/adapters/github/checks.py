"""Check runs: fifty annotations for each request, and each annotation only once.

https://docs.github.com/en/rest/checks/runs
"""

from collections.abc import Sequence
from typing import Any

from github.CheckRun import CheckRun

from bot.core.publications import Annotation, CheckWish

AT_ONCE = 50


def state(wish: CheckWish) -> dict[str, Any]:
    """The part of a request with the check's status and conclusion."""
    said: dict[str, Any] = {"status": wish.status}
    if wish.conclusion:
        said["conclusion"] = wish.conclusion
    return said


def output(wish: CheckWish, annotations: Sequence[Annotation]) -> dict[str, Any]:
    """The part of a request with the check's text; these annotations are added to existing ones."""
    said: dict[str, Any] = {"title": wish.title, "summary": wish.summary}
    if annotations:
        said["annotations"] = [_annotation(each) for each in annotations]
    return said


def batches(annotations: Sequence[Annotation]) -> list[Sequence[Annotation]]:
    """The annotations for each request; one empty batch if there are none."""
    return [annotations[n : n + AT_ONCE] for n in range(0, len(annotations), AT_ONCE)] or [()]


def missing(check: CheckRun, annotations: Sequence[Annotation]) -> Sequence[Annotation]:
    """The annotations that the check doesn't have yet: GitHub only adds annotations, and never removes them."""
    if not annotations:
        return ()
    there = {(each.path, each.start_line, each.title or "", each.message) for each in check.get_annotations()}
    return [each for each in annotations if (each.path, each.line, each.title, each.message) not in there]


def _annotation(of: Annotation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "path": of.path,
        "start_line": of.line,
        "end_line": of.line,
        "annotation_level": of.level,
        "message": of.message,
    }
    return {**said, "title": of.title} if of.title else said

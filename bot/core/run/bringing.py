"""What a request brings with it: the design documents that it names, and the issues whose designs it builds on."""

import re
from collections.abc import Collection

from bot.core.markdown.markup import blank, marks

_PATH = re.compile(r"(?<![\w./:-])(?:\./)?((?:[\w.-]+/)*[\w.-]+\.md)\b|(?<![\w./:-])((?:[\w.-]+/)+)(?![\w.-])")
_ISSUE = re.compile(r"(?<![\w&/])#(\d+)\b")
_DESIGN = re.compile(r"design|architecture", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<folder>.*/)\d{3}-(?P<name>[^/]+)\.md")
_NOT_DESIGN = re.compile(r"user-request|.+-review")


def named(text: str, files: Collection[str]) -> tuple[str, ...]:
    """The Markdown files of a repository that a request names as its design: on a line, or by a path, that says so.

    A folder with a run's numbered documents stands for those.
    """
    found: dict[str, None] = {}
    known = set(files)
    for line in text.split("\n"):
        for match in _PATH.finditer(line):
            path = match[1] or match[2]
            if not _DESIGN.search(line):
                continue
            if path in known:
                found[path] = None
            elif match[2]:
                found |= dict.fromkeys(numbered(known, path.removeprefix("./")))
    return tuple(found)


def linked(text: str) -> tuple[int, ...]:
    """The issues that a request names, `#12`, outside code."""
    return tuple(dict.fromkeys(int(number) for number in _ISSUE.findall(blank(text, marks(text)))))


def numbered(files: Collection[str], folder: str) -> tuple[str, ...]:
    """The numbered documents of a run's folder, without the request and what reviewers said, in their order."""
    matches = (_NUMBERED.fullmatch(path) for path in sorted(files))
    return tuple(
        match[0]
        for match in matches
        if match and match["folder"] == folder and not _NOT_DESIGN.fullmatch(match["name"])
    )

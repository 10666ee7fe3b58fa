"""A diff as rows of a table, coloured, with what was said about its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from bot.hub.facts import ReviewComment
from bot.hub.history import ChangedFile, DiffLine, diff_lines

from .highlight import lines_of_file

# A longer diff is shown on demand.
FOLDED = 1_500


@dataclass(frozen=True)
class Thread:
    """A comment on a line, with the answers below it."""

    first: ReviewComment
    answers: tuple[ReviewComment, ...]


@dataclass(frozen=True)
class Row:
    """One line of a diff; `old` and `new` are 0 where it has no number there."""

    mark: str
    old: int
    new: int
    text: Markup
    threads: tuple[Thread, ...] = ()

    @property
    def side(self) -> str:
        """On which side a comment on this line stands."""
        return "LEFT" if self.mark == "-" else "RIGHT"

    @property
    def line(self) -> int:
        """The number that a comment on this line has."""
        return self.old if self.mark == "-" else self.new


@dataclass(frozen=True)
class FileDiff:
    """One file of a diff, ready to be shown."""

    file: ChangedFile
    rows: tuple[Row, ...] = field(default=())

    @property
    def folded(self) -> bool:
        """It is too long to be shown unasked."""
        return len(self.rows) > FOLDED


def threads_of(comments: Sequence[ReviewComment]) -> list[Thread]:
    """First comments by time, each with its answers."""
    return [
        Thread(each, tuple(answer for answer in comments if answer.in_reply_to_id == each.id))
        for each in comments
        if not each.in_reply_to_id
    ]


def _coloured(lines: Sequence[DiffLine], path: str) -> dict[int, Markup]:
    """The coloured text of each line, by its place: both sides of a hunk are read as a piece of code each."""
    found: dict[int, Markup] = {}
    for hunk in {line.hunk: None for line in lines}:
        for marks in (" -", " +"):
            side = [line for line in lines if line.hunk == hunk and line.mark in marks and line.mark != "@"]
            texts = lines_of_file("\n".join(line.text for line in side), path)
            found |= {line.position: text for line, text in zip(side, texts, strict=False)}
    return found


def rows_of(patch: str, path: str, threads: Sequence[Thread] = ()) -> tuple[Row, ...]:
    """The rows of a patch; a thread stands below its line."""
    lines = list(diff_lines(patch))
    texts = _coloured(lines, path)
    rows = []
    for line in lines:
        here = tuple(
            each
            for each in threads
            if line.mark != "@" and each.first.line == (line.old if each.first.side == "LEFT" else line.new)
        )
        text = texts.get(line.position, Markup.escape(line.text))
        rows.append(Row(line.mark, line.old, line.new, text, here))
    return tuple(rows)


def file_diffs(files: Sequence[ChangedFile], threads: Sequence[Thread] = ()) -> list[FileDiff]:
    """The files of a diff, with the threads about each."""
    return [
        FileDiff(file, rows_of(file.patch or "", file.path, [each for each in threads if each.first.path == file.path]))
        for file in files
    ]

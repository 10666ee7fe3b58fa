"""A document's sentences, a table's cells among them, and those that are marked as not shown to hold."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from .artifact import Artifact, Paragraph, normal
from .markup import blank, marks

UNVERIFIED = "[UNVERIFIED]"
"""The mark of a statement that could not be shown to hold."""

# The mark behind a sentence belongs to it.
ENDS = re.compile(r"(?:(?<=[.!?])[)\"”*_]*|(?<=[.!?]\s\[UNVERIFIED\]))\s+(?=[\"“(\[*_`]*[A-Z0-9`])(?!\[?UNVERIFIED)")
_BEGINNING = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]+(?:\[[ xX]\][ \t]+)?)?")
_CELL = re.compile(r"(?<!\\)\|")
_FEWEST = 4  # words: what is shorter says too little to be called a repetition


@dataclass(frozen=True)
class Sentence:
    """A sentence or a cell, from one `line` to the `last`.

    `end` is its last place in the document, each line's end counted once.
    """

    line: int
    last: int
    text: str
    end: int
    marked: bool

    @property
    def words(self) -> str:
        """The words, whatever the punctuation, links and the mark."""
        return normal(self.text.replace(UNVERIFIED, " "))


def sentences(artifact: Artifact) -> Iterator[Sentence]:
    """All sentences in order."""
    starts = list(accumulate((len(line) + 1 for line in artifact.source), initial=0))
    for paragraph in artifact.paragraphs:
        bare = paragraph.text
        lines = [match.end() for match in re.finditer(r"\n", bare)]
        if "UNVERIFIED" in bare:
            bare = blank(bare, marks(bare))
        for first, last in _bounds(paragraph):
            text = paragraph.text[first:last]
            if text.strip():
                line = paragraph.line + bisect_right(lines, first + len(text) - len(text.lstrip()))
                end = starts[paragraph.line - 1] + first + len(text.rstrip())
                below = paragraph.line + bisect_right(lines, first + len(text.rstrip()) - 1)
                yield Sentence(line, below, " ".join(text.split()), end, UNVERIFIED in bare[first:last])


def _bounds(paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    text = paragraph.text
    begin = _BEGINNING.match(text)
    cuts = {begin.end() if begin else 0, len(text)}
    cuts.update(match.end() for match in ENDS.finditer(text))
    pipes = [match.start() for match in _CELL.finditer(text)] if paragraph.row else []
    cuts.update(pipes)
    for first, last in pairwise(sorted(cuts)):
        yield first + (first in pipes), last


def unverified(artifact: Artifact) -> tuple[Sentence, ...]:
    """The statements that are marked; the mark in code is only spoken of."""
    if UNVERIFIED not in artifact.text:
        return ()
    return tuple(sentence for sentence in sentences(artifact) if sentence.marked and sentence.words)


def repetitions(artifact: Artifact, statements: tuple[Sentence, ...]) -> Iterator[tuple[Sentence, Sentence]]:
    """Each sentence that holds a marked statement of another document word for word, without the mark, with that."""
    wanted = {one.words: one for one in statements if one.words.count(" ") + 1 >= _FEWEST}
    if not wanted:
        return
    own = [(sentence, f" {sentence.words} ") for sentence in sentences(artifact) if not sentence.marked]
    whole = "".join(words for _, words in own)
    for words, statement in wanted.items():
        if f" {words} " in whole:
            for sentence, said in own:
                if f" {words} " in said:
                    yield sentence, statement

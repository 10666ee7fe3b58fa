"""What other documents of the run mark as unverified, and this one repeats without the mark."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from bot.core.citations.reading import Range, find
from bot.core.citations.verdicts import Verified
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.markdown.sentences import UNVERIFIED, Sentence, repetitions, unverified

from .context import Context


def repeated_statements(artifact: Artifact, context: Context) -> Iterator[tuple[Sentence, Finding]]:
    """Each sentence that another document has, word for word, with the mark."""
    for other in _others(artifact, context):
        for sentence, statement in repetitions(artifact, unverified(other)):
            where = f"{posixpath.basename(other.path)}, line {statement.line}"
            wrong = f"“{sentence.text[:60]}” is marked {UNVERIFIED} in {where}, and stands here without the mark."
            yield sentence, Finding(sentence.line, wrong, "Show that it holds, keep the mark, or leave it out.")


def repeated_places(
    checked: Sequence[Verified], artifact: Artifact, context: Context
) -> Iterator[tuple[Verified, Finding]]:
    """Each citation that another document marks, of which nothing is shown here either."""
    marked: Mapping[tuple[str, Range], str] = {
        (citation.path, lines): posixpath.basename(other.path)
        for other in _others(artifact, context)
        for citation in find(other)
        if citation.unverified
        for lines in citation.ranges
    }
    for verified in checked:
        citation = verified.citation
        where = next(
            (marked[citation.path, lines] for lines in citation.ranges if (citation.path, lines) in marked), ""
        )
        if where and verified.verdict == "unnamed":
            wrong = f"“{citation.text}” is marked {UNVERIFIED} in {where}, and nothing here shows that it holds."
            yield verified, Finding(citation.line, wrong, "Name what stands there, keep the mark, or leave it out.")


def _others(artifact: Artifact, context: Context) -> Iterator[Artifact]:
    """The other documents that mark something."""
    for path, text in context.documents.items():
        if path != artifact.path and UNVERIFIED in text:
            yield Artifact(path, text)

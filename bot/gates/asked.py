"""The questions of an artifact."""

from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact
from bot.core.questions.asking import parse

from .context import Context


def questions(artifact: Artifact, _: Context, *, at_most: int = 5) -> Iterator[Finding]:
    """The questions can be read: so many at most, lettered options, one recommended, one line on why each matters."""
    reading = parse(artifact)
    yield from reading.faults
    if len(reading.questions) > at_most:
        section = artifact.section("Questions")
        line = section.heading.line if section else 1
        mend = f"Ask the {at_most} that matter most, and list the others as assumptions."
        yield Finding(line, f"There are {len(reading.questions)} questions.", mend)

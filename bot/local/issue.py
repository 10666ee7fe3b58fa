"""A Markdown file as an issue: its first heading is the title, the rest is the text."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from bot.core.errors import PersonError
from bot.core.markdown.artifact import Artifact, Heading
from bot.core.markdown.safe import plain

# GitHub's limit for the text of an issue.
LIMIT = 65_536
TITLE = 200


@dataclass(frozen=True)
class Issue:
    """What is asked for."""

    title: str
    body: str

    @property
    def digest(self) -> str:
        """The same for the same text."""
        return hashlib.sha256(f"{self.title}\n\n{self.body}".encode()).hexdigest()


def read(file: Path) -> Issue:
    """The issue in a file; `PersonError` says what is wrong with it and what to write."""
    text = text_of(file, "--issue", "Write a heading, and below it what is wanted and for whom.")
    if len(text) > LIMIT:
        raise PersonError(
            f"{file}: it has {len(text):,} characters, and GitHub's issues take {LIMIT:,}. Write what is wanted, and "
            "commit what is long to the repository, where the run can read it."
        )
    heading = _title(Artifact("", text))
    if heading is None:
        return Issue(plain(file.stem, TITLE), text.strip())
    lines = text.split("\n")
    underlined = lines[heading.line : heading.line + 1] and set(lines[heading.line].strip()) in ({"="}, {"-"})
    below = heading.line + (1 if underlined and not lines[heading.line - 1].lstrip().startswith("#") else 0)
    return Issue(plain(heading.title, TITLE), "\n".join([*lines[: heading.line - 1], *lines[below:]]).strip())


def _title(artifact: Artifact) -> Heading | None:
    """The first heading of the first level, or the one with which the text begins."""
    headings = [heading for heading in artifact.headings if plain(heading.title)]
    first = next((heading for heading in headings if heading.level == 1), None)
    begins = headings and not "".join(artifact.source[: headings[0].line - 1]).strip()
    return first or (headings[0] if begins else None)


def text_of(file: Path, option: str, empty: str) -> str:
    """The text of a file that an option names, and what to write where it is empty; `PersonError` without a text."""
    try:
        size = file.stat().st_size
        if file.is_dir() or size > 10 * LIMIT:
            wrong = "this is a folder" if file.is_dir() else f"it has {size:,} bytes, more than any issue"
            raise PersonError(f"{file}: {wrong}. Give {option} a text file.")
        content = file.read_bytes()
    except FileNotFoundError:
        raise PersonError(f"{file}: there is no such file. Give {option} a text file.") from None
    except OSError as error:
        raise PersonError(f"{file}: it can't be read: {error.strerror}.") from None
    try:
        if b"\0" in content:
            raise UnicodeError
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeError:
        raise PersonError(f"{file}: this is no text in UTF-8. Give {option} a text file.") from None
    if not text.strip():
        raise PersonError(f"{file}: there is nothing in it. {empty}")
    return text

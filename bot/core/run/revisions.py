"""Revisions that people ask for: which artifacts their words name, and the dated notes that an artifact ends with."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.definition import Definition, Phase
from bot.core.markdown.artifact import Artifact, Section, names, normal
from bot.core.markdown.safe import line as one_line
from bot.core.tracks import Member

TITLE = "Revision notes"
_FILE = re.compile(r"(?<![\w.-])\d{3}-[\w-]+(?:\.md)?")
_NOTE = re.compile(r"- \d{4}-\d\d-\d\d, revision \d+, asked by ")


@dataclass(frozen=True)
class Note:
    """One revision that was asked for: which, when (ISO 8601), by whom, with what words, and where they stand."""

    revision: int
    at: str
    by: str
    what: str
    link: str


def named(definition: Definition, files: Mapping[str, Sequence[str]], what: str) -> tuple[str, ...]:
    """The phases whose artifacts these words name, in the workflow's order; `files` has the artifacts' names by phase.

    Numbers and file names count before anything else; then ids and titles ahead of the first colon, since people write
    `interface: leave the operations alone`; then ids and titles anywhere. A section's title counts for the phase that
    fills it, and of several phases in one document chooses among them.
    """
    head = re.split(r":\s", what, maxsplit=1)[0] if re.search(r":\s", what) else ""
    phases = [phase for phase in definition.phases if phase.source != "workflow"]
    by_number = [phase for phase in phases if _by_number(files.get(phase.id, (phase.file,)), what)]
    by_head = [phase for phase in phases if _by_name(phase, head)]
    found = by_number or by_head or [phase for phase in phases if _by_name(phase, what)]
    return tuple(phase.id for phase in _narrowed(found, head, what))


def _narrowed(found: Sequence[Phase], head: str, what: str) -> Sequence[Phase]:
    """Of the phases that make one document together those of whose sections the words speak; all, where of none."""
    if not any(phase.into for phase in found):
        return found
    for words in (_FILE.sub("", head), _FILE.sub("", what)):
        meant = [phase for phase in found if any(names(words, title) for title in phase.sections)]
        if meant:
            documents = {phase.into for phase in meant}
            return [phase for phase in found if phase in meant or (phase.into or phase.id) not in documents]
    return found


def named_members(
    members: Sequence[Member], paths: Sequence[tuple[str, str]], what: str
) -> tuple[tuple[str, str], ...]:
    """Of who writes what, those whose documents these words name: by number or file name, else by name before a colon.

    All, where they name none.
    """
    head = re.split(r":\s", what, maxsplit=1)[0] if re.search(r":\s", what) else ""
    files = {member: path.rpartition("/")[2] for member, path in paths}
    by_file = {member for member, file in files.items() if _by_file((file,), what)}
    by_number = {member for member, file in files.items() if _by_number((file,), what)}
    by_name = {member.id for member in members if names(head, member.name)}
    chosen = by_file or (by_number if len(by_number) < len(files) else set()) or by_name or set(files)
    return tuple((member, path) for member, path in paths if member in chosen)


def _by_number(files: Sequence[str], what: str) -> bool:
    """Whether the words have the number or the name of one of these files."""
    numbers = "|".join(sorted({file[:3] for file in files}))
    return re.search(rf"(?<![\w.-])(?:{numbers})(?![\w-])", what) is not None or _by_file(files, what)


def _by_file(files: Sequence[str], what: str) -> bool:
    stems = "|".join(re.escape(file.removesuffix(".md")) for file in sorted(files))
    return re.search(rf"(?<![\w.-])(?:{stems})(?:\.md)?(?![\w-])", what) is not None


def _by_name(phase: Phase, words: str) -> bool:
    titles = (phase.title, phase.id.replace("-", " "), *phase.sections)
    return any(names(words, title) for title in titles)


def with_notes(text: str, notes: Sequence[Note], remarks: str = "") -> str:
    """The text with these notes at its end, and what people wrote among them; none that a model wrote."""
    lines: list[str | None] = list(Artifact("", text).source)
    for section in _sections(text):
        lines[section.heading.line - 1 : section.last] = [None] * (section.last - section.heading.line + 1)
    bare = "\n".join(line for line in lines if line is not None).rstrip()
    if not notes and not remarks:
        return f"{bare}\n"
    parts = [bare, f"## {TITLE}", "\n".join(map(_note, notes)), remarks]
    return "\n\n".join(part for part in parts if part) + "\n"


def remarks(text: str) -> str:
    """What an artifact's section of notes holds beside notes of ours."""
    written = (line for section in _sections(text) for line in section.body.split("\n"))
    return "\n".join(line for line in written if not _NOTE.match(line)).strip()


def _sections(text: str) -> Iterator[Section]:
    return (section for section in Artifact("", text).sections if normal(section.title) == normal(TITLE))


def _note(note: Note) -> str:
    who = f"[{one_line(note.by)}]({note.link})" if note.link else one_line(note.by)
    return f"- {note.at[:10]}, revision {note.revision}, asked by {who}: {one_line(note.what, 300)}"

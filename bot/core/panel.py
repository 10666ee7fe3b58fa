"""Who reviews: by name, by what the documents concern, or all of them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.citations.reading import find
from bot.core.incoming.commands import nearest
from bot.core.markdown.artifact import Artifact
from bot.core.run.record import Earlier

from .definition import Definition, Persona
from .errors import PersonError

_REVIEW = re.compile(r"\d{3}-.+-review\.md")
_ROADMAP = re.compile(r"\d{3}-roadmap\.md")
EVERYBODY, FEW, ANYWAY = "all", "mini", "anyway"
# Rounds after which a further one has to be asked for in so many words.
CAP = 3
# What an expert reads at most, in characters: some 150,000 tokens, with which there is room left to work.
LARGEST = 600_000
# A change to more components than this, or one with a whole design, is one of architecture (seed 004).
COMPONENTS, DOCUMENTS = 1, 4
GRAVE = ("critical", "important")


@dataclass(frozen=True)
class Chosen:
    """The personas of a round, and in a sentence why they."""

    personas: tuple[Persona, ...]
    why: str


def wanted(words: str) -> tuple[str, ...]:
    """The words of the command's line that name experts or a panel, or say `anyway`."""
    line = words.partition("\n")[0]
    return tuple(word for word in re.split(r"[\s,;]+|\band\b", line.lower().strip(" .")) if word)


def over(words: str, earlier: Earlier | None) -> str:
    """Why there is no further round, or ""."""
    if earlier is None or not earlier.trend or ANYWAY in wanted(words):
        return ""
    again = "`/review experts anyway` has the documents reviewed all the same."
    if not any(raised.severity in GRAVE and not raised.verdict for raised in earlier.raised):
        return f"There is nothing left to review: no Critical and no Important is open. {again}"
    if len(earlier.trend) >= CAP:
        return f"There were {len(earlier.trend)} rounds on these documents, and what is open needs decisions. {again}"
    return ""


def within(documents: Mapping[str, str]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The documents that are not too much together, and the paths of those that are left out."""
    read: dict[str, str] = {}
    for path, text in documents.items():
        if sum(map(len, read.values())) + len(text) <= LARGEST:
            read[path] = text
    return read, tuple(path for path in documents if path not in read)


def choose(definition: Definition, words: str, documents: Mapping[str, str]) -> Chosen:
    """The panel that the words of the command's line ask for, or that the documents need where they name nobody.

    `PersonError` names the nearest expert for one who is not known.
    """
    named = [word for word in wanted(words) if word != ANYWAY]
    if unknown := [word for word in named if word not in (EVERYBODY, FEW) and _person(definition, word) is None]:
        raise PersonError(_unknown(definition, unknown))
    if named == [EVERYBODY]:
        return Chosen(definition.panel, "all of the panel were asked for")
    if named == [FEW]:
        return Chosen(definition.mini, "the mini panel was asked for")
    if named:
        asked = [persona for name in named for persona in _called(definition, name)]
        return Chosen(tuple(dict.fromkeys(asked)), "asked for by name")
    return _fitting(definition, documents)


def _called(definition: Definition, name: str) -> Iterator[Persona]:
    """Who comes at this name, which is known: one, or those of a panel."""
    panels = {EVERYBODY: definition.panel, FEW: definition.mini}
    person = _person(definition, name)
    yield from panels.get(name, (person,) if person else ())


def _person(definition: Definition, name: str) -> Persona | None:
    bare = _bare(name)
    return next((each for each in definition.personas if bare in (each.id, *each.aliases)), None)


def _bare(name: str) -> str:
    return name.lstrip("@").strip("`*")


def _unknown(definition: Definition, names: Sequence[str]) -> str:
    """What is said of names that nobody has."""
    known = [persona.id for persona in definition.personas]
    names = tuple(map(_bare, names))
    every = [*known, *(alias for persona in definition.personas for alias in persona.aliases)]
    found = ((name, nearest(name, every)) for name in names)
    # Of three letters, two others make any name.
    near = [f"`{each}`" for name, each in found if each and (len(name) > 3 or name[:1] == each[:1])]
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    listed = ", ".join(f"`{id}`" for id in known)
    unknown = ", ".join(f"`{name}`" for name in names)
    return f"There is no expert {unknown}.{hint} There are {listed}; `all` and `mini` are panels."


def _fitting(definition: Definition, documents: Mapping[str, str]) -> Chosen:
    if any(_ROADMAP.fullmatch(path.rpartition("/")[2]) for path in documents):
        return Chosen(definition.panel, "the full panel, since a roadmap is a decision about the architecture")
    parts = components(documents)
    if len(parts) > COMPONENTS:
        named = ", ".join(f"`{part}`" for part in parts[:5])
        return Chosen(definition.panel, f"the full panel, since the documents concern several components ({named})")
    if len(documents) >= DOCUMENTS:
        return Chosen(definition.panel, f"the full panel, since this is a design of {len(documents)} documents")
    return Chosen(
        definition.mini, "the mini panel, since the documents are few and concern one component; `all` calls everybody"
    )


def is_document(path: str) -> bool:
    """Whether a panel reads the file at this path: Markdown that configures nothing, no review of ours."""
    folder, _, name = path.lower().rpartition("/")
    configures = f"{folder}/".startswith(".github/")
    return name.endswith(".md") and not configures and not _REVIEW.fullmatch(name)


def folder_of(paths: Sequence[str], otherwise: str) -> str:
    """The folder for what a round writes: that of most of the documents, `otherwise` where those are in none."""
    return Counter(path.rpartition("/")[0] for path in paths).most_common(1)[0][0] or otherwise


def components(documents: Mapping[str, str]) -> Sequence[str]:
    """The top-level folders of the code that the documents cite, the most cited first."""
    counts: dict[str, int] = {}
    for path, text in documents.items():
        for citation in find(Artifact(path, text)):
            top, slash, _ = citation.path.partition("/")
            if top and slash and not top.startswith((".", "_")):
                counts[f"{top}/"] = counts.get(f"{top}/", 0) + 1
    return sorted(counts, key=lambda top: (-counts[top], top))

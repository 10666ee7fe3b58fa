"""Sections F and G: from the current architecture to the concept model, and the interfaces that are frozen."""

import re
from collections.abc import Iterator

from bot.core.citations.reading import find
from bot.core.findings import Finding
from bot.core.markdown.artifact import Fence, Section

from .lookups import filled, subjects
from .paper import Paper

_SUBJECTS = {
    "current and target": ("current", "before", "target", "from", "change"),
    "what remains unchanged": ("unchanged", "remain"),
    "fidelity trade-offs": ("fidelity", "trade"),
}
_FIDELITY = {
    "what is approximated": "approximat|behavior|behaviour|lost",
    "questions that it still answers": "question|answer",
    "when it breaks down": "break|condition|when",
    "upgrade path": "upgrade",
}
_NAME = re.compile(
    r"^\s*(?:export |public |pub |async )*"
    r"(?:func|fn|def|class|struct|interface|trait|enum|type)\s+(?:\([^)]*\)\s*)?(\w+)"
    r"|^\s*(\w+)\s*\(",
    re.MULTILINE,
)
_PLACE = re.compile(r"([\w./-]+\.\w+):\d+")
_BODY = re.compile(r"\breturn\b|:=|^\s+\w+(?:\.\w+)* = ", re.MULTILINE)
_FROZE = re.compile(r"\bfrozen|\bfroze|\bfreez|\bmerged\b|\brelease", re.IGNORECASE)


def evolution_subjects(paper: Paper) -> Iterator[Finding]:
    """Section F says what changes, what stays, and the fidelity that is traded."""
    yield from subjects(paper, "F", _SUBJECTS)


def enabling_refactors(paper: Paper) -> Iterator[Finding]:
    """Section F says which refactors only enable others."""
    yield from subjects(paper, "F", {"enabling refactors": ("refactor", "enabling")})


def evolution_blocks(paper: Paper) -> Iterator[Finding]:
    """Each structural change is mapped to a block of the concept model."""
    for cells in paper.rows("F", "block", "change"):
        if not paper.block_in(cells["block"]):
            wrong = f"“{cells.name[:60]}” is mapped to no building block."
            mend = f"Name one: {', '.join(block.name for block in paper.plan.blocks)}."
            yield Finding(cells.line, wrong, mend)


def fidelity(paper: Paper) -> Iterator[Finding]:
    """Each simplification says what it approximates, what it still answers, when it breaks, and how it is refined."""
    yield from filled(paper, "F", ("fidelity", "trade"), _FIDELITY)


def frozen_cited(paper: Paper) -> Iterator[Finding]:
    """Each signature of G has a citation, and says what froze it."""
    cited = {citation.line for citation in find(paper.artifact)}
    for fence, text, first in _frozen(paper):
        if not (any(first <= line <= fence.line for line in cited) or _PLACE.search(fence.text)):
            yield Finding(fence.line, "This signature cites no code.", "Write “path:line” above it or in it.")
        elif not _FROZE.search(f"{text}\n{fence.text}"):
            wrong = "Nothing says what froze this signature."
            yield Finding(fence.line, wrong, "Name the unit or release whose merge did.")


def frozen_found(paper: Paper) -> Iterator[Finding]:
    """Each signature of G is found in the code at the commit, and is a signature alone."""
    for fence, _, _ in _frozen(paper):
        if _BODY.search(fence.text):
            yield Finding(
                fence.line, "This is more than a signature.", "Leave out bodies and values, and what is not merged."
            )
        code = _cited_code(paper, fence)
        for match in _NAME.finditer(fence.text):
            name = match[1] or match[2]
            if code and not re.search(rf"\b{name}\b", code):
                line = fence.line + 1 + fence.text.count("\n", 0, match.start(1 if match[1] else 2))
                wrong = f"`{name}` does not stand in the code that is cited."
                yield Finding(line, wrong, "Cite where it is; what is not merged is described in words, outside G.")


def _frozen(paper: Paper) -> Iterator[tuple[Fence, str, int]]:
    """The blocks of G, each with the prose before it and the line where that begins."""
    section: Section | None = paper.sections.get("G")
    first = section.first if section else 1
    for fence in paper.fences("G"):
        yield fence, "\n".join(paper.artifact.source[first - 1 : fence.line - 1]), first
        first = fence.line + fence.text.count("\n") + 2


def _cited_code(paper: Paper, fence: Fence) -> str:
    """The text of the files that the plan cites in or above a block of G; "" where none is at hand."""
    if paper.tree is None:
        return ""
    section, end = paper.sections["G"], fence.line + fence.text.count("\n")
    cited = [citation.path for citation in find(paper.artifact) if section.first <= citation.line <= end]
    cited += _PLACE.findall(fence.text)
    files = set(paper.tree.files())
    return "\n".join(line for path in cited if path in files for line in paper.tree.lines(path) or ())

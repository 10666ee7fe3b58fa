"""Section B: what is there, as facts that are cited, inferences that are labelled, and what is open."""

import re
from collections.abc import Iterator

from bot.core.citations.reading import find
from bot.core.findings import Finding

from .lookups import subjects
from .paper import Paper

_SUBJECTS = {
    "packages and responsibilities": ("package", "module", "component"),
    "data structures and interfaces": ("data structure", "core data", "interface", "type"),
    "invariants and assumptions": ("invariant", "assumption"),
    "entry points and flags": ("entry ?point", "cli", "flag", "command"),
    "configuration flow": ("config",),
    "extension points": ("extension", "extensib", "plug"),
    "coupling and fragility": ("coupling", "fragil"),
    "module boundaries": ("boundar", "module map", "target"),
}
_APART = {
    "confirmed facts": ("confirmed", "facts?"),
    "inferences": ("infer",),
    "open uncertainties": ("uncertaint", "unknown", "open question"),
    "constraints that must not be violated": ("constraint", "must not"),
}
_GUESS = re.compile(
    r"\b(?:probably|presumably|apparently|(?:seems?|appears?) to|likely|we assume|I assume)\b", re.IGNORECASE
)
_LABELLED = re.compile(r"\binfer|\bassum\w+:|\buncertain|\bunverified\b", re.IGNORECASE)


def recon_subjects(paper: Paper) -> Iterator[Finding]:
    """Section B has a heading on each item of the reconnaissance."""
    yield from subjects(paper, "B", _SUBJECTS)


def recon_apart(paper: Paper) -> Iterator[Finding]:
    """Section B tells facts, inferences and uncertainties apart, and names the constraints."""
    yield from subjects(paper, "B", _APART)


def facts_cited(paper: Paper) -> Iterator[Finding]:
    """Each confirmed fact cites the lines that show it."""
    cited = sorted({citation.line for citation in find(paper.artifact)})
    for part in paper.parts("B"):
        if not re.search(r"\bconfirmed\b|\bfacts?\b", part.title, re.IGNORECASE):
            continue
        items = paper.items(part)
        ends = [*(each.line for each in items), part.last + 1][1:]
        for item, after in zip(items, ends, strict=True):
            marked = "UNVERIFIED" in item.text
            if item.depth == 1 and not marked and not any(item.line <= line < after for line in cited):
                wrong = f"This fact cites no lines: “{item.text[:60]}”."
                yield Finding(item.line, wrong, "Cite them as “path:line”, or mark the fact [UNVERIFIED].")


def inferences_labelled(paper: Paper) -> Iterator[Finding]:
    """What section B guesses is labelled as an inference."""
    apart = [
        part for part in paper.parts("B") if re.search(r"infer|uncertain|question|risk", part.title, re.IGNORECASE)
    ]
    for line in paper.prose("B"):
        guess = _GUESS.search(line.text)
        inside = any(part.first <= line.number <= part.last for part in apart)
        if guess and not inside and not _LABELLED.search(line.text):
            yield Finding(line.number, f"“{guess[0]}” is a guess among facts.", "Begin with “Inference:”, or show it.")

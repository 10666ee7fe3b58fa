"""The document as a whole, and section A: sections, sizes, code, citations, revisions."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Fence
from bot.core.plan.sections import TITLES
from bot.gates.cited import claims, faults
from bot.gates.context import Context
from bot.gates.place import shown

from .paper import Paper, headline

_OPTIONAL = "G"
_LANGUAGES = re.compile(
    r"c|c\+\+|clojure|cpp|cs|csharp|elixir|erlang|fsharp|go|golang|haskell|java|javascript|jsx?|julia|kotlin|lua|ocaml|perl"
    r"|php|py|python3?|r|rb|rs|ruby|rust|scala|swift|tsx?|typescript|zig"
)
_CODE = re.compile(
    r"^\s*(?:(?:pub |export |public |private |static |async )*"
    r"(?:func|fn|def|class|struct|interface|impl|enum|trait)\s+\w+"
    r"|type\s+\w+\s+(?:struct|interface)\b|(?:const|let|var)\s+\w+.*=|return\b.*[;)]?$|if .*[{:]$|import\s+[\w\"{*.]+)",
    re.MULTILINE,
)
_INLINE = re.compile(
    r"`((?:func|fn|def)\s+(?:\([^)`]*\)\s*)?\w+\([^`]*|type\s+\w+\s+(?:struct|interface)\b[^`]*|(?:class|struct)\s+\w+\s*[{(:][^`]*)`"
)
_COUNT = re.compile(r"\b(\d{1,7})[ -](?:\w+ )?(?:prs?|pull requests?|units?|work packages?|tasks?)\b", re.IGNORECASE)
_DATE = re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b")
_REVISED = re.compile(r"\b(?:revision|revised|changes?|changelog|history)\b", re.IGNORECASE)
_LOST = re.compile(r"\S\s+#{2,4} \S|\|\s*\|\s*:?-{3,}:?\s*\||\S \|---")
_LONGEST = 2_500


def units(paper: Paper) -> Iterator[Finding]:
    """The plan has units."""
    if not paper.plan.units:
        mend = "Give each planned pull request a heading with its id, such as “### PR 1: Title”."
        yield Finding(1, "No unit was found.", mend)


def sections(paper: Paper) -> Iterator[Finding]:
    """The sections A to K are there (G may be left out); nothing is below none of them."""
    lacking = [headline(letter) for letter in TITLES if letter not in paper.sections and letter != _OPTIONAL]
    if lacking:
        wrong = f"There is no section {', '.join(f'“{title}”' for title in lacking)}."
        yield Finding(1, wrong, f"Add “## {lacking[0]}”{' and the others' if len(lacking) > 1 else ''}.")
    for section in paper.sections.values():
        if paper.artifact.is_empty(section):
            mend = "Write it, or say why there is nothing to say."
            yield Finding(section.heading.line, f"“{section.title[:120]}” is empty.", mend)


def sections_order(paper: Paper) -> Iterator[Finding]:
    """The sections stand in the order A to K; what is said is which ones to move, as few as will do."""
    kept: dict[str, tuple[str, ...]] = {}
    for letter in paper.sections:
        before = [run for last, run in kept.items() if last < letter]
        kept[letter] = (*max(before, key=len, default=()), letter)
    stay = max(kept.values(), key=len, default=())
    for letter, section in paper.sections.items():
        if letter not in stay:
            wrong = f"“{section.title}” is out of order."
            yield Finding(section.heading.line, wrong, f"Put it where {letter} comes in A to K.")


def line_breaks(paper: Paper) -> Iterator[Finding]:
    """The document has its line breaks: no heading or table runs on in one line."""
    for line in paper.artifact.prose():
        if _LOST.search(line.text) or (len(line.text) > _LONGEST and not line.text.lstrip().startswith("|")):
            wrong = f"Line breaks are lost here: “{' '.join(line.text.split())[:60]} …”."
            yield Finding(line.number, wrong, "Put headings, items and rows on lines of their own.")


def unread(paper: Paper) -> Iterator[Finding]:
    """All that states a dependency can be read."""
    yield from paper.plan.findings


def summary_length(paper: Paper) -> Iterator[Finding]:
    """The executive summary has fewer than 15 lines."""
    yield from _shorter(paper, "A", 15)


def concept_length(paper: Paper) -> Iterator[Finding]:
    """The concept model has fewer than 80 lines."""
    yield from _shorter(paper, "D", 80)


def summary_units(paper: Paper) -> Iterator[Finding]:
    """The executive summary says how many units there are."""
    section = paper.sections.get("A")
    if section and paper.plan.units:
        text = "\n".join(line.text for line in paper.prose(section))
        count = len(paper.plan.units)
        said = [int(n) for n in _COUNT.findall(text)]
        if count not in said:
            wrong = f"The summary does not say that there are {shown(count, 'unit')}."
            if said:
                wrong = f"The summary says {' and '.join(map(str, said))} units, the plan has {count}."
            yield Finding(section.heading.line, wrong, f"Say it: “{shown(count, 'unit')}”.")


def summary_milestones(paper: Paper) -> Iterator[Finding]:
    """The executive summary names milestones: units, phases or checkpoints."""
    section = paper.sections.get("A")
    words = re.compile(r"\b(?:milestone|phase|checkpoint|stage|release)s?\b", re.IGNORECASE)
    if section and not any(words.search(line.text) or paper.units_in(line.text) for line in paper.prose(section)):
        yield Finding(section.heading.line, "The summary names no milestone.", "Say what holds after which unit.")


def code(paper: Paper) -> Iterator[Finding]:
    """There is no code of a programming language but signatures that are frozen, in G."""
    frozen = paper.sections.get("G")
    for fence in paper.artifact.fences:
        if not (frozen and frozen.first <= fence.line <= frozen.last) and _is_code(fence):
            wrong = (
                f"This block of {shown(fence.text.count(chr(10)), 'line')} is code, where the plan describes behaviour."
            )
            mend = "Say in words what it does and promises; signatures that are merged go into G."
            yield Finding(fence.line, wrong, mend)
    for line in paper.artifact.prose(code=True):
        match = _INLINE.search(line.text)
        if match and not (frozen and frozen.first <= line.number <= frozen.last):
            wrong = f"“{match[1][:60]}” is a signature or a definition."
            yield Finding(line.number, wrong, "Say in words what it takes and returns.")


def citations(paper: Paper) -> Iterator[Finding]:
    """Every citation holds at the commit, or is marked UNVERIFIED."""
    for verified in claims(paper.artifact, Context(tree=paper.tree)):
        yield from faults(verified, strict=False)


def revision_note(paper: Paper) -> Iterator[Finding]:
    """A plan of which something is done, or that has a revision, says at its top what changed, with a date."""
    first = min((section.heading.line for section in paper.sections.values()), default=0)
    done = next((unit for unit in paper.plan.units if unit.status), None)
    if done and not any(
        _DATE.search(line.text) for line in paper.artifact.prose() if line.number < first and _REVISED.search(line.text)
    ):
        wrong = f"{done.id} is {done.status}, and no dated revision note stands at the top."
        yield Finding(done.line, wrong, "Say there what changed, when and why: “**Revision 2026-03-01:** …”.")


def _shorter(paper: Paper, letter: str, bound: int) -> Iterator[Finding]:
    section = paper.sections.get(letter)
    lines = paper.artifact.lines(section) if section else 0
    if section and lines >= bound:
        wrong = f"“{section.title}” has {shown(lines, 'line')}, and has to stay under {bound}."
        yield Finding(section.heading.line, wrong, "Shorten it; what is reference goes into other sections.")


def _is_code(fence: Fence) -> bool:
    language = fence.info.split(" ")[0].lower()
    return _LANGUAGES.fullmatch(language) is not None or (
        language in {"", "text", "txt"} and len(_CODE.findall(fence.text)) > 1
    )

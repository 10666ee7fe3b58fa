"""Section D: the blocks with their contracts, how they interact, who owns what, where it is extended."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import normal
from bot.core.plan.concept import ASPECTS
from bot.core.plan.ids import ids
from bot.gates.place import shown

from .paper import NONE, Paper, empty

_ARROW = re.compile(r"\s*(?:[-─=]*[>►▶→⟶⇒]|->)\s*")
_GROUPS = {
    "what always holds": r"\balways\b|\bmust hold\b|\bholds?\b",
    "what never happens": r"\bnever\b|\bmust not\b",
    "causality": r"\bcausal|\border(?:ing)?\b",
    "state and statistics": r"\bstatistics?\b",
}
_SENTENCES = re.compile(r"[.!?]\s+(?=[A-Z])")
_POINT = ("extension point|point", "default", "first|non default")


def blocks(paper: Paper) -> Iterator[Finding]:
    """There are three to seven building blocks."""
    section = paper.sections.get("D")
    count = len(paper.plan.blocks)
    if section and not 3 <= count <= 7:
        mend = "Describe three to seven, each with its contract."
        yield Finding(section.heading.line, f"There are {shown(count, 'building block')}.", mend)


def block_contract(paper: Paper) -> Iterator[Finding]:
    """Every block says what it observes, controls and owns, its invariants, events and extension friction."""
    for block in paper.plan.blocks:
        lacking = [aspect for aspect in ASPECTS if not block.aspects.get(aspect, "").strip("-– ")]
        if lacking:
            wrong = f"The contract of {block.name} does not say: {', '.join(lacking)}."
            yield Finding(block.line, wrong, "Add each; “None, because …” is an answer.")


def block_responsibility(paper: Paper) -> Iterator[Finding]:
    """Every block has one responsibility, in one sentence."""
    for block in paper.plan.blocks:
        if not block.responsibility:
            yield Finding(block.line, f"{block.name} has no responsibility.", "Say it in one sentence below its name.")
        elif len(_SENTENCES.split(block.responsibility)) > 1 or "; " in block.responsibility:
            wrong = f"The responsibility of {block.name} takes more than a sentence."
            yield Finding(block.line, wrong, "Say it in one; what does not fit is another block's.")


def events_classified(paper: Paper) -> Iterator[Finding]:
    """Every event is exogenous or endogenous."""
    for block in paper.plan.blocks:
        text = block.aspects.get("events", "")
        if (
            text
            and not re.search(r"\b(?:exo|endo)genous", text, re.IGNORECASE)
            and not re.match(r"\W*(?:none|no)\b", text, re.IGNORECASE)
        ):
            wrong = f"The events of {block.name} are neither exogenous nor endogenous: “{text[:60]}”."
            yield Finding(block.line, wrong, "Write one behind each event, or “None, because …”.")


def friction_number(paper: Paper) -> Iterator[Finding]:
    """Extension friction is a number of files."""
    for block in paper.plan.blocks:
        text = block.aspects.get("extension friction", "")
        if text and not re.search(r"\d", text):
            wrong = f"The extension friction of {block.name} is no number: “{text[:60]}”."
            yield Finding(block.line, wrong, "Say how many files one more variant touches.")


def interactions(paper: Paper) -> Iterator[Finding]:
    """What interacts are blocks of the model."""
    part = paper.part("D", "interaction")
    lines = [(line.number, line.text) for line in paper.prose(part)]
    for fence in paper.fences(part):
        lines += enumerate(fence.text.split("\n"), fence.line + 1)
    for number, text in lines:
        ends = _ARROW.split(text.partition(":")[0])
        strange = [end.strip(" `*-|") for end in ends if not paper.block_in(end)]
        if len(ends) > 1 and strange and (paper.ours or len(strange) == len(ends)):
            named = ", ".join(f"“{end[:40]}”" for end in strange)
            yield Finding(number, f"No building block is meant by {named}.", f"There are {_names(paper)}.")


def invariant_groups(paper: Paper) -> Iterator[Finding]:
    """The invariants say what always holds and never happens, the causality, and what is state or statistics."""
    part = paper.part("D", "system invariant", "invariant")
    section = paper.sections.get("D")
    if section is None:
        return
    text = "\n".join(line.text for line in paper.prose(part)).lower()
    lacking = [name for name, words in _GROUPS.items() if not re.search(words, text)]
    if lacking:
        line = (part or section).heading.line
        yield Finding(line, f"The system invariants do not say: {', '.join(lacking)}.", "Add a line on each.")


def state_owner(paper: Paper) -> Iterator[Finding]:
    """Every piece of mutable state has exactly one owner, which is a block."""
    section, rows = paper.sections.get("D"), list(paper.rows("D", "owner", "state"))
    if section and not rows:
        yield Finding(section.heading.line, "There is no map of who owns which state.", "Add a table: State, Owner.")
    seen: dict[str, int] = {}
    for cells in rows:
        owners = [part for part in re.split(r",| and |/|&", re.sub(r"\([^()]*\)", "", cells["owner"])) if part.strip()]
        name = normal(cells.name)
        if len(owners) != 1:
            wrong = f"“{cells.name}” has {shown(len(owners), 'owner')}."
            yield Finding(cells.line, wrong, "Name one; what is shared goes into a list of its own, with its reason.")
        elif paper.ours and not paper.block_in(owners[0]):
            yield Finding(cells.line, f"“{owners[0].strip()}” is no building block.", f"There are {_names(paper)}.")
        if name in seen:
            wrong = f"“{cells.name}” has its owner in line {seen[name]} already."
            yield Finding(cells.line, wrong, "Leave one of the two.")
        seen.setdefault(name, cells.line)


def shared_state(paper: Paper) -> Iterator[Finding]:
    """Shared state is listed with a justification, or there is none."""
    part = paper.part("D", "shared state", "state ownership")
    if part and "shared" not in "\n".join([part.title, *(line.text for line in paper.prose(part))]).lower():
        mend = "Add “### Shared state”: each with its reason, or “None, because …”."
        yield Finding(part.heading.line, "Nothing is said of shared state.", mend)
    for item in paper.items(paper.part("D", "shared state")):
        if len(item.text.split()) < 6 and not NONE.search(item.text):
            yield Finding(item.line, f"Nothing says why “{item.text[:60]}” is shared.", "Say why it has to be.")


def extension_points(paper: Paper) -> Iterator[Finding]:
    """Every extension point has a default, and a unit that brings its first other implementation."""
    part = paper.part("D", "extension point", "extension")
    section = paper.sections.get("D")
    if section and part is None:
        mend = "Add “### Extension points” with a table; “None, because …” is an answer."
        yield Finding(section.heading.line, "No extension point is named.", mend)
    for cells in paper.rows(part, *_POINT):
        if empty(cells["default"]):
            yield Finding(cells.line, f"“{cells.name}” has no default.", "Say what holds where nothing is configured.")
        text = " ".join(cells.row.cells)
        if empty(cells[_POINT[2]]) or not (paper.units_in(text) if paper.known else ids(text)):
            wrong = f"No unit brings a second implementation of “{cells.name}”."
            yield Finding(cells.line, wrong, "Name implementation and unit, or leave the extension point out.")
    if part and not paper.tables(part):
        text = " ".join(line.text for line in paper.prose(part)).lower()
        if not re.match(r"\W*none\b", text) and (
            not re.search(r"(?<!non-)\bdefault", text) or not re.search(r"non-default|first other", text)
        ):
            wrong = "The extension points do not say their defaults and first other implementations."
            yield Finding(part.heading.line, wrong, "Say both, with the unit that brings the other one.")


def correspondence(paper: Paper) -> Iterator[Finding]:
    """Every block has a row that says what it corresponds to in real systems."""
    part = paper.part("D", "real system", "correspond")
    section = paper.sections.get("D")
    if section and not paper.tables(part):
        mend = "Add the table: Building block, and a column for each system."
        yield Finding(section.heading.line, "There is no table of real-system correspondence.", mend)
        return
    have = {normal(cells.name) for cells in paper.rows(part, "building block|block|module|component")}
    for block in paper.plan.blocks:
        if part and normal(block.name) not in have:
            wrong = f"{block.name} has no row of real-system correspondence."
            yield Finding(part.heading.line, wrong, "Add it; “none, because …” is an answer.")


def _names(paper: Paper) -> str:
    return ", ".join(block.name for block in paper.plan.blocks)

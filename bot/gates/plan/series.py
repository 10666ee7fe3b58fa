"""Section I: the units, each with all that a reviewer and an implementer need."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.core.findings import Finding
from bot.core.markdown.artifact import Section, normal
from bot.core.plan import Unit
from bot.gates.place import shown

from .paper import Paper, empty

TIER_1: Mapping[str, Sequence[str]] = {
    "Building Block Change": ("building block change", "building block"),
    "Extension Type": ("extension type",),
    "Motivation": ("motivation",),
    "Scope": ("scope", "in scope"),
    "Behavioral Guarantees": ("behavioral guarantees", "behavioural guarantees", "guarantees", "contracts"),
    "Risks": ("risks", "risks mitigations", "risks and mitigations", "risk"),
    "Cross-Cutting": ("cross cutting",),
    "Validation Gate": ("validation gate", "validation gates"),
}
TIER_2: Mapping[str, Sequence[str]] = {
    "Architectural Impact": ("architectural impact", "architecture"),
    "API Surface Changes": ("api surface changes", "api surface", "api changes"),
    "CLI Changes": ("cli changes", "cli"),
    "Test Categories": ("test categories", "tests", "testing"),
    "Documentation Updates": ("documentation updates", "documentation", "readme changes"),
    "Extension Friction": ("extension friction",),
    "Parallel Development": ("parallel development", "parallel with"),
    "Why Independently Reviewable": ("why independently reviewable", "why this pr is independently reviewable"),
    "Why No Dead Code": ("why no dead code", "no dead code", "why it introduces no dead code"),
}
"""The fields of seed 003, phase 6, with the names that people give them."""

FIELDS: Mapping[str, Sequence[str]] = {**TIER_1, **TIER_2}
_EXERCISE = (*TIER_2["Test Categories"], *TIER_2["CLI Changes"], "exercised by")
_TYPES = re.compile(
    r"\b(?:policy[ -]template|subsystem[ -]module|backend[ -]swap|tier[ -]composition)\b", re.IGNORECASE
)
_NAMED = re.compile(r"`[^`]+`|--[a-z][\w-]+|\b[Tt]ests?[\w/.]*_?\w*\.\w+|\bTest[A-Z]\w+|\btest_\w+")
_KINDS = re.compile(
    r"\b(?:unit|integration|regression|golden|invariant|e2e|end-to-end|property|determinism)\b", re.IGNORECASE
)
_LATER = re.compile(
    r"\b(?:scaffold\w*(?! ?creep)|for later\b|will be used (?:by|in|later)"
    r"|used (?:only )?(?:later|by (?:a |the )?(?:later|future|next))"
    r"|only (?:later|future) (?:prs?|units?)|needed (?:only )?(?:later|by (?:later|future)))",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:no|not|never|without|nothing|avoids?|eliminates?|removes?|none)\b[^.;|]*$", re.IGNORECASE)
_NEW = re.compile(r"\b(?:add(?:s|ed)?|new|introduc\w+)\b", re.IGNORECASE)
_FLAG = re.compile(r"(?<![\w-])--[a-z][\w-]+")


def unit_fields(paper: Paper) -> Iterator[Finding]:
    """Every unit has the fields of both tiers."""
    for unit in paper.plan.units:
        lacking = [name for name, names in FIELDS.items() if not any(each in unit.lines for each in names)]
        if lacking:
            wrong = f"{unit.id} has no {_and(lacking)}."
            yield Finding(unit.line, wrong, "Add each as “**Field:** …”; “none, because …” is an answer.")


def unit_fields_empty(paper: Paper) -> Iterator[Finding]:
    """No field of a unit is empty; “none” has a reason."""
    for unit in paper.plan.units:
        for tier in (unit.tier1, unit.tier2):
            for name, text in tier.items():
                if name != "heading" and _expected(name) and empty(text):
                    said = f"“{text.strip()}”" if text.strip() else "empty"
                    wrong = f"“{name}” of {unit.id} is {said}."
                    yield Finding(unit.lines[name], wrong, "Fill it, or write “none, because …”.")


def unit_tiers(paper: Paper) -> Iterator[Finding]:
    """Every unit has its two tiers marked."""
    for unit in paper.plan.units:
        if not all(unit.tiers):
            mend = "Write “--- Tier 1: Human Review Summary ---” and “--- Tier 2: Implementation Guide ---” lines."
            yield Finding(unit.line, f"{unit.id} does not tell its two tiers apart.", mend)


def unit_title(paper: Paper) -> Iterator[Finding]:
    """Every unit has a title."""
    for unit in paper.plan.units:
        if not unit.title:
            yield Finding(unit.line, f"{unit.id} has no title.", f"Write “{unit.id}: what it brings”.")


def stable_id(paper: Paper) -> Iterator[Finding]:
    """Every unit has a stable id in its heading, so that it keeps its issue when it is renumbered."""
    for unit in paper.plan.units:
        if not unit.stable:
            example = "-".join(normal(unit.title).split()[:3]) or "queue-depth"
            wrong = f"{unit.id} has no stable id."
            yield Finding(unit.line, wrong, f"Write “<!-- unit: {example} -->” behind its heading.")


def tier_1_size(paper: Paper) -> Iterator[Finding]:
    """A tier-1 summary has 25 lines at most."""
    yield from _longer(paper, 25, "and 25 are the most")


def tier_1_aim(paper: Paper) -> Iterator[Finding]:
    """A tier-1 summary aims for 15 lines."""
    yield from _longer(paper, 15, "and 15 are aimed for")


def unit_block(paper: Paper) -> Iterator[Finding]:
    """Every unit adds or modifies a block of the concept model."""
    if not paper.plan.blocks:
        return
    for unit in paper.plan.units:
        text = unit.says(*TIER_1["Building Block Change"])
        if text and not paper.block_in(text):
            wrong = f"{unit.id} names no block of the concept model: “{text[:60]}”."
            mend = f"Name one: {', '.join(block.name for block in paper.plan.blocks)}."
            yield Finding(_line(unit, TIER_1["Building Block Change"]), wrong, mend)


def extension_type(paper: Paper) -> Iterator[Finding]:
    """Every unit has one of the four extension types."""
    for unit in paper.plan.units:
        text = unit.says("extension type")
        if text and len({normal(match) for match in _TYPES.findall(text)}) != 1:
            mend = "Write one: policy template, subsystem module, backend swap or tier composition."
            yield Finding(unit.lines["extension type"], f"“{text[:60]}” is no extension type.", mend)


def guarantee_ids(paper: Paper) -> Iterator[Finding]:
    """Every guarantee has a name."""
    for unit in paper.plan.units:
        for each in unit.guarantees:
            if not each.id and each.text:
                wrong = f"A guarantee of {unit.id} has no name: “{each.text[:50]}”."
                yield Finding(each.line, wrong, f"Name it, as in “BC-{re.sub(r'^[A-Za-z]+', '', unit.id)}-1: …”.")


def guarantee_twice(paper: Paper) -> Iterator[Finding]:
    """No two guarantees have one name."""
    first: dict[str, int] = {}
    for unit in paper.plan.units:
        for each in unit.guarantees:
            if each.id and each.id in first:
                yield Finding(each.line, f"{each.id} stands in line {first[each.id]} already.", "Give it another name.")
            first.setdefault(each.id, each.line)


def exercised(paper: Paper) -> Iterator[Finding]:
    """What a unit brings is exercised at its merge: by a command, or by tests that are named."""
    for unit in paper.plan.units:
        text = " ".join(unit.says(name) for name in _EXERCISE)
        if text.strip() and not (_NAMED.search(text) or _KINDS.search(text)):
            wrong = f"Nothing says what exercises {unit.id} when it is merged."
            mend = "Name a command, or the tests: “Unit: …”, `tests/test_queue.py`."
            yield Finding(
                _line(unit, (*TIER_2["Test Categories"], *TIER_2["CLI Changes"], "exercised by")), wrong, mend
            )


def used_later(paper: Paper) -> Iterator[Finding]:
    """Nothing is brought by one unit and used only by later ones."""
    for unit in paper.plan.units:
        for name, text in (*unit.tier1.items(), *unit.tier2.items()):
            match = _LATER.search(text) if name != "heading" and "parallel" not in name else None
            if match and not _NOT.search(text[max(0, match.start() - 200) : match.start()]):
                wrong = f"{unit.id} brings what nothing uses yet: “{_around(text, match.start())}”."
                yield Finding(unit.lines[name], wrong, "Move it into the unit that uses it first.")


def flags(paper: Paper) -> Iterator[Finding]:
    """Every flag that a unit adds is exercised by a test or command of it."""
    for unit in paper.plan.units:
        changed = unit.says("cli changes")
        rest = " ".join(text for name, text in (*unit.tier1.items(), *unit.tier2.items()) if name != "cli changes")
        for line in changed.split("\n"):
            for flag in dict.fromkeys(_FLAG.findall(line)):
                if _NEW.search(line) and flag not in rest:
                    wrong = f"Nothing in {unit.id} exercises {flag}."
                    yield Finding(
                        unit.lines["cli changes"], wrong, "Name the test or the command that does, or leave it out."
                    )


def status_order(paper: Paper) -> Iterator[Finding]:
    """What is completed needs nothing that is not."""
    for unit in paper.plan.units:
        waits = [id for id in unit.depends_on if (other := paper.plan.unit(id)) and not _done(other)]
        if _done(unit) and waits:
            wrong = f"{unit.id} is marked {unit.status}, and {', '.join(waits)}, which it needs, is not."
            yield Finding(unit.line, wrong, "Mark what is merged, or correct the dependency.")


def _done(unit: Unit) -> bool:
    return unit.status.split(" ")[0] in {"completed", "complete", "done", "merged", "shipped"}


def _longer(paper: Paper, bound: int, why: str) -> Iterator[Finding]:
    for unit in paper.plan.units:
        first, second = unit.tiers
        if first and second > first:
            heading = paper.artifact.headings[0] if paper.artifact.headings else None
            assert heading
            lines = paper.artifact.lines(Section(heading, first + 1, second - 1, ""))
            if lines > bound:
                wrong = f"The tier-1 summary of {unit.id} has {shown(lines, 'line')}, {why}."
                yield Finding(first, wrong, "Shorten it; what an implementer needs goes into tier 2.")


def _expected(name: str) -> bool:
    return any(name in names for names in FIELDS.values()) or name in {"out of scope", "title"}


def _line(unit: Unit, names: Sequence[str]) -> int:
    return next((unit.lines[name] for name in names if name in unit.lines), unit.line)


def _around(text: str, at: int) -> str:
    return " ".join(text[max(0, at - 20) : at + 50].split())


def _and(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]

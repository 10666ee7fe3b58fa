"""Section J, and what else says which unit needs which: circles, unknown ids, and places that disagree."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.core.findings import Finding
from bot.core.plan import Statement
from bot.core.plan.graph import Graph
from bot.gates.place import shown

from .paper import Paper

Voice = Literal["unit", "table", "drawing", "mermaid"]
_NAMES: Mapping[Voice, str] = {
    "unit": "the unit itself",
    "table": "the table of units",
    "drawing": "the drawing",
    "mermaid": "the Mermaid diagram",
}
_HEADINGS = {
    "a graph": ("graph", "dag", "diagram"),
    "workstreams": ("workstream", "parallel", "sequential"),
    "the merge order": ("merge", "sequenc", "order"),
    "validation gates": ("validat", "gate", "checkpoint"),
    "freeze points": ("freeze",),
    "integration risks": ("integration", "risk"),
}


def duplicate_id(paper: Paper) -> Iterator[Finding]:
    """An id, and a stable id, is one unit's alone."""
    for kind in ("id", "stable"):
        first: dict[str, int] = {}
        for unit in paper.plan.units:
            id = getattr(unit, kind)
            if id and id in first:
                yield Finding(unit.line, f"{id} is the unit of line {first[id]} already.", "Give each unit its own id.")
            first.setdefault(id, unit.line)


def cycle(paper: Paper) -> Iterator[Finding]:
    """No unit needs itself, directly or through others."""
    for circle in paper.graph.circles:
        units = [unit for unit in paper.plan.units if unit.id in set(circle)]
        if len(units) > len(circle) == 1:
            continue  # two units of one id: `duplicate-id` and `ambiguous` say so
        names = " → ".join([*(unit.id for unit in units), units[0].id])
        wrong = f"{names}: each needs the one before." if len(units) > 1 else f"{units[0].id} needs itself."
        yield Finding(
            units[0].line, f"There is a circle. {wrong}", "Take out the edge that is not needed, or merge them."
        )


def dangling(paper: Paper) -> Iterator[Finding]:
    """What a unit needs is a unit of the plan."""
    for line, id in _unknown(paper):
        if not _meant(paper, id):
            yield Finding(line, f"{id} is no unit of this plan.", f"There are {_some(paper)}.")


def ambiguous(paper: Paper) -> Iterator[Finding]:
    """What a unit needs is one unit: no group of them, and no id that two share."""
    for line, id in _unknown(paper):
        if meant := _meant(paper, id):
            wrong = f"{id} is no unit, and could mean {', '.join(meant[:6])}."
            yield Finding(line, wrong, "Name those that are needed.")
    count: dict[str, int] = {}
    for unit in paper.plan.units:
        count[unit.id] = count.get(unit.id, 0) + 1
    for line, id in dict.fromkeys((each.line, each.other) for each in paper.plan.statements):
        if count.get(id, 0) > 1:
            yield Finding(line, f"{id} is the id of {shown(count[id], 'unit')}.", "Give each unit its own id.")


def parallel(paper: Paper) -> Iterator[Finding]:
    """What is called parallel does not need each other, through others neither."""
    for each in paper.plan.statements:
        if each.sense != "parallel" or each.other == each.unit:
            continue
        for late, early in ((each.unit, each.other), (each.other, each.unit)):
            if paper.graph.after(late, early):
                wrong = f"{each.unit} is parallel with {each.other}, but {late} needs {early}."
                yield Finding(each.line, wrong, "Take out one of the two.")


def says_dependencies(paper: Paper) -> Iterator[Finding]:
    """Each unit says what it depends on, or that it depends on nothing."""
    for unit in paper.plan.silent:
        wrong = f"Nothing says what {unit.id} depends on."
        yield Finding(unit.line, wrong, "Write “Depends on: …”, or “Depends on: none”.")


@dataclass
class _Said:
    """What one voice says: the edges with their lines, the units of which it says what they need, and all it names.

    What was not read `whole` may say more: nothing is made of what it does not say.
    """

    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    of: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    whole: bool = True


def disagreement(paper: Paper) -> Iterator[Finding]:
    """Units, table, drawing and Mermaid diagram say the same of what needs what, directly or through others."""
    voices = _voices(paper)
    graphs = {voice: Graph.of(said.lines) for voice, said in voices.items()}
    for voice, said in voices.items():
        for (first, then), line in said.lines.items():
            for other, theirs in voices.items():
                speaks = theirs.whole and then in theirs.of and (other == "unit" or first in theirs.named)
                if other != voice and speaks and not graphs[other].after(then, first):
                    wrong = (
                        f"{then} needs {first} by {_NAMES[voice]}, but not by {_NAMES[other]} (line {theirs.of[then]})."
                    )
                    yield Finding(line, wrong, "Say the same in both, or leave the drawing out.")
    for voice in ("drawing", "mermaid", "table"):
        if voice in voices and voices[voice].whole and paper.has("J", voices[voice].of.values()):
            yield from _left_out(paper, voice, voices[voice])


def dag_parts(paper: Paper) -> Iterator[Finding]:
    """Section J has a graph, workstreams, merge order, validation gates, freeze points and integration risks."""
    section = paper.sections.get("J")
    if section is None:
        return
    titles = [part.title for part in paper.parts("J")]
    prose = [line.text for line in paper.prose("J")]
    text = " ".join([*titles, *prose, *(cell for table in paper.tables("J") for cell in table.header)]).lower()
    lacking = [name for name, words in _HEADINGS.items() if not any(word in text for word in words)]
    if lacking:
        wrong = f"“{section.title}” has nothing on {', '.join(lacking)}."
        yield Finding(section.heading.line, wrong, "Give each its heading; “none, because …” is an answer.")


def _voices(paper: Paper) -> dict[Voice, _Said]:
    found: dict[Voice, _Said] = {}
    for each in paper.plan.statements:
        if each.sense == "parallel" or (each.other and not {each.unit, each.other} <= paper.known):
            continue
        voice, own = _voice(paper, each)
        said = found.setdefault(voice, _Said())
        said.named |= {each.unit, each.other} - {""}
        if own:
            said.of.setdefault(each.unit, each.line)
        if each.other:
            said.lines.setdefault((each.other, each.unit), each.line)
            if voice in ("drawing", "mermaid"):
                said.of.setdefault(each.other, each.line)
    unread = {finding.rule for finding in paper.plan.findings}
    for voice in ("drawing", "mermaid"):
        if voice in found:
            found[voice].whole = f"unread-{voice}" not in unread
    return found


def _voice(paper: Paper, each: Statement) -> tuple[Voice, bool]:
    """Who says it, and whether it says all that the unit needs: “Blocks: PR 3” does not say all that PR 3 needs."""
    if each.where in ("drawing", "mermaid"):
        return ("drawing" if each.where == "drawing" else "mermaid"), True
    at = paper.unit_at(each.line)
    return ("unit", at == each.unit) if at else ("table", True)


def _left_out(paper: Paper, voice: Voice, said: _Said) -> Iterator[Finding]:
    """Units that a drawing or table of the others does not show, though they need or are needed."""
    bound = {unit for edge in paper.graph.edges for unit in edge}
    for unit in paper.plan.units:
        if unit.id in bound and unit.id not in said.named:
            line = min(said.of.values())
            yield Finding(line, f"{unit.id} is missing in {_NAMES[voice]}.", "Show all units, or none.")


def _unknown(paper: Paper) -> Sequence[tuple[int, str]]:
    """The ids that statements name and that are no units, with their lines, each once a line."""
    named = [(each.line, id) for each in paper.plan.statements for id in (each.unit, each.other) if id]
    return [(line, id) for line, id in dict.fromkeys(named) if id not in paper.known]


def _meant(paper: Paper, id: str) -> Sequence[str]:
    """What an id that is no unit's could mean: the units of a group, or PR9a and PR9b where it says PR9."""
    family = re.compile(rf"{re.escape(id)}(?:[a-z]|\.\d+)")
    return paper.plan.groups.get(id) or [unit.id for unit in paper.plan.units if family.fullmatch(unit.id)]


def _some(paper: Paper) -> str:
    known = [unit.id for unit in paper.plan.units]
    return ", ".join(known[:8]) + (" …" if len(known) > 8 else "") if known else "none"

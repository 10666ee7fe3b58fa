"""Mermaid flowcharts: the arrows from unit to unit, and what of a drawing could not be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, product

from bot.core.findings import Finding
from bot.core.markdown.artifact import Fence

from .drawings import MOST, Drawn
from .ids import ids, leading

_NODE = re.compile(
    r"\s*(?P<id>[\w.-]+)\s*(?:@\{(?P<said>[^}]*)\}|[\[({>/\\]+(?P<label>.*?)[\])}/\\]+)?\s*(?::::?\w+)?\s*"
)
_SAID = re.compile(r"\blabel:\s*\"?([^\",]*)")
_LABEL = re.compile(r"\"[^\"]{0,500}\"|\[[^\]]{0,500}\]|\([^)]{0,500}\)|\{[^}]{0,500}\}")
_TEXT_BEHIND = re.compile(r"(?<=>)\s*\|[^|]*\|")
_TEXT_ON_ARROW = re.compile(r"(?<!-)--\s(?:[^->|]|-(?!-))+-->|-\.[^-.]+\.->|(?<!=)==\s[^=>]+==>")
_NAME_OF_ARROW = re.compile(r"\s[\w-]+@(?=[<xo]?(?:--|==|-\.))")
_ARROW = re.compile(r"\s*(?:(?<!\w)[ox])?(?:-{2,}|={2,}|-\.+-)>\s*")
# What joins nodes without being such an arrow: `a --- b`, `a --x b`, `a <--> b`.
_LINK = re.compile(r"-{2,}|={2,}|-\.+-")
_WORD = re.compile(r"\w(?:[\w.]|-(?!-))*")
_APART = re.compile(r";|~{3,}")
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n.*?\n[ \t]*---[ \t]*(?=\n)", re.DOTALL)
_KIND = re.compile(r"(?:\s|%%.*)*(?P<kind>[A-Za-z][\w-]*)")
_GROUP = re.compile(r"\s*subgraph\s+(?P<id>[\w.-]+)")
_ASIDE = re.compile(
    r"\s*(?:(?:graph|flowchart(?:-elk)?|direction|subgraph|classDef|class|style|linkStyle|click|accTitle|accDescr)\b"
    r"(?!\s*[-=])|end\s*$)"
)
# Kinds of drawings with an order of their own, which is not read, and kinds that have none.
_OTHERS = (
    "architecture-beta",
    "block",
    "block-beta",
    "classdiagram",
    "erdiagram",
    "gantt",
    "requirementdiagram",
    "statediagram",
    "statediagram-v2",
)
_WITHOUT = (
    "gitgraph",
    "journey",
    "kanban",
    "mindmap",
    "pie",
    "quadrantchart",
    "sequencediagram",
    "timeline",
    "xychart",
    "xychart-beta",
)
_SHOWN = 8
_MEND = "Write it as “PR1 --> PR2”, from the unit that comes first to the one that needs it, on a line of its own."

Unread = dict[int, str]


@dataclass
class _Chart:
    """A flowchart while it is read: which node is which unit, what joins them, and what is doubtful, with lines."""

    units: dict[str, str] = field(default_factory=dict)
    arrows: list[tuple[str, str, int]] = field(default_factory=list)
    doubtful: list[tuple[str, int]] = field(default_factory=list)
    crowds: list[int] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    groups: dict[str, set[str]] = field(default_factory=dict)


def mermaid(fence: Fence) -> Drawn:
    """The arrows of a flowchart between nodes that are units, by the label of a node or by its name."""
    text = _FRONT_MATTER.sub(lambda front: "\n" * front[0].count("\n"), fence.text, count=1)
    head = _KIND.match(text)
    kind = head["kind"] if head else ""
    if kind.lower() in _WITHOUT:
        return Drawn(())
    if kind.lower() in _OTHERS:
        other = {fence.line + 1: f"“{kind}” is no flowchart"} if len(ids(text)) > 1 else {}
        return Drawn((), _finding(other))
    chart = _Chart()
    for number, line in enumerate(text.split("\n"), fence.line + 1):
        for statement in _APART.split(_quiet(line.partition("%%")[0])):
            _take(statement, number, chart)
    known = tuple(
        (chart.units[a], chart.units[b], at) for a, b, at in chart.arrows if a in chart.units and b in chart.units
    )
    return Drawn(known, _finding(_unread(chart)))


def _quiet(line: str) -> str:
    """The line with labels that can be taken neither for links nor for several nodes or statements."""
    return _LABEL.sub(lambda label: re.sub(r"[;&|]|-{2,}>?|={2,}>?|-\.+->?|~{3,}", " ", label[0]), line)


def _take(statement: str, number: int, chart: _Chart) -> None:
    """One statement: its nodes and arrows; what is not understood is kept, since later lines say what is a unit."""
    if group := _GROUP.match(statement):
        chart.open.append(group["id"])
    elif chart.open and statement.strip() == "end":
        chart.open.pop()
    if not statement.strip() or _ASIDE.match(statement):
        return
    plain = _NAME_OF_ARROW.sub(" ", _TEXT_ON_ARROW.sub("-->", _TEXT_BEHIND.sub("", statement)))
    groups = [[_node(each, chart) for each in part.split("&")] for part in _ARROW.split(plain)]
    if not all(node for nodes in groups for node in nodes):
        chart.doubtful.append((plain.strip(), number))
    for left, right in pairwise(groups):
        if len(left) * len(right) > MOST:
            chart.crowds.append(number)
        else:
            chart.arrows += [(a, b, number) for a, b in product(left, right) if a and b]


def _node(text: str, chart: _Chart) -> str:
    """A node's name in the drawing, "" where it is none; what unit it is, and in which groups, is kept."""
    match = None if _LINK.search(_LABEL.sub("", text)) else _NODE.fullmatch(text)
    if not match:
        return ""
    name = match["id"]
    said = _SAID.search(match["said"] or "")
    label = (said[1] if said else match["label"] or "").strip("\"'` ")
    found = leading(label) or leading(name.replace("_", " ")) or leading(name)
    if found and (label or name not in chart.units):
        chart.units[name] = found[0]
    for group in chart.open:
        chart.groups.setdefault(group, set()).add(name)
    return name


def _unread(chart: _Chart) -> Unread:
    """Why lines of the drawing are not read that may say something of units."""
    found = dict.fromkeys(chart.crowds, f"one arrow stands for more than {MOST:,} dependencies")
    groups = {name for name, nodes in chart.groups.items() if name not in chart.units and nodes & chart.units.keys()}
    for text, number in chart.doubtful:
        words = _WORD.findall(_LABEL.sub("", text))
        named = {*ids(text), *(word for word in words if word in chart.units or word in groups)}
        if len(named) > (1 if _LINK.search(text) else 0):
            found.setdefault(number, f"“{text[:60]}” is no arrow from one node to another")
    for first, then, number in chart.arrows:
        if {first, then} & groups and {first, then} <= groups | chart.units.keys():
            found.setdefault(number, f"“{first} --> {then}” begins or ends at a group of units")
    for between, then, number in _through(chart, groups):
        found.setdefault(number, f"“{between} --> {then}” goes on from a unit through {between}, which is none")
    return found


def _through(chart: _Chart, groups: set[str]) -> Iterator[tuple[str, str, int]]:
    """The arrows to units from nodes that are none, and to which arrows lead from units."""
    onward: dict[str, list[str]] = {}
    for first, then, _ in chart.arrows:
        if then not in chart.units and then not in groups:
            onward.setdefault(first, []).append(then)
    reached: set[str] = set()
    work = [then for unit in chart.units for then in onward.get(unit, ())]
    while work:
        node = work.pop()
        if node not in reached:
            reached.add(node)
            work += onward.get(node, ())
    return (arrow for arrow in chart.arrows if arrow[0] in reached and arrow[1] in chart.units)


def _finding(unread: Unread) -> Finding | None:
    """What of the drawing was not read, as one finding at its first line; None where all was."""
    if not unread:
        return None
    first, *others = sorted(unread)
    more = f", and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    lines = f"; nor are lines {', '.join(map(str, others[:_SHOWN]))}{more}" if len(others) > 1 else ""
    lines = lines or (f"; nor is line {others[0]}" if others else "")
    wrong = (
        f"This line of the Mermaid drawing is not read: {unread[first]}{lines}. "
        "So the drawing is not held against tables and units."
    )
    return Finding(first, wrong, _MEND, "unread-mermaid", "warning")

"""What is wrong with a Mermaid diagram, as far as can be told without its grammar (https://mermaid.js.org/intro/)."""

import re
from collections.abc import Iterator, Sequence

Fault = tuple[int, str, str]
Lines = Sequence[tuple[int, str]]

_TYPES = re.compile(
    r"(graph|flowchart(?:-elk)?|sequenceDiagram|classDiagram(?:-v2)?|stateDiagram(?:-v2)?|erDiagram|gantt|pie|journey"
    r"|gitGraph|mindmap|timeline|quadrantChart|requirementDiagram|C4(?:Context|Container|Component|Dynamic|Deployment)"
    r"|zenuml|kanban|sankey(?:-beta)?|xychart(?:-beta)?|block(?:-beta)?|packet(?:-beta)?|architecture(?:-beta)?"
    r"|radar-beta|treemap(?:-beta)?)(?![\w-])"
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_EDGE = re.compile(r"[<xo]?(?:-{2,}|={2,}|-\.+-|~{3,})[->xo=]?|<?-\.->|-\.->|[=-]{2,}>")
_LABELLED = re.compile(r"(--|==|-\.)\s+(?![->=])(.+?)\s+(-{2,}[>xo]?|={2,}>?|\.+->?)")
_OTHER = re.compile(r"(?:subgraph|end|direction|classDef|class|style|linkStyle|click|accTitle|accDescr|title)\b")
_INNER = re.compile(r"\w\[(?![(\[/\\\"`])([^\]\"\n]*[(){}][^\]\n]*)\]")
_BLOCKS = {
    "flow": re.compile(r"subgraph\b"),
    "sequence": re.compile(r"(?:loop|alt|opt|par|par_over|critical|break|rect|box)\b"),
}
_ARROW = re.compile(r"(?:<<)?--?(?:>>|>|x|\))")
_SPOKEN = re.compile(
    r"(?:participant|actor|note|loop|alt|else|opt|par|par_over|and|critical|option|break|rect|box|end|activate|deactivate"
    r"|autonumber|title|create|destroy|links?|properties|accTitle|accDescr)\b",
    re.IGNORECASE,
)


def faults(text: str) -> Iterator[Fault]:
    """The line (from 1) of each fault, what is wrong, and what to write instead."""
    lines = list(_lines(text))
    if not lines:
        yield 1, "The diagram is empty.", "Draw what touches what, beginning with “flowchart LR”."
        return
    (line, first), *body = lines
    kind = _TYPES.match(first)
    if not kind:
        wrong = f"“{first[:40]}” is no type of diagram."
        yield line, wrong, "Begin with one: “flowchart LR”, “sequenceDiagram”, “stateDiagram-v2” …"
        return
    if not body and ";" not in first:
        yield line, "The diagram has nothing below its type.", "Draw what touches what, a line each."
    match kind[1]:
        case "graph" | "flowchart" | "flowchart-elk":
            yield from _flow(body)
        case "sequenceDiagram":
            yield from _sequence(body)
        case "classDiagram" | "classDiagram-v2" | "stateDiagram" | "stateDiagram-v2":
            yield from _brackets(body, "{}")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that count, stripped: no comments, no front matter."""
    numbered = list(enumerate((line.strip() for line in text.split("\n")), 1))
    if numbered[0][1] == "---":
        ends = [number for number, line in numbered[1:] if line == "---"]
        numbered = numbered[ends[0] :] if ends else numbered
    return ((number, line) for number, line in numbered if line and not line.startswith("%%"))


def _flow(lines: Lines) -> Iterator[Fault]:
    bare = [(number, re.sub(r'"[^"]*"', "“”", line)) for number, line in lines]
    yield from _quotes(lines)
    for number, line in bare:
        if inner := _INNER.search(line):
            yield number, f"The label “{inner[1]}” has brackets.", f'Quote it: ["{inner[1]}"].'
    yield from _brackets([(number, re.sub(r"(\w)>([^\]|>]*)\]", r"\1", line)) for number, line in bare], "()[]{}")
    yield from _blocks(lines, "flow")
    for number, line in bare:
        for statement in _statements(line):
            yield from _edges(number, statement)


def _statements(line: str) -> Iterator[str]:
    """The statements of a line, their labels left out."""
    flat = re.sub(r"\|[^|]*\||@\{[^}]*\}", " ", line)
    previous = ""
    while previous != flat:
        previous, flat = flat, re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "", flat)
    for statement in re.sub(r"(\w)>[^\]|>]*\]", r"\1", flat).split(";"):
        if statement.strip() and not _OTHER.match(statement.strip()):
            yield _LABELLED.sub(" --> ", statement.strip())


def _edges(number: int, statement: str) -> Iterator[Fault]:
    ends = [end.strip() for end in _EDGE.split(statement)]
    if len(ends) > 1 and not all(ends):
        yield number, f"An arrow in “{statement}” has an open end.", "Write both nodes: “a --> b”."
    elif any(re.search(r"->|=>|<-", end) for end in ends):
        yield number, f"“{statement}” has an arrow that flowcharts do not know.", "Write “-->”, “-.->” or “==>”."
    elif any(end == "end" for end in ends):
        yield number, "“end” can't be the name of a node.", "Write “End” or another name."


def _sequence(lines: Lines) -> Iterator[Fault]:
    for number, line in lines:
        if _SPOKEN.match(line):
            continue
        speaker, arrow, rest = (line, "", "")
        if found := _ARROW.search(line):
            speaker, arrow, rest = line[: found.start()], found[0], line[found.end() :]
        listener, colon, _ = rest.partition(":")
        if not arrow or not speaker.strip() or not listener.strip("+- ") or not colon:
            yield number, f"“{line[:60]}” is no message.", "Write “a->>b: what is said”."
    yield from _blocks(lines, "sequence")


def _blocks(lines: Lines, kind: str) -> Iterator[Fault]:
    """Each block has its `end`."""
    open_: list[int] = []
    for number, line in lines:
        if _BLOCKS[kind].match(line):
            open_.append(number)
        elif re.fullmatch(r"end;?", line):
            if not open_:
                yield number, "This “end” ends nothing.", "Take it out, or begin its block above."
            else:
                open_.pop()
    for number in open_:
        yield number, "This block has no “end”.", "Write “end” below its last line."


def _quotes(lines: Lines) -> Iterator[Fault]:
    for number, line in lines:
        if line.count('"') % 2:
            yield number, "A quotation mark is open.", "Close it, or write #quot; for a quotation mark in a label."


def _brackets(lines: Lines, kinds: str) -> Iterator[Fault]:
    """Brackets of these kinds are closed, in order."""
    open_: list[tuple[int, str]] = []
    for number, line in lines:
        for character in line:
            if character not in kinds:
                continue
            if character not in _PAIRS:
                open_.append((number, character))
            elif open_ and open_[-1][1] == _PAIRS[character]:
                open_.pop()
            else:
                yield number, f"“{character}” closes nothing.", "Open it first, or quote the label."
                return
    if open_:
        number, character = open_[-1]
        yield number, f"“{character}” is not closed.", "Close it, or quote the label."

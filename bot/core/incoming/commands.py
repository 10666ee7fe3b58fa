"""Commands in the text of a comment, and which there are.

A command is the first thing on a line. Text in code, quotes, HTML comments and links is none.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.definition import Definition
from bot.core.markdown.invisible import visible

Needs = Literal["write", "author", "triage", "anyone"]
Asked = Literal["help", "status"]  # answered with a comment
Said = Literal[
    "answer",
    "proceed",
    "approve",
    "reject",
    "revise",
    "decide",
    "tracks open",
    "plan issues",
    "plan status",
    "plan validation",
    "retry",
    "resume",
    "cancel",
]  # told to a run
Name = Asked | Said

OURS = "charrette"


@dataclass(frozen=True)
class Command:
    """A command as written: its name in lower case, without the slash, and its line (from 1).

    `argument` is the rest of its line and all lines until the next command. `addressed` says that it was written as
    `/charrette <name>`, so that it is for us even if there is no such command.
    """

    name: str
    argument: str
    line: int
    addressed: bool = False


@dataclass(frozen=True)
class Usage:
    """A built-in command: what follows it, what it does, and which right the sender `needs`.

    "author" means the author of the subject's issue, or write access.
    `hint` in angle brackets has to be there, in square brackets may be; without one, what follows is not ours to read.
    """

    name: Name
    hint: str
    help: str
    needs: Needs


COMMANDS: tuple[Usage, ...] = (
    Usage("help", "", "Shows the commands that work here.", "anyone"),
    Usage("status", "", "Shows where the run is, what it waits for and what it has used.", "anyone"),
    Usage("answer", "<1A 2 words ...>", "Answers the open questions, by letter or in words.", "author"),
    Usage(
        "proceed", "", "Goes on without answers: open questions become assumptions, and are labelled as such.", "write"
    ),
    Usage("approve", "", "Approves the document that waits for it.", "write"),
    Usage("reject", "<why>", "Has the document that waits for approval rewritten, with your reason in mind.", "write"),
    Usage("revise", "<what>", "Has the documents that this names or affects rewritten, with a dated note.", "write"),
    Usage("decide", "<C1 accept: why>", "Decides concerns of a review: accept, reject or defer, and why.", "write"),
    Usage(
        "plan issues",
        "[--dry-run]",
        "Brings a plan's issues into line with it, or says what would change.",
        "write",
    ),
    Usage("tracks open", "<component>: <why>", "Opens a parallel track for a component that owns concerns.", "write"),
    Usage(
        "plan status",
        "",
        "Says how a plan stands: what is done, ready, or blocked by what, and who works on it.",
        "anyone",
    ),
    Usage(
        "plan validation",
        "<1 passed: what was found>",
        "Records what a validation of a plan's risk register showed: passed or failed.",
        "write",
    ),
    Usage("retry", "", "Tries again what failed.", "write"),
    Usage("resume", "", "Continues what was stopped.", "write"),
    Usage("cancel", "", "Stops the run before its next write; what is finished stays.", "triage"),
)

# Commands of Prow (https://prow.k8s.io/command-help) and GitLab's quick actions that are within two letters of ours.
# `/rebase` and `/review` belong to several bots of pull requests.
OTHERS = frozenset({"assign", "hold", "project", "react", "ready", "rebase", "retest", "review", "unapprove"})


@dataclass(frozen=True)
class Vocabulary:
    """What the workflows add: label to workflow, command (without its slash) to workflow, workflow to its summary.

    A command may be of two words (`review experts`). `pulls` are the workflows that are about a pull request, `panels`
    those in which experts can be called by name.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, str] = field(default_factory=dict)
    summaries: Mapping[str, str] = field(default_factory=dict)
    pulls: frozenset[str] = frozenset()
    panels: frozenset[str] = frozenset()

    def started_by(self, command: "Command") -> tuple[str, str] | None:
        """The workflow that a command starts and what is said besides; None where it starts none."""
        if workflow := self.commands.get(command.name):
            return workflow, command.argument
        first = next(iter(command.argument.split()), "")
        workflow = self.commands.get(f"{command.name} {first.rstrip(':,').lower()}")
        return (workflow, command.argument[len(first) :].strip(" \t")) if workflow else None

    @property
    def names(self) -> tuple[str, ...]:
        """All commands that there are."""
        return (*(usage.name for usage in COMMANDS), *self.commands)


def vocabulary(definitions: Iterable[Definition]) -> Vocabulary:
    """The labels and commands of these workflows."""
    known = tuple(definitions)
    return Vocabulary(
        {each.trigger.label: each.id for each in known if each.trigger.label},
        {each.trigger.command.removeprefix("/"): each.id for each in known},
        {each.id: each.summary for each in known},
        frozenset(each.id for each in known if each.trigger.pull),
        frozenset(each.id for each in known if each.trigger.pull and each.personas),
    )


def usage(name: str) -> Usage | None:
    """The built-in command of that name."""
    return next((usage for usage in COMMANDS if usage.name == name), None)


def built_in(command: Command) -> tuple[Usage, str] | None:
    """The built-in command that is meant, of one word or two, and what is said besides."""
    first = next(iter(command.argument.split()), "")
    if known := usage(f"{command.name} {first.rstrip('.,:;').lower()}"):
        return known, command.argument[len(first) :].strip(" \t")
    known = usage(command.name)
    return (known, command.argument) if known else None


def parse(text: str) -> tuple[Command, ...]:
    """The commands in a text, in order, known or not. What nobody sees, pasted along, hinders none."""
    lines = re.sub(r"\r\n?", "\n", text).split("\n")
    written = {n: match for n, line in enumerate(lines) if (match := _COMMAND.match(_seen(line)))}
    if not written:
        return ()
    heads = tuple(n for n in _visible(lines, written) if n in written)
    ends = (*heads, len(lines))[1:]
    return tuple(_command(written[n], lines[n + 1 : end], n + 1) for n, end in zip(heads, ends, strict=True))


def added(before: str, after: str) -> tuple[Command, ...]:
    """The commands that an edit brought. A command that takes no text is the same whatever follows it."""
    had = Counter(map(_same, parse(before)))
    new = []
    for command in parse(after):
        if had[_same(command)]:
            had[_same(command)] -= 1
        else:
            new.append(command)
    return tuple(new)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name within two letters of `name`, the nearest first; None for other bots' commands."""
    if name in OTHERS:
        return None
    distances = [(_distance(name, each), each) for each in known]
    return min((pair for pair in distances if pair[0] <= 2), default=(0, None))[1]


_COMMAND = re.compile(r"[ \t]*/(?P<name>[A-Za-z][A-Za-z0-9-]*)[.,:;!?]?(?=\s|$)(?P<rest>.*)$")
_ADDRESSED = re.compile(r"/?(?P<name>[A-Za-z0-9-]*)[.,:;!?]?(?=\s|$)(?P<rest>.*)$")

# What the marks are made of. They go in before a line's slash, and come out of the parser only where the line is text.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")

# An entity (`&#xE000;`) would be a mark that nobody here made.
_MARKDOWN = MarkdownIt("commonmark").disable("entity")


def _seen(line: str) -> str:
    return visible(line).replace("\n", " ") if "/" in line else line


def _visible(lines: list[str], candidates: Iterable[int]) -> Iterator[int]:
    """The candidate lines that a reader of the rendered text sees as text at the start of a line."""
    marked = [line.replace(_OPEN, " ").replace(_CLOSE, " ") for line in lines]
    for n in candidates:
        indent = len(marked[n]) - len(marked[n].lstrip())
        marked[n] = f"{marked[n][:indent]}{_OPEN}{n}{_CLOSE}{marked[n][indent:]}"
    quotes = 0
    for token in _MARKDOWN.parse("\n".join(marked)):
        if token.type in ("blockquote_open", "blockquote_close"):
            quotes += token.nesting
        elif token.type == "html_block" and _unterminated(token.content):
            return
        elif token.type == "inline":
            found, hidden = _marks(token.children or [])
            if not quotes:
                yield from found
            if hidden:
                return


def _marks(children: list[Token]) -> tuple[list[int], bool]:
    """The marked lines that are plain text, and whether a comment begins there that never ends."""
    found: list[int] = []
    links = 0
    for child in children:
        if child.type in ("link_open", "link_close"):
            links += child.nesting
        elif child.type == "text":
            shown, comment, _ = child.content.partition("<!--")
            if not links:
                found += (int(mark) for mark in _MARK.findall(shown))
            if comment:
                return found, True
    return found, False


def _unterminated(html: str) -> bool:
    return "<!--" in html and "-->" not in html[html.rindex("<!--") :]


def _command(match: re.Match[str], following: list[str], line: int) -> Command:
    name, rest, addressed = match["name"].lower(), match["rest"], False
    if name == OURS:
        inner = _ADDRESSED.match(rest.strip())
        name, rest, addressed = (inner["name"].lower() or "help", inner["rest"], True) if inner else ("", rest, True)
    return Command(name, "\n".join([rest, *following]).strip(), line, addressed)


def _same(command: Command) -> tuple[str, str]:
    known = usage(command.name)
    return command.name, "" if known and not known.hint else command.argument


def _distance(a: str, b: str) -> int:
    """How many letters to change, add, leave out or swap with their neighbour to get from `a` to `b`."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        before, row, above = row, [i], before
        for j, other in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other)))
            if i > 1 and j > 1 and letter == b[j - 2] and other == a[i - 2]:
                row[j] = min(row[j], above[j - 2] + 1)
    return row[-1]

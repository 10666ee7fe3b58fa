"""001, the request: the pinned text, the dated questions and answers, and the log of what people did.

It parses back to the inputs and the entries, so that branch and issue suffice where the database is lost.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import assert_never

from bot.core.codec import from_json, to_json
from bot.core.incoming.messages import (
    Advance,
    Approve,
    Convened,
    Decide,
    Deed,
    Entry,
    Expired,
    Message,
    OpenTrack,
    PlanStatus,
    Proceed,
    Pushed,
    Reconcile,
    Reject,
    Retry,
    Revise,
    Ruled,
    Say,
    Start,
    Stop,
    Touched,
    Validate,
    Written,
)
from bot.core.questions.rounds import Round

from .record import Pinned

OURS = ("Questions and answers", "Log")
NO_QUESTION, NOTHING, OPEN = "No question was asked so far.", "Nothing yet.", "**Open.**"
DROPPED = "**Dropped:** the document is made again without an answer."
_PASSING = {NO_QUESTION, NOTHING, OPEN, DROPPED, ""}
ITSELF, OPERATOR = "Charrette", "the operator"
_LOG = re.compile(
    rf"^- (?P<at>\S+) · (?P<kind>[a-z]+) · (?:@(?P<by>\S*)|{ITSELF}|{OPERATOR})(?P<roles>(?: · (?:author|writer))*)"
    r"(?: · about (?P<about>\S+))?(?: · of `(?P<digest>\w+)`)? · \[(?P<id>[^\]]+)\]\((?P<link>[^)]*)\)$"
)


@dataclass(frozen=True)
class Request:
    """What 001 says, as data."""

    title: str
    body: str
    author: str
    url: str
    started_at: str
    started_by: str
    base: str
    base_branch: str
    entries: tuple[Entry, ...]


def render(pinned: Pinned, rounds: Sequence[Round], entries: Sequence[Entry]) -> str:
    """The text of 001."""
    parts = [
        f"# User request: {pinned.title}",
        _origin(pinned),
        "## Request",
        _quote(pinned.body) if pinned.body.strip() else "> (the issue has no text)",
        *([] if not pinned.description or pinned.description in pinned.body else _description(pinned)),
        "## Questions and answers",
        *(_round(n, round) for n, round in enumerate(rounds, 1)),
        *([NO_QUESTION] if not rounds else []),
        "## Log",
        "\n".join(_line(entry) for entry in entries) or NOTHING,
    ]
    return "\n\n".join(parts) + "\n"


def merged(existing: str, fresh: str, earlier: Callable[[], Iterable[str]] = tuple) -> str:
    """The text that stands on the branch, with our two sections as they ought to be; the rest is left as it is.

    What people wrote in our sections goes to the section's end. `earlier` are the texts that we rendered before: a line
    of theirs that has changed since is no person's.
    """
    text = existing.replace("\r\n", "\n")
    for title in OURS:
        ours = _section(fresh, title)
        start, end = _place(text, title)
        if start == end:
            text = f"{text.rstrip()}\n\n{ours}"
            continue
        theirs = _theirs(text[start:end], ours, earlier)
        tail = ours[len(ours.rstrip("\n")) :]
        section = f"{ours.rstrip()}\n\n{theirs}{tail}" if theirs else ours
        text = f"{text[:start].rstrip()}\n\n{section}{text[end:]}"
    return text


def _theirs(existing: str, ours: str, earlier: Callable[[], Iterable[str]]) -> str:
    """The lines of a section that we never wrote, in their order; a blank line where something stood between them."""
    known = {_timeless(line) for line in ours.split("\n")} | _PASSING
    lines = existing.rstrip().split("\n")
    if any(_timeless(line) not in known for line in lines):
        known |= {_timeless(line) for text in earlier() for line in text.split("\n")}
    kept: list[str] = []
    for line in lines:
        if _timeless(line) not in known:
            kept.append(line.rstrip())
        elif kept and kept[-1]:
            kept.append("")
    return "\n".join(kept).strip("\n")


def _timeless(line: str) -> str:
    """A line with its times as a letter: the same commit's time is told by us and by GitHub. A line that is a time
    alone is no blank one. What the run did itself had no name in earlier versions.
    """
    timeless = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "T", line.rstrip())
    return re.sub(rf"^(- T · [a-z]+ · )(?:@ |{ITSELF} |{OPERATOR} )", r"\1", timeless)


def _place(text: str, title: str) -> tuple[int, int]:
    """Where a section begins and ends; the same place twice where it is not there."""
    found = re.search(rf"^## {title}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found.span() if found else (0, 0)


def _section(text: str, title: str) -> str:
    start, end = _place(text, title)
    return text[start:end]


def parse(text: str) -> Request | None:
    """What `render` wrote, or None where the text has lost the form."""
    head = re.search(
        r"^# User request: (?P<title>.*)\n\nAsked by @(?P<author>\S+) in <(?P<url>[^>]*)>\. "
        r"Taken up (?P<at>\S+) by @(?P<by>\S+), on `(?P<branch>[^`]+)` at `(?P<base>\w+)`\.\n\n## Request\n\n"
        r"(?P<body>(?:>.*\n)+)",
        text.replace("\r\n", "\n"),
    )
    if not head:
        return None
    body = "" if head["body"].strip() == "> (the issue has no text)" else _unquote(head["body"])
    log = text.replace("\r\n", "\n").rpartition("\n## Log\n")[2]
    return Request(
        head["title"],
        body,
        head["author"],
        head["url"],
        head["at"],
        head["by"],
        head["base"],
        head["branch"],
        _entries(log),
    )


def _origin(pinned: Pinned) -> str:
    asked = f"Asked by @{pinned.author} in <{pinned.url}>."
    return (
        f"{asked} Taken up {pinned.started_at} by @{pinned.started_by}, on `{pinned.base_branch}` at `{pinned.base}`."
    )


def _description(pinned: Pinned) -> list[str]:
    return ["## Description", _quote(pinned.description)]


def _round(n: int, round: Round) -> str:
    lines = [f"### Round {n}, asked {round.asked_at} by {round.about.partition('@')[0]}"]
    for question in round.questions:
        options = "\n".join(
            f"- {option.letter}) {option.text}{' (recommended)' if option.recommended else ''}"
            for option in question.options
        )
        answer = round.answer_to(question)
        if answer is None:
            said = DROPPED if round.dropped else OPEN
        elif answer.assumed:
            said = f"**Assumed ({answer.at}), nobody having answered:** {answer.letter}) {answer.text}"
        else:
            letter = f"{answer.letter}) " if answer.letter else ""
            said = f"**Answer ({answer.at}, @{answer.by}):** {letter}{answer.text}"
        lines += [f"**Q{question.number}. {question.text}**", f"Why it matters: {question.why}", options, said]
    if round.rest:
        says = "The author changes the premise" if round.premise else "The author adds"
        lines += [f"**{says}:**", _quote(round.rest)]
    return "\n\n".join(lines)


def _line(entry: Entry) -> str:
    message = entry.message
    data = to_json(message.deed)
    roles = "".join(f" · {role}" for role in ("author", "writer") if getattr(message, role))
    about = f" · about {entry.about}" if entry.about else ""
    digest = f" · of `{entry.digest}`" if entry.digest else ""
    kind = "answer" if isinstance(message.deed, Say) and message.deed.direct else data["kind"]
    first = f"- {message.at} · {kind} · {_who(message)}{roles}{about}{digest} · [{message.id}]({message.link})"
    words = _words(message.deed)
    return first if not words else first + "\n" + "\n".join(f"  {line}" for line in _quote(words).split("\n"))


def _who(message: Message) -> str:
    """Who did it: a person by their login, the run itself, or who resumed it at a terminal."""
    if message.by:
        return f"@{message.by}"
    return OPERATOR if isinstance(message.deed, Retry) else ITSELF


def _words(deed: Deed) -> str:
    match deed:
        case Start(workflow=workflow, description=description):
            return f"{workflow}\n{description}" if description else workflow
        case Stop(why=text) | Say(text=text) | Reject(why=text) | Revise(what=text) | Pushed(head=text):
            return text
        case Convened(run=text) | Expired(about=text) | Decide(what=text) | Ruled(left=text):
            return text
        case OpenTrack(component=component, why=why):
            return f"{component}\n{why}"
        case Touched(of=of, touches=touches):
            lines = (f"{touch.phase}{', kept' if touch.kept else ''}: {touch.why}" for touch in touches)
            return "\n".join([of, *lines])
        case Proceed() | Approve() | Retry() | Written() | Reconcile() | Advance() | PlanStatus() | Validate():
            return ""
        case _:
            assert_never(deed)


def _deed(kind: str, words: str) -> Deed:
    workflow, _, description = words.partition("\n")
    touches = (re.fullmatch(r"([\w-]+)(, kept)?: (.*)", line) for line in description.split("\n"))
    known: dict[str, dict[str, object]] = {
        "start": {"workflow": workflow, "description": description},
        "stop": {"why": words},
        "say": {"text": words},
        "answer": {"text": words, "direct": True},
        "reject": {"why": words},
        "revise": {"what": words},
        "pushed": {"head": words},
        "convened": {"run": words},
        "expired": {"about": words},
        "track": {"component": workflow, "why": description},
        "touched": {
            "of": workflow,
            "touches": [{"phase": t[1], "kept": bool(t[2]), "why": t[3]} for t in touches if t],
        },
    }
    data = {"kind": "say" if kind == "answer" else kind, **known.get(kind, {})}
    deed: Deed = from_json(Deed, data)  # type: ignore[arg-type]
    return deed


def _entries(log: str) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    lines = log.split("\n")
    for at, line in enumerate(lines):
        match = _LOG.match(line)
        if not match:
            continue
        words = [below[2:] for below in takewhile(lambda below: below.startswith("  >"), lines[at + 1 :])]
        try:
            deed = _deed(match["kind"], _unquote("\n".join(words)))
        except ValueError:
            continue
        roles = match["roles"]
        message = Message(
            match["id"], match["by"] or "", match["at"], match["link"], deed, "author" in roles, "writer" in roles
        )
        entries.append(Entry(message, match["about"] or "", match["digest"] or ""))
    return tuple(entries)


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.strip("\n").replace("\r\n", "\n").split("\n"))


def _unquote(text: str) -> str:
    return "\n".join(line.removeprefix(">").removeprefix(" ") for line in text.strip("\n").split("\n"))

"""Our section of an issue's text, between hidden lines, with hidden notes; what people write around it stays.

A marker counts only in an issue that our App opened; texts of others have none (`safe.marker_free`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from bot.core.markdown.artifact import normal
from bot.core.publications import marked, marker

from .shape import Ref

END = "<!-- charrette:end -->"
_NOTES = re.compile(r"<!-- charrette:notes((?: [a-z]+=\S*)*) -->")
_BEGIN = re.compile(r"<!-- charrette:key=\S+ run=plan-\S+ -->")
_HIDDEN = re.compile(r"<!-- charrette:.*? -->\n?")
_TICK = re.compile(r"^(\s*[-*+] )\[[xX]\](?= )", re.MULTILINE)
_TASK = re.compile(r"^(\s*[-*+] )\[ \] (.*)$", re.MULTILINE)
# Private use: `safe.visible` takes these out of everybody's text.
_OPEN, _CLOSE = "\ue100", "\ue101"
_MENTION = re.compile(f"{_OPEN}([^{_CLOSE}]+){_CLOSE}")


def digest(text: str) -> str:
    """Eight hexadecimal digits by which a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def named(title: str) -> str:
    """The digest of a title, whatever its case and punctuation."""
    return digest(normal(title))


@dataclass(frozen=True)
class Notes:
    """What the issue's text knows of itself, for the next time. All but `path` and `state` are digests or numbers.

    `named` is the unit's title, `titled` the title that we gave the issue: another is a person's. `blockers` are those
    that the plan stated, so that those that people added are left alone. `state` is `gone` once we closed it.
    """

    named: str = ""
    titled: str = ""
    guarantees: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    path: str = ""
    state: str = ""

    def line(self) -> str:
        """The hidden line."""
        values = {
            "named": self.named,
            "titled": self.titled,
            "guarantees": ",".join(self.guarantees),
            "blockers": ",".join(self.blockers),
            "path": quote(self.path),
            "state": self.state,
        }
        told = "".join(f" {name}={value}" for name, value in values.items() if value)
        return f"<!-- charrette:notes{told} -->"


def _notes(text: str) -> Notes:
    match = _NOTES.search(text)
    values = dict(part.split("=", 1) for part in match[1].split()) if match else {}

    def many(name: str) -> tuple[str, ...]:
        return tuple(filter(None, values.get(name, "").split(",")))

    return Notes(
        values.get("named", ""),
        values.get("titled", ""),
        many("guarantees"),
        many("blockers"),
        unquote(values.get("path", "")),
        values.get("state", ""),
    )


@dataclass(frozen=True)
class Parts:
    """An issue's text: our section with its hidden lines, and what stands before and after it.

    `plan` and `key` are "" where it has no section of ours.
    """

    plan: str
    key: str
    section: str
    before: str
    after: str
    notes: Notes = field(default_factory=Notes)

    @property
    def text(self) -> str:
        """Our section without its hidden lines."""
        return _HIDDEN.sub("", self.section).strip()


def parts(body: str) -> Parts:
    """Takes a text apart. Where somebody deleted the end of our section, nothing that may be theirs counts as ours."""
    text = body.replace("\r\n", "\n")
    begin = _BEGIN.search(text)
    known = marked(begin[0]) if begin else None
    if begin is None or known is None:
        return Parts("", "", "", "", text)
    end = text.find(END, begin.end())
    notes = _notes(text[begin.end() :])
    if end < 0:
        rest = _NOTES.sub("", text[: begin.start()] + text[begin.end() :], count=1)
        return Parts(*known, "", "", rest, notes)
    last = end + len(END)
    return Parts(*known, text[begin.start() : last], text[: begin.start()], text[last:], notes)


def section(plan: str, key: str, notes: Notes, text: str) -> str:
    """Our section of an issue."""
    return f"{marker(plan, key)}\n{notes.line()}\n{text.strip()}\n\n{END}"


def same(one: str, other: str) -> bool:
    """Whether two sections say the same; ticks in them are people's."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    lines = (line.rstrip() for line in _TICK.sub(r"\1[ ]", text.replace("\r\n", "\n")).split("\n"))
    return "\n".join(lines).strip()


def spliced(body: str, new: str) -> str:
    """The text with our section replaced: what people wrote before and after it stays, and so do their ticks."""
    now = parts(body)
    ticked = {line.strip() for line in re.findall(r"^\s*[-*+] \[[xX]\] (.*)$", now.section, re.MULTILINE)}

    def tick(match: re.Match[str]) -> str:
        return f"{match[1]}[{'x' if match[2].strip() in ticked else ' '}] {match[2]}"

    after = now.after if now.section else f"\n\n{now.after.strip()}" if now.after.strip() else "\n"
    return f"{now.before}{_TASK.sub(tick, new)}{after}"


def mention(key: str) -> str:
    """What stands in a text for the number of the issue of that key."""
    return f"{_OPEN}{key}{_CLOSE}"


def numbered(text: str, refs: Mapping[str, Ref]) -> str:
    """The text with numbers in the place of keys; an issue that could not be opened is named as such."""

    def number(match: re.Match[str]) -> str:
        ref = refs.get(match[1])
        return f"#{ref.number}" if ref else "no-issue-yet"

    return _MENTION.sub(number, text)

"""The description of what is asked for, found in an issue's body."""

import re
from collections.abc import Iterator, Sequence

from bot.core.markdown.artifact import Artifact, loose

_PLACEHOLDER = re.compile(
    r"\s*(?:_?no response_?|n/?a|none|tbd|todo|\.{3}|…|[-–—]"
    r"|\[[^\]\n]*\](?![(\[])|<[^>\n]*>|\{[^}\n]*\}|_[^_\n]*\b(?:here|below)\b[^_\n]*_"
    r"|(?:please )?(?:describe|add|enter|write|put) [^\n]{0,80}\b(?:here|below)\b)\s*[.:]?\s*",
    re.IGNORECASE,
)
_LABEL = (
    r"^[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)?[ \t]*(?:{names})[ \t]*"
    r"(?:(?:\*\*|__)[ \t]*:|:[ \t]*(?:\*\*|__)?|(?:\*\*|__)[ \t]*$)"
)
_RULE = re.compile(r"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_NEXT = re.compile(r"#{1,6}[ \t]|[ \t]*(?:\*\*|__)[^*_\n]{1,60}(?:(?:\*\*|__)[ \t]*(?::|$)|:(?:\*\*|__))")


def find(body: str, headings: Sequence[str]) -> str | None:
    """What stands below one of these headings or labels, else the body; None where there is nothing but a template.

    A label is `**Feature Description:**` or `Feature Description:` at a line's start. A heading that is there with
    nothing but a placeholder below it means that nobody described anything: the text above it is the template.
    """
    plain = "\n".join(_shown(body)).strip()
    found = [text for texts in (_below_heading(plain, headings), _below_label(plain, headings)) for text in texts]
    if found:
        return next((text for text in map(_filled, found) if text), None)
    return _body(plain)


def _document(text: str) -> Artifact:
    """The text as a document. A rule in its first line opens no front matter."""
    return Artifact("", f"\n{text}")


def _shown(body: str) -> Iterator[str]:
    """The lines without comments, code kept. A rule gets a blank line above, lest it makes a heading of a text."""
    artifact = _document(body)
    prose = {line.number: line.text for line in artifact.prose(code=True)}
    code = {
        number for fence in artifact.fences for number in range(fence.line, fence.line + fence.text.count("\n") + 2)
    }
    for number, line in enumerate(artifact.source, 1):
        shown = prose.get(number, "")
        if number in code or shown == line or (not shown and line.startswith(("    ", "\t"))):
            yield from ("", line, "") if _RULE.fullmatch(shown) else (line,)
        else:
            yield re.sub(r"(?<=\S) {2,}", " ", shown).rstrip()


def _below_heading(plain: str, headings: Sequence[str]) -> Iterator[str]:
    wanted = {loose(heading.rstrip(": ")) for heading in headings}
    for section in _document(plain).sections:
        if loose(section.title.strip("*_: ")) in wanted:
            yield section.body


def _below_label(plain: str, headings: Sequence[str]) -> Iterator[str]:
    """What follows a label on its line and below, up to the next heading, rule or bold label."""
    if not headings:
        return
    names = "|".join(r"[ \t]+".join(map(re.escape, heading.rstrip(": ").split())) for heading in headings)
    label = re.search(_LABEL.format(names=names), plain, re.IGNORECASE | re.MULTILINE)
    if label:
        below = _document(plain[label.end() :])
        ends = (
            line.number - 1
            for line in below.prose(code=True)
            if line.number > 2 and (_NEXT.match(line.text) or _RULE.fullmatch(line.text))
        )
        yield "\n".join(below.source[: next(ends, None)])


def _filled(text: str) -> str:
    """The text without placeholders, rules at its ends, and headings with nothing below."""
    blocks = [block for block in re.split(r"\n[ \t]*\n", text.strip("\n")) if not _PLACEHOLDER.fullmatch(block)]
    while blocks and _RULE.fullmatch(blocks[-1].strip()):
        blocks.pop()
    while blocks and _RULE.fullmatch(blocks[0].strip()):
        blocks.pop(0)
    kept = "\n\n".join(blocks).strip()
    return "" if _document(kept).is_empty() else kept


def _body(plain: str) -> str | None:
    """The body, less sections and check boxes that a template left empty."""
    artifact = _document(plain)
    lines = list(artifact.source)
    for section in artifact.sections:
        if not _filled(section.body):
            lines[section.heading.line - 1 : section.last] = [""] * (section.last - section.heading.line + 1)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return _filled(re.sub(r"^[ \t]*[-*+][ \t]+\[ \].*$", "", text, flags=re.MULTILINE)) or None

"""What the bot writes for GitHub, as a terminal shows it."""

import html
import re

from bot.core.markdown.invisible import visible

_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"</?(?:details|summary|br|sub|sup)\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(<?([^()\s<>]*)>?\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_SLANTED = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# What a status says of a check, a pull request and commands is of GitHub: here there are the branch and this command.
_ELSEWHERE = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\(see the check\)", "(listed below)"),
        (r"(and \d+ more), in the check", r"\1"),
        (r", or write `/revise \d+ \.\.\.`\.", "."),
        (r"eview the pull request; people's edits on its branch are kept\.", "eview the documents on the branch."),
        (r"`/retry` (goes on|asks)", r"The same command \1"),
        (r"To go on, put the label back on, or write `/resume`\.", "The same command goes on."),
    )
)
_RULED = re.compile(r"^\|(?:\s*:?-+:?\s*\|)+\s*$\n?", re.MULTILINE)


def readable(markdown: str, home: str) -> str:
    """The text without what only a browser shows well; links of the hub at `home` as their words alone.

    Nothing in it moves the cursor or colours the terminal.
    """
    text = _TAG.sub("", _HIDDEN.sub("", markdown))
    text = _RULED.sub("", text)
    text = _LINK.sub(lambda found: _link(found[1], found[2], home), text)
    text = _SLANTED.sub(r"\1", _BOLD.sub(r"\1", text))
    text = html.unescape(_ESCAPED.sub(r"\1", text))
    return re.sub(r"\n{3,}", "\n\n", visible(text)).strip()


def _link(words: str, target: str, home: str) -> str:
    return words if target.startswith(home) or target in words else f"{words} ({target})"


def indented(text: str, by: str = "    ") -> str:
    """Each line behind a margin."""
    return "\n".join(f"{by}{line}".rstrip() for line in text.split("\n"))


def at_home(text: str) -> str:
    """A line of the status with what there is on this machine, in the place of what there is on GitHub."""
    for pattern, words in _ELSEWHERE:
        text = pattern.sub(words, text)
    return text

"""What a writer leaves to be filled in."""

import re
from collections.abc import Iterator

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact

from .context import Context

_WORDS = re.compile(
    r"\b(?:TODO|FIXME|XXX|(?i:tbd|tba"
    r"|to be (?:determined|decided|defined|announced)"
    # “The state has to be written where requests begin” says what a program does.
    r"|(?<!\bhas )(?<!\bhave )(?<!\bhad )(?<!\bneeds )to be (?:written|filled in|completed)"
    r"|as needed|if needed later|lorem ipsum|fill (?:this |me )?in(?: later)?\b(?=[.:)\]]|$)"
    r"|coming soon|placeholder text|goes here))\b"
)
# A set, a path template and a generic type are no placeholders: what stands in code or hangs on other text is left.
_BRACES = re.compile(r"(?<![\w$/{=:\\.])(?<![-=]> )(?<![=∈∪∩] )\{\{?\s?[a-z][\w .-]*[\w.]\s?\}?\}(?![\w/}])")
_ANGLES = re.compile(r"(?<![\w<])<[a-z][a-z0-9]*(?:[ _-][a-z0-9']+)*>")
_SQUARES = re.compile(
    r"\[(?:insert|your|describe|fill|add|enter|replace|i['’]ll|placeholder|name of|link to)\b[^\]\n]{0,200}\](?![(\[])",
    re.IGNORECASE,
)
_HTML = re.compile(
    r"<(?:a|abbr|b|blockquote|br|center|code|dd|del|details|div|dl|dt|em|h[1-6]|hr|i|img|ins|kbd|li|ol|p|picture|pre|q|s"
    r"|samp|small|source|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var)\b"
)


def no_placeholders(artifact: Artifact, _: Context) -> Iterator[Finding]:
    """Nothing is left open: no TBD, no “as needed”, no unfilled template; what stands in code is a quotation."""
    for line in artifact.prose():
        for found in _found(line.text):
            mend = "Write what it is, or “None, because …”; a name that is meant goes into backticks."
            yield Finding(line.number, f"“{found}” is left to be filled in.", mend)


def _found(text: str) -> Iterator[str]:
    for pattern in (_WORDS, _BRACES, _SQUARES):
        for match in pattern.finditer(text):
            yield match[0]
    for match in _ANGLES.finditer(text):
        if not _HTML.match(match[0]):
            yield match[0]

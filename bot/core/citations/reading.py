"""Citations of code in a document, in the forms that people and models write, and whether they hold.

A citation is a path with lines: `p:12`, `p:12-40`, `p:12,40`, `p:L12`, `p#L12-L20`, `p` (lines 12-40), Line 12 of p.
Addresses, times, hosts with a port and method calls are none; nor is what stands in code blocks.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from bot.core.markdown.artifact import Artifact, Paragraph
from bot.core.markdown.sentences import ENDS
from bot.core.markdown.web_links import Shown, shown

Range = tuple[int, int]


@dataclass(frozen=True)
class Citation:
    """A path and the lines that are named of it, as written.

    `line` is the document's, `sentence` what is claimed. `foreign` says that it speaks of another repository or host;
    `weak` that it could be something else (`library/redis:7`), unless the path is there. `address` is where it links to
    on the web. `unverified` says that its sentence (in a table its cell) is marked so. `span` is where it stands in the
    document, as offsets with each line's end counted once.
    """

    line: int
    text: str
    path: str
    ranges: tuple[Range, ...]
    sentence: str = ""
    foreign: bool = False
    weak: bool = False
    address: str = ""
    unverified: bool = False
    span: Range = field(default=(0, 0), compare=False)


_CHARS = r"[\w.@+~$%=/\[\]()-]"
_ONE = r"~?L?\d{1,7}(?::\d{1,4}(?!\d))?(?:\s?[-–—]\s?L?\d{1,7}(?!\w|\.\d))?"
# A further number counts where it hangs on the first, or ends a phrase: “a.py:12, 40)”, but not “a.py:12, 40 of them”.
_LIST = rf"{_ONE}(?:(?:,(?=L?\d)|(?:\s?,\s?(?:and\s)?|\s(?:and|&)\s)(?={_ONE}\s?(?:[.,;)`|]|and\b|$))){_ONE}(?!\w))*"
_FREE = rf"{_ONE}(?:\s?(?:,\sand|,|and|&)\s?{_ONE})*"
_WORD = r"~?\s?(?:[Ll]ines?|LINES?)"
_REMARK = r"(?:[^()\[\]`|./\n]{1,40}\s)?"  # “a.py (8 calls at lines 12, 40)”
_BEHIND = re.compile(
    rf"(?<!{_CHARS})(?P<path>{_CHARS}++)(?::\s?(?=L?\d)|\#(?=L\d))(?P<ranges>{_LIST})(?!\w)", re.MULTILINE
)
_WORDED = re.compile(
    rf"(?<!{_CHARS})(?P<path>{_CHARS}++)`?(?:\*\*)?,?\s{{0,2}}(?:[(\[]{_REMARK})?\s?(?:at\s|on\s|,\s)?"
    rf"(?:{_WORD}\s|[Ll]n\s|(?=L\d))(?P<ranges>{_LIST})(?!\w)",
    re.MULTILINE,
)
_BEFORE = re.compile(
    rf"\b{_WORD}\s(?P<ranges>{_FREE})\s(?:of|in)\s(?:the\s(?:file\s)?)?`?(?P<path>{_CHARS}++)(?!\()", re.MULTILINE
)
# More lines of the one file that the sentence has named: “a.py:12 and `:40`”, “in `src/a.py`, `get` at line 40”.
_MORE = re.compile(rf"(?<=`):(?P<short>{_LIST})(?=`)|\bat\s{_WORD}\s(?P<worded>{_LIST})(?!\w|\s(?:of|in)\b)")
_SHORT = re.compile(rf":?{_LIST}")
_NAMED = re.compile(rf"(?<!{_CHARS})(?:[\w.@+~-]+/)+[\w.@+~-]+\.[a-zA-Z]\w{{0,9}}(?![\w/])")
_ADDRESS = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s<>`|]+")
_FOREIGN = re.compile(r"(?:^|[\s(`])[\w.-]+/[\w.-]+(?:@[\w./-]+)?:$|@[0-9a-f]{7,40}:\s?$")
_EXTENSION = re.compile(r"\.(?:[a-z][a-z0-9_+-]{0,15}|[A-Z]|F90|PL|R[a-z]*)$")
_BARE = re.compile(
    r"(?:GNU)?[Mm]akefile|Dockerfile|Containerfile|LICENSE|NOTICE|README|CHANGELOG|AUTHORS|CONTRIBUTING|COPYING|INSTALL"
    r"|Jenkinsfile|Procfile|Rakefile|Gemfile|Vagrantfile|Caddyfile|Brewfile|Pipfile|[Jj]ustfile|BUILD|WORKSPACE"
    r"|CODEOWNERS|VERSION"
)
_HOST = re.compile(
    r"(?:localhost|(?:[\w-]+\.)+(?:com|org|net|io|dev|local|localhost|internal|example|cloud|ai|app|edu|gov|eu|de|uk))"
)
_CELL = re.compile(r"\|")
_NEAR = 1_000  # characters: a longer sentence is a list or a table, of which only what is near counts


def find(artifact: Artifact) -> tuple[Citation, ...]:
    """All citations, in order."""
    starts = list(accumulate((len(line) + 1 for line in artifact.source), initial=0))
    return tuple(
        citation for paragraph in artifact.paragraphs for citation in _in(paragraph, starts[paragraph.line - 1])
    )


@dataclass(frozen=True)
class _Place:
    """A paragraph as it is shown, without addresses, with where its sentences and lines begin, and itself does."""

    paragraph: Paragraph
    start: int
    shown: Shown
    text: str
    sentences: Sequence[int]
    lines: Sequence[int]

    def cited(self, first: int, last: int, path: str, ranges: tuple[Range, ...]) -> Citation:
        """What stands from `first` to `last`, as a citation."""
        line = self.paragraph.line + bisect_right(self.lines, first)
        text = " ".join(self.text[first:last].split())
        marked = "UNVERIFIED" in self._claim(first, last)
        span = (self.start + self.shown.at(first), self.start + self.shown.at(last, end=True))
        address = self.shown.address(first, last)
        return Citation(
            line, text, path, ranges, self.sentence(first, last), address=address, unverified=marked, span=span
        )

    def sentence(self, first: int, last: int) -> str:
        """The sentence around a citation, with the one before where there is little else than the citation."""
        at = bisect_right(self.sentences, first) - 1
        begin, end = self._bounds(first, last)
        around = self.text[begin:first] + self.text[last:end]
        if at and len(around) < 60 and len(re.findall(r"\w+", around)) < 3:
            begin = max(self.sentences[at - 1], first - _NEAR)
        return self.text[begin:end].strip()

    def _bounds(self, first: int, last: int) -> Range:
        begin = self.sentences[bisect_right(self.sentences, first) - 1]
        end = self.sentences[bisect_left(self.sentences, last)]
        return max(begin, first - _NEAR), min(end, last + _NEAR)

    def _claim(self, first: int, last: int) -> str:
        """The sentence, in a table no more of it than the cell."""
        begin, end = self._bounds(first, last)
        if self.paragraph.row:
            begin = max(begin, self.text.rfind("|", 0, first) + 1)
            end = min([end, *(match.start() for match in _CELL.finditer(self.text, last, end))])
        return self.text[begin:end]


def _in(paragraph: Paragraph, start: int) -> Iterator[Citation]:
    if not re.search(r"\d", paragraph.text):
        return
    seen = shown(paragraph.text)
    text = _ADDRESS.sub(lambda match: " " * len(match[0]), seen.text)
    sentences = [0, *(match.end() for match in ENDS.finditer(text)), len(text)]
    lines = [match.end() for match in re.finditer(r"\n", text)]
    place = _Place(paragraph, start, seen, text, sentences, lines)
    taken = bytearray(len(text))
    found: list[tuple[int, Citation]] = []
    for pattern in (_BEHIND, _BEFORE, _WORDED):
        for match in pattern.finditer(text):
            first, last = match.span()
            citation = None if any(taken[first:last]) else _citation(match, place)
            if citation:
                taken[first:last] = b"\1" * (last - first)
                found.append((first, citation))
    found += _more(place, taken, found)
    yield from (citation for _, citation in sorted(found, key=lambda one: one[0]))


def _more(place: _Place, taken: bytearray, found: Sequence[tuple[int, Citation]]) -> list[tuple[int, Citation]]:
    more = []
    earlier = sorted(found, key=lambda one: one[0])
    places = [at for at, _ in earlier]
    for match in _MORE.finditer(place.text):
        first, last = match.span()
        begin = max(place.sentences[bisect_right(place.sentences, first) - 1], first - _NEAR)
        begin = max(begin, place.text.rfind("|", begin, first))
        near = earlier[bisect_left(places, begin) : bisect_left(places, first)]
        paths = {citation.path: citation for _, citation in near}
        named = {*paths, *(one[0] for one in _NAMED.finditer(place.text, begin, first))}
        if len(named) == 1 and not any(taken[first:last]):
            (path,) = named
            cited = place.cited(first, last, path, _ranges(match["short"] or match["worded"]))
            more.append((first, replace(cited, foreign=path in paths and paths[path].foreign)))
    return more


def _citation(match: re.Match[str], place: _Place) -> Citation | None:
    written = match["path"]
    path = _trimmed(written)
    kind = _kind(path, "L" in match["ranges"] or "-" in match["ranges"] or match.re is not _BEHIND)
    if not kind:
        return None
    at = match.start("path") + written.index(path)
    foreign = kind == "foreign" or _FOREIGN.search(place.text[max(at - 100, 0) : at]) is not None
    begin = match.start() if match.re is _BEFORE else at
    cited = place.cited(begin, match.end(), path, _ranges(match["ranges"]))
    return replace(cited, foreign=foreign, weak=kind == "weak")


def _trimmed(token: str) -> str:
    """The path in a run of characters: less brackets that were opened before it or belong to Markdown, and stops."""
    for opening, closing in (("(", ")"), ("[", "]")):
        if token.count(opening) != token.count(closing):
            token = token.rpartition(opening)[2].partition(closing)[0]
    return token.strip("=").rstrip(".")


def _kind(path: str, sure: bool) -> str:
    """`file`, `weak`, `foreign`, or "" where it is no path. `sure` says that the form is of lines and nothing else."""
    first, slash, _ = path.partition("/")
    name = path.rpartition("/")[2]
    if _HOST.fullmatch(first):
        return "foreign" if slash else ""
    if not re.search(r"[^\W\d_]", name) or path.startswith("@"):
        return ""
    if _BARE.fullmatch(name) or (_EXTENSION.search(name) and not name.startswith("..")):
        return "file"
    return ("file" if sure else "weak") if slash and not path.endswith("/") else ""


def _ranges(text: str) -> tuple[Range, ...]:
    ends = re.findall(r"L?(\d+)(?::\d+)?(?:\s?[-–—]\s?L?(\d+))?", text)
    return tuple((int(first), int(last or first)) for first, last in ends)


def names_in(citation: Citation) -> tuple[str, ...]:
    """What the sentence names that the lines may hold: quoted texts, and code in backticks that is no path."""
    quoted = re.findall(r"“([^”\n]{3,200})”|\"([^\"\n]{3,200})\"", re.sub(r"`[^`]*`", " ", citation.sentence))
    spans = [span.strip() for span in re.findall(r"`+([^`]+)`+", citation.sentence)]
    own = [span for span in spans if span and not _is_place(span, citation)]
    return tuple(own + [one or other for one, other in quoted if (one or other).strip()])


def _is_place(span: str, citation: Citation) -> bool:
    return (
        span in {citation.path, citation.path.rpartition("/")[2]}
        or _SHORT.fullmatch(span) is not None
        or any(_kind(_trimmed(match["path"]), sure=False) == "file" for match in _BEHIND.finditer(span))
        or ("/" in span and bool(_EXTENSION.search(span)))
    )


def each_range(citations: Iterable[Citation]) -> Iterator[Citation]:
    """A citation for each range of lines."""
    for citation in citations:
        for lines in citation.ranges:
            yield replace(citation, ranges=(lines,))


def distinct(citations: Iterable[Citation]) -> int:
    """How many different places are cited."""
    return len({(citation.path, ranges) for citation in citations for ranges in citation.ranges})

"""Citations of code in a document, in the forms that people and models write, and whether they hold.

A citation is a path with lines: `p:12`, `p:12-40`, `p:12,40`, `p:L12`, `p#L12-L20`, `p` (lines 12-40), Line 12 of p.
Addresses, times, hosts with a port and method calls are none; nor is what stands in code blocks.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .artifact import Artifact, Paragraph

Range = tuple[int, int]


@dataclass(frozen=True)
class Citation:
    """A path and the lines that are named of it, as written.

    `line` is the document's, `sentence` what is claimed. `foreign` says that it speaks of another repository or host;
    `weak` that it could be something else (`library/redis:7`), unless the path is there.
    """

    line: int
    text: str
    path: str
    ranges: tuple[Range, ...]
    sentence: str = ""
    foreign: bool = False
    weak: bool = False


_CHARS = r"[\w.@+~$%=/\[\]()-]"
_ONE = r"L?\d{1,7}(?::\d{1,4}(?!\d))?(?:\s?[-–—]\s?L?\d{1,7}(?!\w|\.\d))?"
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
_NEAR = 1_000  # characters: a longer sentence is a list or a table, of which only what is near counts
_ENDS = re.compile(r"(?<=[.!?])[)\"”*_]*\s+(?=[\"“(\[*_`]*[A-Z0-9`])")


def find(artifact: Artifact) -> tuple[Citation, ...]:
    """All citations, in order."""
    return tuple(citation for paragraph in artifact.paragraphs for citation in _in(paragraph))


@dataclass(frozen=True)
class _Place:
    """A paragraph without addresses, with where its sentences and lines begin."""

    line: int
    text: str
    sentences: Sequence[int]
    lines: Sequence[int]


def _in(paragraph: Paragraph) -> Iterator[Citation]:
    text = _ADDRESS.sub(lambda match: " " * len(match[0]), paragraph.text)
    if not re.search(r"\d", text):
        return
    sentences = [0, *(match.end() for match in _ENDS.finditer(text)), len(text)]
    place = _Place(paragraph.line, text, sentences, [match.end() for match in re.finditer(r"\n", text)])
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
    for match in _MORE.finditer(place.text):
        first, last = match.span()
        begin = place.sentences[bisect_right(place.sentences, first) - 1]
        begin = max(begin, first - _NEAR, place.text.rfind("|", 0, first))
        paths = {citation.path: citation for at, citation in found if begin <= at < first}
        named = {*paths, *(one[0] for one in _NAMED.finditer(place.text, begin, first))}
        if len(named) == 1 and not any(taken[first:last]):
            (path,) = named
            ranges = _ranges(match["short"] or match["worded"])
            line = place.line + bisect_right(place.lines, first)
            foreign = path in paths and paths[path].foreign
            more.append((first, Citation(line, match[0], path, ranges, _sentence(match, place), foreign)))
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
    line = place.line + bisect_right(place.lines, begin)
    text = " ".join(place.text[begin : match.end()].split())
    return Citation(line, text, path, _ranges(match["ranges"]), _sentence(match, place), foreign, kind == "weak")


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


def _sentence(match: re.Match[str], place: _Place) -> str:
    """The sentence around a citation, with the one before where there is little else than the citation."""
    at = bisect_right(place.sentences, match.start()) - 1
    after = bisect_left(place.sentences, match.end())
    begin, end = place.sentences[at], place.sentences[after]
    begin, end = max(begin, match.start() - _NEAR), min(end, match.end() + _NEAR)
    around = place.text[begin : match.start()] + place.text[match.end() : end]
    if at and len(around) < 60 and len(re.findall(r"\w+", around)) < 3:
        begin = max(place.sentences[at - 1], match.start() - _NEAR)
    return place.text[begin:end].strip()


def names_in(citation: Citation) -> tuple[str, ...]:
    """What the sentence names that the lines may hold: quoted texts, and code in backticks that is no path."""
    quoted = re.findall(r"“([^”\n]{3,200})”|\"([^\"\n]{3,200})\"", re.sub(r"`[^`]*`", " ", citation.sentence))
    spans = [span.strip() for span in re.findall(r"`+([^`]+)`+", citation.sentence)]
    own = [span for span in spans if span and not _is_place(span, citation)]
    return tuple(own + [one or other for one, other in quoted if (one or other).strip()])


def _is_place(span: str, citation: Citation) -> bool:
    return (
        span in {citation.path, citation.path.rpartition("/")[2]}
        or bool(_BEHIND.match(span))
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

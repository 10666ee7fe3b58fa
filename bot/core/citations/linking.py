"""A document whose citations were checked: those that hold become permalinks, those that don't are marked."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from bot.core.markdown.artifact import Artifact, Paragraph
from bot.core.markdown.markup import blank, marks
from bot.core.markdown.sentences import UNVERIFIED, Sentence
from bot.core.ports import Tree

from .permalinks import permalink, stands_on_citation, unlinked
from .reading import Citation, find
from .verdicts import Verified, verify

Span = tuple[int, int]
Edit = tuple[int, int, str]

_LINKABLE = frozenset({"ok", "unnamed"})
# What a bracket begins in Markdown, or an angle: no link may stand in a link.
_BOUND = re.compile(r"\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\]")
_ANGLES = re.compile(r"<[A-Za-z/!?][^<>\n]*>")
_UNFIT = re.compile(r"[\n|*<>!\\]|\]\(|\]\[")


def linked(text: str, tree: Tree, web: str) -> str:
    """The document with a permalink at the tree's commit on each citation that holds there, and on no other.

    What it says stays as it is, links that are there already are made anew, and code blocks are left alone. `web` is
    the repository's page. Doing it twice changes nothing more.
    """
    bare = unlinked(text, web)
    good = {
        one.citation: permalink(web, tree.commit, one.resolved, *one.citation.ranges[0])
        for one in verify(find(Artifact("", bare)), tree, web)
        if one.verdict in _LINKABLE and not (one.citation.unverified or one.citation.address)
    }
    return _edited(bare, good, lambda place, citation: place.link(citation, good[citation], web)) if good else bare


def marked(text: str, failed: Iterable[Verified]) -> str:
    """The document with the mark behind each of these citations of it."""
    wrong = {one.citation: None for one in failed}
    return _edited(text, wrong, lambda place, citation: place.mark(citation)) if wrong else text


def marked_behind(text: str, sentences: Iterable[Sentence]) -> str:
    """The document with the mark behind each of these sentences of it."""
    source, parts, past = text.replace("\r\n", "\n").replace("\r", "\n"), [], 0
    for end in sorted({sentence.end for sentence in sentences}):
        parts.append(f"{source[past:end]} {UNVERIFIED}")
        past = end
    return "".join([*parts, source[past:]])


def _edited(text: str, citations: Iterable[Citation], edit: "Callable[[_Place, Citation], Edit | None]") -> str:
    """The text with one edit for each citation where that is possible, no two in the same place."""
    artifact = Artifact("", text)
    source = "\n".join(artifact.source)
    starts = list(accumulate((len(line) + 1 for line in artifact.source), initial=0))
    paragraphs = artifact.paragraphs
    begins = [starts[paragraph.line - 1] for paragraph in paragraphs]
    by_paragraph: dict[int, list[Citation]] = {}
    for citation in citations:
        by_paragraph.setdefault(bisect_right(begins, citation.span[0]) - 1, []).append(citation)
    references = artifact.has_definitions
    parts, past = [], 0
    for at, inside in sorted(by_paragraph.items()):
        place = _Place(paragraphs[at], begins[at], references)
        for start, end, replacement in sorted(filter(None, (edit(place, citation) for citation in inside))):
            if start >= past:
                parts += [source[past:start], replacement]
                past = end
    return "".join([*parts, source[past:]])


class _Spans:
    """Stretches of a text, looked up by what they overlap: a paragraph may have as many of them as citations."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans)
        self.starts = [start for start, _ in self.spans]
        self.tops = list(accumulate((end for _, end in self.spans), max))

    def reach(self, first: int, last: int) -> int:
        """The furthest end of those that overlap a stretch; no more than `first` where none does."""
        before = bisect_left(self.starts, last)
        return self.tops[before - 1] if before else first

    def around(self, first: int, last: int) -> Span:
        """A stretch with those that it overlaps, of which no two overlap each other."""
        low, high = bisect_right(self.tops, first), bisect_left(self.starts, last)
        if low >= high:
            return first, last
        return min(first, self.starts[low]), max(last, self.tops[high - 1])


class _Place:
    """A paragraph whose citations are edited; `start` is its offset in the document."""

    def __init__(self, paragraph: Paragraph, start: int, references: bool) -> None:
        self.text = paragraph.text
        self.start = start
        found = [mark for mark in marks(self.text) if mark.kind == "code"]
        self.code = _Spans((mark.start, mark.end) for mark in found)
        self.bare = blank(self.text, found)
        self.bound = _Spans([*_bound(self.bare, references), *(match.span() for match in _ANGLES.finditer(self.bare))])

    def link(self, citation: Citation, address: str, web: str) -> Edit | None:
        """The citation as a link; its path alone where the whole can't be one."""
        whole = (citation.span[0] - self.start, citation.span[1] - self.start)
        at = self.text.find(citation.path, *whole)
        path = (at, at + len(citation.path))
        for start, end in (whole, path) if at >= 0 else (whole,):
            first, last = self._extended(start, end)
            words = self.text[first:last]
            if self._fits(first, last) and stands_on_citation(words, address, web):
                return self.start + first, self.start + last, f"[{words}]({address})"
        return None

    def mark(self, citation: Citation) -> Edit:
        """The mark, behind the citation and whatever it is bound up with."""
        first, last = self._extended(citation.span[0] - self.start, citation.span[1] - self.start)
        last = max(last, self.bound.reach(first, last))
        gap = " " if self.text[last : last + 1] in ("(", "[", ":") else ""
        return self.start + last, self.start + last, f" {UNVERIFIED}{gap}"

    def _extended(self, first: int, last: int) -> Span:
        """With the code that it stands in, and the bracket that closes one of its own."""
        first, last = self.code.around(first, last)
        inside = self.bare[first:last]
        closing = {"(": ")", "[": "]"}.get(inside[max(inside.rfind("("), inside.rfind("[")) :][:1], "")
        if closing and inside.count(closing) < inside.count("(" if closing == ")" else "["):
            last += self.text[last : last + 1] == closing
        return first, last

    def _fits(self, first: int, last: int) -> bool:
        """Whether the stretch can be a link's text, where it stands."""
        inside = self.bare[first:last]
        if _UNFIT.search(inside) or inside.count("[") != inside.count("]"):
            return False
        before, after = self.text[max(first - 1, 0) : first], self.text[last : last + 1]
        # Behind a link, but not behind a word, “@name” would mention somebody; without it stretches of code would join.
        if before in ("!", "]", "\\", "`") or after in ("@", "`"):
            return False
        return self.bound.reach(first, last) <= first


def _bound(bare: str, references: bool) -> Iterator[Span]:
    """What is a link already, or may be one: brackets with what they are bound to."""
    open_: list[int] = []
    for match in re.finditer(r"[\[\]]", bare):
        if match[0] == "[":
            open_.append(match.start())
        elif open_:
            start = open_.pop()
            binds = _BOUND.match(bare, match.end())
            if binds or references:
                yield start, binds.end() if binds else match.end()

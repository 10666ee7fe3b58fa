"""Sources of what is said about other systems."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from urllib.parse import urlsplit

from bot.core.citations.permalinks import is_permalink
from bot.core.citations.reading import find
from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, names
from bot.core.markdown.sentences import unverified
from bot.core.run.absent import end_of_top

from .context import Context
from .place import shown

_URL = re.compile(r"https?://[^\s<>\"'`|\[\]]+", re.IGNORECASE)
_MARK = "UNVERIFIED"


def sources(artifact: Artifact, context: Context, *, at_least: int = 0, each: Sequence[str] = ()) -> Iterator[Finding]:
    """Every outside link was given or fetched; there are so many; each of these systems has one, or is UNVERIFIED.

    A line marked UNVERIFIED is no source, and the document says at its top that there are such lines, but for those
    that cite this repository's code. Where it does,
    too few sources are a warning: what nobody gave and no search found can't be cited.
    """
    marked = {line.number for line in artifact.prose(code=True) if _MARK in line.text}
    declared = bool(marked) and _is_declared(artifact, marked)
    known = set(map(address, _URL.findall(context.given))) | set(map(address, context.fetched))
    good: dict[int, list[str]] = {}
    for number, urls in _cited(artifact).items():
        for url in urls if number not in marked else ():
            if is_permalink(url, context.web):
                continue
            if address(url) in known:
                good.setdefault(number, []).append(address(url))
            else:
                mend = f"Cite a source that was, or take the link out and mark the line {_MARK}."
                yield Finding(number, f"{url} was neither given nor fetched.", mend)
    distinct = {url for urls in good.values() for url in urls}
    if len(distinct) < at_least:
        wrong = (
            f"{shown(len(distinct), 'source')} of at least {at_least} {'is' if len(distinct) == 1 else 'are'} cited."
        )
        mend = f"Cite what was given or fetched, or say at the top what is {_MARK}."
        yield Finding(1, wrong, mend, severity="warning" if declared else "error")
    outside = marked - _of_code(artifact) if marked and not declared else frozenset()
    if outside:
        mend = f"Say below the title which parts are {_MARK}, and why."
        yield Finding(1, f"Line {min(outside)} is {_MARK}, and the top of the document does not say so.", mend)
    for system in each:
        yield from _unsourced(artifact, system, good, marked)


def _is_declared(artifact: Artifact, marked: Set[int]) -> bool:
    """Whether the top says what is marked: above the second heading, or in a quotation where a section is the top."""
    below = next((heading.line for heading in artifact.headings[1:]), len(artifact.source) + 1)
    end = end_of_top(artifact)
    quoted = (number for number in marked if artifact.source[number - 1].lstrip().startswith(">"))
    return min(marked) < below or any(number < end for number in quoted)


def _of_code(artifact: Artifact) -> Set[int]:
    """The lines of marked sentences that cite this repository's code: those speak of no other system."""
    cited = {citation.line for citation in find(artifact) if citation.unverified and not citation.foreign}
    lines: set[int] = set()
    for sentence in unverified(artifact):
        whole = range(sentence.line, sentence.last + 1)
        if cited.intersection(whole):
            lines.update(whole)
    return lines


def address(url: str) -> str:
    """What addresses are compared by: host and path, less fragment, last slash and the sentence's punctuation."""
    bare = _written(url)
    parts = urlsplit(bare.partition("#")[0].replace("[", "").replace("]", ""))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def _written(url: str) -> str:
    """The address without what belongs to the sentence around it."""
    bare = url.rstrip(".,;:!?*_")
    return bare.rstrip(").,;:") if bare.count("(") < bare.count(")") else bare


def _cited(artifact: Artifact) -> Mapping[int, list[str]]:
    """The outside links of each line; one that is named by reference counts where it is used."""
    found: dict[int, list[str]] = {}
    for line in artifact.prose():
        if urls := _URL.findall(line.text):
            found[line.number] = list(map(_written, urls))
    for link in artifact.links:
        urls = found.setdefault(link.line, [])
        if _URL.fullmatch(link.target) and address(link.target) not in map(address, urls):
            urls.append(link.target)
    return dict(sorted(found.items()))


def _unsourced(artifact: Artifact, system: str, good: Mapping[int, list[str]], marked: Set[int]) -> Iterator[Finding]:
    lines = {line.number for line in artifact.prose(code=True) if names(line.text, system)}
    first = min(lines, default=1)
    for section in artifact.sections:
        if names(section.title, system):
            lines.update(range(section.first, section.last + 1))
    if not any(line in good or line in marked for line in lines):
        mend = f"Cite one in its row or section, or mark what is said of it {_MARK}."
        yield Finding(first, f"“{system}” has no source.", mend)

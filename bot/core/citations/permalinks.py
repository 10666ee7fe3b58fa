"""The addresses of lines of code at a commit, as GitHub has them: made, known again, and taken out of a text.

https://docs.github.com/en/repositories/working-with-files/using-files/getting-permanent-links-to-files
"""

import re
from urllib.parse import quote, unquote

from bot.core.markdown.artifact import Artifact
from bot.core.markdown.web_links import web_links

from .reading import find

_BLOB = re.compile(r"(?P<web>https?://.+?)/blob/(?P<commit>[0-9a-f]{40})/(?P<path>[^#?]+)#L(?P<first>\d+)(?:-L\d+)?")

_MORE = re.compile(r"^`?:L?\d|^at ~?\s?lines?\s", re.IGNORECASE)


def permalink(web: str, commit: str, path: str, first: int, last: int) -> str:
    """The address of lines of a file at a commit. `web` is the repository's page."""
    lines = f"L{first}" if first == last else f"L{first}-L{last}"
    return f"{web}/blob/{commit}/{quote(path)}#{lines}"


def commit_cited(text: str, web: str) -> str:
    """The commit at which a document cites the code of the repository with this page; "" where no link says so."""
    found = re.search(rf"{re.escape(web)}/blob/([0-9a-f]{{40}})/", text)
    return found[1] if found else ""


def is_blob_of(web: str, address: str) -> bool:
    """Whether an address is that of a file of the repository with this page."""
    return address.startswith(f"{web}/blob/")


def is_permalink(address: str, web: str = "") -> bool:
    """Whether an address is that of lines at a commit; with `web`, of this repository's."""
    found = _BLOB.fullmatch(address)
    return found is not None and web in ("", found["web"])


def says_the_same(address: str, path: str) -> bool:
    """Whether an address is that of lines of a file with this path, or with one that ends so."""
    found = _BLOB.fullmatch(address)
    return found is not None and _ends_so(unquote(found["path"]), path)


def unlinked(text: str, web: str) -> str:
    """The document without the permalinks that stand on citations: the very text before they were put there."""
    if f"]({web}/blob/" not in text:
        return text
    artifact = Artifact("", text)
    lines = list(artifact.source)
    for paragraph in artifact.paragraphs:
        first = paragraph.line - 1
        last = first + paragraph.text.count("\n") + 1
        source = "\n".join(lines[first:last])
        for link in reversed(list(web_links(paragraph.text))):
            before, words, behind = source[: link.start], source[link.start + 1 : link.text_end], source[link.end :]
            if stands_on_citation(words, link.url, web):
                source = f"{before}{_gap(before, words)}{words}{_gap(words, behind)}{behind}"
        lines[first:last] = source.split("\n")
    return "\n".join(lines)


def _gap(before: str, behind: str) -> str:
    """What keeps two stretches of code from becoming one."""
    return " " if before.endswith("`") and behind.startswith("`") else ""


def stands_on_citation(words: str, address: str, web: str) -> bool:
    """Whether a link is one of ours: to lines of this repository, on words that cite such lines."""
    if not is_blob_of(web, address) or "#L" not in address:
        return False
    if find(Artifact("", words)):
        return True
    # More lines of a file that was named before, or the path alone where the whole could be no link.
    found = _BLOB.fullmatch(address)
    if found is None:
        return False
    return _MORE.search(words) is not None or _ends_so(unquote(found["path"]), words.strip("`"))


def _ends_so(path: str, written: str) -> bool:
    end = written.removeprefix("./").strip("/")
    return bool(end) and (f"/{path}".endswith(f"/{end}") or f"/{end}".endswith(f"/{path}"))

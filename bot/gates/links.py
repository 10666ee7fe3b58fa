"""Links within the repository."""

import posixpath
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, Link
from bot.core.ports import Tree

from .context import Context


def links_resolve(artifact: Artifact, context: Context) -> Iterator[Finding]:
    """Every relative link leads to a document of the run or a file of the repository, and its anchor to a heading."""
    for link in artifact.links:
        if not link.target or re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", link.target):
            continue
        target, _, anchor = unquote(link.target).partition("#")
        path = _path(artifact, target.partition("?")[0])
        if path is None:
            yield Finding(link.line, f"“{link.target}” leads out of the repository.", "Link within it.")
        elif not _exists(artifact, path, context):
            mend = "Link to a document that is there, with the path from this one."
            yield Finding(link.line, f"“{link.target}” leads to nothing.", mend)
        elif anchor:
            yield from _anchor(artifact, link, path, anchor, context)


def _path(artifact: Artifact, target: str) -> str | None:
    """The path in the repository, or None above it."""
    if not target:
        return artifact.path
    whole = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(artifact.path), target)
    path = posixpath.normpath(whole)
    return None if path == ".." or path.startswith("../") else path


def _exists(artifact: Artifact, path: str, context: Context) -> bool:
    if path == artifact.path or path in context.documents:
        return True
    if context.tree is None:
        return posixpath.dirname(path) != posixpath.dirname(artifact.path)
    return _in_tree(context.tree, path)


def _in_tree(tree: Tree, path: str) -> bool:
    """The tree has the file, or files in that folder."""
    files = tree.files()
    at = bisect_left(files, path)
    inside = bisect_left(files, f"{path}/")
    return (
        path == "."
        or files[at : at + 1] == [path]
        or any(file.startswith(f"{path}/") for file in files[inside : inside + 1])
    )


def _anchor(artifact: Artifact, link: Link, path: str, anchor: str, context: Context) -> Iterator[Finding]:
    text = artifact.text if path == artifact.path else context.documents.get(path)
    if text is None or anchor.lower() in anchors(text):
        return
    where = "this document" if path == artifact.path else path
    mend = "Link to a heading that is there: its words in lower case, joined by “-”."
    yield Finding(link.line, f"“#{anchor}” is no heading of {where}.", mend)


@lru_cache(maxsize=16)
def anchors(text: str) -> frozenset[str]:
    """The anchors of a document, as GitHub makes them of its headings, and those that it sets itself."""
    seen: Counter[str] = Counter()
    found = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", text))
    for heading in Artifact("", text).headings:
        title = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", heading.title)
        slug = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(found)

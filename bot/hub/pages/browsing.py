"""Code: a repository, its folders and files at a branch or commit."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from urllib.parse import quote

from werkzeug.wrappers import Response as Answer

from bot.hub.code import Entry
from bot.hub.history import count, log

from .highlight import lines_of_file
from .visit import NOT_FOUND, Routes, Visit

routes = Routes()
README = ("readme.md", "readme.rst", "readme.txt", "readme")
MARKDOWN = (".md", ".markdown")
SHOWN = 1_000_000
# What a browser may draw; SVG is shut in below.
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
RAW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True)
class Spot:
    """A path in the code at a commit; `ref` is how the address names that."""

    ref: str
    sha: str
    path: str

    @property
    def folder(self) -> str:
        """The folder of the path."""
        return self.path.rpartition("/")[0]

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Name and path of every folder on the way, and of the end."""
        parts = self.path.split("/") if self.path else []
        return [(part, "/".join(parts[: position + 1])) for position, part in enumerate(parts)]


def spot(visit: Visit, rest: str) -> Spot:
    """What `ref/path` names, though branches have slashes too; 404 where there is no such branch, tag or commit."""
    code = visit.hub.code(visit.repository)
    names = sorted([*code.branches(), *(tag.removeprefix("refs/tags/") for tag in code.refs("refs/tags/"))], key=len)
    for name in reversed(names):
        if rest == name or rest.startswith(f"{name}/"):
            return Spot(name, code.resolve(name) or "", rest[len(name) + 1 :].strip("/"))
    first, _, path = rest.partition("/")
    sha = code.resolve(first)
    if sha is None:
        raise NOT_FOUND
    return Spot(first, sha, path.strip("/"))


def _entry(visit: Visit, at: Spot) -> Entry:
    found = visit.hub.code(visit.repository).entry(at.sha, at.path)
    if found is None:
        raise NOT_FOUND
    return found


def _listing(visit: Visit, at: Spot) -> Answer:
    code = visit.hub.code(visit.repository)
    entries = sorted(code.entries(at.sha, at.path), key=lambda each: (each.kind != "tree", each.path.lower()))
    latest = next(iter(log(code, at.sha, path=at.path, limit=1)), None)
    readme = next((each for name in README for each in entries if each.path.lower() == name), None)
    return visit.page(
        "tree.html",
        at=at,
        entries=entries,
        latest=latest,
        commits=count(code, at.sha),
        branches=code.branches(),
        readme=readme,
        readme_html=_readme(visit, at, readme) if readme else None,
    )


def _readme(visit: Visit, at: Spot, entry: Entry) -> object:
    text = visit.hub.code(visit.repository).blob(entry.sha).decode(errors="replace")
    return visit.markdown(text, at.ref, at.path) if entry.path.lower().endswith(MARKDOWN) else text


@routes("GET /<owner>/<repo>")
def repository(visit: Visit) -> Answer:
    branch = visit.repository.default_branch
    sha = visit.hub.code(visit.repository).resolve(f"refs/heads/{branch}")
    if sha is None:
        return visit.page("empty.html")
    return _listing(visit, Spot(branch, sha, ""))


@routes("GET /<owner>/<repo>/tree/<path:rest>")
def tree(visit: Visit) -> Answer:
    at = spot(visit, visit.parameters["rest"])
    if _entry(visit, at).kind != "tree":
        return visit.go(f"{visit.root}/blob/{quote(at.ref)}/{quote(at.path)}")
    return _listing(visit, at)


@routes("GET /<owner>/<repo>/blob/<path:rest>")
def blob(visit: Visit) -> Answer:
    at = spot(visit, visit.parameters["rest"])
    entry = _entry(visit, at)
    if entry.kind != "blob":
        return visit.go(f"{visit.root}/tree/{quote(at.ref)}/{quote(at.path)}")
    code = visit.hub.code(visit.repository)
    content = code.blob(entry.sha) if (entry.size or 0) <= SHOWN else b"\0"
    text = "" if b"\0" in content else content.decode(errors="replace")
    drawn = at.path.lower().endswith(MARKDOWN) and visit.asked("plain") != "1" and bool(text)
    return visit.page(
        "blob.html",
        at=at,
        entry=entry,
        latest=next(iter(log(code, at.sha, path=at.path, limit=1)), None),
        binary=b"\0" in content,
        image=_kind(at.path) in IMAGES,
        lines=lines_of_file(text.removesuffix("\n"), at.path) if text and not drawn else (),
        html=visit.markdown(text, at.ref, at.folder) if drawn else None,
        is_markdown=at.path.lower().endswith(MARKDOWN),
        on_branch=code.ref(f"refs/heads/{at.ref}") is not None,
    )


def _kind(path: str) -> str:
    return mimetypes.guess_type(path)[0] or ""


@routes("GET /<owner>/<repo>/raw/<path:rest>")
def raw(visit: Visit) -> Answer:
    """The bytes of a file; whatever it is, nothing in it runs."""
    at = spot(visit, visit.parameters["rest"])
    entry = _entry(visit, at)
    if entry.kind != "blob":
        raise NOT_FOUND
    content = visit.hub.code(visit.repository).blob(entry.sha)
    kind = _kind(at.path)
    if kind not in IMAGES:
        kind = "application/octet-stream" if b"\0" in content else "text/plain; charset=utf-8"
    return Answer(content, content_type=kind, headers={"Content-Security-Policy": RAW_POLICY})

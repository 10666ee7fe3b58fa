"""Markdown as GitHub shows it: tables, task lists, alerts, short links, coloured code, diagrams; nothing that runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.gfm import gfm_plugin

from .diagrams import draw
from .highlight import block
from .sanitizing import PREFIX, clean, is_local

SHORT = re.compile(
    r"(?<![\w/#@.`&-])(?:"
    r"(?P<repo>[\w.-]+/[\w.-]+)?#(?P<number>[1-9]\d*)\b"
    r"|@(?P<login>[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?![\w/@])"
    r"|(?P<sha>[0-9a-f]{40})\b"
    r")"
)
ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)
PERMALINK = re.compile(r"/([^/]+/[^/]+)/(?:(?:issues|pull)/(\d+)|commit/([0-9a-f]{40})|blob/([0-9a-f]{40})/(.+))$")


@dataclass(frozen=True)
class Place:
    """Where a text stands, and so what its short and relative links mean.

    `issue` gives the path of an issue's page by repository and number, `account` that of a person's, or "".
    """

    base: str
    repository: str
    issue: Callable[[str, int], str]
    account: Callable[[str], str]
    ref: str = ""
    folder: str = ""


def render(text: str, place: Place) -> Markup:
    """The text as safe HTML; comments in it don't show. In a conversation each line is a line, in a file it isn't."""
    parser = _FILES if place.ref else _CONVERSATIONS
    return clean(parser.render(text, {"place": place, "seen": {}}))


def _linked(href: str, content: str, level: int, css: str = "") -> list[Token]:
    attrs: dict[str, str | int | float] = {"href": href, **({"class": css} if css else {})}
    return [
        Token("link_open", "a", 1, attrs=attrs, level=level),
        Token("text", "", 0, content=content, level=level + 1),
        Token("link_close", "a", -1, level=level),
    ]


def _target(match: re.Match[str], place: Place) -> tuple[str, str, str]:
    """Address, words and class of a short link; an empty address where it means nothing."""
    if match["number"]:
        return place.issue(match["repo"] or place.repository, int(match["number"])), match[0], ""
    if match["login"]:
        return place.account(match["login"]), match[0], "mention"
    return f"/{place.repository}/commit/{match['sha']}", match["sha"][:7], "sha"


def _short_links(token: Token, place: Place) -> Iterator[Token]:
    end = 0
    for match in SHORT.finditer(token.content):
        href, words, css = _target(match, place)
        if href:
            if match.start() > end:
                yield Token("text", "", 0, content=token.content[end : match.start()], level=token.level)
            yield from _linked(href, words, token.level, css)
            end = match.end()
    if end < len(token.content):
        yield Token("text", "", 0, content=token.content[end:], level=token.level)


def _shortened(href: str, base: str) -> str:
    """How an address of the hub's own shows where a text gives it bare."""
    match = PERMALINK.match(href.removeprefix(base)) if href.startswith(base) else None
    if match is None:
        return ""
    repository, number, sha, blob, rest = match.groups()
    if number:
        return f"{repository}#{number}"
    return sha[:7] if sha else f"{unquote(rest)} at {blob[:7]}"


def _resolved(href: str, place: Place, kind: str) -> str:
    """A relative address, from the file's own folder; one that starts with a slash, from the root of the code."""
    if not place.ref or ABSOLUTE.match(href):
        return href
    path, mark, fragment = href.partition("#")
    start = "" if path.startswith("/") else place.folder
    joined = posixpath.normpath(posixpath.join("/", start, path.lstrip("/"))).lstrip("/")
    return f"/{place.repository}/{kind}/{quote(place.ref)}/{joined}{mark}{fragment}"


def _mend_link(tokens: Sequence[Token], index: int, place: Place) -> None:
    token = tokens[index]
    href = str(token.attrGet("href") or "")
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is not None and following.type == "text" and following.content == href:
        following.content = _shortened(href, place.base) or following.content
    token.attrSet("href", _resolved(href, place, "blob"))


def _mend_inline(children: Sequence[Token], place: Place) -> list[Token]:
    found: list[Token] = []
    depth = 0
    for index, token in enumerate(children):
        if token.type == "link_open":
            depth += 1
            _mend_link(children, index, place)
        elif token.type == "link_close":
            depth -= 1
        elif token.type == "html_inline":
            depth += token.content.lower().startswith("<a ") - token.content.lower().startswith("</a")
        elif token.type == "image":
            token.attrSet("src", _resolved(str(token.attrGet("src") or ""), place, "raw"))
        if token.type == "text" and depth == 0:
            found += _short_links(token, place)
        else:
            found.append(token)
    return found


def slug(title: str, seen: dict[str, int]) -> str:
    """The anchor of a heading: in lower case, dashes for spaces, numbered where there are several."""
    made = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
    seen[made] = seen.get(made, -1) + 1
    return f"{made}-{seen[made]}" if seen[made] else made


def _links(state: StateCore) -> None:
    place: Place = state.env["place"]
    for index, token in enumerate(state.tokens):
        if token.type != "inline" or token.children is None:
            continue
        if index and state.tokens[index - 1].type == "heading_open":
            words = "".join(each.content for each in token.children if each.type in ("text", "code_inline"))
            state.tokens[index - 1].attrSet("id", PREFIX + slug(words, state.env["seen"]))
        token.children = _mend_inline(token.children, place)


def _diagram(source: str) -> str:
    drawing = draw(source)
    if drawing.fault:
        return (
            f'<div class="diagram-fault"><p>This diagram can’t be drawn: {escape(drawing.fault)}</p>'
            f"<pre><code>{escape(source)}</code></pre></div>"
        )
    return (
        f'<div class="diagram"><img src="{drawing.source}" width="{drawing.width}" height="{drawing.height}"'
        f' alt="Diagram: {escape(source[:300])}"></div>'
    )


def _fence(_: RendererHTML, tokens: Sequence[Token], index: int, __: Any, ___: Any) -> str:
    token = tokens[index]
    language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
    if language.lower() == "mermaid":
        return _diagram(token.content)
    return f'<pre class="code"><code>{block(token.content, language)}</code></pre>\n'


def _image(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A picture of the hub's own; one from elsewhere is a link, since nothing is loaded from there."""
    source = str(tokens[index].attrGet("src") or "")
    if is_local(source):
        return renderer.image(tokens, index, options, env)
    words = tokens[index].content or source
    return f'<a href="{escape(source)}">{escape(words)}</a>'


def _parser(*, breaks: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False, "breaks": breaks})
    gfm_plugin(parser)
    parser.core.ruler.push("hub_links", _links)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("image", _image)
    return parser


_FILES = _parser(breaks=False)
_CONVERSATIONS = _parser(breaks=True)

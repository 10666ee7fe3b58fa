"""Of the HTML that a text becomes, only what is harmless stays."""

from __future__ import annotations

import re

import nh3
from markupsafe import Markup

# Ids of a text can't meet those of the page around it.
PREFIX = "user-content-"

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li",
    "mark", "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "title", "align", "dir", "lang"},
    "a": {"href"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "input": {"checked"},
    "li": {"value"},
    "ol": {"start"},
    "td": {"style", "colspan", "rowspan"},
    "th": {"style", "colspan", "rowspan"},
}
_CLASS = re.compile(
    r"hl-[a-z0-9]+|code|diagram|diagram-fault|mention|sha|task-list-item|contains-task-list|task-list-item-checkbox"
    r"|markdown-alert(?:-[a-z]+)?|footnotes?(?:-[a-z]+)?"
)
_DIAGRAM = "data:image/svg+xml;base64,"


def is_local(address: str) -> bool:
    """The address is a path of this hub: two slashes, or a backslash, would lead elsewhere."""
    return address.startswith("/") and address[1:2] not in ("/", "\\")


def _attribute(_: str, name: str, value: str) -> str | None:
    """The value that stays, or None: pictures come from the hub alone, classes and ids are those of our renderer."""
    if name == "class":
        return " ".join(each for each in value.split() if _CLASS.fullmatch(each)) or None
    if name == "id":
        return value if value.startswith(PREFIX) else PREFIX + value
    if name == "src":
        return value if is_local(value) or value.startswith(_DIAGRAM) else None
    if name == "href" and value.lower().startswith("data:"):
        return None
    if name == "href" and value.startswith("#") and not value.startswith(f"#{PREFIX}"):
        return f"#{PREFIX}{value[1:]}"
    return value


def clean(html: str) -> Markup:
    """The HTML without scripts, handlers, styles, forms, comments and pictures from elsewhere."""
    done = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "template", "title", "textarea", "iframe", "noscript", "svg", "math"},
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        filter_style_properties={"text-align"},
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
    return Markup(done)  # noqa: S704

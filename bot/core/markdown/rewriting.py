"""Markdown rewritten outside its code, so that it shows what it says and does nothing.

What stays (tags, links, images, definitions) has a strict form that holds no backtick, and all else that could be one
is escaped. So the result has the structure that the rewriting took for granted, whatever the text tried.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from .code_places import PREFIX, Html, Places, Span, places, prose, within
from .inert import CHARACTER, CLOSING, GAP, MENTION, acts, in_address, is_gap, parted
from .unseen import label

_TARGET = r"[^\s()\[\]<>`\\]*+(?:\([^\s()\[\]<>`\\]*\)[^\s()\[\]<>`\\]*+)*+"
_TITLE = r"(?:[ \t]+(?:\"[^\"\n`<\\]*\"|'[^'\n`<\\]*'))?"
_TOKEN = re.compile(
    r"(?P<escape>\\(?:[!-/:;=-?\[-`{-~]|<(?![A-Za-z/!?])))"
    r"|(?P<tag>\\?<(?=[A-Za-z/!?]))"
    rf"|(?P<character>{CHARACTER}|&\#)"
    r"|(?P<image>!\[)"
    r"|(?P<link>\]\()"
    r"|(?P<address>(?<![A-Za-z0-9])(?:https?://|www\.)[\w.~:/?\#@$+,;=%-]+)"
    rf"|(?P<word>{MENTION}|{CLOSING})",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?:(?P<close>/)?(?P<name>details|summary)>|(?P<open>details) open>|br ?/?>)")
_AUTOLINK = re.compile(
    r"<(?:(?:https?://|mailto:)(?:[^\s<>`\\&]|&(?!\#|\w+;))*|[A-Z0-9_.+-]+@[A-Z0-9][A-Z0-9.-]*)>", re.IGNORECASE
)
_IMAGE = re.compile(rf"!\[[^\[\]\\`<\n]*\]\((?P<target>{_TARGET}){_TITLE}\)")
_LINK = re.compile(rf"\]\((?P<target>[ \t]*{_TARGET}){_TITLE}[ \t]*\)")
_CODED = re.compile(r"&(?!amp;)\#?\w+;")
_SCHEME = re.compile(r"([^/?\#]*):")
_HOST = re.compile(r"(?:https?:)?//([^/?\#]*)", re.IGNORECASE)
_BEFORE = re.compile(PREFIX)
_DEFINITION = re.compile(rf"^{PREFIX}(?P<start>\[)(?P<label>(?:\\.|!\[|[^\[\]\\])++)\]:", re.MULTILINE | re.DOTALL)
_RULE = re.compile(rf"[ \t]*(?P<target>(?=\S){_TARGET})[ \t]*(?=\n|\Z)(?!\n{PREFIX}[\"'(])")
_NAME = re.compile(r"(?!.*(?:close|fix|resolve))[^`@&<\n\\]+", re.IGNORECASE)
_LABEL = re.compile(r"(?<![\\!])\[([^\[\]\\]{1,999})\]")

_SCHEMES = ("http", "https", "mailto")
_TRIES = 4


def rewritten(text: str, allowed_hosts: frozenset[str]) -> str:
    """The text made safe, an open fence closed. Idempotent; the text is free of invisible characters."""
    # A tag without a partner is escaped, and what was HTML is Markdown then. Few texts need that twice; in the end no
    # tag stays.
    for _ in range(_TRIES):
        text, fence, lonely = _pass(text, allowed_hosts, "ours")
        if not lonely:
            break
    else:
        text, fence, _ = _pass(text, allowed_hosts, "none")
    return text.rstrip("\n") + f"\n{fence}\n" if fence else text


def _pass(text: str, allowed_hosts: frozenset[str], reading: Html) -> tuple[str, str, bool]:
    """The rewritten text, what would close its open fence, and whether tags without a partner were escaped."""
    text, found = _with_definitions_shown(text, reading)
    rewriting = _Rewriting(text, found, allowed_hosts, reading != "none")
    return rewriting.text(), found.open_fence, bool(rewriting.lonely)


def _with_definitions_shown(text: str, reading: Html) -> tuple[str, Places]:
    """The text with what hides in definitions put in sight, and its places."""
    found = places(text, reading)
    hidden = list(_hidden_definitions(text, found.code))
    if not hidden:
        return text, found
    past = [0, *hidden]
    text = "\\".join(text[start:end] for start, end in zip(past, [*hidden, len(text)], strict=True))
    return text, places(text, reading)


def _hidden_definitions(text: str, code: Sequence[Span]) -> Iterator[int]:
    """The colons of definitions that hold more than a name in use and its target."""
    found = [match for match in _DEFINITION.finditer(text) if not within(code, match.start("start"))]
    uses = Counter(label(match[1]) for match in _LABEL.finditer(text))
    uses.subtract(label(match["label"]) for match in found)
    for match in found:
        name = label(match["label"])
        rule = _RULE.match(text, match.end())
        plain = _NAME.fullmatch(match["label"]) is not None
        if not plain or uses[name] < 1 or not (name.startswith("^") or (rule and _leads_out(rule["target"]))):
            yield match.end() - 1
        uses[name] = 0  # the first counts, GitHub hides the others


def _leads_out(target: str) -> bool:
    """Whether a link's target is an address of the web or of mail, or relative."""
    scheme = _SCHEME.match(target.strip())
    return not _CODED.search(target) and (scheme is None or scheme[1].lower() in _SCHEMES)


class _Rewriting:
    """One pass over a text. `lonely` says that tags without a partner were escaped."""

    def __init__(self, text: str, found: Places, allowed_hosts: frozenset[str], tags: bool) -> None:
        self.source = text
        self.found = found
        self.allowed_hosts = allowed_hosts
        self.tags = tags
        self.parts: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.lonely: list[int] = []

    def text(self) -> str:
        """The rewritten text."""
        for start, end, is_code in prose(self.source, self.found.code):
            if is_code:
                self.parts.append(self.source[start:end])
            else:
                self._prose(start, end)
        self.lonely += [index for _, index in self.open]
        for index in self.lonely:
            self.parts[index] = f"&lt;{self.parts[index][1:]}"
        return "".join(self.parts)

    def _prose(self, past: int, end: int) -> None:
        while token := _TOKEN.search(self.source, past, end):
            self.parts.append(self.source[past : token.start()])
            shown, past = self._token(token, end)
            self.parts.append(shown)
        self.parts.append(self.source[past:end])

    def _token(self, token: re.Match[str], end: int) -> tuple[str, int]:
        """What stands for a token, and where the text goes on."""
        at, found = token.start(), token[0]
        if found[0] == "\\" and within(self.found.raw, at):
            return "\\", at + 1
        match token.lastgroup:
            case "tag":
                return self._tag(at, end) if found == "<" else ("&lt;", token.end())
            case "character":
                kept = is_gap(self.source, at) if found == GAP else found != "&#" and not acts(found)
                return (found, token.end()) if kept else ("&amp;", at + 1)
            case "image":
                return self._image(at, end), token.end()
            case "link":
                link = _LINK.match(self.source, at, end)
                if link is None or not _leads_out(link["target"]):
                    return "]\\(", token.end()
                return f"]({in_address(link['target'])}", link.end("target")
            case "address":
                return in_address(found), token.end()
            case "word":
                return parted(found), token.end()
            case _:
                return found, token.end()

    def _tag(self, at: int, end: int) -> tuple[str, int]:
        raw = within(self.found.raw, at)
        if not raw and (address := _AUTOLINK.match(self.source, at, end)):
            return in_address(address[0]), address.end()
        tag = _TAG.match(self.source, at, end) if self.tags else None
        if tag is None:
            return "&lt;", at + 1
        name = tag["name"] or tag["open"]
        if name is None:
            begins = _BEFORE.fullmatch(self.source, self.source.rfind("\n", 0, at) + 1, at)
            return ("&lt;", at + 1) if begins and not raw else (tag[0], tag.end())
        if not tag["close"]:
            self.open.append((name, len(self.parts)))
        elif self.open and self.open[-1][0] == name:
            self.open.pop()
        else:
            self.lonely.append(len(self.parts))
        return tag[0], tag.end()

    def _image(self, at: int, end: int) -> str:
        """What opens a link in an image's place, an image that may be shown, or text."""
        image = _IMAGE.match(self.source, at, end)
        if image is None or not _leads_out(image["target"]):
            return "!\\["
        target = image["target"]
        host = _HOST.match(target)
        if host is None and not _SCHEME.match(target):
            return "!["
        if host and host[1].rpartition("@")[2].partition(":")[0].lower() in self.allowed_hosts:
            return "!["
        # "[" would become a part of what stands before.
        return "!\\[" if self.source[max(at - 1, 0) : at] in ("!", "]", "\\") else "["

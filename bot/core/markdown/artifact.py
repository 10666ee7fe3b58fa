"""A Markdown document, taken apart: headings, sections, tables, lists, fences, links and prose, each with its line.

Lines count from 1. Titles, cells and items keep their inline Markdown; `normal` is what they are compared by.
Only blocks are parsed at first, so that a long document costs little; inline markup where somebody asks for links.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from .markup import Kind, blank, marks

_BLOCKS = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).disable(["inline"])
_INLINE = MarkdownIt("commonmark")
_ENUMERATOR = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.):]?|[A-Z][.):])\s+(?=\S)")
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")
_BLANK = re.compile(r"(?:<[^<>]*>|[\s>*_=|:-])*")
# A text's blocks take hundreds of times its room: larger ones are not kept.
_LARGE = 100_000
_LINKED = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True)
class Heading:
    """A heading outside quotes and lists. `under` are the titles that it is nested in, outermost first."""

    level: int
    title: str
    line: int
    under: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """What stands below a heading, down to the next of its level or higher: lines `first` to `last`.

    `body` holds the sub-sections with their headings; `last` is `first - 1` where there is nothing.
    """

    heading: Heading
    first: int
    last: int
    body: str

    @property
    def title(self) -> str:
        """The heading's title."""
        return self.heading.title


@dataclass(frozen=True)
class Row:
    """A table's row below the header, as wide as the header."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table. `section` is the title of the innermost section that it is in, or ""."""

    line: int
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    section: str = ""


@dataclass(frozen=True)
class Item:
    """A list item: its first paragraph on one line, its depth from 1, and its number in an ordered list."""

    line: int
    text: str
    depth: int
    number: int | None = None


@dataclass(frozen=True)
class Fence:
    """A fenced code block. `line` is the opening fence's, `info` what stands behind it (`mermaid`)."""

    line: int
    info: str
    text: str


@dataclass(frozen=True)
class Link:
    """A link or image, or a bare address in `<>`; the target as it was written."""

    text: str
    target: str
    line: int


@dataclass(frozen=True)
class Line:
    """A line of prose."""

    number: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A run of lines that belong together (a table's row counts as one), as in the source less comments.

    `row` says that it is a table's row.
    """

    line: int
    text: str
    row: bool = False


def normal(text: str) -> str:
    """What titles and names are compared by: words in lower case with one blank between, punctuation left out."""
    return " ".join(re.findall(r"\w+", _LINKED.sub(r"\1", text).casefold().replace("_", " ")))


def loose(title: str) -> str:
    """A title's `normal` form without a leading number or letter (`2.1`, `C)`) and a remark in brackets at its end."""
    return normal(_REMARK.sub("", _ENUMERATOR.sub("", _LINKED.sub(r"\1", title))))


def names(text: str, name: str) -> bool:
    """`text` contains `name` as whole words, whatever the case and punctuation."""
    wanted = normal(name)
    return f" {wanted} " in f" {normal(text)} " if wanted else name.strip() in text


def _parsed(text: str) -> tuple[list[Token], dict[str, object]]:
    """The blocks of a text, which nobody changes, and what was gathered on the way."""
    environment: dict[str, object] = {}
    return _BLOCKS.parse(text, environment), environment


# A run reads its documents again in every leg, and at each of its views: most of them have been parsed just before.
_kept = lru_cache(maxsize=32)(_parsed)


@dataclass(frozen=True)
class Artifact:
    """A document at a path. Nothing that is written in Markdown makes it raise."""

    path: str
    text: str

    @cached_property
    def source(self) -> tuple[str, ...]:
        """The document's lines, whatever their ends."""
        return tuple(self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    @cached_property
    def _parsed(self) -> tuple[list[Token], dict[str, object]]:
        text = "\n".join(self.source)
        return _kept(text) if len(text) <= _LARGE else _parsed(text)

    @cached_property
    def title(self) -> str:
        """The first heading of level 1, or the first heading, or ""."""
        first = [heading.title for heading in self.headings if heading.level == 1] or [
            heading.title for heading in self.headings
        ]
        return first[0] if first else ""

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """All headings in order."""
        found: list[Heading] = []
        open_: list[Heading] = []
        for heading, _ in self._heading_lines:
            while open_ and open_[-1].level >= heading.level:
                open_.pop()
            found.append(Heading(heading.level, heading.title, heading.line, tuple(above.title for above in open_)))
            open_.append(heading)
        return tuple(found)

    @cached_property
    def _heading_lines(self) -> list[tuple[Heading, int]]:
        tokens = self._parsed[0]
        found = []
        for at, token in enumerate(tokens):
            if token.type == "heading_open" and token.level == 0 and token.map:
                title = tokens[at + 1].content.replace("\n", " ").strip()
                found.append((Heading(int(token.tag[1:]), title, token.map[0] + 1), token.map[1]))
        return found

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """One section for each heading, in order."""
        ends = [len(self.source)] * len(self.headings)
        open_: list[int] = []
        for at, heading in enumerate(self.headings):
            while open_ and self.headings[open_[-1]].level >= heading.level:
                ends[open_.pop()] = heading.line - 1
            open_.append(at)
        found = []
        for heading, (_, below), last in zip(self.headings, self._heading_lines, ends, strict=True):
            found.append(Section(heading, below + 1, last, "\n".join(self.source[below:last])))
        return tuple(found)

    def section(self, title: str) -> Section | None:
        """The section of that title: by its words, else by its words without number and remark.

        Of several the first of the highest level, the document's own title last.
        """
        for form in (normal, loose):
            found = [section for section in self.sections if form(section.title) == form(title)]
            if found:
                return min(found, key=lambda section: (section.heading.level == 1, section.heading.level))
        return None

    def section_at(self, line: int) -> Section | None:
        """The innermost section that a line is in."""
        at = bisect_right(self._heading_numbers, line)
        return self.sections[at - 1] if at else None

    @cached_property
    def _heading_numbers(self) -> list[int]:
        return [heading.line for heading in self.headings]

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All tables in order."""
        tokens = self._parsed[0]
        starts = [at for at, token in enumerate(tokens) if token.type == "table_open"]
        return tuple(self._table(tokens, at) for at in starts)

    def _table(self, tokens: list[Token], at: int) -> Table:
        rows: list[tuple[int, list[str]]] = []
        while tokens[at].type != "table_close":
            token = tokens[at]
            if token.type == "tr_open":
                assert token.map
                rows.append((token.map[0] + 1, []))
            elif token.type == "inline":
                rows[-1][1].append(token.content.strip())
            at += 1
        (line, header), *below = rows
        section = self.section_at(line)
        filled = tuple(Row(number, tuple(cells)) for number, cells in below)
        return Table(line, tuple(header), filled, section.title if section else "")

    @cached_property
    def list_items(self) -> tuple[Item, ...]:
        """All list items in order, nested ones too."""
        tokens = self._parsed[0]
        found, depth = [], 0
        for at, token in enumerate(tokens):
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    depth += 1
                case "bullet_list_close" | "ordered_list_close":
                    depth -= 1
                case "list_item_open":
                    assert token.map
                    has_text = tokens[at + 1].type in {"paragraph_open", "heading_open"}
                    text = " ".join(tokens[at + 2].content.split()) if has_text else ""
                    found.append(Item(token.map[0] + 1, text, depth, int(token.info) if token.info else None))
        return tuple(found)

    @cached_property
    def fences(self) -> tuple[Fence, ...]:
        """All fenced code blocks in order."""
        return tuple(
            Fence(token.map[0] + 1, token.info.strip(), token.content)
            for token in self._parsed[0]
            if token.type == "fence" and token.map
        )

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """All links and images in order, by reference too. Bare addresses are prose."""
        tokens, environment = self._parsed
        found: list[Link] = []
        for token in tokens:
            if token.type == "inline" and token.map and _may_link(token.content, self.has_definitions):
                children: list[Token] = []
                _INLINE.inline.parse(token.content, _INLINE, environment, children)
                found.extend(_links(children, token.map[0] + 1))
        return tuple(found)

    @property
    def has_definitions(self) -> bool:
        """Whether there are link definitions (`[label]: target`), so that brackets alone may be a link."""
        return bool(self._parsed[1].get("references"))

    @cached_property
    def _masked(self) -> dict[Kind, list[str]]:
        """The lines without comments and code blocks ("comment"), and without inline code too ("code")."""
        kept, bare = list(self.source), list(self.source)
        for token in self._parsed[0]:
            if not token.map:
                continue
            first, last = token.map
            if token.type in {"fence", "code_block", "front_matter"}:
                kept[first:last] = bare[first:last] = [""] * (last - first)
            elif token.type in {"inline", "html_block"}:
                text = "\n".join(kept[first:last])
                found = marks(text, code=token.type == "inline")
                comments = [mark for mark in found if mark.kind == "comment"]
                kept[first:last] = blank(text, comments).split("\n")
                bare[first:last] = blank(text, found).split("\n")
        return {"comment": kept, "code": bare}

    def prose(self, section: Section | None = None, code: bool = False) -> tuple[Line, ...]:
        """The lines outside code blocks and comments that are not blank; inline code is blanked unless `code`."""
        lines = self._masked["comment" if code else "code"]
        first, last = (section.first, section.last) if section else (1, len(lines))
        return tuple(Line(at, lines[at - 1]) for at in range(first, last + 1) if lines[at - 1].strip())

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """Paragraphs, headings, and tables row by row, in order, with their inline code."""
        lines = self._masked["comment"]
        tokens = self._parsed[0]
        spans = {
            (token.map[0], token.map[1]): tokens[at - 1].type in {"th_open", "td_open"}
            for at, token in enumerate(tokens)
            if token.type == "inline" and token.map
        }
        return tuple(Paragraph(first + 1, "\n".join(lines[first:last]), row) for (first, last), row in spans.items())

    def words(self, section: Section | None = None) -> int:
        """The words outside code blocks and comments, the section's heading excluded."""
        return sum(len(re.findall(r"[^\W_](?:\S*[^\W_])?", line.text)) for line in self.prose(section, code=True))

    def lines(self, section: Section | None = None) -> int:
        """The lines that are not blank and not in comments, code blocks included, the section's heading excluded."""
        shown = self._masked["comment"]
        first, last = (section.first, section.last) if section else (1, len(shown))
        within = sum(bool(shown[at - 1].strip()) for at in range(first, last + 1))
        return within + sum(
            bool(self.source[at].strip())
            for begin, end in self._code
            for at in range(max(begin, first - 1), min(end, last))
        )

    @cached_property
    def _code(self) -> list[tuple[int, int]]:
        tokens = self._parsed[0]
        return [(token.map[0], token.map[1]) for token in tokens if token.type in {"fence", "code_block"} and token.map]

    def is_empty(self, section: Section | None = None) -> bool:
        """There is nothing but headings, comments, rules and tags."""
        first, last = (section.first, section.last) if section else (1, len(self.source))
        if any(begin < last and end >= first for begin, end in self._code):
            return False
        titles = {number for heading, below in self._heading_lines for number in range(heading.line, below + 1)}
        return all(line.number in titles or _BLANK.fullmatch(line.text) for line in self.prose(section, code=True))

    def headings_in(self, section: Section) -> tuple[Heading, ...]:
        """The headings of a section's sub-sections."""
        numbers = self._heading_numbers
        return self.headings[bisect_left(numbers, section.first) : bisect_right(numbers, section.last)]


def _may_link(text: str, definitions: bool) -> bool:
    """Whether it is worth looking for links: brackets alone are many in some texts, and slow to parse."""
    return "](" in text or "<" in text or (definitions and "[" in text)


def _links(children: list[Token], line: int) -> Iterator[Link]:
    open_: list[tuple[str, int]] = []
    text = ""
    for child in children:
        match child.type:
            case "softbreak" | "hardbreak":
                line += 1
                text += " "
            case "link_open":
                open_.append((str(child.attrs["href"]), line))
                text = ""
            case "link_close":
                target, begun = open_.pop()
                yield Link(text.strip(), target, begun)
            case "image":
                yield Link(child.content, str(child.attrs["src"]), line)
            case _:
                text += child.content

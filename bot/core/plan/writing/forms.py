"""Forms: how the fields of a section stand in Markdown. Rendered text parses back to the same data."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from bot.core.markdown.artifact import Artifact, Section, normal
from bot.core.markdown.invisible import visible
from bot.core.plan.sections import TITLES, letter_of

from . import tidy

Data: TypeAlias = dict[str, Any]

_NONE = re.compile(r"None, because (.*)\.")
_LABELLED = re.compile(r"\*\*(?P<label>.+?):\*\*(?: (?P<text>.*))?")
NO = "--"
_LEVEL = 3
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")


@dataclass(frozen=True)
class Lines:
    """Texts as paragraphs of one line each, right below the section's heading: one for each of these fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True)
class Items:
    """A list of texts; with a `prefix`, numbered: `1. Q1: …`."""

    field: str
    title: str
    numbered: bool = False
    prefix: str = ""


@dataclass(frozen=True)
class Labelled:
    """A list of records of two texts: `- **label:** text`. Without a title it stands right below the section's."""

    field: str
    title: str
    label: str
    text: str


@dataclass(frozen=True)
class Rows:
    """A table of records: the fields by the titles of their columns.

    A column may hold several: `("Validation Method", "method", "Success", "success")` writes
    `the method **Success:** what success is`.
    """

    field: str
    title: str
    columns: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Matrix:
    """A table whose columns come from the data: each record has a name (`row`) and a list (`cells`) of column and text.

    Settled, each record has all columns, in one order.
    """

    field: str
    title: str
    corner: str
    row: str
    cells: str
    column: str
    text: str


@dataclass(frozen=True)
class Cards:
    """A list of records with headings of their own, which another module writes and reads."""

    field: str
    title: str
    tidy: Callable[[Data], Data]
    write: Callable[[int, Data], str]
    read: Callable[[Artifact, Section], list[Data]]


@dataclass(frozen=True)
class Signatures:
    """A list of records with code: a line that says whose it is, and the code in a fence."""

    field: str


@dataclass(frozen=True)
class Derived:
    """What is drawn from the other fields, and never read back."""

    title: str
    write: Callable[[Data], str]


Part: TypeAlias = Lines | Items | Labelled | Rows | Matrix | Cards | Signatures | Derived


@dataclass(frozen=True)
class Form:
    """A section of the plan, by its letter, with its parts in their order; an optional one is left out when empty."""

    letter: str
    parts: tuple[Part, ...]
    optional: bool = False

    @property
    def lists(self) -> tuple[str, ...]:
        """The fields that are lists, each below a heading of its own."""
        return tuple(part.field for part in self.parts if not isinstance(part, Lines | Derived) and _titled(part))


# --- settling --------------------------------------------------------------------------------------------------------


def settle(forms: Sequence[Form], data: Data) -> Data:
    """The data with every text tidied for its place; `ValueError` where a list is empty and nothing says why."""
    found: Data = dict(data)
    for part in (part for form in forms for part in form.parts):
        match part:
            case Lines(fields=fields):
                found |= {name: tidy.tidied(data[name]) for name in fields}
            case Items(field=field, prefix=prefix):
                found[field] = [
                    text for each in data[field] if (text := tidy.tidied(_unprefixed(tidy.tidied(each), prefix)))
                ]
            case Labelled(field=field, label=label):
                found[field] = [
                    {**tidy.deep(each, tidy.tidied), label: tidy.plain(each[label])} for each in data[field]
                ]
            case Rows(field=field, columns=columns):
                several = {name for column in columns if len(column) > 2 for name in column[1::2]}
                found[field] = [
                    {name: _in_cell(text, name in several) for name, text in each.items()} for each in data[field]
                ]
            case Matrix():
                found[part.field] = _squared(part, data[part.field])
            case Cards(field=field, tidy=tidied):
                found[field] = [tidied(each) for each in data[field]]
            case Signatures(field=field):
                found[field] = [_tidy_signature(each) for each in data[field]]
            case Derived():
                pass
            case _:
                assert_never(part)
    return found | _reasons(forms, found)


def _squared(part: Matrix, records: Sequence[Data]) -> list[Data]:
    """The records with the same columns each, in the order in which they first come."""
    names: dict[str, str] = {}
    rows: list[tuple[str, dict[str, str]]] = []
    for record in records:
        texts = {tidy.plain(each[part.column]): tidy.cell(each[part.text]) for each in record[part.cells]}
        names |= dict.fromkeys(filter(None, texts), "")
        rows.append((tidy.cell(record[part.row]), texts))
    return [
        {part.row: row, part.cells: [{part.column: name, part.text: texts.get(name, "")} for name in names]}
        for row, texts in rows
    ]


def _unprefixed(text: str, prefix: str) -> str:
    return re.sub(rf"^\**{prefix}\s*-?\d+\**\s*[:.)]*\s*", "", text) if prefix else text


def _tidy_signature(record: Data) -> Data:
    """A signature whose lines are kept, less what would end its fence."""
    named = {name: tidy.plain(record[name]) for name in ("name", "place", "frozen_by")}
    lines = [line.rstrip() for line in visible(record["signature"]).split("\n") if not _FENCE.match(line)]
    language = "".join(re.findall(r"[\w+#-]", record["language"]))
    return named | {"language": language, "signature": "\n".join(lines).strip("\n")}


def _in_cell(text: str, shared: bool) -> str:
    return tidy.cell(text.replace("*", "") if shared else text)


def _reasons(forms: Sequence[Form], data: Data) -> Data:
    """Why lists are empty: a reason for each of them, and for no other."""
    empty = [field for form in forms if not form.optional for field in form.lists if not data[field]]
    if not any(form.lists for form in forms) or "none" not in data:
        return {}
    whys = {each["field"]: tidy.tidied(each["why"]).rstrip(". ") for each in data["none"]}
    lacking = [field for field in empty if not whys.get(field)]
    if lacking:
        names = ", ".join(f"`{field}`" for field in lacking)
        raise ValueError(f"{names}: empty, and `none` does not say why; fill it, or give the reason there")
    return {"none": [{"field": field, "why": whys[field]} for field in empty]}


# --- rendering -------------------------------------------------------------------------------------------------------


def render(forms: Sequence[Form], data: Data) -> str:
    """The sections as Markdown, each below its heading of the second level."""
    return "\n".join(_section(form, data) for form in forms if not (form.optional and not _has(form, data)))


def _has(form: Form, data: Data) -> bool:
    return any(data[part.field] for part in form.parts if not isinstance(part, Lines | Derived))


def _section(form: Form, data: Data) -> str:
    whys = {each["field"]: each["why"] for each in data.get("none", [])}
    written = [f"## {form.letter}) {TITLES[form.letter]}", ""]
    for part in form.parts:
        if not isinstance(part, Lines | Signatures) and part.title:
            written += [f"### {part.title}", ""]
        field = "" if isinstance(part, Lines | Derived) else part.field
        written += [f"None, because {whys[field]}." if field in whys else _part(part, data), ""]
    return "\n".join(written)


def _part(part: Part, data: Data) -> str:
    match part:
        case Lines(fields=fields):
            return "\n\n".join(data[name] for name in fields if data[name])
        case Items(field=field, prefix=prefix, numbered=numbered):
            texts = [f"{prefix}{n}: {each}" if prefix else each for n, each in enumerate(data[field], 1)]
            return "\n".join(f"{n}. {each}" if numbered else f"- {each}" for n, each in enumerate(texts, 1))
        case Labelled(field=field, label=label, text=text):
            return "\n".join(f"- **{each[label]}:** {each[text]}".rstrip() for each in data[field])
        case Rows(field=field, columns=columns):
            return table([column[0] for column in columns], (_cells(columns, each) for each in data[field]))
        case Matrix():
            names = [each[part.column] for each in data[part.field][0][part.cells]]
            rows = ([each[part.row], *(one[part.text] for one in each[part.cells])] for each in data[part.field])
            return table([part.corner, *names], rows)
        case Cards(field=field, write=write):
            return "\n\n".join(write(n, each) for n, each in enumerate(data[field], 1))
        case Signatures(field=field):
            return "\n\n".join(_signature(each) for each in data[field])
        case Derived(write=derived):
            return derived(data)
        case _:
            assert_never(part)


def table(header: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A table; an empty cell is a dash."""
    first, *others = [_row(cells) for cells in (header, *rows)]
    return "\n".join([first, "|" + "---|" * len(header), *others])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(each.replace('|', chr(92) + '|') or NO for each in cells)} |"


def _cells(columns: Sequence[Sequence[str]], record: Mapping[str, str]) -> list[str]:
    cells = []
    for _, first, *more in columns:
        labels = zip(more[::2], more[1::2], strict=True)
        cells.append(" ".join([record[first], *(f"**{label}:** {record[name]}" for label, name in labels)]).strip())
    return cells


def _signature(record: Mapping[str, str]) -> str:
    said = f"`{record['name']}` (`{record['place']}`), frozen by {record['frozen_by']}:"
    return f"{said}\n\n```{record['language']}\n{record['signature']}\n```"


# --- parsing ---------------------------------------------------------------------------------------------------------


def parse(forms: Sequence[Form], artifact: Artifact, defaults: Data) -> Data:
    """What was rendered; the `defaults` where a part is missing or has another form."""
    found: Data = {**defaults, "none": []} if "none" in defaults else dict(defaults)
    for form in forms:
        section = next((each for each in artifact.sections if letter_of(each.title) == form.letter), None)
        for part in form.parts if section else ():
            assert section
            _read(part, artifact, section, found)
    return found


def _read(part: Part, artifact: Artifact, section: Section, found: Data) -> None:
    inside = section if not _titled(part) else _below(artifact, section, part)
    if inside is None:
        return
    lines = [line.text for line in artifact.prose(inside, code=True)]
    first = lines[0].strip() if lines else ""
    if not isinstance(part, Lines | Derived) and "none" in found and (why := _NONE.fullmatch(first)):
        found[part.field] = []
        found["none"].append({"field": part.field, "why": why[1]})
        return
    match part:
        case Lines(fields=fields):
            texts = [line for line in lines if not line.startswith(("- ", "#"))]
            found |= dict(zip(fields, texts, strict=False))
        case Items(field=field, prefix=prefix):
            found[field] = [_unprefixed(text, prefix) for text in _items(artifact, inside)]
        case Labelled(field=field, label=label, text=text):
            matches = [_LABELLED.fullmatch(item) for item in _items(artifact, inside)]
            found[field] = [{label: each["label"], text: each["text"] or ""} for each in matches if each]
        case Rows(field=field, columns=columns):
            found[field] = list(_records(artifact, inside, columns))
        case Matrix():
            found[part.field] = list(_matrix(part, artifact, inside))
        case Cards(field=field, read=read):
            found[field] = read(artifact, inside)
        case Signatures(field=field):
            found[field] = list(_signatures(artifact, inside))
        case Derived():
            pass
        case _:
            assert_never(part)


def _titled(part: Part) -> str:
    return "" if isinstance(part, Lines | Signatures) else part.title


def _below(artifact: Artifact, section: Section, part: Part) -> Section | None:
    wanted = normal(_titled(part))
    inside = (each for each in artifact.sections if section.first <= each.heading.line <= section.last)
    return next((each for each in inside if each.heading.level == _LEVEL and normal(each.title) == wanted), None)


def _items(artifact: Artifact, inside: Section) -> list[str]:
    return [item.text for item in artifact.list_items if item.depth == 1 and inside.first <= item.line <= inside.last]


def _records(artifact: Artifact, inside: Section, columns: Sequence[Sequence[str]]) -> Iterator[dict[str, str]]:
    header = tuple(column[0] for column in columns)
    for each in artifact.tables:
        if inside.first <= each.line <= inside.last and each.header == header:
            for row in each.rows:
                record: dict[str, str] = {}
                for cell, (_, first, *more) in zip(row.cells, columns, strict=True):
                    parts = _parted(cell, more[::2])
                    record |= {name: tidy.cell(text) for name, text in zip((first, *more[1::2]), parts, strict=True)}
                yield record


def _matrix(part: Matrix, artifact: Artifact, inside: Section) -> Iterator[Data]:
    for each in artifact.tables:
        if inside.first <= each.line <= inside.last and each.header[0] == part.corner:
            for row in each.rows:
                cells = zip(each.header[1:], map(tidy.cell, row.cells[1:]), strict=True)
                yield {
                    part.row: tidy.cell(row.cells[0]),
                    part.cells: [{part.column: name, part.text: text} for name, text in cells],
                }


def _parted(cell: str, labels: Sequence[str]) -> list[str]:
    parts = []
    for label in labels:
        before, _, cell = cell.partition(f"**{label}:**")
        parts.append(before.strip())
    return [*parts, cell.strip()]


def _signatures(artifact: Artifact, inside: Section) -> Iterator[dict[str, str]]:
    said = re.compile(r"`(?P<name>.*?)` \(`(?P<place>.*?)`\), frozen by (?P<frozen_by>.*):")
    above = [match for line in artifact.prose(inside, code=True) if (match := said.fullmatch(line.text))]
    fences = [fence for fence in artifact.fences if inside.first <= fence.line <= inside.last]
    for match, fence in zip(above, fences, strict=False):
        yield {**match.groupdict(), "language": fence.info, "signature": fence.text.rstrip("\n")}

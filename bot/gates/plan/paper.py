"""A plan with its document, and where in it a rule looks."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Literal, TypeVar

from bot.core.findings import Finding, Severity
from bot.core.markdown.artifact import Artifact, Fence, Item, Line, Row, Section, Table, normal
from bot.core.plan import Plan, plan_of
from bot.core.plan.graph import Graph
from bot.core.plan.ids import ids
from bot.core.plan.sections import TITLES, letter_of
from bot.core.ports import Tree

T = TypeVar("T")
_MAY_LACK = 2
_NOTHING = re.compile(r"[\s*_`.]*(?:none|nothing|no|n/?a|[-–—…?]*)[\s*_`.]*", re.IGNORECASE)
NONE = re.compile(r"\b(?:none|nothing|no|not|n/a|never|zero|0|trivial)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Paper:
    """What a rule looks at: the plan as data, its document, and the code at the pinned commit, where it is there."""

    plan: Plan
    artifact: Artifact
    tree: Tree | None = None
    strict: bool = False

    @classmethod
    def of(cls, artifact: Artifact, tree: Tree | None = None, strict: bool = False) -> "Paper":
        """The paper of a document; a `strict` one is a plan in our form, although it is not whole yet."""
        return cls(plan_of(artifact), artifact, tree, strict)

    @cached_property
    def ours(self) -> bool:
        """The plan has our form: its units have stable ids."""
        return self.strict or any(unit.stable for unit in self.plan.units)

    @property
    def of_process(self) -> bool:
        """The plan follows the process of seed 003: it has our form, or nearly all sections from A to K."""
        return self.ours or len(self.sections) >= len(TITLES) - _MAY_LACK

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        """The sections that are there, by our letter, in their order."""
        found: dict[str, Section] = {}
        for section in self.artifact.sections:
            letter = letter_of(section.title) if section.heading.level <= 3 else ""
            if letter and not any(_within(section, other) for other in found.values()):
                found.setdefault(letter, section)
        return found

    def parts(self, letter: str) -> Sequence[Section]:
        """The sub-sections of a section; none where the section is missing."""
        return self.inside(letter, self.artifact.sections, lambda section: section.heading.line)

    def part(self, letter: str, *words: str) -> Section | None:
        """The first sub-section whose title has one of these words, in their order."""
        titles = [(normal(part.title), part) for part in self.parts(letter)]
        return next((part for word in words for title, part in titles if re.search(rf"\b(?:{word})", title)), None)

    def inside(self, where: str | Section | None, what: Sequence[T], line: Callable[[T], int]) -> Sequence[T]:
        """What lies within a section, of things that are in order."""
        section = self.sections.get(where) if isinstance(where, str) else where
        if section is None:
            return ()
        return what[bisect_left(what, section.first, key=line) : bisect_right(what, section.last, key=line)]

    def tables(self, where: str | Section | None) -> Sequence[Table]:
        """The tables of a section."""
        return self.inside(where, self.artifact.tables, attrgetter("line"))

    def items(self, where: str | Section | None) -> Sequence[Item]:
        """The list items of a section."""
        return self.inside(where, self.artifact.list_items, attrgetter("line"))

    def fences(self, where: str | Section | None) -> Sequence[Fence]:
        """The fenced blocks of a section."""
        return self.inside(where, self.artifact.fences, attrgetter("line"))

    def prose(self, where: str | Section | None) -> Sequence[Line]:
        """The lines of a section, with inline code."""
        section = self.sections.get(where) if isinstance(where, str) else where
        return self.artifact.prose(section, code=True) if section else ()

    def rows(self, where: str | Section | None, *columns: str) -> Iterator["Cells"]:
        """The rows of the section's tables that have the first of these columns, as cells by those names.

        A column is meant by any word of `a|b`; one that the table has not is missing in the cells.
        """
        for table in self.tables(where):
            at = {name: place for name in columns if (place := _column(table, name)) is not None}
            if columns[0] in at:
                for row in table.rows:
                    yield Cells(row, {name: row.cells[place] for name, place in at.items()})

    @cached_property
    def known(self) -> frozenset[str]:
        """The ids of the units."""
        return frozenset(unit.id for unit in self.plan.units)

    def unit_at(self, line: int) -> str:
        """The id of the unit that a line belongs to, or ""."""
        at = bisect_right(self._begins, line) - 1
        unit = self.plan.units[at] if at >= 0 else None
        return unit.id if unit and line <= max(unit.line, unit.last) else ""

    @cached_property
    def _begins(self) -> Sequence[int]:
        return [unit.line for unit in self.plan.units]

    def has(self, letter: str, lines: Iterable[int]) -> bool:
        """Some of these lines are in a section."""
        section = self.sections.get(letter)
        return section is not None and any(section.first <= line <= section.last for line in lines)

    @cached_property
    def graph(self) -> Graph:
        """What the units need of each other, from all that states it."""
        return Graph.of(self.plan.edges)

    def block_in(self, text: str) -> bool:
        """A text names a building block."""
        words = f" {normal(text)} "
        return any(f" {name} " in words for name in self._blocks)

    @cached_property
    def _blocks(self) -> Sequence[str]:
        return [normal(block.name) for block in self.plan.blocks]

    def units_in(self, text: str) -> Sequence[str]:
        """The ids in a text that are units of the plan."""
        return [id for id in ids(text) if id in self.known]


@dataclass(frozen=True)
class Cells:
    """A table's row, by the names that a rule gives the columns."""

    row: Row
    by: Mapping[str, str]

    @property
    def line(self) -> int:
        """The row's line."""
        return self.row.line

    @property
    def name(self) -> str:
        """The first cell, plain."""
        return self.row.cells[0].strip("*_` ")

    def __getitem__(self, name: str) -> str:
        return self.by.get(name, "")


@dataclass(frozen=True)
class Rule:
    """A check of a plan, what its findings are, and which plans it fits: all, those of our process, those of our form.

    Of any other plan what it finds are warnings, and many of them are one finding.
    """

    check: Callable[[Paper], Iterator[Finding]]
    severity: Severity = "error"
    fits: Literal["all", "process", "ours"] = "all"


def empty(text: str) -> bool:
    """Nothing is said: no text, a dash, or “none” without a reason."""
    return _NOTHING.fullmatch(text) is not None


def headline(letter: str) -> str:
    """How a section is called: “E) Architectural Risk Register”."""
    return f"{letter}) {TITLES[letter]}"


def _column(table: Table, name: str) -> int | None:
    titles = [normal(cell) for cell in table.header]
    return next(
        (at for word in name.split("|") for at, title in enumerate(titles) if re.search(rf"\b{word}", title)), None
    )


def _within(section: Section, outer: Section) -> bool:
    return outer.first <= section.heading.line <= outer.last

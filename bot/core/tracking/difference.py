"""What has to be done so that a plan's issues are as the plan says: the steps, in an order in which each finds its own.

Each step can be done twice, and what is done already is no step: after a crash anywhere, the next difference is the
rest. What people did is left alone: their titles, labels and milestones, what they wrote around our section, blockers
that they added, parents that they chose, and that they closed an issue, or opened one again.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.core.markdown.safe import plain
from bot.core.plan.ids import spoken

from . import plan_text
from .grouping import grouped
from .marks import Notes, digest, mention, numbered, same, section
from .matching import Item, Matched, adopted, items_of, match, same_plan
from .naming import plan_id, short_title
from .shape import (
    PLAN,
    Block,
    Label,
    Milestone,
    Nest,
    Open,
    Ref,
    Relations,
    Say,
    Step,
    Unblock,
    Unnest,
    Work,
    Write,
    Written,
)
from .standing import Standing, standings
from .unit_text import Others, Source, unit_text
from .units import Piece, pieces
from .words import unsaid

LABELS = (
    Label("plan", "5319e7", "Charrette: what a plan became"),
    Label("unit", "1d76db", "Charrette: one planned pull request"),
    Label("ready", "0e8a16", "Charrette: everything that this needs first is done"),
)
TITLE = 200
COMMON = 3
"""What so many units promise says nothing of which of them took over another."""


def difference(source: Source, written: Sequence[Written], relations: Relations) -> Work:
    """The work for one plan, of which `pieces` can be made (`units.problems`)."""
    plans = items_of(written)
    units = pieces(source.plan)
    known = same_plan(units, source.artifact.path, plans)
    plan = known or plan_id(source.plan.title, source.artifact.path, plans)
    items = plans.get(plan, ())
    groups = tuple(dict.fromkeys(item.key for item in items if item.key.startswith("group/") and not item.gone))
    matched = adopted(match(units, items, groups), units, written, title_of)
    return _Difference(source, plan, units, matched, groups, relations).work


def title_of(piece: Piece) -> str:
    """The title that a unit's issue is given."""
    return plain(piece.name, TITLE)


@dataclass(frozen=True)
class _Wish:
    """An issue as it is wished for; `text` has keys for numbers."""

    key: str
    title: str
    notes: Notes
    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class _Difference:
    """The pieces of a plan, and its issues."""

    source: Source
    plan: str
    pieces: tuple[Piece, ...]
    matched: Matched
    groups: tuple[str, ...]
    relations: Relations

    @property
    def work(self) -> Work:
        """All of it."""
        names = {piece.key: piece.name for piece in self.pieces}
        names |= {key: self._group_title(key) for key in self.members}
        names |= {self._left_key(item): item.written.title for item in self._strays}
        return Work(
            self.plan,
            self.source.plan.title,
            self.source.artifact.path,
            tuple(self._steps()),
            self.refs,
            self.matched.doubts,
            tuple(self._said()),
            len(self.pieces),
            {PLAN: self._tracking_title, **names},
        )

    # --- what is there -----------------------------------------------------------------------------------------------

    @cached_property
    def refs(self) -> Mapping[str, Ref]:
        """The issues that are there, by key."""
        strays = {self._left_key(item): Ref(item.written.number, item.written.id) for item in self._strays}
        return {**self._known, **strays}

    @cached_property
    def _known(self) -> Mapping[str, Ref]:
        return {key: Ref(item.written.number, item.written.id) for key, item in self.matched.items.items()}

    @property
    def _strays(self) -> Sequence[Item]:
        return (*self.matched.left, *(item for _, item in self.matched.doubles), *self._empty)

    @property
    def _empty(self) -> Sequence[Item]:
        return [self.matched.items[key] for key in self.groups if key not in self.members]

    @cached_property
    def _by_number(self) -> Mapping[int, Ref]:
        return {ref.number: ref for ref in self.refs.values()}

    @staticmethod
    def _left_key(item: Item) -> str:
        """A key by which an issue of no unit is named in steps."""
        return f"issue/{item.written.number}"

    @cached_property
    def standing(self) -> Mapping[str, Standing]:
        """How far each unit is."""
        return standings(self.pieces, self.matched.items)

    @cached_property
    def wanted(self) -> tuple[Piece, ...]:
        """The units that have an issue, or get one."""
        doubtful = {doubt.unit for doubt in self.matched.doubts}
        return tuple(piece for piece in self.pieces if self.standing[piece.key].issue and piece.key not in doubtful)

    @cached_property
    def members(self) -> Mapping[str, Sequence[Piece]]:
        """The groups with their units; empty where the plan needs none."""
        by_number = {self._known[key].number: key for key in self.groups}
        now = {
            piece.key: by_number.get(self.relations.parents.get(self._known[piece.key].number, -1), "")
            for piece in self.pieces
            if piece.key in self._known
        }
        return grouped(self.wanted, now, self.groups)

    @cached_property
    def _parents(self) -> Mapping[str, str]:
        found = dict.fromkeys((piece.key for piece in self.wanted), PLAN) | dict.fromkeys(self.members, PLAN)
        return found | {piece.key: key for key, inside in self.members.items() for piece in inside}

    @cached_property
    def _lacking(self) -> tuple[str, ...]:
        return tuple(name for name in ("sub_issues", "dependencies") if not getattr(self.relations, name))

    # --- what is wished for ------------------------------------------------------------------------------------------

    @property
    def _tracking_title(self) -> str:
        title = self.source.plan.title or self.source.artifact.path
        return plain(f"Plan: {short_title(title)}", TITLE)

    def _group_title(self, key: str) -> str:
        inside = self.members[key]
        ends = f"{spoken(inside[0].unit.id)} to {spoken(inside[-1].unit.id)}"
        return plain(f"Group {key.removeprefix('group/')} of the plan: {ends}", TITLE)

    def _tracking(self) -> _Wish:
        text = plan_text.tracking_text(self.pieces, self.standing, self.source, self.members, self._lacking)
        return _Wish(PLAN, self._tracking_title, Notes(path=self.source.artifact.path), text, ("plan",))

    def _group(self, key: str) -> _Wish:
        text = plan_text.group_text(self.members[key], self._others.pieces, self.standing, self.source, self._lacking)
        return _Wish(key, self._group_title(key), Notes(), text, ("plan",))

    @cached_property
    def _others(self) -> Others:
        by_key = {piece.key: piece for piece in self.pieces}
        return Others(by_key, {piece.key for piece in self.wanted}, self.relations.dependencies)

    def _unit(self, piece: Piece) -> _Wish:
        text = unit_text(piece, self.source, self._others)
        blockers = tuple(mention(key) for key in piece.needs if key in self._others.issues)
        notes = Notes(piece.named, "", piece.guarantees, blockers)
        ready = ("ready",) if self.standing[piece.key].status == "ready" else ()
        return _Wish(piece.key, title_of(piece), notes, text, ("plan", "unit", *ready))

    def _section(self, wish: _Wish, titled: str) -> str:
        notes = Notes(
            wish.notes.named, titled, wish.notes.guarantees, wish.notes.blockers, wish.notes.path, wish.notes.state
        )
        return section(self.plan, wish.key, notes, wish.text)

    # --- the steps ---------------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[Step]:
        new = [piece for piece in self.wanted if piece.key not in self.refs]
        fresh = PLAN not in self.matched.items
        if fresh or new or any(key not in self.refs for key in self.members):
            yield from LABELS
        if fresh:
            title = plain(short_title(self.source.plan.title or self.source.artifact.path), TITLE)
            yield Milestone(title, f"The units of the plan {self.source.artifact.path}.")
            yield self._opened(self._tracking(), plan_text.BEGUN)
        for key in self.members:
            if key not in self.refs:
                yield self._opened(self._group(key), plan_text.BEGUN)
            yield from self._nested(key)
        for piece in self.wanted:
            wish = self._unit(piece)
            if piece.key not in self.refs:
                yield self._opened(wish)
            yield from self._nested(piece.key)
            yield from self._ordered(piece)
            if piece.key in self.refs:
                yield from self._written(wish)
        yield from self._put_aside()
        for key in self.members:
            yield from self._written(self._group(key))
        yield from self._written(self._tracking())

    def _opened(self, wish: _Wish, text: str = "") -> Open:
        """Opened with all of its text at once; `text` instead, where that names issues that are not there yet."""
        shown = _Wish(wish.key, wish.title, wish.notes, text or wish.text, wish.labels)
        above = self.matched.items.get(PLAN)
        milestone = above.written.milestone if above else 0
        return Open(wish.key, wish.title, f"{self._section(shown, digest(wish.title))}\n", wish.labels, milestone)

    def _nested(self, key: str) -> Iterator[Step]:
        """Below its parent, unless a person put it below another."""
        if not self.relations.sub_issues:
            return
        parent = self._parents[key]
        now = self.relations.parents.get(self.refs[key].number) if key in self.refs else None
        ours = {ref.number: known for known, ref in self.refs.items() if known == PLAN or known.startswith("group/")}
        if now is None:
            yield Nest(key, parent)
        elif now in ours and ours[now] != parent:
            yield Nest(key, parent, instead=True)

    def _ordered(self, piece: Piece) -> Iterator[Step]:
        """Blocked by what it needs, and no more by what the plan said that it needed."""
        if not self.relations.dependencies:
            return
        item = self.matched.items.get(piece.key)
        now = set(self.relations.blockers.get(item.written.number, ())) if item else set()
        for key in piece.needs:
            if key in self._others.issues and (key not in self.refs or self.refs[key].number not in now):
                yield Block(piece.key, key)
        if item is None:
            return
        wanted = {self.refs[key].number for key in piece.needs if key in self.refs}
        ours = {int(one.lstrip("#")) for one in item.parts.notes.blockers if re.fullmatch(r"#*[0-9]{1,9}", one)}
        for number in sorted((now & ours - wanted) & self._by_number.keys()):
            yield Unblock(piece.key, self._by_number[number])

    def _written(self, wish: _Wish) -> Iterator[Step]:
        """Its section and its title, where they differ; a unit that comes back is open again."""
        item = self.matched.items.get(wish.key)
        if item is None:
            yield Write(wish.key, self._section(wish, digest(wish.title)))
            return
        titled = item.parts.notes.titled
        # Where it is not the title that we gave, a person gave it another.
        own = digest(item.written.title) != titled and titled != ""
        title = "" if own or item.written.title == wish.title else wish.title
        new = self._section(wish, titled if own else digest(wish.title))
        if item.gone:
            yield Say(wish.key, "back", "The plan has this unit again, so this is open again.")
            yield Write(wish.key, new, title, "open")
        elif title or not same(numbered(new, self.refs), item.parts.section):
            yield Write(wish.key, new, title)

    def _put_aside(self) -> Iterator[Step]:
        """What is no unit any more is closed with a word; the successors of a unit that was split are named."""
        doubtful = {number for doubt in self.matched.doubts for number in doubt.issues}
        for item in self.matched.left:
            if not item.gone and item.written.number not in doubtful:
                yield from self._closed(item, *self._farewell(item))
        for item in self._empty:
            yield from self._closed(item, *self._farewell(item))
        for key, item in self.matched.doubles:
            if not item.gone:
                word = f"{mention(key)} is the issue of this; this one was opened a second time."
                yield from self._closed(item, "double", word, "duplicate")

    def _farewell(self, item: Item) -> tuple[str, str, str]:
        heirs = self._heirs(item)
        if heirs:
            told = ", ".join(mention(piece.key) for piece in heirs)
            return "superseded", f"The plan no longer has this unit: it is superseded by {told}.", "superseded"
        if item.key.startswith("group/"):
            return "dropped", "No unit is in this group any more.", "dropped"
        return "dropped", f"The plan {self.source.link} no longer has this unit, so it is closed.", "dropped"

    def _heirs(self, item: Item) -> Sequence[Piece]:
        """Units that take over something that it promised, or that say that they supersede it."""
        promised = {each for each in item.parts.notes.guarantees if self._promises[each] < COMMON}
        own = item.key.removeprefix("unit/").removeprefix("~")
        return [
            piece
            for piece in self.wanted
            if promised & set(piece.guarantees)
            or piece.unit.says("supersedes", "replaces", "split from").strip("` .") == own
        ]

    @cached_property
    def _promises(self) -> Counter[str]:
        return Counter(each for piece in self.wanted for each in piece.guarantees)

    def _closed(self, item: Item, about: str, word: str, why: str) -> Iterator[Step]:
        """A word, out of what counts, and closed; of one that a person closed already only the note is made."""
        key, notes = self._left_key(item), item.parts.notes
        parent = self.relations.parents.get(item.written.number)
        ours = {ref.number for known, ref in self.refs.items() if known == PLAN or known.startswith("group/")}
        if parent in ours:
            yield Unnest(key, parent or 0)
        if item.written.open:
            yield Say(key, about, word)
        gone = Notes(notes.named, notes.titled, notes.guarantees, notes.blockers, notes.path, "gone")
        text = f"**{word}**\n\n{item.parts.text}"
        state: Literal["", "closed"] = "closed" if item.written.open else ""
        yield Write(key, section(self.plan, item.key, gone, text), "", state, "not_planned", why)

    # --- what is said ------------------------------------------------------------------------------------------------

    def _said(self) -> Iterator[str]:
        known = {piece.unit.id for piece in self.pieces}
        plan = self.source.plan
        loose = sorted({(each.unit, each.other) for each in plan.statements if each.sense == "needs"})
        for unit, other in loose:
            if unit in known and other not in known and not plan.unit(other):
                yield f"{spoken(unit)} needs {spoken(other)}, which is no unit here: that dependency is left out."
        yield from unsaid(plan)
        for name in self._lacking:
            yield plan_text.WITHOUT[name]

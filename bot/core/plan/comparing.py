"""Two revisions of a plan: which units came, went, changed their name or what they need, and what they guarantee.

A unit is the same by its stable id, else by its title, else by what it guarantees; its number decides nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.findings import Finding
from bot.core.markdown.artifact import Artifact, normal

from .reading import plan_of
from .sections import letter_of
from .shape import Guarantee, Plan, Unit

_DATE = re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b")
_NOTED = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in ("old|was|were|before|formerly|previously", "new|now|becomes?", "reasons?|because|since|why")
)
_ALIKE = 0.5
"""The share of guarantees that two units have in common, from which on they are one."""

RULES = ("revision-missing", "guarantee-changed")


@dataclass(frozen=True)
class Rewired:
    """A unit that needs others than before; `lost` and `gained` have the ids of the new plan, where it has them."""

    unit: Unit
    lost: tuple[str, ...]
    gained: tuple[str, ...]


@dataclass(frozen=True)
class Changed:
    """A guarantee that is not what it was: `new` is None where it is gone."""

    unit: Unit
    old: Guarantee
    new: Guarantee | None


@dataclass(frozen=True)
class Comparison:
    """What became of the old plan. `same` are the units that both have, old and new."""

    old: Plan
    new: Plan
    artifact: Artifact
    noted: bool
    same: tuple[tuple[Unit, Unit], ...]

    @cached_property
    def added(self) -> tuple[Unit, ...]:
        """Units of the new plan alone."""
        known = {new.line for _, new in self.same}
        return tuple(unit for unit in self.new.units if unit.line not in known)

    @cached_property
    def dropped(self) -> tuple[Unit, ...]:
        """Units of the old plan alone."""
        known = {old.line for old, _ in self.same}
        return tuple(unit for unit in self.old.units if unit.line not in known)

    @cached_property
    def renamed(self) -> tuple[tuple[Unit, Unit], ...]:
        """Units with another title."""
        return tuple((old, new) for old, new in self.same if normal(old.title) != normal(new.title))

    @cached_property
    def renumbered(self) -> tuple[tuple[Unit, Unit], ...]:
        """Units with another id."""
        return tuple((old, new) for old, new in self.same if old.id != new.id)

    @cached_property
    def rewired(self) -> tuple[Rewired, ...]:
        """Units that need others than before, whatever those are called now."""
        names = {old.id: new.id for old, new in self.same}
        found = []
        for old, new in self.same:
            before = [names.get(id, id) for id in old.depends_on]
            lost = tuple(id for id in before if id not in new.depends_on)
            gained = tuple(id for id in new.depends_on if id not in before)
            if lost or gained:
                found.append(Rewired(new, lost, gained))
        return tuple(found)

    @cached_property
    def guarantees(self) -> tuple[Changed, ...]:
        """Guarantees that say something else, or are gone. A further one breaks no promise."""
        return tuple(change for old, new in self.same for change in _changes(old, new))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the new revision leaves unsaid: its dated note, and old, new and reason of a changed guarantee."""
        return tuple(sorted(self._findings(), key=lambda finding: finding.line))

    def _findings(self) -> Iterator[Finding]:
        if not self.noted:
            mend = "Say there what changed, when and why: “**Revision 2026-03-01:** …”."
            yield Finding(1, "The plan changed, and no new dated revision note stands at its top.", mend, RULES[0])
        for change in self.guarantees:
            name = change.old.id or change.unit.id
            if not _said(self.artifact, name, change.new):
                what = f"“{_cut(change.new.text)}” now" if change.new else "gone"
                wrong = f"{name} of {change.unit.id} was “{_cut(change.old.text)}”, and is {what}, without a reason."
                line = change.new.line if change.new else change.unit.line
                mend = f"Note it: “{name}: old: …; new: …; reason: …”."
                yield Finding(line, wrong, mend, RULES[1])


def compare(old: Artifact, new: Artifact) -> Comparison:
    """The two revisions of a plan, the older one first."""
    before, after = plan_of(old), plan_of(new)
    noted = old.source == new.source or bool(_notes(new) - _notes(old))
    return Comparison(before, after, new, noted, tuple(_same(before, after)))


def _same(old: Plan, new: Plan) -> Sequence[tuple[Unit, Unit]]:
    found: list[tuple[Unit, Unit]] = []
    left, right = list(old.units), list(new.units)
    keys: tuple[Callable[[Unit], str], ...] = (lambda unit: unit.stable, lambda unit: normal(unit.title))
    for key in keys:
        one = _alone(right, key)
        pairs = [(before, one[name]) for name, before in _alone(left, key).items() if name in one]
        pairs = [(a, b) for a, b in pairs if key is keys[0] or not (a.stable and b.stable)]
        found += pairs
        left, right = _without(left, [pair[0] for pair in pairs]), _without(right, [pair[1] for pair in pairs])
    found += _alike([unit for unit in left if not unit.stable], right)
    return sorted(found, key=lambda pair: pair[1].line)


def _without(units: Sequence[Unit], some: Sequence[Unit]) -> list[Unit]:
    lines = {unit.line for unit in some}
    return [unit for unit in units if unit.line not in lines]


def _alike(left: Sequence[Unit], right: Sequence[Unit]) -> Iterator[tuple[Unit, Unit]]:
    """Pairs that have half of their guarantees in common, the most alike first; each unit once."""
    before, after = (
        [frozenset(normal(each.text) for each in unit.guarantees) for unit in units] for units in (left, right)
    )
    shares = [
        (len(one & other) / max(len(one), len(other)), a, b)
        for a, one in enumerate(before)
        for b, other in enumerate(after)
        if one & other
    ]
    taken: set[tuple[str, int]] = set()
    for share, a, b in sorted(shares, key=lambda each: -each[0]):
        if share >= _ALIKE and not taken & {("old", a), ("new", b)}:
            taken |= {("old", a), ("new", b)}
            yield left[a], right[b]


def _alone(units: Sequence[Unit], key: Callable[[Unit], str]) -> Mapping[str, Unit]:
    """The units whose key no other has."""
    count = Counter(key(unit) for unit in units)
    return {key(unit): unit for unit in units if key(unit) and count[key(unit)] == 1}


def _changes(old: Unit, new: Unit) -> Iterator[Changed]:
    """A guarantee is the same by its text, else by its id; a number that changed with its unit's is no change."""
    texts = {normal(each.text) for each in new.guarantees}
    ids = {each.id: each for each in new.guarantees if each.id}
    for each in old.guarantees:
        if normal(each.text) in texts:
            continue
        moved = each.id.replace(_number(old), _number(new), 1) if old.id != new.id else each.id
        yield Changed(new, each, ids.get(moved))


def _number(unit: Unit) -> str:
    return f"-{re.sub(r'^[A-Za-z]+', '', unit.id)}-"


def _notes(artifact: Artifact) -> set[str]:
    """The lines with a date above the first section of the plan."""
    first = next((heading.line for heading in artifact.headings if letter_of(heading.title)), len(artifact.source) + 1)
    return {line.text.strip() for line in artifact.prose(code=True) if line.number < first and _DATE.search(line.text)}


def _said(artifact: Artifact, name: str, new: Guarantee | None) -> bool:
    """A paragraph other than the guarantee's own names it with old, new and reason."""
    named = re.compile(rf"\b{re.escape(name)}\b")
    own = new.line if new else 0
    return any(
        paragraph.line != own and named.search(paragraph.text) and all(word.search(paragraph.text) for word in _NOTED)
        for paragraph in artifact.paragraphs
    )


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"

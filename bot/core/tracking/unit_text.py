"""The text of a unit's issue: tier 1 in full, tier 2 folded, acceptance, files and size, and the hand-off."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.markdown.artifact import Artifact, names
from bot.core.markdown.fitting import shortened
from bot.core.markdown.safe import line, plain, published
from bot.core.plan import Plan
from bot.core.plan.ids import ids, spoken

from .marks import mention
from .units import Piece

_SIZED = re.compile(r"\b(?:files?|paths?|packages?|modules?|size|sizing|loc|lines|estimates?|effort)\b")
_NOT_SIZES = re.compile(r"\b(?:scope|title|friction|cross|guarantees?|documentation|depend\w*)\b")
_STABLE = re.compile(r"<!--\s*unit:.*?-->")
_TIER = re.compile(r"^[\W_]*tier\s*[12]\b.*$", re.IGNORECASE)
_RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,})\s*$")
_ROOM = 24_000
"""Characters of a tier: two of them, and the rest, fit into an issue."""


@dataclass(frozen=True)
class Source:
    """A plan's document, and where it is shown; `page` is "" where that is not known."""

    artifact: Artifact
    plan: Plan
    page: str = ""

    @property
    def link(self) -> str:
        """The document, as a link where it can be."""
        path = self.artifact.path.replace("`", "")
        return f"[`{path}`]({self.page})" if self.page else f"`{path}`"


@dataclass(frozen=True)
class Others:
    """All units by key, those of them that have an issue, and whether GitHub itself shows what blocks an issue."""

    pieces: Mapping[str, Piece]
    issues: Container[str]
    native: bool = True

    def shown(self, key: str) -> str:
        """A unit, by its issue where it has one."""
        name = line(spoken(self.pieces[key].unit.id))
        return f"{mention(key)} ({name})" if key in self.issues else f"{name} (no issue)"


def unit_text(piece: Piece, source: Source, others: Others) -> str:
    """What the issue says."""
    unit = piece.unit
    first, second = _tiers(piece, source.artifact)
    parts = [
        f"{spoken(unit.id)} of the plan {source.link}, “{line(source.plan.title or 'without a title', 120)}”.",
        _needs(piece, source.plan, others),
    ]
    if first:
        parts += ["### Summary", shortened(published(first), _ROOM)]
    parts += ["### Acceptance", *_acceptance(piece)]
    if sized := list(_sizes(piece)):
        parts += ["### Files and size", "\n".join(sized)]
    if second:
        parts.append(_folded("Implementation guide", shortened(published(second), _ROOM)))
    parts.append(_folded("Hand-off", "\n".join(_hand_off(piece, source, others))))
    return "\n\n".join(parts)


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _needs(piece: Piece, plan: Plan, others: Others) -> str:
    if not piece.needs:
        if any(unit.id == piece.unit.id for unit in plan.silent):
            return "**Depends on:** nothing that could be read in the plan; look there before you start."
        if piece.held:
            return "**Depends on:** no other unit, but what the hand-off names has to be validated first."
        return "**Depends on:** nothing; it can start at once."
    told = [others.shown(key) for key in piece.needs]
    if others.native:
        return f"**Depends on:** {', '.join(told)}"
    return "\n".join(["**Blocked by:**", "", *(f"- [ ] {each}" for each in told)])


def _tiers(piece: Piece, artifact: Artifact) -> tuple[str, str]:
    """The lines of the unit's tiers as they stand in the plan; all are tier 1 where no tier 2 is marked."""
    unit = piece.unit
    middle = unit.tiers[1] or unit.last + 1
    return _lines(artifact, unit.line + 1, middle - 1), _lines(artifact, middle + 1, unit.last)


def _lines(artifact: Artifact, first: int, last: int) -> str:
    kept = [each for each in artifact.source[first - 1 : last] if not (_TIER.match(each) or _STABLE.fullmatch(each))]
    while kept and (_RULE.match(kept[-1]) or not kept[-1].strip()):
        kept.pop()
    return "\n".join(kept).strip("\n")


def _acceptance(piece: Piece) -> Iterator[str]:
    guarantees = piece.unit.guarantees
    if guarantees:
        yield "\n".join(f"- [ ] {_guarantee(each.id, each.text)}" for each in guarantees)
    else:
        yield "The plan names no guarantee of this unit."


def _guarantee(id: str, text: str) -> str:
    said = published(" ".join(text.split()))
    return f"**{line(id)}:** {said}" if id else said


def _sizes(piece: Piece) -> Iterator[str]:
    for tier in (piece.unit.tier1, piece.unit.tier2):
        for name, text in tier.items():
            if _SIZED.search(name) and not _NOT_SIZES.search(name):
                yield f"- **{line(_titled(name))}:** {published(_on_one_line(text))}"


def _on_one_line(text: str) -> str:
    """A field on one line: the items of a list behind each other."""
    items = [" ".join(each.split()) for each in re.split(r"^\s*[-*+]\s+", text, flags=re.MULTILINE)]
    return "; ".join(filter(None, items))


def _titled(name: str) -> str:
    return re.sub(r"\b(?:loc|cli|api|ci|pr)\b", lambda match: match[0].upper(), name.capitalize(), flags=re.IGNORECASE)


def _hand_off(piece: Piece, source: Source, others: Others) -> Iterator[str]:
    """What an implementer needs beside the unit's own text. Nothing of it moves with the lines of the plan."""
    unit, plan = piece.unit, source.plan
    yield f"- **Where it is planned:** {source.link}, {spoken(unit.id)}; its sections A, C and D say what for."
    for key in piece.needs:
        promised = [_guarantee(each.id, each.text) for each in others.pieces[key].unit.guarantees]
        if promised:
            yield f"- **May rely on**, from {others.shown(key)}: {'; '.join(promised)}"
    change = unit.says("building block change", "building block", "block")
    for block in plan.blocks:
        if names(change, block.name):
            contract = "; ".join(f"{name}: {text}" for name, text in block.aspects.items())
            said = published(" ".join(f"{block.responsibility} {contract}".split()))
            yield f"- **Building block {line(block.name)}:** {said}"
    for freeze in plan.freezes:
        if unit.id in ids(freeze.unit):
            yield f"- **Freezes {line(freeze.interface)}**, once validated: {published(freeze.validated)}"
    for risk in plan.risks:
        if unit.id in ids(risk.gate):
            yield f"- **Validation, {line(plain(risk.gate))}:** {published(risk.validation)}"
    after = [] if others.native else [other for other in others.pieces.values() if piece.key in other.needs]
    if after:
        yield f"- **Waits for this:** {', '.join(_after(after))}"
    yield "- **When it is done:** name this issue with a closing keyword in the pull request; the merge closes it."


def _after(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces[:20]:
        yield line(piece.name, 80)
    if len(pieces) > 20:
        yield f"and {len(pieces) - 20} more"
